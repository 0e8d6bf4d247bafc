#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ports/artifact.h"
#include "framework/tensor/tensor.h"

namespace conformance::engine {

/// Artifacts name a value as the case does, with this in front only where an input and an output would have the same name.
inline constexpr std::string_view kInputPrefix = "input.";
inline constexpr std::string_view kOutputPrefix = "output.";

/// A leaf whose last part starts with "_" keeps a cache's books; it is no input or output of interest.
bool IsBookkeeping(std::string_view name);
NamedTensors WithoutBookkeeping(const NamedTensors& tensors);

/// Names of the artifact's inputs that are not among `tensors`.
std::vector<std::string> Lacking(const ports::Artifact& artifact, const NamedTensors& tensors);

/// The case's tensors under the artifact's input names, in the artifact's order; all of them as they are where the artifact lists no
/// inputs. `unused` gets the names that the artifact has no input for. Errors: kInternal for an input that the case has no tensor for.
Result<NamedTensors> BindInputs(const ports::Artifact& artifact, const NamedTensors& tensors, std::vector<std::string>& unused);

/// A backend's outputs under the case's names, bookkeeping left out.
NamedTensors NameOutputs(const NamedTensors& outputs, const NamedTensors& reference);

/// Two artifacts of one model may call a value differently: where some of `names` is missing and there are as many tensors, the tensors
/// bear the names in turn; else they stay as they are.
NamedTensors NameByPlace(const NamedTensors& tensors, const std::vector<std::string>& names);

/// Sizes that the artifact fixes to another number than the case's tensors have: "input_ids axis 1 is fixed at 9, found 11".
std::vector<std::string> BakedSizes(const ports::Artifact& artifact, const NamedTensors& tensors);

}  // namespace conformance::engine
