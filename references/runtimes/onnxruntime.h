#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "framework/base/result.h"
#include "framework/ports/backend.h"

namespace conformance::runtimes {

struct OnnxRuntimeOptions {
  /// libonnxruntime.so to open. Empty: the file that the environment variable CONFORMANCE_ONNXRUNTIME names, else the one that
  /// tools/setup left in the cache, else what the loader finds as libonnxruntime.so.1.
  std::filesystem::path library;
};

/// Backend `onnxruntime`: ONNX Runtime's CPU provider in this process through its C API. The library is opened at the first use and
/// stays open; nothing of it is linked. One thread unless SessionOptions say otherwise, deterministic kernels, no arena.
///
/// Takes format "onnx" by path, so that external data is found beside the model. SessionOptions::optimize chooses between all graph
/// optimisations and none. SessionOptions::extra: {"config": {"session.…": "1"}}, entries of ONNX Runtime's session configuration.
/// Inputs are matched by name; a missing, unknown or mistyped one, or one whose sizes contradict the model's or each other by a
/// symbol, is an error (kInvalid, kType, kShape) before anything runs. Outputs come in the model's order.
/// Sessions carry values of any ONNX type that the runtime's C API has (RunOnnx). Errors of the runtime about a model or a run are kInvalid with its own
/// text; kUnsupported where it says that it has no such operator, kernel or mode; kOutOfMemory where it says so.
class OnnxRuntimeBackend : public ports::Backend {
 public:
  explicit OnnxRuntimeBackend(OnnxRuntimeOptions options = {});
  ~OnnxRuntimeBackend() override;
  std::string_view Name() const override { return "onnxruntime"; }
  ports::BackendCapabilities Capabilities() const override;
  Result<std::string> Version() const override;
  std::string QualifiedVersion() const override;
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact,
                                                  const ports::SessionOptions& options) const override;

 private:
  class Runtime;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace conformance::runtimes
