#include "framework/engine/binding.h"

#include <gmock/gmock.h>

#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Names(const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const auto& entry : tensors) names.push_back(entry.first);
  return names;
}
ports::Artifact WithInputs(std::vector<ports::ValueInfo> inputs) {
  ports::Artifact artifact;
  artifact.inputs = std::move(inputs);
  return artifact;
}

TEST(Binding, BookkeepingIsALastPartWithAnUnderscore) {
  EXPECT_TRUE(IsBookkeeping("past_key_values.layers.0._sliding_window_tensor"));
  EXPECT_TRUE(IsBookkeeping("_x"));
  EXPECT_FALSE(IsBookkeeping("past_key_values.layers.0.keys"));
  EXPECT_FALSE(IsBookkeeping("_private.keys"));
  EXPECT_THAT(Names(WithoutBookkeeping({{"a", F32({1})}, {"a._b", F32({1})}})), ElementsAre("a"));
}

TEST(Binding, InputsTakeTheArtifactsNamesAndOrder) {
  const NamedTensors tensors = {{"a", F32({1})}, {"cache.keys", F32({2})}, {"labels", F32({3})}};
  std::vector<std::string> unused;
  const auto bound = BindInputs(WithInputs({{"input.cache.keys", DType::kF32, {"1"}}, {"a", DType::kF32, {"1"}}}), tensors, unused);
  ASSERT_THAT(bound, IsOk());
  EXPECT_THAT(Names(*bound), ElementsAre("input.cache.keys", "a"));
  EXPECT_THAT((*bound)[0].second, BitEqualTo(F32({2})));
  EXPECT_THAT(unused, ElementsAre("labels"));
  unused.clear();
  EXPECT_THAT(Names(*BindInputs({}, tensors, unused)), ElementsAre("a", "cache.keys", "labels"));  // an artifact that lists none
  EXPECT_THAT(unused, IsEmpty());
  EXPECT_THAT(BindInputs(WithInputs({{"mask", DType::kF32, {}}}), tensors, unused),
              IsError(ErrorKind::kInternal, AllOf(HasSubstr("'mask'"), HasSubstr("a, cache.keys, labels"))));
}

TEST(Binding, OutputsTakeTheCasesNames) {
  const NamedTensors reference = {{"logits", F32({1})}, {"keys", F32({1})}, {"output.kept", F32({1})}};
  const NamedTensors outputs = {{"output.keys", F32({1})}, {"logits", F32({1})}, {"output.kept", F32({1})}, {"output.other", F32({1})}, {"c._len", F32({1})}};
  EXPECT_THAT(Names(NameOutputs(outputs, reference)), ElementsAre("keys", "logits", "output.kept", "output.other"));
}

TEST(Binding, BakedSizesAreNumbersThatDiffer) {
  const auto artifact = WithInputs({{"x", DType::kF32, {"batch", "9"}}, {"input.y", DType::kF32, {"2"}}, {"z", DType::kF32, {"7"}}});
  const NamedTensors tensors = {{"x", Tensor::Zeros(DType::kF32, {4, 11})}, {"y", Tensor::Zeros(DType::kF32, {3})}, {"z", Tensor::Zeros(DType::kF32, {7})}};
  EXPECT_THAT(BakedSizes(artifact, tensors), ElementsAre("x axis 1 is fixed at 9, found 11", "input.y axis 0 is fixed at 2, found 3"));
}

TEST(Binding, NamesByPlaceWhereAnotherArtifactCallsThemDifferently) {
  const NamedTensors tensors = {{"a", Tensor::Of<float>({1}, {1})}, {"b", Tensor::Of<float>({1}, {2})}};
  EXPECT_EQ(NameByPlace(tensors, {"x", "y"})[1].first, "y");
  EXPECT_EQ(NameByPlace(tensors, {"x", "y"})[1].second.At(0), 2);
  EXPECT_EQ(NameByPlace(tensors, {"b", "a"})[0].first, "a");  // known names are not touched
  EXPECT_EQ(NameByPlace(tensors, {"x"})[0].first, "a");       // another number is the comparison's matter
}

}  // namespace
}  // namespace conformance::engine
