#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "framework/base/result.h"
#include "framework/ports/backend.h"

namespace ov {
class Core;
}

namespace conformance::runtimes {

/// OpenVINO's CPU plugin through its C++ API, in this process: what lives in the worker `openvino_worker`, where its TBB meets no other.
/// Told to compute in f32 and not to trade accuracy for speed; one stream, as many threads as SessionOptions say, none of them pinned
/// (workers beside each other would all sit on the first core). One Core serves all sessions: its start costs more than most models.
///
/// Takes "onnx" (external data beside the file) and "openvino" (the .xml, its .bin beside it). SessionOptions::extra: {"config": {"KEY":
/// value}}, properties of the plugin. Without `optimize` it makes no kernels of its own (SNIPPETS_MODE); OpenVINO's graph rewrites stay,
/// there is no switch for them.
/// Inputs are matched by name; a missing, unknown, mistyped or misshaped one is an error (kInvalid, kType, kShape) before anything runs.
/// One that the file declares and nothing in it needs may be lost in OpenVINO's reading, and is then ignored.
/// Errors of the runtime are kInvalid with its own text ("openvino refuses to …"); kUnsupported where it says that it has no such
/// operator, type or kernel (refusal.h); kOutOfMemory where it says so; kNotFound for a file that isn't there.
class OpenvinoBackend : public ports::Backend {
 public:
  OpenvinoBackend();
  ~OpenvinoBackend() override;
  std::string_view Name() const override { return "openvino"; }
  ports::BackendCapabilities Capabilities() const override;
  Result<std::string> Version() const override;
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override;

 private:
  ov::Core& Core() const;

  mutable std::once_flag once_;
  mutable std::unique_ptr<ov::Core> core_;
};

}  // namespace conformance::runtimes
