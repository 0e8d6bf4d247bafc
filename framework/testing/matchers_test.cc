#include "framework/testing/matchers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "framework/testing/tensors.h"

namespace conformance::testing {
namespace {

using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename M, typename T>
std::string Explain(const M& matcher, const T& value) {
  ::testing::StringMatchResultListener listener;
  ::testing::ExplainMatchResult(matcher, value, &listener);
  return listener.str();
}

TEST(Matchers, TellOkFromErrors) {
  const Result<int> good = 3;
  const Result<int> bad = ShapeError("found [2], want [3]").With("input", "x");
  EXPECT_THAT(good, IsOk());
  EXPECT_THAT(Ok(), IsOk());
  EXPECT_THAT(bad, Not(IsOk()));
  EXPECT_THAT(good, IsOkAnd(Eq(3)));
  EXPECT_THAT(good, Not(IsOkAnd(Eq(4))));
  EXPECT_THAT(bad, Not(IsOkAnd(Eq(3))));
  EXPECT_THAT(bad, IsError(ErrorKind::kShape));
  EXPECT_THAT(bad, Not(IsError(ErrorKind::kType)));
  EXPECT_THAT(good, Not(IsError(ErrorKind::kShape)));
  EXPECT_THAT(bad.status(), IsError(ErrorKind::kShape, HasSubstr("input: x")));
  EXPECT_THAT(bad, Not(IsError(ErrorKind::kShape, HasSubstr("output"))));
  EXPECT_THAT(Explain(IsOk(), bad), HasSubstr("want [3]"));
}

TEST(Matchers, NearIsByUlpsOrByDistance) {
  const Tensor x = F32({1.0f, -2.0f});
  const Tensor two_up = F32({std::nextafter(std::nextafter(1.0f, 2.0f), 2.0f), -2.0f});
  EXPECT_THAT(two_up, IsTensorNear(x, Ulps(2)));
  EXPECT_THAT(two_up, Not(IsTensorNear(x, Ulps(1))));
  EXPECT_THAT(F32({1.25f, -2.0f}), IsTensorNear(x, Within(0.25)));
  EXPECT_THAT(F32({1.25f, -2.0f}), Not(IsTensorNear(x, Within(0.24))));
  EXPECT_THAT(F32({1.0f, -2.5f}), IsTensorNear(x, Within(0, 0.25)));
  EXPECT_THAT(Result<Tensor>(two_up), IsTensorNear(x, Ulps(2)));
  EXPECT_THAT(Explain(IsTensorNear(x, Ulps(1)), F32({1.0f, 4.0f})), HasSubstr("element 1 is 4.0, want -2.0"));
  // Across zero the smallest numbers are neighbours.
  const float tiny = std::numeric_limits<float>::denorm_min();
  EXPECT_THAT(F32({tiny}), IsTensorNear(F32({-tiny}), Ulps(2)));
  EXPECT_THAT(F32({tiny}), Not(IsTensorNear(F32({-tiny}), Ulps(1))));
}

TEST(Matchers, NearKnowsSpecialValues) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_THAT(F32({nan, inf, -inf}), IsTensorNear(F32({nan, inf, -inf}), Ulps(0)));
  EXPECT_THAT(F32({nan}), Not(IsTensorNear(F32({1}), Within(1e30, 1e30))));
  EXPECT_THAT(F32({inf}), Not(IsTensorNear(F32({-inf}), Within(1e30, 1e30))));
  EXPECT_THAT(F32({std::numeric_limits<float>::max()}), Not(IsTensorNear(F32({inf}), Ulps(10))));
}

TEST(Matchers, NearWantsDtypeAndShape) {
  EXPECT_THAT(F32({1, 2}), Not(IsTensorNear(F64({1, 2}), Within(1))));
  EXPECT_THAT(F32({1, 2}), Not(IsTensorNear(F32({{1, 2}}), Within(1))));
  EXPECT_THAT(F32({{1, 2}}), HasShape(DType::kF32, {1, 2}));
  EXPECT_THAT(F32({{1, 2}}), Not(HasShape(DType::kF32, {2})));
}

TEST(Matchers, BitsAreStricterThanNumbers) {
  EXPECT_THAT(F32({0.0f}), BitEqualTo(F32({0.0f})));
  EXPECT_THAT(F32({0.0f}), Not(BitEqualTo(F32({-0.0f}))));
  EXPECT_THAT(I64({7}), BitEqualTo(I64({7})));
  EXPECT_THAT(Explain(BitEqualTo(I64({1, 2})), I64({1, 3})), HasSubstr("element 1: 3.0, want 2.0"));
}

}  // namespace
}  // namespace conformance::testing
