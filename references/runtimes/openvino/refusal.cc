#include "references/runtimes/openvino/refusal.h"

#include <new>
#include <openvino/core/except.hpp>
#include <openvino/frontend/exception.hpp>
#include <string>
#include <vector>

#include "framework/base/strings.h"

namespace conformance::runtimes {
namespace {

/// Its exceptions are thrown again on the way, each time with a line "Exception from src/…:12:" in front.
std::string Told(const std::exception& thrown) {
  std::vector<std::string> told;
  for (const std::string& line : Split(Trim(thrown.what()), '\n')) {
    const std::string_view text = Trim(line);
    if (text.empty() || (StartsWith(text, "Exception from ") && EndsWith(text, ":"))) continue;
    told.emplace_back(text);
  }
  return told.empty() ? "it gives no reason" : Join(told, "\n");
}

bool SaysNoMemory(std::string_view text) {
  for (const std::string_view sign : {"bad_alloc", "an't allocate memory", "annot allocate memory", "not enough memory"}) {
    if (text.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

/// How OpenVINO says that it lacks what the model asks for: an operator (the front end's report), a type or a kernel (the plugin's checks), or a
/// mode of an operator. It has exceptions of such a kind (ov::NotImplemented), but they arrive as texts inside of others.
bool SaysUnsupported(std::string_view text) {
  for (const std::string_view sign : {"No conversion rule found for operations", "NotImplementedFailure", "Not Implemented", "not supported", "Unsupported operation of type", "Unsupported padding mode",
                                      "only supported for", "doesn't support"}) {
    if (text.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Error Refusal(std::string_view doing, const std::exception& thrown) {
  const std::string text = Told(thrown);
  ErrorKind kind = ErrorKind::kInvalid;
  if (dynamic_cast<const std::bad_alloc*>(&thrown) != nullptr || SaysNoMemory(text)) kind = ErrorKind::kOutOfMemory;
  else if (SaysUnsupported(text)) kind = ErrorKind::kUnsupported;
  return Error(kind, "openvino refuses to " + std::string(doing) + ": " + text);
}

}  // namespace conformance::runtimes
