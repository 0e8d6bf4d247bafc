#include "exporters/common/input_preparers.h"

#include <algorithm>
#include <set>

#include "framework/base/strings.h"

namespace conformance::exporters {
namespace {

bool Has(const ports::ModelInputs& inputs, const std::string& marker) {
  const auto stands_for = [&](const auto& entry) { return entry.first == marker || StartsWith(entry.first, marker + "."); };
  return std::any_of(inputs.tensors.begin(), inputs.tensors.end(), stands_for);
}

Status CheckNames(const ports::ModelInputs& inputs) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : inputs.tensors)
    if (!names.insert(name).second) return Invalid("an input was given twice").With("input", name);
  return Ok();
}

}  // namespace

Result<std::vector<std::string>> InputPreparers::Run(const nn::Model& model, ports::ModelInputs& inputs) const {
  std::vector<std::string> ran;
  for (const InputPreparer& preparer : preparers_) {
    const bool wanted = std::all_of(preparer.markers.begin(), preparer.markers.end(), [&](const std::string& marker) { return Has(inputs, marker); });
    if (!wanted) continue;
    Status done = preparer.prepare(model, inputs);
    if (done.ok()) done = CheckNames(inputs);
    if (!done.ok()) return Error(done.error()).With("preparer", preparer.name);
    ran.push_back(preparer.name);
  }
  return ran;
}

}  // namespace conformance::exporters
