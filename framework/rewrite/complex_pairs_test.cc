// What a program over pairs looks like and what has none; numbers are held in references/program/small_programs_test.cc and suites/ops.
#include "framework/rewrite/complex_pairs.h"

#include <gmock/gmock.h>

#include "framework/ops/ops.h"
#include "framework/rewrite/record_program.h"
#include "framework/testing/matchers.h"

namespace conformance::rewrite {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ops::Value;
using Body = std::function<std::vector<Value>(ops::OpContext&, const std::vector<Value>&)>;

const SymInt kBatch = SymInt::Symbol("s0");

Result<ir::Program> Paired(std::vector<ProgramInput> inputs, const Body& body) {
  CONFORMANCE_TRY(ir::Program program, RecordProgram(inputs, {{"s0", 3}}, body));
  return ComplexAsPairs(std::move(program));
}

std::vector<std::string> Targets(const ir::Program& program) {
  std::vector<std::string> targets;
  for (const ir::Node& node : program.graph.nodes()) targets.emplace_back(node.op());
  return targets;
}

TEST(ComplexAsPairs, RotationBecomesProductsOfReals) {
  const auto program = Paired({{"x", {DType::kF32, {kBatch, 4, 2}}}, {"angle", {DType::kF32, {4}}}}, [](ops::OpContext& c, const std::vector<Value>& in) {
    const Value turn = ops::Polar(c, ops::OnesLike(c, in[1]), in[1]);
    return std::vector<Value>{ops::ViewAsReal(c, ops::Mul(c, ops::ViewAsComplex(c, in[0]), turn))};
  });
  ASSERT_THAT(program, IsOk());
  EXPECT_FALSE(HasComplexValues(*program));
  EXPECT_EQ(ir::Describe(program->graph.value(*program->graph.outputs()[0].As<ir::ValueId>()).meta), "f32[s0, 4, 2]");
  EXPECT_THAT(Targets(*program), ::testing::Not(::testing::Contains(HasSubstr("complex"))));
}

TEST(ComplexAsPairs, TransformsStayBetweenTheTwoViews) {
  const auto program = Paired({{"x", {DType::kF32, {kBatch, 8}}}}, [](ops::OpContext& c, const std::vector<Value>& in) {
    const Value z = ops::FftR2c(c, in[0], {1}, ops::FftNorm::kNone, true);
    return std::vector<Value>{ops::FftC2r(c, ops::Conj(c, z), {1}, ops::FftNorm::kByN, 8), ops::Abs(c, ops::Transpose(c, z, -1, 0))};
  });
  ASSERT_THAT(program, IsOk());
  for (const ir::Node& node : program->graph.nodes()) {
    for (const ir::ValueId id : node.OutputValues()) {
      const ir::TensorMeta* meta = program->graph.value(id).tensor();
      if (meta == nullptr || meta->dtype != ir::ScalarType::kComplexFloat) continue;
      EXPECT_THAT(node.op(), ::testing::AnyOf("aten.view_as_complex.default", "aten._fft_r2c.default", "aten._fft_c2c.default")) << node.name;
      for (const ir::Use& use : program->graph.value(id).uses()) {
        EXPECT_THAT(program->graph.node(use.node).op(), ::testing::AnyOf("aten.view_as_real.default", "aten._fft_c2c.default")) << node.name;
      }
    }
  }
  EXPECT_EQ(ir::Describe(program->graph.value(*program->graph.outputs()[1].As<ir::ValueId>()).meta), "f32[5, s0]");
}

TEST(ComplexAsPairs, APlainProgramStaysAsItIs) {
  const auto program = Paired({{"x", {DType::kF32, {kBatch}}}}, [](ops::OpContext& c, const std::vector<Value>& in) {
    return std::vector<Value>{ops::Neg(c, in[0])};
  });
  ASSERT_THAT(program, IsOk());
  EXPECT_EQ(Targets(*program), std::vector<std::string>{"aten.neg.default"});
}

TEST(ComplexAsPairs, TheBoundaryIsRefusedByName) {
  EXPECT_THAT(Paired({{"z", {DType::kC64, {2}}}}, [](ops::OpContext& c, const std::vector<Value>& in) { return std::vector<Value>{ops::Abs(c, in[0])}; }),
              IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("input z is complex64[2]"), HasSubstr("view_as_real"))));
  EXPECT_THAT(Paired({{"x", {DType::kF32, {2}}}},
                     [](ops::OpContext& c, const std::vector<Value>& in) { return std::vector<Value>{ops::Complex(c, in[0], in[0])}; }),
              IsError(ErrorKind::kUnsupported, AllOf(HasSubstr("output complex"), HasSubstr("complex64[2]"))));
}

TEST(ComplexAsPairs, AConstantKeepsItsBytes) {
  const Tensor table = Tensor::Of<std::complex<float>>({2}, {{0, 1}, {2, 3}});
  const auto program = Paired({{"x", {DType::kF32, {kBatch, 2}}}}, [&](ops::OpContext& c, const std::vector<Value>& in) {
    return std::vector<Value>{ops::Real(c, ops::Mul(c, in[0], c.Constant(table)))};
  });
  ASSERT_THAT(program, IsOk());
  const bool kept = std::ranges::any_of(program->constants, [](const auto& entry) { return BitEqual(entry.second, Tensor::Of<float>({2, 2}, {0, 1, 2, 3})); });
  EXPECT_TRUE(kept);
}

}  // namespace
}  // namespace conformance::rewrite
