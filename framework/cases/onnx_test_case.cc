#include "framework/cases/onnx_test_case.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "framework/base/strings.h"
#include "framework/cases/file_case.h"
#include "framework/cases/onnx_case.h"
#include "framework/cases/onnx_leaves.h"
#include "framework/compare/onnx_contract.h"
#include "framework/compare/onnx_values.h"
#include "framework/formats/onnx.h"
#include "framework/formats/onnx_elements.h"
#include "framework/formats/onnx_tensor.h"

namespace conformance::cases {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModel = "model.onnx";
constexpr const char* kDataSet = "test_data_set_";
constexpr ports::PlainTolerance kTolerance = {.atol = kOnnxTestAtol, .rtol = kOnnxTestRtol};

/// Data sets in the order of their numbers.
std::vector<std::string> DataSets(const fs::path& folder) {
  std::vector<std::pair<int64_t, std::string>> found;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    const std::string name = it->path().filename().string();
    if (!StartsWith(name, kDataSet) || !it->is_directory(ignored)) continue;
    const auto number = ParseInt(std::string_view(name).substr(std::string_view(kDataSet).size()));
    found.emplace_back(number.value_or(0), name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> names;
  for (auto& [number, name] : found) names.push_back(std::move(name));
  return names;
}

/// The values of prefix_0.pb, prefix_1.pb, … under the graph's names.
Result<formats::NamedOnnxValues> ReadValues(const fs::path& folder, const std::string& prefix,
                                            const std::vector<const formats::OnnxValueInfo*>& infos) {
  formats::NamedOnnxValues values;
  for (size_t i = 0; i < infos.size(); ++i) {
    CONFORMANCE_TRY(formats::OnnxValue value, formats::ReadOnnxValue(folder / (prefix + std::to_string(i) + ".pb"), infos[i]->type));
    values.emplace_back(infos[i]->name, std::move(value));
  }
  return values;
}

bool IsPlain(const formats::OnnxValue& value) {
  return value.kind == formats::OnnxValue::Kind::kTensor && formats::DTypeFromOnnx(value.tensor.elem).has_value();
}

/// The same as tensors; none where one is a value that tensors cannot carry.
Result<std::optional<NamedTensors>> AsTensors(const formats::NamedOnnxValues& values) {
  NamedTensors tensors;
  for (const auto& [name, value] : values) {
    if (!IsPlain(value)) return std::optional<NamedTensors>();
    CONFORMANCE_TRY(Tensor tensor, formats::TensorOf(value.tensor));
    tensors.emplace_back(name, std::move(tensor));
  }
  return std::optional(std::move(tensors));
}

/// Values of any ONNX type, or draws at random.
class RecordedOnnxTest : public engine::OnnxRecording {
 public:
  RecordedOnnxTest(formats::NamedOnnxValues inputs, formats::NamedOnnxValues outputs, std::optional<compare::OnnxContract> contract)
      : inputs_(std::move(inputs)), outputs_(std::move(outputs)), contract_(std::move(contract)) {}
  const formats::NamedOnnxValues& Inputs() const override { return inputs_; }
  Status FitsTensors() const override {
    for (const auto* values : {&inputs_, &outputs_}) {
      for (const auto& [name, value] : *values) {
        if (IsPlain(value)) continue;
        return Unsupported("a value of a type that the way to the backend cannot carry").With("value", name).With("found", formats::Describe(value));
      }
    }
    return Ok();
  }
  ports::Comparison Judge(const formats::NamedOnnxValues& found) const override {
    return contract_ ? compare::CompareByContract(*contract_, found, outputs_) : compare::CompareOnnxValues(found, outputs_, kTolerance);
  }

 private:
  const formats::NamedOnnxValues inputs_, outputs_;
  const std::optional<compare::OnnxContract> contract_;
};

class LoadedOnnxTest : public engine::LoadedCase {
 public:
  LoadedOnnxTest(fs::path folder, formats::OnnxModel model)
      : folder_(std::move(folder)), model_(std::move(model)) {}

  Result<ports::Artifact> Artifact(const engine::Variant&, std::string_view) const override {
    return OnnxArtifact(folder_ / kModel, model_);
  }
  Result<std::vector<engine::Call>> Calls(const engine::Variant&, uint64_t) const override {
    return Unsupported("an ONNX backend test has recorded inputs alone");
  }
  Result<engine::Recorded> Recall(const engine::Variant& variant) const override {
    std::vector<const formats::OnnxValueInfo*> outputs;
    for (const formats::OnnxValueInfo& output : model_.graph.outputs) outputs.push_back(&output);
    engine::Recorded recorded;
    CONFORMANCE_TRY(formats::NamedOnnxValues inputs, ReadValues(folder_ / variant.name, "input_", CallerInputs(model_.graph)));
    CONFORMANCE_TRY(formats::NamedOnnxValues expected, ReadValues(folder_ / variant.name, "output_", outputs));
    auto contract = compare::ContractOf(model_, inputs);
    CONFORMANCE_TRY(auto input_tensors, AsTensors(inputs));
    CONFORMANCE_TRY(auto output_tensors, AsTensors(expected));
    if (contract || !input_tensors || !output_tensors) {
      recorded.onnx = std::make_shared<RecordedOnnxTest>(std::move(inputs), std::move(expected), std::move(contract));
      return recorded;
    }
    recorded.inputs.tensors = *std::move(input_tensors);
    recorded.expected = *std::move(output_tensors);
    recorded.tolerance = kTolerance;
    return recorded;
  }

 private:
  const fs::path folder_;
  const formats::OnnxModel model_;
};

class OnnxTestCase : public engine::Case {
 public:
  OnnxTestCase(const fs::path& root, const fs::path& folder, const OperatorUse& use) : info_(InfoOf(folder / kModel, {})) {
    info_.name = folder.lexically_relative(root).generic_string();
    if (info_.name == ".") info_.name = folder.filename().string();
    info_.source = folder;
    info_.words = {"--onnx-tests", folder.string()};
    for (const std::string& name : DataSets(folder))
      variants_.push_back({.name = name, .recording = true, .dynamic = false});
    Look(use);
  }

  const engine::CaseInfo& Info() const override { return info_; }
  std::vector<engine::Variant> Variants() const override { return variants_; }
  engine::Offer Offers(const engine::Variant&) const override {
    return {.formats = {"onnx"}, .module = false, .program = false, .source = false, .dtypes = {dtype_}};
  }
  Result<std::shared_ptr<const engine::LoadedCase>> Load(DType) const override {
    CONFORMANCE_TRY(formats::OnnxModel model, formats::ReadOnnx(info_.source / kModel));
    return std::make_shared<const LoadedOnnxTest>(info_.source, std::move(model));
  }

 private:
  /// Dtype and operators; a file that cannot be read says so when it is loaded.
  void Look(const OperatorUse& use) {
    const auto model = formats::ReadOnnx(info_.source / kModel);
    if (!model.ok()) return;
    std::vector<DType> dtypes;
    for (const auto* values : {&model->graph.inputs, &model->graph.outputs}) {
      for (const formats::OnnxValueInfo& value : *values) {
        if (const auto dtype = formats::DTypeFromOnnx(value.type.elem)) dtypes.push_back(*dtype);
      }
    }
    dtype_ = FloatingOf(dtypes);
    AddNodes(*model, info_.operators);
    for (auto& [name, count] : info_.operators) {
      const auto used = use.find(name);
      count = used == use.end() ? 0 : used->second;
    }
  }

  engine::CaseInfo info_;
  std::vector<engine::Variant> variants_;
  DType dtype_ = DType::kF32;
};

/// Folders below (and with) `root` that hold a model and a data set. Links to folders are not followed.
Result<std::vector<fs::path>> CaseFolders(const fs::path& root) {
  std::vector<fs::path> folders;
  const auto look = [&](const fs::path& folder) {
    std::error_code ignored;
    if (fs::is_regular_file(folder / kModel, ignored) && !DataSets(folder).empty()) folders.push_back(folder);
  };
  look(root);
  std::error_code error;
  for (fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, error), end;
       !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->is_directory(ignored)) look(it->path());
  }
  if (error)
    return IoError("cannot list a folder of ONNX tests: " + error.message()).With("folder", root.string());
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace

Result<std::vector<std::shared_ptr<const engine::Case>>> OpenOnnxTests(const fs::path& root, const OperatorUse& use) {
  std::error_code ignored;
  if (!fs::is_directory(root, ignored)) return NotFound("no such folder").With("folder", root.string());
  CONFORMANCE_TRY(const auto folders, CaseFolders(root));
  if (folders.empty()) {
    return NotFound("the folder holds no ONNX backend test")
        .With("folder", root.string())
        .With("wanted", "folders with model.onnx and test_data_set_0");
  }
  std::vector<std::shared_ptr<const engine::Case>> cases;
  for (const fs::path& folder : folders) cases.push_back(std::make_shared<OnnxTestCase>(root, folder, use));
  return cases;
}

}  // namespace conformance::cases
