#include "framework/ops/op_context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/ops/ops.h"
#include "framework/testing/matchers.h"

namespace conformance::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsError;

Value Meta(DType dtype, std::vector<SymInt> sizes) { return Value::Meta({dtype, std::move(sizes)}); }
Value F32(std::vector<SymInt> sizes) { return Meta(DType::kF32, std::move(sizes)); }

TEST(Value, TellsSizesFromEitherEnd) {
  const Value x = F32({2, 3});
  EXPECT_EQ(x.size(-1).AsInt(), 3);
  EXPECT_EQ(x.size(0).AsInt(), 2);
  EXPECT_EQ(Describe(x.meta()), "f32[2, 3]");
  EXPECT_EQ(Value::Poisoned().size(5).AsInt(), 0);
  EXPECT_DEATH(x.size(2), "axis 2 of f32\\[2, 3\\]");
  EXPECT_FALSE(Value().defined());
  EXPECT_EQ(Value::Traced(7, x.meta()).id(), 7);
  const Value eager = Value::Eager(Tensor::Zeros(DType::kI64, {4}));
  EXPECT_EQ(Describe(eager.meta()), "i64[4]");
  EXPECT_TRUE(eager.has_tensor());
}

TEST(MetaContext, AnswersWithShapes) {
  MetaContext c;
  const Value y = Linear(c, F32({2, 9, 8}), F32({16, 8}), F32({16}));
  ASSERT_TRUE(c.status().ok());
  EXPECT_EQ(Describe(y.meta()), "f32[2, 9, 16]");
  const WeightInfo weight{"w", WeightInfo::Kind::kParameter, {DType::kF16, {3, 4}}};
  EXPECT_EQ(Describe(c.Weight(weight).meta()), "f16[3, 4]");
  EXPECT_EQ(Describe(c.Constant(Tensor::Zeros(DType::kBool, {1, 2})).meta()), "bool[1, 2]");
  const auto [values, indices] = Topk(c, F32({5}), 2);
  EXPECT_EQ(Describe(indices.meta()), "i64[2]");
  EXPECT_EQ(SymSize(c, F32({5, 6}), -1).AsInt(), 6);
}

TEST(OpContext, KeepsTheFirstErrorAndPoisonsWhatFollows) {
  MetaContext c;
  const Value bad = Linear(c, F32({2, 8}), F32({4, 7}));
  EXPECT_TRUE(bad.poisoned());
  EXPECT_TRUE(Relu(c, F32({2})).poisoned());
  Matmul(c, bad, F32({1, 2, 3}));
  EXPECT_THAT(c.status(), IsError(ErrorKind::kShape,
                                  HasSubstr("aten.linear.default: weight is f32[4, 7], want weight [n, 8]")));
  EXPECT_EQ(c.status().error().Fact("op"), "aten.linear.default");

  // Everything that model code reads from results stays safe to touch.
  EXPECT_EQ(Split(c, bad, 2)[5].size(-1).AsInt(), 0);
  EXPECT_EQ(Chunk(c, bad, 3).size(), 3u);
  EXPECT_EQ(SplitWithSizes(c, bad, {1, 2}).size(), 2u);
  EXPECT_TRUE(Max(c, bad, 0).indices.poisoned());
  EXPECT_TRUE(Sort(c, bad).values.poisoned());
  EXPECT_EQ(Item(c, bad).AsInt(), 1);
  EXPECT_FALSE(c.Guard(Eq(bad.size(0), 0), "anything"));
  EXPECT_TRUE(c.Constant(Tensor()).poisoned());
  EXPECT_TRUE(c.Weight({"w", WeightInfo::Kind::kBuffer, {}}).poisoned());
}

TEST(OpContext, NamesTheModuleOfTheError) {
  MetaContext c;
  {
    OpContext::Scope root(c, "", "TinyModel");
    OpContext::Scope layers(c, "model.layers.0", "Layer");
    {
      OpContext::Scope mlp(c, "mlp", "Mlp");
      EXPECT_EQ(c.module_path(), "model.layers.0.mlp");
      EXPECT_EQ(c.module_stack().size(), 3u);
      BitwiseNot(c, F32({2}));
    }
    EXPECT_EQ(c.module_path(), "model.layers.0");
  }
  EXPECT_EQ(c.module_path(), "");
  EXPECT_EQ(c.status().error().Fact("module"), "model.layers.0.mlp");
}

TEST(OpContext, RefusesAValueOfAFailedRun) {
  MetaContext c;
  Relu(c, Value::Poisoned());
  EXPECT_THAT(c.status(), IsError(ErrorKind::kInternal, HasSubstr("failed run")));
}

TEST(OpContext, GuardsAndAssertsNumbersByArithmetic) {
  MetaContext c;
  EXPECT_TRUE(c.Guard(Lt(SymInt(2), 3), ""));
  EXPECT_FALSE(c.Guard(Lt(SymInt(3), 3), ""));
  c.Assert(Eq(SymInt(2), 2), "fine");
  EXPECT_FALSE(c.failed());
  AssertScalar(c, Eq(SymInt(2), 3), "two is three");
  EXPECT_THAT(c.status(), IsError(ErrorKind::kInvalid, HasSubstr("two is three")));
}

TEST(OpContext, GuardsSymbolsWithTheModulePath) {
  ShapeEnv env;
  const SymInt s0 = *env.AddSymbol(std::nullopt, 9, {2, std::nullopt}, "x.size(0)");
  MetaContext c(&env);
  OpContext::Scope scope(c, "attn", "Attention");
  EXPECT_TRUE(c.Guard(Le(s0, 40), "window"));
  ASSERT_EQ(env.guards().size(), 1u);
  EXPECT_EQ(env.guards()[0].condition.ToString(), "s0 <= 40");
  EXPECT_EQ(env.guards()[0].module_path, "attn");
}

TEST(MetaContext, CannotExpressDataDependentSizesWithoutSymbols) {
  MetaContext c;
  Nonzero(c, F32({3}));
  EXPECT_THAT(c.status(), IsError(ErrorKind::kUnsupported, HasSubstr("depends on data")));
  MetaContext d;
  Item(d, Meta(DType::kI64, {}));
  EXPECT_THAT(d.status(), IsError(ErrorKind::kUnsupported, HasSubstr("depends on data")));
}

class Recorder : public ForwardObserver {
 public:
  using Values = std::vector<std::pair<std::string, Value>>;
  void OnEnter(std::string_view path, std::string_view class_name, const Values& inputs) override {
    events.push_back("in " + std::string(path) + " " + std::string(class_name) + " " + inputs[0].first +
                     Describe(inputs[0].second.meta()));
  }
  void OnExit(std::string_view path, std::string_view class_name, const Values& outputs) override {
    events.push_back("out " + std::string(path) + " " + std::string(class_name) + " " +
                     Describe(outputs[0].second.meta()));
  }
  std::vector<std::string> events;
};

TEST(OpContext, ShowsForwardsToObserversUntilAnError) {
  MetaContext c;
  Recorder recorder;
  c.AddObserver(&recorder);
  OpContext::Scope root(c, "", "Model");
  root.Inputs({{"x=", F32({2})}});
  {
    OpContext::Scope inner(c, "act", "Act");
    inner.Inputs({{"x=", F32({2})}});
    inner.Outputs({{"", Meta(DType::kBool, {2})}});
  }
  EXPECT_THAT(recorder.events,
              ElementsAre("in  Model x=f32[2]", "in act Act x=f32[2]", "out act Act bool[2]"));
  recorder.events.clear();
  c.Fail(Invalid("stop"));
  root.Outputs({{"", Value::Poisoned()}});
  EXPECT_THAT(recorder.events, IsEmpty());
}

}  // namespace
}  // namespace conformance::ops
