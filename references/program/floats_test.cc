// Expected values are Python's own answers.
#include "references/program/floats.h"

#include <gmock/gmock.h>

#include "framework/testing/matchers.h"

namespace conformance::program {
namespace {

using namespace conformance::testing;
using ::testing::HasSubstr;

double Of(std::string_view op, std::vector<double> args) { return FloatOf(op, args).value_or(-12345); }

TEST(Floats, CountAsPythonDoes) {
  EXPECT_EQ(Of("torch.sym_float", {7}), 7);
  EXPECT_EQ(Of("_operator.truediv", {7, 2}), 3.5);
  EXPECT_EQ(Of("_operator.sub", {2, 0.5}), 1.5);
  EXPECT_EQ(Of("_operator.pow", {4, -0.5}), 0.5);
  EXPECT_EQ(Of("_operator.neg", {1.5}), -1.5);
}

TEST(Floats, RoundDownAndKeepTheDivisorsSign) {
  EXPECT_EQ(Of("_operator.floordiv", {-7.5, 2}), -4);  // -7.5 // 2
  EXPECT_EQ(Of("_operator.mod", {-7.5, 2}), 0.5);      // -7.5 % 2
  EXPECT_EQ(Of("_operator.mod", {7.5, -2}), -0.5);     // 7.5 % -2
  EXPECT_EQ(Of("_operator.mod", {-6, 2}), 0);
}

TEST(Floats, RefuseByName) {
  EXPECT_THAT(FloatOf("math.gamma", std::vector<double>{1}), IsError(ErrorKind::kUnsupported, HasSubstr("math.gamma")));
  EXPECT_THAT(FloatOf("_operator.truediv", std::vector<double>{1, 0}), IsError(ErrorKind::kInvalid, HasSubstr("divides by 0")));
  EXPECT_THAT(FloatOf("_operator.neg", std::vector<double>{1, 2}), IsError(ErrorKind::kInvalid, HasSubstr("wanted: 1")));
}

}  // namespace
}  // namespace conformance::program
