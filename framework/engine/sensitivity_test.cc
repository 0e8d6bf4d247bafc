#include "framework/engine/sensitivity.h"

#include <gmock/gmock.h>

#include <limits>

#include "framework/ir/builder.h"
#include "framework/weights/tensor_weights.h"

namespace conformance::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Tensor F32(std::vector<float> values) {
  const auto n = static_cast<int64_t>(values.size());
  return Tensor::Of<float>({n}, values);
}

TEST(DoubtfulOutputs, AreConstantZeroOrSaturated) {
  std::vector<float> sparse(40, 0.0f), dense(40, 0.0f);
  sparse[3] = 1;
  for (size_t i = 0; i < 3; ++i) dense[i] = 1;
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_THAT(DoubtfulOutputs({{"a", F32({1, 1, 1})}}), ElementsAre("output a is constant"));
  EXPECT_THAT(DoubtfulOutputs({{"a", F32(sparse)}}), ElementsAre("output a is zero in 97 %"));
  EXPECT_THAT(DoubtfulOutputs({{"a", F32({inf, -inf, 1})}}), ElementsAre("output a is not finite or at the largest number in 66 %"));
  EXPECT_THAT(DoubtfulOutputs({{"a", F32(dense)}, {"b", F32({7})}, {"c", F32({1, 2})}, {"n", Tensor::Of<int64_t>({2}, {1, 1})}}), IsEmpty());
}

TEST(PerturbInput, ChangesTheNamedLeafAlone) {
  const NamedTensors inputs = {{"ids", Tensor::Of<int64_t>({3}, {4, 5, 6})},
                               {"mask", Tensor::Of<int64_t>({4}, {1, 1, 1, 1})},
                               {"same", Tensor::Of<int64_t>({2}, {7, 7})},
                               {"x", F32({1, 2})}};
  EXPECT_THAT(PerturbInput(inputs, "ids", 1)[0].second.ToInts(), ElementsAre(5, 6, 4));
  EXPECT_THAT(PerturbInput(inputs, "mask", 1)[1].second.ToInts(), ElementsAre(0, 1, 0, 1));
  EXPECT_THAT(PerturbInput(inputs, "same", 1)[2].second.ToInts(), ElementsAre(6, 6));
  const NamedTensors moved = PerturbInput(inputs, "x", 1);
  EXPECT_THAT(PerturbInput(inputs, "mask", 1, true)[1].second.ToInts(), ElementsAre(0, 0, 0, 0));
  EXPECT_FALSE(BitEqual(moved[3].second, inputs[3].second));
  for (size_t i = 0; i < 3; ++i) EXPECT_TRUE(BitEqual(moved[i].second, inputs[i].second));
  EXPECT_TRUE(BitEqual(moved[3].second, PerturbInput(inputs, "x", 1)[3].second));
}

TEST(WeightBlocks, AreLayersByPart) {
  std::map<std::string, Tensor, std::less<>> tensors;
  for (const char* name : {"h.0.attn.q.weight", "h.0.attn.k.weight", "h.0.mlp.up.weight", "h.1.attn.q.weight", "wte.weight"}) tensors.emplace(name, F32({1, 2}));
  tensors.emplace("count", Tensor::Of<int64_t>({1}, {1}));
  const weights::TensorWeights weights(tensors);
  std::vector<std::string> names;
  for (const WeightBlock& block : WeightBlocks(weights, 0)) names.push_back(block.name);
  EXPECT_THAT(names, ElementsAre("h.0.attn", "h.0.mlp", "h.1.attn", "wte"));
  EXPECT_EQ(WeightBlocks(weights, 0)[0].weights.size(), 2u);
  const auto two = WeightBlocks(weights, 2);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[1].name, "h.1.attn with wte");
}

TEST(FindUnmoved, NamesWhatNoOutputDependsOn) {
  // y = x · used: "spare" of the inputs and "idle" of the weights take no part.
  const auto weights = std::make_shared<const weights::TensorWeights>(
      std::map<std::string, Tensor, std::less<>>{{"idle.weight", F32({3})}, {"used.weight", F32({2})}});
  const NamedTensors inputs = {{"spare", F32({5, 6})}, {"x", F32({1, 2})}};
  const Evaluate evaluate = [&](const NamedTensors* given, const weights::Weights* with) -> Result<NamedTensors> {
    CONFORMANCE_TRY(const Tensor factor, (with ? with : weights.get())->Load("used.weight"));
    std::vector<float> y;
    for (const double x : Find(given ? *given : inputs, "x")->ToDoubles()) y.push_back(static_cast<float>(x * factor.At(0)));
    return NamedTensors{{"y", F32(y)}};
  };
  const NamedTensors outputs = *evaluate(nullptr, nullptr);
  const auto texts = [&](const std::shared_ptr<const weights::Weights>& asked) {
    Doubts doubts;
    for (const Unmoved& unmoved : FindUnmoved(inputs, asked, outputs, evaluate, 1)) doubts.push_back(unmoved.Text());
    return doubts;
  };
  EXPECT_THAT(texts(weights), ElementsAre("no output depends on input spare", "no output depends on the weights of idle"));
  EXPECT_THAT(texts(nullptr), ElementsAre("no output depends on input spare"));
}

TEST(ReadByOutputs, LeavesOutWhatIsThereForItsSizeOrNotUsed) {
  // y = x · w + zeros_like(sized); "idle" and "unused" reach nothing.
  ir::ProgramBuilder builder;
  const ir::TensorMeta meta = ir::MakeTensorMeta(DType::kF32, {SymInt(2)});
  const ir::ValueId w = builder.AddParameter("w", meta), idle = builder.AddParameter("idle", meta);
  const ir::ValueId x = builder.AddUserInput("x", meta), sized = builder.AddUserInput("sized", meta);
  builder.AddUserInput("unused", meta);
  const auto op = [&](const char* name, std::vector<ir::NamedArgument> inputs) { return builder.AddOp({}, name, std::move(inputs), meta); };
  const ir::ValueId product = op("aten.mul.Tensor", {{"self", ir::Argument(x)}, {"other", ir::Argument(w)}});
  const ir::ValueId zeros = op("aten.zeros_like.default", {{"self", ir::Argument(sized)}});
  op("aten.neg.default", {{"self", ir::Argument(idle)}});
  const ir::ValueId y = op("aten.add.Tensor", {{"self", ir::Argument(product)}, {"other", ir::Argument(zeros)}});
  builder.AddOutput({ir::OutputSpec::Kind::kUserOutput, ""}, ir::Argument(y));
  const auto read = ReadByOutputs(std::move(builder).Finish());
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_THAT(read->inputs, ElementsAre("x"));
  EXPECT_THAT(read->weights, ElementsAre("w"));
  EXPECT_FALSE(read->Has({.input = true, .name = "sized", .weights = {}}));
  EXPECT_TRUE(read->Has({.input = false, .name = "block", .weights = {"idle", "w"}}));
}

}  // namespace
}  // namespace conformance::engine
