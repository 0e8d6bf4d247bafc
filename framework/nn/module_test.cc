#include "framework/nn/module.h"

#include <gmock/gmock.h>

#include "framework/nn/layers.h"
#include "framework/ops/neg.h"
#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::nn {
namespace {

using namespace conformance::testing;
using ops::OpContext;
using ops::Value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class Block : public Module {
 public:
  Block() : Module("Block"), proj_(Add<Linear>("proj", 3, 3, true)) { AddBuffer("steps", {1}, DType::kI64); }
  Value Forward(OpContext& c, const Value& x) const {
    return Call(c, {{"x", x}}, [&] { return proj_.Forward(c, x); });
  }

 private:
  Linear& proj_;
};

class Root : public Module {
 public:
  Root() : Module("Root"), embed_(Add<Embedding>("embed", 5, 3)) {
    for (int i = 0; i < 2; ++i) layers_.push_back(&Add<Block>("layers." + std::to_string(i)));
    head_ = &Add<Linear>("head", 3, 5, false);
    head_->TieWeight(embed_.weight());
    AddConstant("table", F32({1, 2}));
    Finish();
  }
  Value Forward(OpContext& c, const Value& ids) const {
    return Call(c, {{"ids", ids}}, [&] {
      Value x = embed_.Forward(c, ids);
      for (const Block* layer : layers_) x = layer->Forward(c, x);
      return head_->Forward(c, x);
    });
  }

 private:
  Embedding& embed_;
  std::vector<Block*> layers_;
  Linear* head_;
};

std::vector<std::string> Names(const std::vector<const Parameter*>& parameters) {
  std::vector<std::string> names;
  for (const Parameter* parameter : parameters) names.push_back(parameter->full_name());
  return names;
}

TEST(Module, NamesItsStateAsPyTorchDoes) {
  const Root root;
  EXPECT_THAT(Names(root.StateDict()),
              ElementsAre("embed.weight", "layers.0.steps", "layers.0.proj.weight", "layers.0.proj.bias", "layers.1.steps",
                          "layers.1.proj.weight", "layers.1.proj.bias", "head.weight"));
  EXPECT_THAT(Names(root.Constants()), ElementsAre("table"));
  EXPECT_EQ(root.FindParameter("layers.1.proj.bias")->shape(), Shape{3});
  EXPECT_EQ(root.FindParameter("layers.2.proj.bias"), nullptr);
  EXPECT_EQ(root.FindModule("layers.1.proj")->class_name(), "Linear");
  EXPECT_EQ(root.FindModule("layers.1")->path(), "layers.1");
  EXPECT_EQ(root.FindModule(""), &root);
  EXPECT_EQ(root.FindModule("layers"), nullptr);
}

TEST(Module, TiedParametersAskForTheirTwin) {
  Root root;
  const Parameter* head = root.FindParameter("head.weight");
  EXPECT_EQ(head->info.name, "embed.weight");
  // 5·3 of the table, two blocks of 3·3 + 3; the head is counted once.
  EXPECT_EQ(root.NumParameters(), 15 + 2 * 12);
  root.Untie("head.weight");
  EXPECT_EQ(head->info.name, "head.weight");
  EXPECT_EQ(root.NumParameters(), 15 + 2 * 12 + 15);
}

TEST(Module, ToChangesFloatingStateOnly) {
  Root root;
  root.To(DType::kBF16);
  EXPECT_EQ(root.FindParameter("embed.weight")->dtype(), DType::kBF16);
  EXPECT_EQ(root.FindParameter("layers.0.steps")->dtype(), DType::kI64);
  EXPECT_EQ(root.FindParameter("table")->dtype(), DType::kF32);
}

TEST(Module, RunsOnMetaWithoutStorage) {
  const Root root;
  ops::MetaContext context;
  const Value y = root.Forward(context, Value::Meta({DType::kI64, {2, 4}}));
  ASSERT_THAT(context.status(), IsOk());
  EXPECT_EQ(ops::Describe(y.meta()), "f32[2, 4, 5]");
}

class Recorder : public ops::ForwardObserver {
 public:
  void OnEnter(std::string_view path, std::string_view class_name, const NamedValues& inputs) override {
    events.push_back("> " + std::string(path) + " " + std::string(class_name) + " " + inputs.at(0).first);
  }
  void OnExit(std::string_view path, std::string_view, const NamedValues& outputs) override {
    events.push_back("< " + std::string(path) + " " + outputs.at(0).first);
  }
  std::vector<std::string> events;
};

TEST(Module, ObserversSeeEveryForward) {
  const Root root;
  ops::MetaContext context;
  Recorder recorder;
  context.AddObserver(&recorder);
  root.Forward(context, Value::Meta({DType::kI64, {2, 4}}));
  EXPECT_THAT(recorder.events,
              ElementsAre(">  Root ids", "> embed Embedding input", "< embed output", "> layers.0 Block x", "> layers.0.proj Linear input",
                          "< layers.0.proj output", "< layers.0 output", "> layers.1 Block x", "> layers.1.proj Linear input",
                          "< layers.1.proj output", "< layers.1 output", "> head Linear input", "< head output", "<  output"));
}

TEST(Module, PatchesReplaceAMethodForOneContext) {
  const Root root;
  MethodPatches patches;
  patches.Add("Block::forward", [](OpContext& c, const Module& self, const NamedValues& inputs,
                                   const std::function<std::vector<Value>()>& original) {
    if (self.path() == "layers.0") return original();
    return std::vector<Value>{ops::Neg(c, Find(inputs, "x"))};
  });
  ops::MetaContext patched, plain;
  patched.SetPatches(&patches);
  Recorder seen_patched, seen_plain;
  patched.AddObserver(&seen_patched);
  plain.AddObserver(&seen_plain);
  root.Forward(patched, Value::Meta({DType::kI64, {2, 4}}));
  root.Forward(plain, Value::Meta({DType::kI64, {2, 4}}));
  EXPECT_THAT(patched.status(), IsOk());
  // The patched second block no longer calls its projection.
  EXPECT_EQ(seen_patched.events.size() + 2, seen_plain.events.size());
  EXPECT_THAT(patches.Hits(), ElementsAre(Pair("Block::forward", 2)));
}

TEST(Module, APatchMustAnswerAsTheMethodDoes) {
  const Root root;
  MethodPatches patches;
  patches.Add("Linear::forward", [](OpContext&, const Module&, const NamedValues&, const std::function<std::vector<Value>()>&) {
    return std::vector<Value>();
  });
  ops::MetaContext context;
  context.SetPatches(&patches);
  root.Forward(context, Value::Meta({DType::kI64, {2, 4}}));
  EXPECT_THAT(context.status(), IsError(ErrorKind::kInvalid, HasSubstr("Linear::forward returned 0 values")));
}

}  // namespace
}  // namespace conformance::nn
