#pragma once

#include <string_view>

#include "framework/ports/backend.h"
#include "framework/ports/reference.h"

namespace conformance::runtimes {

/// Our own interpreter of `.onnx` files (references/onnx) as a judge: artifacts of format "onnx", in the declared types and in f64.
///
/// Errors: kUnsupported for a request without such a file, for operators without a kernel (named), for members of an ensemble, and for
/// values that tensors cannot carry; those of the file and of the kernels.
class OnnxReference : public ports::Reference {
 public:
  std::string_view Name() const override { return "onnx-reference"; }
  Status Accepts(const ports::Artifact& artifact) const override;
  bool HasEnsemble() const override { return false; }
  Result<NamedTensors> Run(const ports::ReferenceRequest& request) const override;
};

/// The same as a backend: format "onnx"; intermediates are the values of the outermost graph, by name.
class OnnxReferenceBackend : public ports::Backend {
 public:
  std::string_view Name() const override { return "onnx-reference"; }
  ports::BackendCapabilities Capabilities() const override;
  Result<std::string> Version() const override;
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override;
};

}  // namespace conformance::runtimes
