// Models through the ONNX exporter and ONNX Runtime: every checkpoint of the fixtures in each of its uses, static, with every axis
// Auto and with named dims, at the traced shape and at three that the trace has not seen; and PyTorch's own programs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "exporters/common/export_model.h"
#include "exporters/onnx/onnx_exporter.h"
#include "framework/formats/safetensors.h"
#include "framework/ir/pt2.h"
#include "framework/load/input_plan.h"
#include "framework/load/load.h"
#include "framework/load/recordings.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "framework/weights/tensor_weights.h"
#include "references/eager/model.h"
#include "references/runtimes/onnxruntime.h"

namespace conformance {
namespace {

using namespace conformance::testing;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr double kAbsolute = 2e-5, kRelative = 1e-4;  // the golden cases' own: 10 × the largest f32 error, at least 1e-5

std::filesystem::path Fixtures() { return CONFORMANCE_FIXTURES_DIR; }

std::string Difference(const NamedTensors& found, const NamedTensors& wanted) {
  for (const auto& [name, want] : wanted) {
    const size_t dot = name.rfind('.');
    if (name[dot == std::string::npos ? 0 : dot + 1] == '_') continue;  // bookkeeping of caches
    const Tensor* got = Find(found, name);
    if (got == nullptr) got = Find(found, "output." + name);
    if (got == nullptr) return "no output " + name;
    if (got->dtype() != want.dtype() || got->shape() != want.shape()) return name + ": found " + Describe(*got) + ", wanted " + Describe(want);
    const std::vector<double> f = got->ToDoubles(), w = want.ToDoubles();
    for (size_t i = 0; i < w.size(); ++i) {
      if (std::isnan(w[i]) && std::isnan(f[i])) continue;
      if (!(std::fabs(f[i] - w[i]) <= kAbsolute + kRelative * std::fabs(w[i]))) {
        return name + "[" + std::to_string(i) + "]: found " + std::to_string(f[i]) + ", wanted " + std::to_string(w[i]);
      }
    }
  }
  return {};
}

// Inputs under the artifact's names.
NamedTensors Feed(const ports::Artifact& artifact, const NamedTensors& inputs) {
  NamedTensors feed;
  for (const ports::ValueInfo& info : artifact.inputs) {
    const Tensor* tensor = Find(inputs, info.name.starts_with("input.") ? info.name.substr(6) : info.name);
    if (tensor != nullptr) feed.emplace_back(info.name, *tensor);
  }
  return feed;
}

struct Export {
  std::string folder, use, shapes;  // "golden/gpt2", "decode", "auto"
};
void PrintTo(const Export& one, std::ostream* out) { *out << one.folder << " " << one.use << " " << one.shapes; }

std::vector<Export> Exports() {
  std::vector<Export> out;
  for (const std::string part : {"golden", "checkpoints"}) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(Fixtures() / part)) {
      if (load::HasRecordings(entry.path())) names.push_back(part + "/" + entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      const auto recordings = load::ReadRecordings(Fixtures() / name);
      if (!recordings.ok()) continue;  // golden_test says so
      for (const load::Recording& recording : *recordings) {
        const std::string& use = recording.name;
        if (use == "hidden" || recording.IsGeneration()) continue;
        for (const std::string shapes : {"static", "auto", "named"}) out.push_back({name, use, shapes});
      }
    }
  }
  return out;
}

class ExportedModel : public ::testing::TestWithParam<Export> {};

TEST_P(ExportedModel, ComputesWhatTheModelComputes) {
  const auto& [name, use, shapes] = GetParam();
  const runtimes::OnnxRuntimeBackend backend;
  if (const auto version = backend.Version(); !version.ok()) GTEST_SKIP() << version.error().ToString();
  const auto loaded = load::LoadModel(Fixtures() / name);
  ASSERT_THAT(loaded, IsOk());
  const auto recordings = load::ReadRecordings(Fixtures() / name);
  ASSERT_THAT(recordings, IsOk());
  const auto recording = std::find_if(recordings->begin(), recordings->end(), [&](const load::Recording& one) { return one.name == use; });
  ASSERT_NE(recording, recordings->end());
  const auto plan = load::InputPlan::FromInputs(*loaded->model, use == "forward" ? "dynamic" : use, recording->inputs, recording->kwargs);
  ASSERT_THAT(plan, IsOk());

  const TempFolder folder;
  onnx::OnnxConfig config;
  config.output_path = folder.path() / "model.onnx";
  config.dynamic = shapes == "auto";
  if (shapes == "named") config.dynamic_shapes = plan->NamedShapes();
  const ports::ModelInputs traced{*plan->Make(plan->traced(), 7), plan->kwargs()};
  const auto artifact = exporters::ExportModel(onnx::OnnxExporter(), *loaded->model, *loaded->weights, traced, config);
  ASSERT_THAT(artifact, IsOk());
  EXPECT_THAT(artifact->value_map.entries, Not(IsEmpty()));
  const auto session = backend.Prepare(*artifact, {});
  ASSERT_THAT(session, IsOk());

  const auto check = [&](const NamedTensors& inputs, const std::string& assignment) {
    SCOPED_TRACE(assignment);
    const auto wanted = eager::RunModel(*loaded->model, *loaded->weights, {inputs, plan->kwargs()});
    ASSERT_THAT(wanted, IsOk());
    const auto found = (*session)->Run(Feed(*artifact, inputs));
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(Difference(*found, *wanted), "");
  };
  check(traced.tensors, "as traced");
  EXPECT_EQ(Difference(*(*session)->Run(Feed(*artifact, traced.tensors)), recording->expected), "") << "against the recording";
  if (shapes == "static") return;
  for (const load::Assignment& unseen : plan->Unseen()) {
    load::Assignment assignment = unseen;
    if (shapes == "auto") {  // sizes of 1 are never dynamic under Auto
      for (auto& [symbol, size] : assignment) {
        if (plan->traced().at(symbol) == 1) size = 1;
      }
    }
    const auto inputs = plan->Make(assignment, 7);
    ASSERT_THAT(inputs, IsOk());
    check(*inputs, load::ToString(assignment));
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, ExportedModel, ::testing::ValuesIn(Exports()), [](const auto& info) {
  std::string name = info.param.folder + "_" + info.param.use + "_" + info.param.shapes;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
});

std::vector<std::string> Programs() {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(Fixtures() / "golden")) {
    for (const std::string file : {"torch_export.pt2", "torch_export_dynamic.pt2"}) {
      if (std::filesystem::exists(entry.path() / file)) out.push_back(entry.path().filename().string() + "/" + file);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

class ExportedPyTorchProgram : public ::testing::TestWithParam<std::string> {};

TEST_P(ExportedPyTorchProgram, ComputesWhatPyTorchRecorded) {
  const runtimes::OnnxRuntimeBackend backend;
  if (const auto version = backend.Version(); !version.ok()) GTEST_SKIP() << version.error().ToString();
  const std::filesystem::path file = Fixtures() / "golden" / GetParam();
  const auto read = ir::ReadPt2(file);
  ASSERT_THAT(read, IsOk());
  auto tensors = read->Weights();
  ASSERT_THAT(tensors, IsOk());
  const weights::TensorWeights weights(*std::move(tensors));
  NamedTensors inputs, wanted;
  for (const auto& [path, into] : {std::pair("inputs.safetensors", &inputs), std::pair("expected.safetensors", &wanted)}) {
    const auto opened = formats::OpenSafetensors(file.parent_path() / path);
    ASSERT_THAT(opened, IsOk());
    for (const auto& info : opened->entries()) into->emplace_back(info.name, *opened->Read(info.name));
  }
  for (const int64_t opset : {onnx::kMinOpset, onnx::kDefaultOpset, onnx::kMaxOpset}) {
    SCOPED_TRACE(opset);
    const TempFolder folder;
    onnx::OnnxConfig config;
    config.output_path = folder.path() / "model.onnx";
    config.opset_version = opset;
    const auto artifact = onnx::OnnxExporter().Lower(read->program, weights, config);
    ASSERT_THAT(artifact, IsOk());
    const auto session = backend.Prepare(*artifact, {});
    ASSERT_THAT(session, IsOk());
    const auto found = (*session)->Run(Feed(*artifact, inputs));
    ASSERT_THAT(found, IsOk());
    EXPECT_EQ(Difference(*found, wanted), "");
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, ExportedPyTorchProgram, ::testing::ValuesIn(Programs()), [](const auto& info) {
  std::string name = info.param;
  for (char& c : name) {
    if (c == '/' || c == '.') c = '_';
  }
  return name;
});

}  // namespace
}  // namespace conformance
