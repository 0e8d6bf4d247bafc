#pragma once

#include <onnxruntime_c_api.h>

#include <string_view>
#include <utility>

#include "framework/base/result.h"

/// What the parts of the backend share of ONNX Runtime's C API. Not installed: the runtime's header stays in this folder.
namespace conformance::runtimes::ort {

/// What the runtime says of a model or a run, as an error; `status` is released. kUnsupported where it says that it has no such operator, kernel or
/// mode; kOutOfMemory, kCorrupt and kNotFound where it says so, else kInvalid.
Error FromStatus(const OrtApi& api, OrtStatus* status, std::string_view doing);

#define CONFORMANCE_ORT_TRY(api, call, doing)                                                                        \
  do {                                                                                                               \
    if (OrtStatus* ort_status = (call)) return ::conformance::runtimes::ort::FromStatus(api, ort_status, doing);     \
  } while (false)

/// Owns one of the runtime's objects.
template <typename T>
class Handle {
 public:
  using Release = void(ORT_API_CALL*)(T*);
  explicit Handle(Release release) : release_(release) {}
  Handle(Handle&& other) noexcept : release_(other.release_), object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(release_, other.release_);
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() {
    if (object_) release_(object_);
  }
  T* get() const { return object_; }
  T** out() { return &object_; }

 private:
  Release release_;
  T* object_ = nullptr;
};

}  // namespace conformance::runtimes::ort
