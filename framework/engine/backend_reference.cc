#include "framework/engine/backend_reference.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "framework/engine/binding.h"

namespace conformance::engine {

Result<NamedTensors> BackendReference::Run(const ports::ReferenceRequest& request) const {
  const std::string name(Name());
  if (request.inputs == nullptr) return Internal("reference '" + name + "' was given no inputs");
  const auto formats = backend_->Capabilities().formats;
  if (request.artifact == nullptr ||
      std::find(formats.begin(), formats.end(), request.artifact->format) == formats.end()) {
    return Unsupported("reference '" + name + "' evaluates files alone")
        .With("found", request.artifact ? request.artifact->format : "none")
        .With("wanted", Join(formats, ", "));
  }
  ports::SessionOptions options;
  options.optimize = false;
  options.seed = request.numerics.draw_seed;
  CONFORMANCE_TRY(const auto session, backend_->Prepare(*request.artifact, options));
  if (!session) return Internal("backend '" + name + "' gives no session");
  std::vector<std::string> unused;
  CONFORMANCE_TRY(const NamedTensors bound, BindInputs(*request.artifact, request.inputs->tensors, unused));
  CONFORMANCE_TRY(NamedTensors outputs, session->Run(bound));
  return outputs;
}

}  // namespace conformance::engine
