#include "framework/engine/class_case.h"

#include <optional>
#include <utility>

#include "framework/engine/checkpoint_case.h"
#include "framework/engine/class_inputs.h"
#include "framework/load/input_plan.h"
#include "framework/load/recordings.h"

namespace conformance::engine {
namespace {

/// Inputs are all that it has: the model lives in a worker.
class LoadedClass : public LoadedCase {
 public:
  LoadedClass(const ClassInputs& inputs, const NamedTensors& given, const Json& kwargs) : inputs_(inputs), given_(given), kwargs_(kwargs) {}

  Result<std::vector<Call>> Calls(const Variant& variant, uint64_t seed) const override {
    std::vector<Call> calls;
    const auto add = [&](std::string name, const load::Assignment& assignment) -> Status {
      Call call;
      call.assignment = std::move(name);
      if (calls.empty() && !given_.empty()) {
        call.inputs.tensors = given_;
      } else {
        CONFORMANCE_TRY(call.inputs.tensors, inputs_.Make(assignment, seed));
      }
      call.inputs.kwargs = kwargs_;
      calls.push_back(std::move(call));
      return Ok();
    };
    CONFORMANCE_RETURN_IF_ERROR(add("", inputs_.traced()));
    if (variant.dynamic) {
      for (const load::Assignment& assignment : inputs_.Unseen())
        CONFORMANCE_RETURN_IF_ERROR(add(load::ToString(assignment), assignment));
    }
    return calls;
  }

 private:
  const ClassInputs inputs_;
  const NamedTensors given_;  // of the traced call; empty: made as the others are
  const Json kwargs_;
};

class ClassCase : public Case {
 public:
  ClassCase(CaseInfo info, ClassInputs inputs, NamedTensors given, Json kwargs)
      : info_(std::move(info)), inputs_(std::move(inputs)), given_(std::move(given)), kwargs_(std::move(kwargs)) {}

  const CaseInfo& Info() const override { return info_; }
  std::vector<Variant> Variants() const override {
    std::vector<Variant> variants = {{.name = "static", .recording = false, .dynamic = false}};
    if (!inputs_.traced().empty())
      variants.push_back({.name = "dynamic", .recording = false, .dynamic = true});
    return variants;
  }
  Offer Offers(const Variant&) const override {
    Offer offer;
    offer.source = true;
    offer.dtypes = {DType::kF32};  // what its worker builds
    return offer;
  }
  std::optional<ports::RelationTerms> Terms(const Variant& variant) const override { return inputs_.Terms(variant.dynamic); }
  Result<std::shared_ptr<const LoadedCase>> Load(DType) const override {
    return std::shared_ptr<const LoadedCase>(std::make_shared<LoadedClass>(inputs_, given_, kwargs_));
  }

 private:
  const CaseInfo info_;
  const ClassInputs inputs_;
  const NamedTensors given_;
  const Json kwargs_;
};

Result<ClassInputs> InputsOf(const Json& row) {
  const Json none = Json::MakeObject();
  const Json *sizes = row.Find("sizes"), *inputs = row.Find("inputs");
  return ClassInputs::FromJson(sizes ? *sizes : none, inputs ? *inputs : none);
}

}  // namespace

Result<std::shared_ptr<const Case>> MakeClassCase(const Json& row, const std::string& judge,
                                                  std::vector<std::string> words) {
  if (!row.IsObject())
    return Invalid("a class is no object").With("found", std::string(Json::KindName(row.kind())));
  CaseInfo info;
  CONFORMANCE_TRY(info.name, row.GetString("name"));
  const auto named = [&](Error error) { return std::move(error).With("class", info.name); };
  if (info.name.empty()) return Invalid("a class's name is empty");
  const auto model_class = row.GetString("class");
  if (!model_class.ok()) return named(model_class.error());
  info.model_class = *model_class;
  info.judge = judge;
  info.words = std::move(words);
  Json kwargs = Json::MakeObject();
  int64_t parameters = 0;
  info.spec = Json::MakeObject();
  for (const auto& [field, value] : row.AsObject()) {
    if (field == "name" || field == "sizes" || field == "inputs") continue;
    if (field == "kwargs") {
      if (!value.IsObject())
        return named(
            Invalid("kwargs are no object").With("found", std::string(Json::KindName(value.kind()))));
      kwargs = value;
    } else if (field == "parameters") {
      if (!value.IsInt() || value.AsInt() < 0) return named(Invalid("parameters are no number"));
      parameters = value.AsInt();
    } else {
      info.spec[field] = value;
    }
  }
  // The model in f32 and f64, the exporter's copies and the artifact; and what PyTorch itself takes.
  constexpr uint64_t kCopies = 40, kBeside = uint64_t{1} << 30;
  info.bytes = kBeside + kCopies * static_cast<uint64_t>(parameters);
  auto plan = InputsOf(row);
  if (!plan.ok()) return named(plan.error());
  return std::shared_ptr<const Case>(
      std::make_shared<ClassCase>(std::move(info), *std::move(plan), NamedTensors(), std::move(kwargs)));
}

Result<std::shared_ptr<const Case>> OpenForeignCheckpoint(const std::filesystem::path& folder, const std::string& model_class,
                                                          const Json& row, const std::string& judge) {
  CONFORMANCE_TRY(CaseInfo info, CheckpointInfo(folder));
  info.model_class = model_class;
  info.judge = judge;
  CONFORMANCE_TRY(auto recorded, load::ReadCaseInputs(folder));
  std::optional<ClassInputs> plan;
  if (!row.IsNull()) {
    CONFORMANCE_TRY(plan, InputsOf(row));
  }
  if (!recorded && !plan) {
    return Invalid("nothing says what a forward of " + model_class + " takes")
        .With("folder", folder.string())
        .With("wanted", "inputs.safetensors in the folder, or a row of the class in the suite of the exporter");
  }
  Json kwargs = Json::MakeObject();
  if (recorded) kwargs = recorded->kwargs;
  else if (const Json* given = row.Find("kwargs"); given && given->IsObject()) kwargs = *given;
  ClassInputs inputs = recorded ? ClassInputs::Of(recorded->tensors, plan ? &*plan : nullptr) : *std::move(plan);
  return std::shared_ptr<const Case>(std::make_shared<ClassCase>(std::move(info), std::move(inputs),
                                                                 recorded ? std::move(recorded->tensors) : NamedTensors(), std::move(kwargs)));
}

}  // namespace conformance::engine
