#include "framework/base/result.h"

#include <cerrno>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conformance {
namespace {
using ::testing::HasSubstr;

TEST(Error, PrintsMessageFactsAndTrailInTheOrderTheyWereAdded) {
  Error error = Corrupt("header is cut")
                    .With("file", "a.safetensors")
                    .With("found", "7 bytes")
                    .Trail("reading a")
                    .Trail("loading b");
  EXPECT_EQ(error.ToString(), "header is cut (file: a.safetensors, found: 7 bytes) [reading a; loading b]");
  EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(error.Fact("found"), "7 bytes");
  EXPECT_EQ(error.Fact("wanted"), "");
}

TEST(Error, WithoutFactsIsItsMessage) { EXPECT_EQ(Invalid("no such flag").ToString(), "no such flag"); }

TEST(Error, WithAndTrailChangeANamedErrorInPlace) {
  Error error = ShapeError("sizes differ");
  error.With("tensor", "x").Trail("checking x");
  EXPECT_EQ(error.ToString(), "sizes differ (tensor: x) [checking x]");
}

TEST(Error, EveryMakerGivesItsKind) {
  EXPECT_EQ(Invalid("").kind(), ErrorKind::kInvalid);
  EXPECT_EQ(ShapeError("").kind(), ErrorKind::kShape);
  EXPECT_EQ(TypeError("").kind(), ErrorKind::kType);
  EXPECT_EQ(Unsupported("").kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(Unavailable("").kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(NotFound("").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(Corrupt("").kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(IoError("").kind(), ErrorKind::kIo);
  EXPECT_EQ(Internal("").kind(), ErrorKind::kInternal);
}

TEST(Error, KindsHaveWords) {
  EXPECT_EQ(ToString(ErrorKind::kNotFound), "not found");
  EXPECT_EQ(ToString(ErrorKind::kOutOfMemory), "out of memory");
  EXPECT_EQ(ToString(ErrorKind::kCancelled), "cancelled");
}

TEST(Error, ErrnoErrorTellsAMissingFileFromOtherFailures) {
  const Error missing = ErrnoError("cannot open", "/x/y", ENOENT);
  EXPECT_EQ(missing.kind(), ErrorKind::kNotFound);
  EXPECT_EQ(missing.Fact("file"), "/x/y");
  EXPECT_THAT(std::string(missing.Fact("reason")), HasSubstr("No such file"));
  EXPECT_EQ(ErrnoError("cannot open", "/x/y", EACCES).kind(), ErrorKind::kIo);
}

TEST(Status, IsSuccessOrAnError) {
  EXPECT_TRUE(Ok().ok());
  const Status failed = Invalid("bad");
  EXPECT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message(), "bad");
  Status copy = failed;
  EXPECT_EQ(copy.error().message(), "bad");
  copy = Ok();
  EXPECT_TRUE(copy.ok());
  EXPECT_FALSE(failed.ok()) << "copies share nothing";
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = 3;
  EXPECT_TRUE(good.ok());
  EXPECT_EQ(*good, 3);
  EXPECT_TRUE(good.status().ok());
  const Result<int> bad = NotFound("no three");
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(bad.value_or(7), 7);
  EXPECT_EQ(bad.status().error().message(), "no three");
}

TEST(Result, MovesAValueThatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 5);
}

TEST(Result, ConvertsToItsValueType) {
  const auto make = []() -> Result<std::string> { return "text"; };
  EXPECT_EQ(make()->size(), 4U);
}

TEST(ResultDeathTest, ReadingTheValueOfAnErrorAborts) {
  const Result<int> bad = NotFound("no three");
  EXPECT_DEATH({ (void)bad.value(); }, "no three");
}

TEST(ResultDeathTest, AFailedCheckNamesPlaceConditionAndText) {
  EXPECT_DEATH(CONFORMANCE_CHECK(1 + 1 == 3, "sums"), "result_test.cc.*1 \\+ 1 == 3: sums");
}

Result<int> Half(int x) {
  if (x % 2 != 0) return Invalid("odd");
  return x / 2;
}
Result<int> Quarter(int x) {
  CONFORMANCE_TRY(const int half, Half(x));
  CONFORMANCE_TRY(const int quarter, Half(half));
  return quarter;
}
Status Divisible(int x) {
  CONFORMANCE_RETURN_IF_ERROR(Half(x));
  return Ok();
}

TEST(Try, GivesTheValueOrReturnsTheError) {
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_EQ(Quarter(6).error().message(), "odd");
  EXPECT_TRUE(Divisible(4).ok());
  EXPECT_EQ(Divisible(5).error().message(), "odd");
}

}  // namespace
}  // namespace conformance
