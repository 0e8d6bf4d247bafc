#include "framework/engine/checkpoint_case.h"

#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/relation_terms.h"
#include "framework/formats/json.h"
#include "framework/load/input_plan.h"
#include "framework/load/load.h"
#include "framework/load/recordings.h"

namespace conformance::engine {
namespace {

using load::InputPlan;
using load::Recording;

/// How many shapes a dynamic variant is run at that its trace has not seen.
constexpr size_t kUnseenShapes = 3;

/// The folder's own inputs where it has some; steps of generation are planned, because their recordings are of one row, which a trace
/// would fix.
Result<InputPlan> PlanOf(const nn::Model& model, const std::optional<load::CaseInputs>& inputs, const Variant& variant) {
  if (inputs && (EndsWith(variant.name, "static") || EndsWith(variant.name, "dynamic"))) {
    CONFORMANCE_TRY(InputPlan given, InputPlan::FromInputs(model, variant.name, inputs->tensors, inputs->kwargs));
    if (!variant.dynamic || given.Unseen().size() >= kUnseenShapes) return given;
    // A trace fixes sizes of one. Inputs that leave too few shapes to try give way to the plan's own.
    auto planned = InputPlan::Make(model, variant.name);
    if (planned.ok() && planned->Unseen().size() > given.Unseen().size()) return planned;
    return given;
  }
  return InputPlan::Make(model, variant.name);
}

/// An open folder: model, weights (not read yet), its inputs and recordings.
class LoadedCheckpoint : public LoadedCase {
 public:
  LoadedCheckpoint(load::LoadedModel loaded, std::optional<load::CaseInputs> inputs, std::shared_ptr<const std::vector<Recording>> recordings)
      : loaded_(std::move(loaded)), inputs_(std::move(inputs)), recordings_(std::move(recordings)) {}

  std::shared_ptr<const nn::Model> model() const override { return loaded_.model; }
  std::shared_ptr<const weights::Weights> weights() const override { return loaded_.weights; }

  Result<std::vector<Call>> Calls(const Variant& variant, uint64_t seed) const override {
    CONFORMANCE_TRY(const InputPlan plan, PlanOf(*loaded_.model, inputs_, variant));
    std::vector<Call> calls;
    const auto add = [&](std::string name, const load::Assignment& assignment) -> Status {
      Call call;
      call.assignment = std::move(name);
      CONFORMANCE_TRY(call.inputs.tensors, plan.Make(assignment, seed));
      call.inputs.kwargs = plan.kwargs();
      calls.push_back(std::move(call));
      return Ok();
    };
    CONFORMANCE_RETURN_IF_ERROR(add("", plan.traced()));
    if (variant.dynamic) {
      for (const load::Assignment& assignment : plan.Unseen()) CONFORMANCE_RETURN_IF_ERROR(add(load::ToString(assignment), assignment));
    }
    return calls;
  }

  Result<DynamicShapes> Shapes(const Variant& variant) const override {
    CONFORMANCE_TRY(const InputPlan plan, PlanOf(*loaded_.model, inputs_, variant));
    return plan.AutoShapes();
  }

  Result<Recorded> Recall(const Variant& variant) const override {
    for (const load::Recording& recording : *recordings_) {
      if (recording.name != variant.name) continue;
      Recorded recorded;
      recorded.inputs.tensors = recording.inputs;
      recorded.inputs.kwargs = recording.kwargs;
      recorded.expected = recording.expected;
      if (!recording.exact) recorded.tolerance = ports::PlainTolerance{.atol = recording.atol, .rtol = recording.rtol};
      recorded.keep = recording.keep;
      recorded.options["recording"] = recording.name;
      recorded.options["module"] = recording.module;
      Json entries = Json::MakeArray();
      for (const std::string& entry : recording.entries) entries.Append(entry);
      recorded.options["entries"] = std::move(entries);
      recorded.options["kwargs"] = recording.kwargs;
      Json outputs = Json::MakeArray();
      for (const std::string& name : recording.outputs) outputs.Append(name);
      recorded.options["outputs"] = std::move(outputs);
      recorded.options["generation_config"] = loaded_.generation_config;
      return recorded;
    }
    return NotFound("the folder records no '" + variant.name + "'").With("folder", loaded_.folder.string());
  }

 private:
  const load::LoadedModel loaded_;
  const std::optional<load::CaseInputs> inputs_;
  const std::shared_ptr<const std::vector<load::Recording>> recordings_;
};

class CheckpointCase : public Case {
 public:
  CheckpointCase(CaseInfo info, const models::ModelTable& models) : info_(std::move(info)), models_(models) {}

  /// What the config and the headers tell; nothing is loaded.
  void Look() {
    Describe();
    if (load::HasRecordings(info_.source)) {
      auto recordings = load::ReadRecordings(info_.source);
      if (recordings.ok()) {
        recordings_ = std::make_shared<const std::vector<Recording>>(std::move(recordings).value());
        for (const Recording& recording : *recordings_) variants_.push_back({.name = recording.name, .recording = true, .dynamic = false});
      } else {
        broken_ = recordings.status();
        variants_.push_back({.name = "forward", .recording = true, .dynamic = false});
      }
    }
    variants_.push_back({.name = "static", .recording = false, .dynamic = false});
    variants_.push_back({.name = "dynamic", .recording = false, .dynamic = true});
    for (const std::string& entry : entry_points_) {
      variants_.push_back({.name = entry + ".static", .recording = false, .dynamic = false});
      variants_.push_back({.name = entry + ".dynamic", .recording = false, .dynamic = true});
    }
    if (generates_) {
      variants_.push_back({.name = "prefill", .recording = false, .dynamic = true});
      variants_.push_back({.name = "decode", .recording = false, .dynamic = true});
      if (static_cache_) variants_.push_back({.name = "decode_static_cache", .recording = false, .dynamic = true});
    }
  }

  const CaseInfo& Info() const override { return info_; }
  std::vector<Variant> Variants() const override { return variants_; }

  std::optional<ports::RelationTerms> Terms(const Variant& variant) const override {
    if (!model_ || variant.recording) return std::nullopt;
    const auto inputs = load::ReadCaseInputs(info_.source);
    if (!inputs.ok()) return std::nullopt;
    const auto plan = PlanOf(*model_, *inputs, variant);
    if (!plan.ok()) return std::nullopt;
    const auto step = generates_ ? InputPlan::Make(*model_, "decode") : Result<InputPlan>(Unsupported("it does not generate"));
    return TermsOf(*model_, *plan, variant.dynamic, step.ok() ? &*step : nullptr);
  }

  Result<std::shared_ptr<const LoadedCase>> Load(DType dtype) const override {
    CONFORMANCE_RETURN_IF_ERROR(broken_);
    load::LoadOptions options;
    options.dtype = dtype;
    CONFORMANCE_TRY(auto loaded, load::LoadModel(info_.source, models_, options));
    CONFORMANCE_TRY(auto inputs, load::ReadCaseInputs(info_.source));
    return std::make_shared<const LoadedCheckpoint>(std::move(loaded), std::move(inputs), recordings_);
  }

 private:
  /// Class and uses, as far as the config can be read; what is wrong with it comes up again when the case is loaded.
  void Describe() {
    const std::filesystem::path file = info_.source / "config.json";
    const auto config = formats::ReadJson(file);
    if (!config.ok()) return;
    if (const Json* architectures = config->Find("architectures");
        architectures && architectures->IsArray() && !architectures->AsArray().empty() && architectures->AsArray()[0].IsString()) {
      info_.model_class = architectures->AsArray()[0].AsString();
    }
    const auto model_class = models_.Resolve(*config, file);
    if (!model_class.ok()) return;
    info_.model_class = (*model_class)->name;
    auto model = (*model_class)->make(*config, file);
    if (!model.ok()) return;
    model_ = *std::move(model);
    generates_ = model_->traits().generates;
    static_cache_ = model_->Layout("decode_static_cache").ok();
    entry_points_ = model_->traits().entry_points;
  }

  CaseInfo info_;
  const models::ModelTable& models_;
  std::vector<Variant> variants_;
  std::shared_ptr<const std::vector<Recording>> recordings_ = std::make_shared<const std::vector<Recording>>();
  Status broken_;
  std::shared_ptr<const nn::Model> model_;  // on meta, for what its inputs are; null where the config cannot be read
  bool generates_ = false;
  bool static_cache_ = false;
  std::vector<std::string> entry_points_;
};

/// The folder's own name, a trailing slash ignored.
std::string FolderName(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::path path = folder.lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  if (path.empty() || path.filename() == "." || path.filename() == "..") path = std::filesystem::weakly_canonical(folder, ignored);
  const std::string name = path.filename().string();
  return name.empty() ? "root" : name;
}

/// Weights in their own type, wider for the oracle, and what a run needs beside.
uint64_t EstimateBytes(const std::filesystem::path& folder) {
  constexpr uint64_t kBeside = uint64_t{32} << 20;
  uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->path().extension() == ".safetensors") {
      const auto size = it->file_size(ignored);
      if (!ignored) bytes += size;
    }
  }
  return 3 * bytes + kBeside;
}

}  // namespace

Result<CaseInfo> CheckpointInfo(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) return NotFound("no such folder").With("folder", folder.string());
  if (!std::filesystem::exists(folder / "config.json", ignored)) {
    return NotFound("the folder has no config.json: it is no checkpoint").With("folder", folder.string());
  }
  CaseInfo info;
  info.name = FolderName(folder);
  info.source = folder;
  info.bytes = EstimateBytes(folder);
  return info;
}

Result<std::shared_ptr<const Case>> OpenCheckpointCase(const std::filesystem::path& folder, const models::ModelTable& models) {
  CONFORMANCE_TRY(CaseInfo info, CheckpointInfo(folder));
  auto result = std::make_shared<CheckpointCase>(std::move(info), models);
  result->Look();
  return std::shared_ptr<const Case>(std::move(result));
}

}  // namespace conformance::engine
