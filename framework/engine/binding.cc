#include "framework/engine/binding.h"

#include <algorithm>

#include "framework/base/strings.h"

namespace conformance::engine {

bool IsBookkeeping(std::string_view name) {
  const size_t dot = name.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
  return StartsWith(last, "_");
}

NamedTensors WithoutBookkeeping(const NamedTensors& tensors) {
  NamedTensors kept;
  for (const auto& entry : tensors) {
    if (!IsBookkeeping(entry.first)) kept.push_back(entry);
  }
  return kept;
}

namespace {

/// The tensor for an artifact's input; `name` becomes the case's name of it.
const Tensor* FindInput(const NamedTensors& tensors, std::string_view& name) {
  if (const Tensor* tensor = Find(tensors, name)) return tensor;
  if (!StartsWith(name, kInputPrefix)) return nullptr;
  name.remove_prefix(kInputPrefix.size());
  return Find(tensors, name);
}

}  // namespace

std::vector<std::string> Lacking(const ports::Artifact& artifact, const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const ports::ValueInfo& input : artifact.inputs) {
    std::string_view name = input.name;
    if (!FindInput(tensors, name)) names.push_back(input.name);
  }
  return names;
}

Result<NamedTensors> BindInputs(const ports::Artifact& artifact, const NamedTensors& tensors, std::vector<std::string>& unused) {
  if (artifact.inputs.empty()) return tensors;
  NamedTensors bound;
  std::vector<std::string_view> used;
  for (const ports::ValueInfo& input : artifact.inputs) {
    std::string_view name = input.name;
    const Tensor* tensor = FindInput(tensors, name);
    if (!tensor) {
      std::vector<std::string> names;
      for (const auto& entry : tensors) names.push_back(entry.first);
      return Internal("the artifact asks for input '" + input.name + "', which the case doesn't have").With("case has", Join(names, ", "));
    }
    used.push_back(name);
    bound.emplace_back(input.name, *tensor);
  }
  for (const auto& entry : tensors) {
    if (std::find(used.begin(), used.end(), entry.first) == used.end()) unused.push_back(entry.first);
  }
  return bound;
}

NamedTensors NameOutputs(const NamedTensors& outputs, const NamedTensors& reference) {
  NamedTensors named;
  for (const auto& [name, tensor] : outputs) {
    std::string_view known = name;
    if (!Find(reference, known) && StartsWith(known, kOutputPrefix) && Find(reference, known.substr(kOutputPrefix.size()))) {
      known.remove_prefix(kOutputPrefix.size());
    }
    if (!IsBookkeeping(known)) named.emplace_back(known, tensor);
  }
  return named;
}

NamedTensors NameByPlace(const NamedTensors& tensors, const std::vector<std::string>& names) {
  const bool known = std::all_of(names.begin(), names.end(), [&](std::string_view name) { return FindInput(tensors, name) != nullptr; });
  if (known || tensors.size() != names.size()) return tensors;
  NamedTensors named;
  for (size_t i = 0; i < names.size(); ++i) named.emplace_back(names[i], tensors[i].second);
  return named;
}

std::vector<std::string> BakedSizes(const ports::Artifact& artifact, const NamedTensors& tensors) {
  std::vector<std::string> texts;
  for (const ports::ValueInfo& input : artifact.inputs) {
    std::string_view name = input.name;
    const Tensor* tensor = FindInput(tensors, name);
    if (!tensor || tensor->shape().size() != input.dims.size()) continue;
    for (size_t axis = 0; axis < input.dims.size(); ++axis) {
      const auto fixed = ParseInt(input.dims[axis]);
      const int64_t found = tensor->shape()[axis];
      if (!fixed || *fixed == found) continue;
      texts.push_back(input.name + " axis " + std::to_string(axis) + " is fixed at " + std::to_string(*fixed) + ", found " +
                      std::to_string(found));
    }
  }
  return texts;
}

}  // namespace conformance::engine
