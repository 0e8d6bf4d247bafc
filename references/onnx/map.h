#pragma once

#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"

/// One element in, one element out.
namespace conformance::onnx_reference {

/// y[i] = f(x[i]) on floats; f is generic over float and double.
template <typename F>
Result<Array> MapFloats(const Call& call, const Array& x, F f) {
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.store(), x.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    const T* from = x.data<T>();
    T* to = y.mutable_data<T>();
    for (int64_t i = 0; i < x.count(); ++i) to[i] = static_cast<T>(f(from[i]));
    return Ok();
  }));
  return y;
}

/// The same on any numeric type.
template <typename F>
Result<Array> MapNumbers(const Call& call, const Array& x, F f) {
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.store(), x.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(x.store(), "the input", [&]<typename T>(Tag<T>) {
    const T* from = x.data<T>();
    T* to = y.mutable_data<T>();
    for (int64_t i = 0; i < x.count(); ++i) to[i] = static_cast<T>(f(from[i]));
    return Ok();
  }));
  return y;
}

}  // namespace conformance::onnx_reference
