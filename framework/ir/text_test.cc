#include "framework/ir/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "framework/ir/builder.h"
#include "framework/ir/small_program_testing.h"
#include "framework/ir/verify.h"

namespace conformance::ir {
namespace {

using ::testing::HasSubstr;

TEST(Text, ReadsLikeACallWithShapes) {
  const Program program = SmallProgram();
  EXPECT_EQ(PrintGraph(program.graph), R"(input %p_fc_weight: f32[4, 3]
input %b_fc_bias: f32[4]
input %c_c: f32[4]
input %x: f32[s0, 3]
%sym_size_int: int(s0) = aten.sym_size.int(self=%x, dim=0)
# fc
%linear: f32[s0, 4] = aten.linear.default(input=%x, weight=%p_fc_weight, bias=%b_fc_bias)
%view: f32[s0, 4] = aten.view.default(self=%linear, size=[%sym_size_int, 4])
aten._assert_tensor_metadata.default(a=%view, *dtype=dtype.f32)
%add: f32[s0, 4] = aten.add.Tensor(self=%view, other=%c_c)
output %add
)");
}

TEST(Text, AProgramIsReadBack) {
  const Program program = SmallProgram();
  const std::string text = PrintProgram(program);
  const auto back = ParseProgram(text);
  ASSERT_TRUE(back.ok()) << back.error().ToString() << "\n" << text;
  EXPECT_EQ(FirstDifference(*back, program), "");
  EXPECT_EQ(PrintProgram(*back), text);
  EXPECT_THAT(text, HasSubstr("$0 = "));  // the module stack occurs four times
}

// One node with every kind of argument.
Program EveryKind() {
  ProgramBuilder builder;
  Program& rest = builder.rest();
  rest.symbols["s0"] = {9, true};
  rest.symbols["u0"] = {std::nullopt, false};
  rest.range_constraints["s0"] = {2, std::nullopt};
  rest.range_constraints["u0"] = {std::nullopt, 5};
  rest.metadata["custom"] = "{\"a\": 1}\n";
  rest.treespec_namedtuple_fields["Point"] = {"x", "y"};
  rest.opset_version["mine"] = 3;
  TensorMeta odd;
  odd.dtype = ScalarType::kFloat8E4M3FN;
  odd.sizes = {Sym("s0"), 2};
  odd.strides = {1, Sym("s0")};
  odd.storage_offset = Sym("s0") * SymInt(2);
  odd.device = {"cuda", 1};
  odd.layout = Layout::kSparseCsr;
  odd.requires_grad = true;
  const ValueId a = builder.AddUserInput("a", odd), b = builder.AddUserInput("strange name", MakeTensorMeta(DType::kBool, {}));
  const ValueId n = builder.AddUserInput("n", FloorDiv(Sym("s0"), 2)), p = builder.AddUserInput("p", Le(Sym("u0"), 3));
  const ValueId f = builder.AddUserInput("f", SymFloat{0, "ToFloat(Symbol('s0', positive=True, integer=True))", 9.0});
  const ValueId o = builder.AddUserInput("o", CustomObjMeta{"__torch__.torch.classes.Foo"});
  builder.AddUserInput(Argument(7), "seven");
  builder.AddUserInput(Argument(None{}), "none");
  builder.AddUserInput(Argument("text"), "text");

  GraphBuilder inner;
  const ValueId ix = inner.AddInput("x", MakeTensorMeta(DType::kF32, {2}));
  const ValueId iy = inner.AddOp({}, "aten.relu.default", {{"self", ix}}, MakeTensorMeta(DType::kF32, {2}), {{"stack_trace", "File \"x\"\n\tline"}});
  inner.SetOutputs({Argument(iy)});
  inner.SetSingleTensorReturn(true);
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  Node node;
  node.target = "torch.ops.higher_order.every";
  const std::vector<Argument> arguments = {
      None{}, a, std::vector<ValueId>{a, b}, std::vector<ValueId>{}, OptionalTensor{}, OptionalTensor{a},
      std::vector<OptionalTensor>{{}, {b}}, std::vector<OptionalTensor>{}, std::vector<std::vector<ValueId>>{{a}, {}, {a, b}},
      int64_t{-5}, std::numeric_limits<int64_t>::min(), std::vector<int64_t>{1, -1}, std::vector<int64_t>{}, std::vector<std::vector<int64_t>>{{1}, {}},
      1e-5, -0.0, nan, -inf, 3.0, std::vector<double>{1.5, inf}, std::vector<double>{}, std::vector<std::vector<double>>{{}, {2.0}},
      true, std::vector<bool>{false, true}, std::vector<bool>{}, "a \"quoted\" \\ \n\x01 text", std::vector<std::string>{"x", ""},
      std::vector<std::string>{}, std::complex<double>(1.0, -2.5), SymIntRef(n), SymIntRef(int64_t{4}), std::vector<SymIntRef>{n, int64_t{-1}},
      std::vector<SymIntRef>{int64_t{1}}, std::vector<SymIntRef>{}, SymFloatRef(f), SymFloatRef(0.5), std::vector<SymFloatRef>{f, 1.5},
      std::vector<SymFloatRef>{}, SymBoolRef(p), SymBoolRef(true), std::vector<SymBoolRef>{p, false}, std::vector<SymBoolRef>{},
      ScalarType::kBFloat16, ScalarType::kComplexHalf, MemoryFormat::kChannelsLast, Layout::kStrided, Device{"cpu", std::nullopt},
      Device{"cuda", 0}, CustomObjRef{o}, OperatorRef{"torch.ops.aten.add.Tensor"},
      ArgumentMap{{"k", Argument(a)}, {"nested", Argument(ArgumentMap{{"n", Argument(SymIntRef(n))}})}}, ArgumentMap{}};
  for (size_t i = 0; i < arguments.size(); ++i) node.inputs.push_back({"arg" + std::to_string(i), arguments[i]});
  node.inputs.push_back({"body", GraphRef{"true_graph_0", std::make_shared<const Graph>(std::move(inner).Take())}, NamedArgument::Kind::kUnknown});
  node.inputs.push_back({"odd name", Argument(1), std::nullopt});
  node.is_hop_single_tensor_return = false;
  node.metadata = {{"key with space", "v"}, {"stack_trace", "File \"x\"\n\tline"}};
  const TensorMeta plain = MakeTensorMeta(DType::kI64, {Sym("s0")});
  const ValueId y = builder.NewValue("y", plain), z = builder.NewValue("z", plain), w = builder.NewValue("w", Sym("u0")),
                q = builder.NewValue("q", plain);
  node.outputs = {y, std::vector<ValueId>{z}, SymIntRef(w), None{}, OptionalTensor{q}, std::vector<ValueId>{}};
  node.name = "every";
  builder.Append(std::move(node));
  Node no_output;
  no_output.target = "a strange target!";
  no_output.name = "effect";
  builder.Append(std::move(no_output));
  builder.AddOutput({OutputSpec::Kind::kUserInputMutation, "a"}, Argument(z));
  builder.AddOutput({OutputSpec::Kind::kUserOutput, ""}, Argument(y));
  builder.AddOutput({OutputSpec::Kind::kUserOutput, ""}, Argument(None{}));
  builder.AddOutput({OutputSpec::Kind::kUserOutput, ""}, Argument(SymIntRef(w)));
  rest.module_call_graph = {{"m", ModuleCallSignature{{{ArgumentKind::kTensor, "gone", "", {}}, {ArgumentKind::kNone, "", "", 2.5}},
                                                      {{ArgumentKind::kSymInt, "n", "", {}}, {ArgumentKind::kCustomObj, "o", "C", {}}}, "", "", std::nullopt}}};
  return std::move(builder).Finish();
}

TEST(Text, EveryKindOfArgumentIsReadBack) {
  const Program program = EveryKind();
  const std::string text = PrintProgram(program);
  const auto back = ParseProgram(text);
  ASSERT_TRUE(back.ok()) << back.error().ToString() << "\n" << text;
  EXPECT_EQ(FirstDifference(*back, program), "");
  EXPECT_EQ(PrintProgram(*back), text);
}

TEST(Text, ConstantsKeepTheirBits) {
  for (const Tensor& tensor : {Tensor::Of<float>({3}, {0.1f, -0.0f, 1e-40f}), Tensor::Of<int64_t>({2, 1}, {std::numeric_limits<int64_t>::max(), -3}),
                               Tensor::Of<bool>({2}, {true, false}), Tensor::Of<float>({1}, {std::numeric_limits<float>::quiet_NaN()}),
                               Tensor::Zeros(DType::kF16, {0, 4}), Tensor::Of<uint8_t>({}, {200}), Tensor::Zeros(DType::kF32, {2000}),
                               Cast(Tensor::Of<float>({2}, {1.5f, -std::numeric_limits<float>::infinity()}), DType::kBF16)}) {
    ProgramBuilder builder;
    builder.AddConstant("c", tensor);
    const Program program = std::move(builder).Finish();
    const auto back = ParseProgram(PrintProgram(program));
    ASSERT_TRUE(back.ok()) << back.error().ToString();
    EXPECT_TRUE(BitEqual(back->constants.at("c"), tensor)) << PrintProgram(program);
  }
}

TEST(Text, MistakesAreNamedWithTheirLine) {
  const std::string text = PrintProgram(SmallProgram());
  const auto broken = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const size_t at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    const auto back = ParseProgram(changed);
    EXPECT_FALSE(back.ok()) << to;
    return back.ok() ? std::string() : back.error().message();
  };
  EXPECT_THAT(broken("self=%x", "self=%nobody"), HasSubstr("not %nobody"));
  EXPECT_THAT(broken("self=%x", "self=%x garbage"), HasSubstr("wanted ',' or ')', found 'garbage"));
  EXPECT_THAT(broken("f32[4, 3]", "f33[4, 3]"), HasSubstr("wanted a dtype"));
  EXPECT_THAT(broken("program schema", "programme"), HasSubstr("line 1: wanted 'program schema'"));
  EXPECT_THAT(broken("%linear: f32", "%x: f32"), HasSubstr("taken"));
  EXPECT_THAT(broken("= [1.0, 2.5", "= [1.0"), HasSubstr("4 elements"));
  EXPECT_THAT(broken("user_output", "no_output"), HasSubstr("stands for"));
  // Every truncation is an error, none a crash.
  for (size_t length = 0; length < text.size() - 2; length += 7) EXPECT_FALSE(ParseProgram(text.substr(0, length)).ok()) << length;
  std::string deep = "program schema 8.20\ngraph {\n f.g(x=";
  for (int i = 0; i < 10000; ++i) deep += "[";
  EXPECT_FALSE(ParseProgram(deep).ok());
}

}  // namespace
}  // namespace conformance::ir
