#include "framework/base/date.h"

#include <gtest/gtest.h>

namespace conformance {
namespace {

TEST(DayNumber, CountsDays) {
  EXPECT_EQ(DayNumber("1970-01-01"), 0);
  EXPECT_EQ(DayNumber("2000-03-01"), 11017);  // 30 years of 365 days, 7 leap days before 2000, 31 + 29 days
  EXPECT_EQ(*DayNumber("2026-11-27T09:39:25Z") - *DayNumber("2026-08-29"), 90);
}

TEST(DayNumber, KnowsTheCalendar) {
  EXPECT_TRUE(DayNumber("2024-02-29"));
  EXPECT_TRUE(DayNumber("2000-02-29"));
  for (const char* text : {"2026-02-29", "2100-02-29", "2026-04-31", "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-1-1",
                           "01.01.2026", "", "2026-01-011", "2026-01-01 12:00", "+026-01-01", "2026-01-0x"}) {
    EXPECT_FALSE(DayNumber(text)) << text;
  }
}

}  // namespace
}  // namespace conformance
