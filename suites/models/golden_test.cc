// Every recording of the fixtures' case folders, computed eagerly and held against what the real libraries answered; the module trees
// under symbolic sizes; and the plans' unseen shapes.
#include <gmock/gmock.h>

#include <algorithm>

#include "framework/compare/lanes_comparator.h"
#include "framework/generate/run_recording.h"
#include "framework/load/input_plan.h"
#include "framework/load/load.h"
#include "framework/load/recordings.h"
#include "framework/testing/matchers.h"
#include "references/eager/model.h"

namespace conformance {
namespace {

using namespace conformance::testing;

/// Folders with a case.json of a class that the registry knows, sorted.
std::vector<std::string> Folders() {
  std::vector<std::string> folders;
  for (const std::string part : {"golden", "checkpoints"}) {
    const std::filesystem::path parent = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / part;
    for (const auto& entry : std::filesystem::directory_iterator(parent))
      if (load::HasRecordings(entry.path())) folders.push_back(part + "/" + entry.path().filename().string());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

class Case : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / GetParam();
    Result<load::LoadedModel> loaded = load::LoadModel(folder_);
    ASSERT_THAT(loaded, IsOk());
    loaded_ = std::move(*loaded);
  }
  std::filesystem::path folder_;
  load::LoadedModel loaded_;
};

std::string TestName(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Fixtures, Case, ::testing::ValuesIn(Folders()), TestName);

TEST(Fixtures, AreThere) { EXPECT_GE(Folders().size(), 22u); }

TEST_P(Case, EveryRecordingIsReproduced) {
  const Result<std::vector<load::Recording>> recordings = load::ReadRecordings(folder_);
  ASSERT_THAT(recordings, IsOk());
  for (const load::Recording& recording : *recordings) {
    SCOPED_TRACE(recording.name);
    const Result<NamedTensors> outputs = generate::RunRecording(loaded_, recording, eager::MakeContexts(*loaded_.weights));
    ASSERT_THAT(outputs, IsOk());
    ports::ComparisonRequest request;
    request.candidate = &*outputs;
    request.reference = &recording.expected;
    request.tolerance = ports::PlainTolerance{recording.atol, recording.rtol};
    request.mask = recording.keep;
    const Result<ports::Comparison> comparison = compare::LanesComparator().Compare(request);
    ASSERT_THAT(comparison, IsOk());
    EXPECT_EQ(record::ToString(comparison->outcome), "pass") << comparison->reason;
  }
}

/// The same tokens from buffers of a fixed length, as short as they may be and with room to spare; also where a window is shorter than
/// the prompt.
TEST_P(Case, AStaticCacheGeneratesTheSameTokens) {
  const Result<std::vector<load::Recording>> recordings = load::ReadRecordings(folder_);
  ASSERT_THAT(recordings, IsOk());
  for (load::Recording recording : *recordings) {
    if (!recording.IsGeneration()) continue;
    SCOPED_TRACE(recording.name);
    recording.kwargs["cache_implementation"] = "static";
    for (const int64_t entries : {1, 64}) {
      recording.kwargs["max_cache_len"] = entries;
      const Result<NamedTensors> outputs = generate::RunRecording(loaded_, recording, eager::MakeContexts(*loaded_.weights));
      ASSERT_THAT(outputs, IsOk());
      EXPECT_THAT(*Find(*outputs, "sequences"), BitEqualTo(*Find(recording.expected, "sequences")));
    }
  }
}

/// The first `count` of an axis.
Tensor First(const Tensor& tensor, int64_t axis, int64_t count) {
  Shape shape = tensor.shape();
  shape[static_cast<size_t>(axis)] = count;
  return tensor.View(shape, tensor.strides(), tensor.offset());
}

TEST(StaticCache, OfADecoderThatDoesNotGenerateGivesWhatAGrowingOneGives) {
  const Result<load::LoadedModel> loaded = load::LoadModel(std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "checkpoints/bert_decoder");
  ASSERT_THAT(loaded, IsOk());
  const Result<load::InputPlan> plan = load::InputPlan::Make(*loaded->model, "decode_static_cache");
  ASSERT_THAT(plan, IsOk());
  const int64_t written = plan->traced().at("written");
  NamedTensors fixed = *plan->Make(plan->traced(), 3), growing;
  std::erase_if(fixed, [](const auto& entry) { return entry.first == "position_ids"; });  // so that the cache tells them
  for (const auto& [name, tensor] : fixed) {
    if (name.ends_with("cumulative_length")) continue;
    const bool entries = name.starts_with("past_key_values");
    growing.emplace_back(name, entries ? First(tensor, 2, written) : name == "attention_mask" ? First(tensor, 1, written + 1) : tensor);
  }
  const auto with_static = eager::RunModel(*loaded->model, *loaded->weights, {fixed, plan->kwargs()});
  const auto with_growing = eager::RunModel(*loaded->model, *loaded->weights, {growing, plan->kwargs()});
  ASSERT_THAT(with_static, IsOk());
  ASSERT_THAT(with_growing, IsOk());
  EXPECT_THAT(*Find(*with_static, "last_hidden_state"), IsTensorNear(*Find(*with_growing, "last_hidden_state"), Within(1e-6, 1e-6)));
}

TEST_P(Case, TheOracleAgreesWithinTheRecordedBound) {
  const Result<std::vector<load::Recording>> recordings = load::ReadRecordings(folder_);
  ASSERT_THAT(recordings, IsOk());
  const load::Recording& forward = recordings->front();
  ports::ModelInputs call{forward.inputs, forward.kwargs};
  if (!forward.entries.empty()) {
    const Result<load::InputPlan> plan = load::InputPlan::FromInputs(*loaded_.model, forward.entries.front(), forward.inputs, forward.kwargs);
    ASSERT_THAT(plan, IsOk());
    call = {*plan->Make(plan->traced(), 1), plan->kwargs()};
  }
  const Result<NamedTensors> outputs = eager::RunModel(*loaded_.model, *loaded_.weights, call, ops::Numerics::Oracle());
  ASSERT_THAT(outputs, IsOk());
  for (const auto& [name, expected] : forward.expected) {
    const Tensor* found = Find(*outputs, name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->dtype(), DType::kF64);
    if (Find(forward.keep, name) != nullptr) continue;
    EXPECT_THAT(Cast(*found, DType::kF32), IsTensorNear(expected, Within(forward.atol, forward.rtol))) << name;
  }
}

/// Runs the model under symbolic sizes, as a tracer does.
void ExpectNothingSpecialised(const nn::Model& model, const load::InputPlan& plan) {
  SCOPED_TRACE(plan.variant() + " " + load::ToString(plan.traced()));
  const Result<NamedTensors> inputs = plan.Make(plan.traced(), 1);
  ASSERT_THAT(inputs, IsOk());
  const DynamicShapes shapes = plan.NamedShapes();
  ShapeEnv env;
  nn::NamedValues leaves;
  for (const auto& [name, tensor] : *inputs) {
    const Result<std::vector<SymInt>> sizes = env.SizesOf(name, tensor.shape(), shapes.find(name)->second);
    ASSERT_THAT(sizes, IsOk());
    leaves.emplace_back(name, ops::Value::Meta({tensor.dtype(), *sizes}));
  }
  ops::MetaContext context(&env);
  const nn::Tree outputs = model.Forward(context, *nn::TreeFromLeaves(leaves), plan.kwargs());
  // Dims were named, so a size that had to be fixed would be an error.
  ASSERT_THAT(context.status(), IsOk());
  EXPECT_THAT(env.Specialisations(), ::testing::IsEmpty());
  // The answer's sizes hold at shapes that were not seen.
  for (const load::Assignment& assignment : plan.Unseen()) {
    ShapeEnv data_dependent;
    ops::MetaContext concrete(&data_dependent);
    nn::NamedValues other;
    const Result<NamedTensors> made = plan.Make(assignment, 1);
    ASSERT_THAT(made, IsOk());
    for (const auto& [name, tensor] : *made) other.emplace_back(name, ops::Value::Meta({tensor.dtype(), ToSymInts(tensor.shape())}));
    const nn::NamedValues wanted = nn::GetLeafTensors(model.Forward(concrete, *nn::TreeFromLeaves(other), plan.kwargs()));
    ASSERT_THAT(concrete.status(), IsOk()) << load::ToString(assignment);
    const nn::NamedValues found = nn::GetLeafTensors(outputs);
    ASSERT_EQ(found.size(), wanted.size());
    for (size_t i = 0; i < found.size(); ++i) {
      std::vector<int64_t> sizes;
      for (const SymInt& size : found[i].second.sizes()) sizes.push_back(*size.Evaluate(SymbolValues(assignment.begin(), assignment.end())));
      EXPECT_EQ(sizes, *AsInts(wanted[i].second.sizes())) << found[i].first << " at " << load::ToString(assignment);
    }
  }
}

/// All uses of a class; some have no plan for it.
std::vector<std::string> Variants(const nn::Model& model) {
  std::vector<std::string> variants = {"dynamic", "prefill", "decode", "decode_static_cache", "continue_static_cache"};
  for (const std::string& entry : model.traits().entry_points) variants.push_back(entry + ".dynamic");
  return variants;
}

TEST_P(Case, NoSizeIsBakedIn) {
  for (const std::string& variant : Variants(*loaded_.model)) {
    const Result<load::InputPlan> plan = load::InputPlan::Make(*loaded_.model, variant);
    if (plan.ok()) ExpectNothingSpecialised(*loaded_.model, *plan);
    else EXPECT_TRUE(!loaded_.model->traits().generates || variant.ends_with("_static_cache")) << plan.error().ToString();
  }
  const Result<std::optional<load::CaseInputs>> inputs = load::ReadCaseInputs(folder_);
  ASSERT_THAT(inputs, IsOk());
  const Result<load::InputPlan> plan = load::InputPlan::FromInputs(*loaded_.model, "dynamic", (*inputs)->tensors, (*inputs)->kwargs);
  ASSERT_THAT(plan, IsOk());
  ExpectNothingSpecialised(*loaded_.model, *plan);
}

TEST_P(Case, PlansRunAtShapesNotSeen) {
  for (const std::string& variant : Variants(*loaded_.model)) {
    const Result<load::InputPlan> plan = load::InputPlan::Make(*loaded_.model, variant);
    if (!plan.ok()) continue;
    for (const load::Assignment& assignment : plan->Unseen()) {
      const Result<NamedTensors> inputs = plan->Make(assignment, 1);
      ASSERT_THAT(inputs, IsOk());
      EXPECT_THAT(eager::RunModel(*loaded_.model, *loaded_.weights, {*inputs, plan->kwargs()}), IsOk())
          << variant << " " << load::ToString(assignment);
    }
  }
}

}  // namespace
}  // namespace conformance
