#include "framework/ir/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/ir/small_program_testing.h"

namespace conformance::ir {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Program, EqualityNamesTheFirstDifference) {
  const Program a = SmallProgram();
  EXPECT_TRUE(a == SmallProgram());

  const auto changed = [](auto change) {
    Program other = SmallProgram();
    change(other);
    return FirstDifference(other, SmallProgram());
  };
  EXPECT_THAT(changed([](Program& p) { p.torch_version = "2.14"; }), HasSubstr("torch version: found 2.14, wanted 2.13.0"));
  EXPECT_THAT(changed([](Program& p) { p.range_constraints["s0"].max = 65; }), HasSubstr("range constraint of s0"));
  EXPECT_THAT(changed([](Program& p) { p.constants["c"] = Tensor::Of<float>({4}, {1, 2.5f, -0.1f, 0}); }), HasSubstr("constant c"));
  EXPECT_THAT(changed([](Program& p) { p.signature.inputs[1].persistent = false; }), HasSubstr("signature input 1"));
  EXPECT_THAT(changed([](Program& p) { p.module_call_graph[1].fqn = "fd"; }), HasSubstr("module call 1"));
  EXPECT_THAT(changed([](Program& p) { p.symbols["s0"].hint = 3; }), HasSubstr("symbol of s0"));
  const auto edit = [&](auto change) {
    return changed([&](Program& p) {
      GraphBuilder builder(std::move(p.graph));
      change(builder);
      p.graph = std::move(builder).Take();
    });
  };
  EXPECT_THAT(edit([](GraphBuilder& b) { b.Rename(b.graph().FindValue("x"), "xx"); }), HasSubstr("graph input 3"));
  EXPECT_THAT(edit([](GraphBuilder& b) { b.SetMeta(b.graph().FindValue("view"), MakeTensorMeta(DType::kF32, {4, Sym("s0")})); }),
              HasSubstr("value view: found f32[4, s0], wanted f32[s0, 4]"));
  EXPECT_THAT(edit([](GraphBuilder& b) { b.SetInput(b.graph().FindNode("add")->id(), "other", Argument(1)); }),
              HasSubstr("node 4 add: input 1 other: found as_int 1, wanted as_tensor %c_c"));
  EXPECT_THAT(edit([](GraphBuilder& b) { b.SetMetadata(b.graph().FindNode("add")->id(), {}); }), HasSubstr("metadata"));
  EXPECT_THAT(edit([](GraphBuilder& b) { b.SetTarget(b.graph().FindNode("add")->id(), "x"); }), HasSubstr("target: found x"));
}

TEST(Program, HintsComeFromTheSymbols) {
  const Program program = SmallProgram();
  EXPECT_EQ(program.Hint(Sym("s0") * SymInt(3) + SymInt(1)), 7);
  EXPECT_EQ(program.Hint(Sym("s1")), std::nullopt);
  EXPECT_EQ(program.Hint(5), 5);
}

TEST(ModuleStack, IsReadAndWritten) {
  const std::string text = "L__self__,,a.B;L__self___layers_0,layers.0,c.D";
  const auto frames = ParseModuleStack(text);
  EXPECT_THAT(frames, ElementsAre(ModuleFrame{"L__self__", "", "a.B"}, ModuleFrame{"L__self___layers_0", "layers.0", "c.D"}));
  EXPECT_EQ(ModuleStackText(frames), text);
  EXPECT_EQ(ModulePath(*SmallProgram().graph.FindNode("linear")), "fc");
  EXPECT_EQ(ModulePath(*SmallProgram().graph.FindNode("sym_size_int")), "");
}

TEST(Types, NumbersAreTheSchemas) {
  EXPECT_EQ(ScalarTypeFromNumber(7), ScalarType::kFloat);
  EXPECT_EQ(ScalarTypeFromNumber(13), ScalarType::kBFloat16);
  EXPECT_EQ(ScalarTypeFromNumber(14), std::nullopt);
  EXPECT_EQ(LayoutFromNumber(7), Layout::kStrided);
  EXPECT_EQ(MemoryFormatFromNumber(5), std::nullopt);
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32, DType::kI16, DType::kI8, DType::kU8, DType::kBool, DType::kC64,
                            DType::kC128}) {
    EXPECT_EQ(ToDType(FromDType(dtype)), dtype);
    EXPECT_EQ(ScalarTypeFromString(ToString(FromDType(dtype))), FromDType(dtype));
  }
  EXPECT_EQ(ToDType(ScalarType::kComplexHalf), std::nullopt);
  EXPECT_EQ(ToOps(TensorMeta{ScalarType::kUInt16, {}, {}, 0, {}, Layout::kStrided, false}).error().kind(), ErrorKind::kUnsupported);
}

TEST(Types, ContiguousStridesArePyTorchs) {
  EXPECT_EQ(SizesText(ContiguousStrides({2, 3, 4})), "[12, 4, 1]");
  EXPECT_EQ(SizesText(ContiguousStrides({2, 0, 4})), "[4, 4, 1]");
  EXPECT_EQ(SizesText(ContiguousStrides({Sym("s0"), Sym("s1"), 32})), "[32*s1, 32, 1]");
  EXPECT_EQ(SizesText(ContiguousStrides({2, Sym("s0") - SymInt(1), 8})), "[8*max(s0 - 1, 1), 8, 1]");
}

TEST(Targets, HaveTheTablesNames) {
  EXPECT_EQ(TargetOf("aten.add.Tensor"), "torch.ops.aten.add.Tensor");
  EXPECT_EQ(TargetOf("_operator.add"), "_operator.add");
  EXPECT_EQ(TargetOf("torch.sym_max"), "torch.sym_max");
  EXPECT_EQ(SmallProgram().graph.FindNode("add")->op(), "aten.add.Tensor");
}

}  // namespace
}  // namespace conformance::ir
