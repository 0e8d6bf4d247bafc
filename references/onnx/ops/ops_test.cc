// Where ONNX's own suite doesn't reach: values worked by hand for edges of types, empty tensors, NaN and infinities, and older versions.
#include <gmock/gmock.h>

#include <cmath>
#include <concepts>
#include <limits>

#include "framework/testing/matchers.h"
#include "references/onnx/interpreter.h"

namespace conformance::onnx_reference {
namespace {

using conformance::testing::IsError;
using formats::OnnxAttribute;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The operator's `count` outputs.
Result<Values> Call(const std::string& op, std::vector<Value> inputs, std::vector<OnnxAttribute> attributes = {}, int64_t opset = 28, size_t count = 1) {
  auto model = std::make_shared<formats::OnnxModel>();
  model->ir_version = 14;
  model->opset_imports = {{"", opset}};
  formats::OnnxNode& node = model->graph.nodes.emplace_back();
  node.op_type = op;
  node.attributes = std::move(attributes);
  for (size_t i = 0; i < inputs.size(); ++i) {
    formats::OnnxValueInfo& info = model->graph.inputs.emplace_back();
    info.name = "x" + std::to_string(i);
    node.inputs.push_back(inputs[i].IsAbsent() ? "" : info.name);
    if (inputs[i].IsAbsent()) inputs[i] = Array();
  }
  for (size_t i = 0; i < count; ++i) {
    node.outputs.push_back("y" + std::to_string(i));
    model->graph.outputs.emplace_back().name = node.outputs.back();
  }
  CONFORMANCE_TRY(const Interpreter interpreter, Interpreter::Make(model, {}));
  return interpreter.Run(inputs);
}
std::vector<double> Numbers(const Result<Values>& values, size_t output = 0) {
  if (!values.ok()) ADD_FAILURE() << values.error().ToString();
  return values.ok() ? ToNumbers(*(*values)[output].array()) : std::vector<double>();
}
std::string Kind(const Result<Values>& values) { return values.ok() ? Describe((*values)[0]) : values.error().ToString(); }

Array F(Shape dims, std::vector<float> values) { return Array::Of<float>(std::move(dims), values); }
Array I(std::vector<int64_t> values) { return Array::Of<int64_t>({static_cast<int64_t>(values.size())}, values); }
template <typename T>
Array L(std::vector<T> values) {
  return Array::Of<T>({static_cast<int64_t>(values.size())}, values);
}
template <std::integral T>
OnnxAttribute A(std::string name, T value) { return OnnxAttribute::Int(std::move(name), value); }
OnnxAttribute A(std::string name, std::vector<int64_t> values) { return OnnxAttribute::Ints(std::move(name), std::move(values)); }
OnnxAttribute A(std::string name, const char* text) { return OnnxAttribute::String(std::move(name), text); }

TEST(Arithmetic, IntegersWrapAndAreCutTowardsZero) {
  EXPECT_THAT(Numbers(Call("Add", {L<int8_t>({127}), L<int8_t>({1})})), ElementsAre(-128));
  EXPECT_THAT(Numbers(Call("Sub", {L<uint8_t>({0}), L<uint8_t>({1})})), ElementsAre(255));
  EXPECT_THAT(Numbers(Call("Div", {L<int32_t>({-7, 7, std::numeric_limits<int32_t>::min()}), L<int32_t>({2, -2, -1})})), ElementsAre(-3, -3, -2147483648.0));
  EXPECT_THAT(Numbers(Call("Abs", {L<int8_t>({-128, -3})})), ElementsAre(-128, 3));
}
TEST(Arithmetic, EarlyVersionsBroadcastFromAnAxis) {
  const Array x = F({2, 2, 1}, {1, 2, 3, 4}), y = F({2}, {10, 20});
  EXPECT_THAT(Numbers(Call("Add", {x, y}, {A("broadcast", 1), A("axis", 0)}, 6)), ElementsAre(11, 12, 23, 24));
  EXPECT_THAT(Numbers(Call("Add", {x, y}, {A("broadcast", 1), A("axis", 1)}, 6)), ElementsAre(11, 22, 13, 24));
  EXPECT_THAT(Call("Add", {x, y}, {}, 6), IsError(ErrorKind::kShape, HasSubstr("doesn't fit the first")));
}
TEST(Mod, TheRemainderHasTheSignOfTheDivisorOrOfTheDividend) {
  const Array a = F({6}, {3.5F, -3.5F, 3.5F, -3.5F, 2, -2}), b = F({6}, {2, 2, -2, -2, INFINITY, INFINITY});
  EXPECT_THAT(Numbers(Call("Mod", {a, b})), ElementsAre(1.5, 0.5, -0.5, -1.5, 2, kInfinity));
  EXPECT_THAT(Numbers(Call("Mod", {a, b}, {A("fmod", 1)})), ElementsAre(1.5, -1.5, 1.5, -1.5, 2, -2));
  EXPECT_THAT(Numbers(Call("Mod", {L<int8_t>({-128, 7, -7}), L<int8_t>({-1, -3, 3})})), ElementsAre(0, -2, 2));
}
TEST(Pow, OfIntegersStaysOne) {
  EXPECT_THAT(Numbers(Call("Pow", {L<int32_t>({2, -2, 2, -1}), L<int64_t>({10, 3, -1, -3})})), ElementsAre(1024, -8, 0, -1));
  EXPECT_THAT(Numbers(Call("Pow", {L<int32_t>({9, 2}), F({2}, {0.5F, 1.5F})})), ElementsAre(3, 2));
}
TEST(BitShift, BeyondTheWidthTheSignIsLeft) {
  EXPECT_THAT(Numbers(Call("BitShift", {L<int8_t>({-5, 5, -5}), L<int8_t>({9, 9, 1})}, {A("direction", "RIGHT")})), ElementsAre(-1, 0, -3));
  EXPECT_THAT(Numbers(Call("BitShift", {L<uint8_t>({1, 1}), L<uint8_t>({8, 7})}, {A("direction", "LEFT")})), ElementsAre(0, 128));
}
TEST(Max, NanIsPassedOn) {
  const auto y = Numbers(Call("Max", {F({2}, {NAN, 1}), F({2}, {1, NAN})}));
  EXPECT_TRUE(std::isnan(y[0]) && std::isnan(y[1]));
}
TEST(Clip, TheUpperBoundWins) { EXPECT_THAT(Numbers(Call("Clip", {F({3}, {-1, 2, 9}), F({}, {5}), F({}, {3})})), ElementsAre(3, 3, 3)); }

TEST(Cast, CutsAndCounts) {
  EXPECT_THAT(Numbers(Call("Cast", {F({4}, {3.9F, -3.9F, 300, -1})}, {A("to", 2)})), ElementsAre(3, 253, 44, 255));
  EXPECT_THAT(Numbers(Call("Cast", {F({3}, {NAN, 0, -0.5F})}, {A("to", 9)})), ElementsAre(1, 0, 1));
  EXPECT_THAT(Numbers(Call("Cast", {L<std::string>({" 3.5", "-INF", "1e-3"})}, {A("to", 11)})), ElementsAre(3.5, -kInfinity, 1e-3));
  EXPECT_THAT(Numbers(Call("Cast", {L<std::string>({"9223372036854775807"})}, {A("to", 7)})), ElementsAre(9223372036854775807.0));
  const auto text = Call("Cast", {F({4}, {0.1F, 2, -INFINITY, NAN})}, {A("to", 8)});
  ASSERT_TRUE(text.ok());
  EXPECT_THAT((*text)[0].array()->span<std::string>(), ElementsAre("0.1", "2.0", "-INF", "NaN"));
}
TEST(Cast, FromF64ToAHalfIsRoundedOnce) {
  // 1 + 2^-11 + 2^-40 lies above the middle of two f16; in f32 the last bit is gone, and the tie would go down to 1.
  EXPECT_THAT(Numbers(Call("Cast", {L<double>({1 + 0x1p-11 + 0x1p-40})}, {A("to", 10)})), ElementsAre(1 + 0x1p-10));
}

TEST(Reduce, OfNothing) {
  const Array empty = F({2, 0}, {});
  EXPECT_THAT(Numbers(Call("ReduceSum", {empty, I({1})})), ElementsAre(0, 0));
  EXPECT_THAT(Numbers(Call("ReduceProd", {empty, I({1})})), ElementsAre(1, 1));
  EXPECT_THAT(Numbers(Call("ReduceMax", {empty, I({1})})), ElementsAre(-kInfinity, -kInfinity));
  EXPECT_THAT(Numbers(Call("ReduceMin", {Array::Of<int32_t>({0}, {}), I({0})})), ElementsAre(2147483647));
  EXPECT_THAT(Numbers(Call("ReduceLogSumExp", {empty, I({1})})), ElementsAre(-kInfinity, -kInfinity));
}
TEST(Reduce, OverNoAxesEachElementIsReducedAlone) {
  EXPECT_THAT(Numbers(Call("ReduceSumSquare", {F({2}, {2, -3})}, {A("noop_with_empty_axes", 1)})), ElementsAre(4, 9));
  EXPECT_EQ(Kind(Call("ReduceSum", {F({2, 3}, {1, 2, 3, 4, 5, 6})}, {A("axes", std::vector<int64_t>{1}), A("keepdims", 0)}, 11)), "float[2]");
}
TEST(Reduce, LargeNumbersDoNotOverflow) { EXPECT_THAT(Numbers(Call("ReduceLogSumExp", {F({2}, {1000, 1000})}))[0], ::testing::DoubleNear(1000.6931, 1e-3)); }
TEST(ArgMax, NanIsTheLargestAndTheLastMayBeChosen) {
  EXPECT_THAT(Numbers(Call("ArgMax", {F({4}, {1, NAN, 3, NAN})})), ElementsAre(1));
  EXPECT_THAT(Numbers(Call("ArgMax", {F({3}, {5, 1, 5})}, {A("select_last_index", 1)})), ElementsAre(2));
}
TEST(Softmax, BeforeVersion13AllAxesFromOneOnAreOne) {
  const Array x = F({1, 2, 2}, {7, 7, 7, 7});
  EXPECT_THAT(Numbers(Call("Softmax", {x}, {A("axis", 1)}, 11)), ElementsAre(0.25, 0.25, 0.25, 0.25));
  EXPECT_THAT(Numbers(Call("Softmax", {x}, {A("axis", 1)}, 13)), ElementsAre(0.5, 0.5, 0.5, 0.5));
}

TEST(Slice, BackwardsAndBeyondTheEnds) {
  const Array x = F({4}, {0, 1, 2, 3});
  EXPECT_THAT(Numbers(Call("Slice", {x, I({3}), I({-9}), I({0}), I({-2})})), ElementsAre(3, 1));
  EXPECT_THAT(Numbers(Call("Slice", {x, I({-2}), I({INT64_MAX})})), ElementsAre(2, 3));
  EXPECT_THAT(Numbers(Call("Slice", {x, I({INT64_MAX}), I({INT64_MIN}), I({0}), I({INT64_MIN})})), ElementsAre(3));
  EXPECT_THAT(Numbers(Call("Slice", {x, I({2}), I({1})})), IsEmpty());
}
TEST(Pad, ReflectsAndWrapsOverAndOver) {
  const Array x = F({3}, {1, 2, 3});
  EXPECT_THAT(Numbers(Call("Pad", {x, I({4, 0})}, {A("mode", "reflect")})), ElementsAre(1, 2, 3, 2, 1, 2, 3));
  EXPECT_THAT(Numbers(Call("Pad", {x, I({2, 2})}, {A("mode", "wrap")})), ElementsAre(2, 3, 1, 2, 3, 1, 2));
  EXPECT_THAT(Numbers(Call("Pad", {x, I({-1, 1}), F({}, {9})})), ElementsAre(2, 3, 9));
}
TEST(CenterCropPad, RoundsDown) {
  EXPECT_THAT(Numbers(Call("CenterCropPad", {F({3}, {1, 2, 3}), I({6})})), ElementsAre(0, 1, 2, 3, 0, 0));
  EXPECT_THAT(Numbers(Call("CenterCropPad", {F({4}, {1, 2, 3, 4}), I({3})})), ElementsAre(1, 2, 3));
}
TEST(Unique, InTheOrderOfFirstOccurrence) {
  const auto y = Call("Unique", {F({6}, {2, 1, 1, 3, 4, 3})}, {A("sorted", 0)}, 28, 4);
  EXPECT_THAT(Numbers(y), ElementsAre(2, 1, 3, 4));
  EXPECT_THAT(Numbers(y, 1), ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(Numbers(y, 2), ElementsAre(0, 1, 1, 2, 3, 2));
  EXPECT_THAT(Numbers(y, 3), ElementsAre(1, 2, 2, 1));
}
TEST(TopK, OfEqualsTheFirst) {
  const auto y = Call("TopK", {F({4}, {5, 7, 5, 7}), I({3})}, {}, 28, 2);
  EXPECT_THAT(Numbers(y), ElementsAre(7, 7, 5));
  EXPECT_THAT(Numbers(y, 1), ElementsAre(1, 3, 0));
}
TEST(ScatterElements, Combines) {
  const Array data = F({3}, {1, 2, 3}), updates = F({3}, {10, 20, -5});
  EXPECT_THAT(Numbers(Call("ScatterElements", {data, I({0, 0, -1}), updates}, {A("reduction", "add")})), ElementsAre(31, 2, -2));
  EXPECT_THAT(Numbers(Call("ScatterElements", {data, I({0, 0, -1}), updates}, {A("reduction", "min")})), ElementsAre(1, 2, -5));
}
TEST(OneHot, PlacesOutOfRangeAreOff) {
  EXPECT_THAT(Numbers(Call("OneHot", {I({-1, 5}), F({}, {3}), F({2}, {7, 8})})), ElementsAre(7, 7, 8, 7, 7, 7));
}

TEST(Conv, DilatedAndInGroups) {
  // Each channel on its own: x[i] - x[i + 2], and x[i] + x[i + 2].
  const Array x = F({1, 2, 4}, {1, 2, 4, 8, 1, 2, 4, 8}), w = F({2, 1, 2}, {1, -1, 1, 1});
  EXPECT_THAT(Numbers(Call("Conv", {x, w, F({2}, {0, 100})}, {A("group", 2), A("dilations", std::vector<int64_t>{2})})), ElementsAre(-3, -6, 105, 110));
}
TEST(ConvTranspose, Strides) {
  EXPECT_THAT(Numbers(Call("ConvTranspose", {F({1, 1, 2}, {1, 2}), F({1, 1, 2}, {1, 10})}, {A("strides", std::vector<int64_t>{2})})), ElementsAre(1, 10, 2, 20));
  EXPECT_THAT(Numbers(Call("ConvTranspose", {F({1, 1, 2}, {1, 2}), F({1, 1, 2}, {1, 10})})), ElementsAre(1, 12, 20));
}
TEST(AveragePool, TheLastWindowMayBeCut) {
  // Windows of 2 by 2 over [p 1 2 4 8 p]: with ceil_mode [p 1], [2 4], [8 p]; over [1 2 4]: [1 2], [4].
  const auto pool = [](Array x, std::vector<int64_t> pads, int64_t include) {
    return Numbers(Call("AveragePool", {x}, {A("kernel_shape", std::vector<int64_t>{2}), A("strides", std::vector<int64_t>{2}), A("ceil_mode", 1),
                                            A("pads", std::move(pads)), A("count_include_pad", include)}));
  };
  EXPECT_THAT(pool(F({1, 1, 4}, {1, 2, 4, 8}), {1, 1}, 0), ElementsAre(1, 3, 8));
  EXPECT_THAT(pool(F({1, 1, 4}, {1, 2, 4, 8}), {1, 1}, 1), ElementsAre(0.5, 3, 4));
  // What the ceiling adds is no padding: it isn't counted.
  EXPECT_THAT(pool(F({1, 1, 3}, {1, 2, 4}), {0, 0}, 1), ElementsAre(1.5, 4));
}
TEST(MaxPool, PlacesAreThoseOfTheWholeInput) {
  const auto y = Call("MaxPool", {F({1, 2, 2}, {1, 5, 7, 3})}, {A("kernel_shape", std::vector<int64_t>{2})}, 28, 2);
  EXPECT_THAT(Numbers(y), ElementsAre(5, 7));
  EXPECT_THAT(Numbers(y, 1), ElementsAre(1, 2));
}
TEST(Einsum, DiagonalsEllipsesAndWhatIsNotWritten) {
  const Array m = F({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(Numbers(Call("Einsum", {m}, {A("equation", "ii->i")})), ElementsAre(1, 4));
  EXPECT_THAT(Numbers(Call("Einsum", {m}, {A("equation", "ii")})), ElementsAre(5));
  EXPECT_THAT(Numbers(Call("Einsum", {m, m}, {A("equation", "ij,jk")})), ElementsAre(7, 10, 15, 22));
  EXPECT_THAT(Numbers(Call("Einsum", {m, F({1, 2}, {1, 10})}, {A("equation", "...j,...j->...")})), ElementsAre(21, 43));
  EXPECT_THAT(Numbers(Call("Einsum", {m, F({2}, {1, 10})}, {A("equation", "ba, c -> ca")})), ElementsAre(4, 6, 40, 60));
}
TEST(Gemm, ScalesAndTurns) {
  EXPECT_THAT(Numbers(Call("Gemm", {F({2, 1}, {1, 2}), F({2, 2}, {1, 2, 3, 4}), F({1}, {10})},
                           {A("transA", 1), OnnxAttribute::Float("alpha", 0.5F), OnnxAttribute::Float("beta", 2)})),
              ElementsAre(23.5, 25));
}
TEST(LayerNormalization, GivesItsStatistics) {
  const auto y = Call("LayerNormalization", {F({2, 2}, {1, 3, 5, 5}), F({2}, {1, 2}), F({2}, {0, 10})}, {OnnxAttribute::Float("epsilon", 0.25F)}, 28, 3);
  // Variances 1 and 0; with ε, standard deviations √1.25 and 0.5.
  EXPECT_THAT(Numbers(y, 1), ElementsAre(2, 5));
  EXPECT_THAT(Numbers(y, 2), ElementsAre(::testing::DoubleNear(0.894427, 1e-6), 2));
  EXPECT_THAT(Numbers(y), ElementsAre(::testing::DoubleNear(-0.894427, 1e-6), ::testing::DoubleNear(11.788854, 1e-6), 0, 10));
}
TEST(BatchNormalization, TrainsOnTheBatch) {
  const auto y = Call("BatchNormalization", {F({2, 1}, {1, 3}), F({1}, {1}), F({1}, {0}), F({1}, {10}), F({1}, {10})},
                      {A("training_mode", 1), OnnxAttribute::Float("momentum", 0.5F), OnnxAttribute::Float("epsilon", 3)}, 15, 3);
  EXPECT_THAT(Numbers(y), ElementsAre(-0.5, 0.5));
  EXPECT_THAT(Numbers(y, 1), ElementsAre(6));
  EXPECT_THAT(Numbers(y, 2), ElementsAre(5.5));
}
TEST(Loop, WithoutIterationsGivesWhatItsBodyDeclares) {
  formats::OnnxGraph body;
  body.name = "body";
  for (const char* name : {"i", "c"}) body.inputs.emplace_back().name = name;
  for (const char* name : {"c", "i"}) body.outputs.emplace_back().name = name;
  body.outputs[1].type.elem = Elem::kInt64;
  body.outputs[1].type.shape.emplace();
  EXPECT_EQ(Kind(Call("Loop", {I({0}).Reshaped({}), Value()}, {OnnxAttribute::Graph("body", body)})), "int64[0]");
  EXPECT_THAT(Numbers(Call("Loop", {I({3}).Reshaped({}), Value()}, {OnnxAttribute::Graph("body", body)})), ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace conformance::onnx_reference
