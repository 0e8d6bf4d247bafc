#include "references/runtimes/onnxruntime_api.h"

#include <string>

#include "framework/base/strings.h"

namespace conformance::runtimes::ort {
namespace {

/// How the runtime says that it lacks an operator, a mode of one, the model's version of the standard, or on this machine what it takes for one (a locale),
/// where it has no code for it.
bool SaysUnsupported(std::string_view text) {
  for (const std::string_view sign : {"is not a registered function/op", "Failed to find kernel for", "not supported", "Unsupported model IR version",
                                      "is under development and support for this is limited",
                                      "Failed to construct locale"}) {
    if (text.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Error FromStatus(const OrtApi& api, OrtStatus* status, std::string_view doing) {
  std::string text(Trim(api.GetErrorMessage(status)));
  const OrtErrorCode code = api.GetErrorCode(status);
  api.ReleaseStatus(status);
  ErrorKind kind = ErrorKind::kInvalid;
  if (code == ORT_INVALID_PROTOBUF) kind = ErrorKind::kCorrupt;
  if (code == ORT_NOT_IMPLEMENTED || SaysUnsupported(text)) kind = ErrorKind::kUnsupported;
  if (code == ORT_NO_SUCHFILE) kind = ErrorKind::kNotFound;
  if (text.find("bad_alloc") != std::string::npos || text.find("Failed to allocate memory") != std::string::npos) {
    kind = ErrorKind::kOutOfMemory;
  }
  return Error(kind, "onnxruntime refuses to " + std::string(doing) + ": " + text);
}

}  // namespace conformance::runtimes::ort
