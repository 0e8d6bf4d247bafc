#include "framework/rewrite/patches.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "framework/ops/ops.h"

namespace conformance::rewrite {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// y = relu(x), as a method that can be patched.
class Relu : public nn::Module {
 public:
  Relu() : nn::Module("Relu") {}
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const {
    return Call(context, {{"x", x}}, [&] { return ops::Relu(context, x); });
  }
};

// A patch that answers with another number of axes, so that meta contexts can tell.
nn::MethodPatch Unsqueezed(int64_t times) {
  return [times](ops::OpContext& context, const nn::Module&, const nn::NamedValues& inputs, const std::function<std::vector<ops::Value>()>&) {
    ops::Value x = nn::Find(inputs, "x");
    for (int64_t i = 0; i < times; ++i) x = ops::Unsqueeze(context, x, 0);
    return std::vector<ops::Value>{x};
  };
}

ops::Value Vector() { return ops::Value::Meta({DType::kF32, {4}}); }

PatchRegistry Registry() {
  PatchRegistry registry;
  registry.Register("onnx", {"Relu::forward", "Gelu::forward"}, Unsqueezed(1), "a test");
  registry.Register("executorch", {"Relu::forward"}, Unsqueezed(2), "another");
  return registry;
}

TEST(PatchRegistry, TargetsShareAFactoryAndBackendsDoNot) {
  const PatchRegistry registry = Registry();
  EXPECT_TRUE(registry.Has("onnx"));
  EXPECT_FALSE(registry.Has("dynamo"));
  EXPECT_THAT(registry.TableOf("onnx").Hits(), ElementsAre(Pair("Relu::forward", 0), Pair("Gelu::forward", 0)));
  EXPECT_EQ(registry.patches()[0].info.target, "Relu::forward Gelu::forward");
  EXPECT_EQ(registry.patches()[0].info.kind, "method");
}

TEST(ScopedPatches, HoldForTheScopeAlone) {
  const Relu module;
  ops::MetaContext context;
  const nn::MethodPatches table = Registry().TableOf("onnx");
  {
    const ScopedPatches scope(context, table);
    EXPECT_EQ(module.Forward(context, Vector()).rank(), 2);
  }
  EXPECT_EQ(module.Forward(context, Vector()).rank(), 1);
  EXPECT_EQ(context.patches(), nullptr);
  EXPECT_THAT(table.Hits(), ElementsAre(Pair("Relu::forward", 1), Pair("Gelu::forward", 0)));
}

TEST(ScopedPatches, AreRestoredWhenTheBodyThrows) {
  const Relu module;
  ops::MetaContext context;
  const nn::MethodPatches table = Registry().TableOf("onnx");
  try {
    const ScopedPatches scope(context, table);
    throw std::runtime_error("in the middle of an export");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(context.patches(), nullptr);
  EXPECT_EQ(module.Forward(context, Vector()).rank(), 1);
}

TEST(ScopedPatches, InnerOnesComeFirstAndOuterOnesShineThrough) {
  const Relu module;
  ops::MetaContext context;
  PatchRegistry registry;
  registry.Register("gelu", {"Gelu::forward"}, Unsqueezed(5), "a test");
  const nn::MethodPatches outer = Registry().TableOf("executorch"), inner = Registry().TableOf("onnx"), other = registry.TableOf("gelu");
  const ScopedPatches outer_scope(context, outer);
  {
    const ScopedPatches inner_scope(context, inner);
    EXPECT_EQ(module.Forward(context, Vector()).rank(), 2);
  }
  {
    const ScopedPatches other_scope(context, other);
    EXPECT_EQ(module.Forward(context, Vector()).rank(), 3);
  }
  EXPECT_EQ(module.Forward(context, Vector()).rank(), 3);
}

TEST(ScopedPatches, TwoExportsAtOnceDoNotSeeEachOthers) {
  const Relu module;  // shared, as models are
  const nn::MethodPatches onnx = Registry().TableOf("onnx"), executorch = Registry().TableOf("executorch");
  constexpr int kRounds = 500;
  int wrong_onnx = 0, wrong_executorch = 0, wrong_plain = 0;
  const auto run = [&](const ops::PatchTable* table, int64_t rank, int& wrong) {
    for (int i = 0; i < kRounds; ++i) {
      ops::MetaContext context;
      std::optional<ScopedPatches> scope;
      if (table != nullptr) scope.emplace(context, *table);
      if (module.Forward(context, Vector()).rank() != rank) ++wrong;
    }
  };
  std::thread first([&] { run(&onnx, 2, wrong_onnx); });
  std::thread second([&] { run(&executorch, 3, wrong_executorch); });
  run(nullptr, 1, wrong_plain);
  first.join();
  second.join();
  EXPECT_EQ(wrong_onnx, 0);
  EXPECT_EQ(wrong_executorch, 0);
  EXPECT_EQ(wrong_plain, 0);
  EXPECT_EQ(onnx.Hits()[0].second, kRounds);
}

TEST(ScopedPatches, APatchMayCallTheOriginal) {
  const Relu module;
  ops::MetaContext context;
  PatchRegistry registry;
  registry.Register("onnx", {"Relu::forward"},
                    [](ops::OpContext& c, const nn::Module& self, const nn::NamedValues&, const std::function<std::vector<ops::Value>()>& original) {
                      EXPECT_EQ(self.class_name(), "Relu");
                      return std::vector<ops::Value>{ops::Unsqueeze(c, original()[0], 0)};
                    },
                    "a test");
  const nn::MethodPatches table = registry.TableOf("onnx");
  const ScopedPatches scope(context, table);
  EXPECT_EQ(module.Forward(context, Vector()).rank(), 2);
}

}  // namespace
}  // namespace conformance::rewrite
