#include <algorithm>
#include <vector>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"

/// Operators of our own, with which a Gradient is written out.
namespace conformance::onnx_reference::kernels {

/// The input's type and sizes, and `value` everywhere.
Outputs FilledLike(const Call& call) {
  CONFORMANCE_TRY(const double value, call.Float("value"));
  return call.Filled(call[0].elem(), call[0].dims(), value);
}

/// The way back from broadcasting: the first input broadcast to both sizes, summed over what the second one was repeated along; the second's sizes.
/// Errors: kShape where it didn't broadcast to the first.
Outputs SumTo(const Call& call) {
  const Array &x = call[0], &like = call[1];
  const int64_t more = x.rank() - like.rank();
  bool fits = more >= 0;
  std::vector<int64_t> strides(static_cast<size_t>(x.rank()), 0);  // of the sum by x's axes
  int64_t stride = 1;
  for (int64_t axis = like.rank() - 1; fits && axis >= 0; --axis) {
    const int64_t size = like.dim(axis);
    fits = size == 1 || size == x.dim(more + axis);
    strides[static_cast<size_t>(more + axis)] = size == 1 ? 0 : stride;
    stride *= size;
  }
  if (!fits) return ShapeError("a derivative's sizes").With("found", ShapeText(x.dims())).With("wanted", "what " + ShapeText(like.dims()) + " broadcasts to");
  CONFORMANCE_TRY(Array out, call.New(x.elem(), x.store(), like.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the derivative", [&]<typename T>(Tag<T>) {
    std::vector<double> sums(static_cast<size_t>(out.count()), 0);
    std::vector<int64_t> place(static_cast<size_t>(x.rank()), 0);
    int64_t at = 0;
    for (int64_t i = 0; i < x.count(); ++i) {
      sums[static_cast<size_t>(at)] += static_cast<double>(x.data<T>()[i]);
      for (size_t axis = place.size(); axis-- > 0;) {
        at += strides[axis];
        if (++place[axis] < x.dims()[axis]) break;
        at -= strides[axis] * x.dims()[axis];
        place[axis] = 0;
      }
    }
    std::transform(sums.begin(), sums.end(), out.mutable_data<T>(), [](double sum) { return static_cast<T>(sum); });
    return Ok();
  }));
  return out;
}

}  // namespace conformance::onnx_reference::kernels
