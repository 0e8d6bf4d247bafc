#pragma once

#include <memory>
#include <string>

#include "framework/ports/backend.h"
#include "framework/ports/reference.h"

namespace conformance::engine {

/// A backend as a reference: the request's artifact in a session of its own, one thread, without the runtime's graph optimisations. It
/// has no oracle. Errors: kUnsupported for a request without an artifact of a format that the backend takes; of the backend.
class BackendReference : public ports::Reference {
 public:
  explicit BackendReference(std::shared_ptr<const ports::Backend> backend) : backend_(std::move(backend)) {}
  std::string_view Name() const override { return backend_->Name(); }
  Result<std::string> Version() const override { return backend_->Version(); }
  bool HasOracle() const override { return false; }
  Result<NamedTensors> Run(const ports::ReferenceRequest& request) const override;

 private:
  const std::shared_ptr<const ports::Backend> backend_;
};

}  // namespace conformance::engine
