#include "exporters/common/prepare.h"

#include <algorithm>
#include <array>
#include <utility>

#include "framework/base/hash.h"
#include "framework/base/strings.h"
#include "framework/formats/json.h"

namespace conformance::exporters {
namespace {

// What transformers computes a loss from. (class_labels is not among them: it conditions diffusion models.)
constexpr std::array<std::string_view, 5> kLabels = {"labels", "future_values", "start_positions", "end_positions", "next_sentence_label"};

// Where a caller or config.json may name an attention implementation.
Status CheckAttention(const nn::Model& model, const Json& kwargs) {
  for (const Json* place : {&kwargs, &model.config()}) {
    for (const std::string_view key : {"attn_implementation", "_attn_implementation"}) {
      const Json* value = place->Find(key);
      if (value == nullptr || !value->IsString()) continue;
      const std::string& name = value->AsString();
      if (name == "sdpa" || name == "eager") continue;
      return Unsupported("attention implementation '" + name + "' cannot be exported; set attn_implementation to \"sdpa\" (preferred) or \"eager\"")
          .With("field", std::string(key));
    }
  }
  return Ok();
}

std::string CacheKey(const ports::TraceRequest& request, const Json& config) {
  std::string text;
  for (const auto& [name, tensor] : request.inputs.tensors) text += name + " " + Describe(tensor) + "\n";
  text += formats::WriteJson(request.inputs.kwargs) + "\n";
  for (const std::string_view field : {"dynamic", "strict", "dynamic_shapes", "prefer_deferred_runtime_asserts_over_guards"}) {
    if (const Json* value = config.Find(field)) text += std::string(field) + "=" + formats::WriteJson(*value) + "\n";
  }
  return Hex64(Hash64(text));
}

}  // namespace

bool IsLabel(std::string_view input) { return std::find(kLabels.begin(), kLabels.end(), input) != kLabels.end(); }
DynamicShapes AutoDynamicShapes(const NamedTensors& inputs) {
  DynamicShapes shapes;
  for (const auto& [name, tensor] : inputs) shapes[name] = std::vector<DimSpec>(static_cast<size_t>(tensor.rank()), DimAuto{});
  return shapes;
}

Result<ports::TraceRequest> PrepareForExport(const nn::Model& model, const ports::ModelInputs& inputs,
                                             const ports::ExportConfig& config, const InputPreparers& preparers) {
  CONFORMANCE_RETURN_IF_ERROR(CheckAttention(model, inputs.kwargs));
  ports::TraceRequest request;
  request.inputs.kwargs = Json::MakeObject();
  if (inputs.kwargs.IsObject()) {
    for (const auto& [name, value] : inputs.kwargs.AsObject()) {
      if (IsLabel(name)) continue;
      if (name == "return_loss") {
        if (value.IsBool() && value.AsBool()) {
          return Unsupported("return_loss is true, but a loss cannot be exported; leave it out or set it to false").With("field", name);
        }
        continue;
      }
      request.inputs.kwargs[name] = value;
    }
  }
  for (const auto& [name, tensor] : inputs.tensors)
    if (!IsLabel(name.substr(0, name.find('.')))) request.inputs.tensors.emplace_back(name, tensor);
  CONFORMANCE_TRY(const std::vector<std::string> ran, preparers.Run(model, request.inputs));
  const DType dtype = model.dtype();
  for (auto& [name, tensor] : request.inputs.tensors)
    if (IsFloating(tensor.dtype()) && tensor.dtype() != dtype) tensor = Cast(tensor, dtype);
  if (request.inputs.tensors.empty()) return Invalid("there are no input tensors to trace " + model.class_name() + " with");
  if (config.dynamic_shapes) {
    request.dynamic_shapes = *config.dynamic_shapes;
  } else if (config.dynamic) {
    request.dynamic_shapes = AutoDynamicShapes(request.inputs.tensors);
  }
  request.strict = config.strict;
  request.defer_runtime_asserts = config.prefer_deferred_runtime_asserts_over_guards;
  request.cache_key = CacheKey(request, config.to_json());
  for (const std::string& name : ran) request.cache_key += "+" + name;
  return request;
}

}  // namespace conformance::exporters
