#include "tools/conformance/crash_note.h"

#include <gtest/gtest.h>

#include <csignal>

namespace conformance::cli {
namespace {

TEST(CrashNoteDeathTest, IsSaidAndTheCrashTakesItsCourse) {
  EXPECT_EXIT(
      {
        const CrashNote note("a library crashed\n");
        std::raise(SIGSEGV);
      },
      ::testing::KilledBySignal(SIGSEGV), "^a library crashed\n$");
}

TEST(CrashNoteDeathTest, IsNotSaidAfterwards) {
  EXPECT_EXIT(
      {
        { const CrashNote note("a library crashed\n"); }
        std::raise(SIGABRT);
      },
      ::testing::KilledBySignal(SIGABRT), "^$");
}

}  // namespace
}  // namespace conformance::cli
