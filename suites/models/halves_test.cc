// What the real library answers in f16 and bf16, and what the eager model does: both must lie as near to the exact answer for the rounded
// weights and inputs as the other. A step that is rounded elsewhere than in PyTorch makes one of them the better.
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>

#include "framework/compare/ensemble_lane.h"
#include "framework/compare/lanes_comparator.h"
#include "framework/formats/safetensors.h"
#include "framework/load/input_plan.h"
#include "framework/load/load.h"
#include "framework/load/recordings.h"
#include "framework/testing/matchers.h"
#include "references/eager/model.h"

namespace conformance {
namespace {

using namespace conformance::testing;
namespace fs = std::filesystem;

struct Half {
  std::string folder;
  DType dtype;
};
void PrintTo(const Half& half, std::ostream* out) { *out << half.folder << " " << ToString(half.dtype); }

fs::path Checkpoints() { return fs::path(CONFORMANCE_FIXTURES_DIR) / "checkpoints"; }

std::vector<Half> Halves() {
  std::vector<Half> halves;
  for (const auto& entry : fs::directory_iterator(Checkpoints()))
    if (fs::exists(entry.path() / "halves.safetensors"))
      for (const DType dtype : {DType::kF16, DType::kBF16}) halves.push_back({entry.path().filename().string(), dtype});
  std::sort(halves.begin(), halves.end(), [](const Half& a, const Half& b) { return std::pair(a.folder, a.dtype) < std::pair(b.folder, b.dtype); });
  return halves;
}

/// The judge's ensemble: the model in other orders of summation, with noise and other fusions of stores.
class Members : public ports::Ensemble {
 public:
  Members(const load::LoadedModel& loaded, const ports::ModelInputs& inputs, const NamedTensors& oracle) {
    for (uint64_t seed = 1; seed <= compare::kEnsembleMembers; ++seed) {
      const auto run = eager::RunModel(*loaded.model, *loaded.weights, inputs, ops::Numerics::Ensemble(seed));
      EXPECT_THAT(run, IsOk());
      if (run.ok()) spreads_.push_back(compare::SpreadsOf(*run, oracle));
    }
  }
  size_t size() const override { return spreads_.size(); }
  Result<const ports::Spreads*> Member(size_t index) const override { return &spreads_[index]; }

 private:
  std::vector<ports::Spreads> spreads_;
};

NamedTensors Only(const NamedTensors& all, const NamedTensors& like) {
  NamedTensors some;
  for (const auto& [name, tensor] : like)
    if (const Tensor* found = Find(all, name)) some.emplace_back(name, *found);
  return some;
}

class HalfModel : public ::testing::TestWithParam<Half> {};

TEST_P(HalfModel, RoundsWhereTheLibraryRounds) {
  const fs::path folder = Checkpoints() / GetParam().folder;
  load::LoadOptions options;
  options.dtype = GetParam().dtype;
  const auto loaded = load::LoadModel(folder, models::DefaultModels(), options);
  ASSERT_THAT(loaded, IsOk());
  const auto recordings = load::ReadRecordings(folder);
  ASSERT_THAT(recordings, IsOk());
  const load::Recording& forward = recordings->front();
  ASSERT_EQ(forward.name, "forward");
  ports::ModelInputs inputs{forward.inputs, forward.kwargs};
  for (auto& [name, tensor] : inputs.tensors)
    if (IsFloating(tensor.dtype())) tensor = Cast(tensor, GetParam().dtype);

  const auto file = formats::OpenSafetensors(folder / "halves.safetensors");
  ASSERT_THAT(file, IsOk());
  const std::string prefix = GetParam().dtype == DType::kF16 ? "float16." : "bfloat16.";
  NamedTensors recorded;
  for (const formats::SafetensorsEntry& entry : file->entries())
    if (entry.name.starts_with(prefix)) recorded.emplace_back(entry.name.substr(prefix.size()), *file->Read(entry));
  ASSERT_FALSE(recorded.empty());

  const auto ours = eager::RunModel(*loaded->model, *loaded->weights, inputs);
  const auto oracle = eager::RunModel(*loaded->model, *loaded->weights, inputs, ops::Numerics::Oracle());
  ASSERT_THAT(ours, IsOk());
  ASSERT_THAT(oracle, IsOk());
  const NamedTensors eager = Only(*ours, recorded), exact = Only(*oracle, recorded);
  const Members members(*loaded, inputs, exact);
  const auto judge = [&](const NamedTensors& candidate, const NamedTensors& reference, const ports::Ensemble* ensemble) {
    ports::ComparisonRequest request;
    request.candidate = &candidate;
    request.reference = &reference;
    request.oracle = &exact;
    request.ensemble = ensemble;
    request.mask = Only(forward.keep, recorded);
    const auto comparison = compare::LanesComparator().Compare(request);
    EXPECT_THAT(comparison, IsOk());
    return comparison.ok() ? std::string(record::ToString(comparison->outcome)) + " " + comparison->reason : std::string();
  };
  EXPECT_THAT(judge(recorded, eager, &members), ::testing::StartsWith("pass")) << "the library's answer, by our own answers";
  EXPECT_THAT(judge(eager, recorded, nullptr), ::testing::StartsWith("pass")) << "our answer, by the library's";
}

INSTANTIATE_TEST_SUITE_P(Fixtures, HalfModel, ::testing::ValuesIn(Halves()),
                         [](const auto& info) { return info.param.folder + "_" + std::string(ToString(info.param.dtype)); });

TEST(Halves, AreThere) { EXPECT_GE(Halves().size(), 12u); }

}  // namespace
}  // namespace conformance
