#pragma once

#include <exception>
#include <string_view>

#include "framework/base/result.h"

namespace conformance::runtimes {

/// What OpenVINO threw on a model or input that it was given: "openvino refuses to read the model: …". Its own text without the lines that
/// only say which of its functions passed the exception on. kOutOfMemory where memory ran out, kUnsupported where OpenVINO says that it
/// lacks an operator, a type or a kernel, else kInvalid.
Error Refusal(std::string_view doing, const std::exception& thrown);

}  // namespace conformance::runtimes
