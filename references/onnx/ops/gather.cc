#include <algorithm>

#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference::kernels {

/// Slices of `data` along `axis` at `indices`: sizes data[:axis] + indices + data[axis + 1:]. Negative indices count from the end. Errors: kInvalid for
/// an index out of range.
Outputs Gather(const Call& call) {
  const Array& data = call[0];
  if (data.rank() == 0) return ShapeError("a scalar has nothing to gather from");
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", data.rank(), 0));
  CONFORMANCE_TRY(std::vector<int64_t> indices, ToInts(call[1], "indices"));
  const int64_t size = data.dim(axis);
  for (int64_t& index : indices) {
    if (index < -size || index >= size)
      return Invalid("an index out of range").With("found", std::to_string(index)).With("wanted", "below " + std::to_string(size));
    if (index < 0) index += size;
  }
  Shape dims(data.dims().begin(), data.dims().begin() + axis);
  dims.insert(dims.end(), call[1].dims().begin(), call[1].dims().end());
  dims.insert(dims.end(), data.dims().begin() + axis + 1, data.dims().end());
  CONFORMANCE_TRY(Array out, call.New(data.elem(), data.store(), std::move(dims)));
  int64_t outer = 1, inner = 1;
  for (int64_t i = 0; i < axis; ++i) outer *= data.dim(i);
  for (int64_t i = axis + 1; i < data.rank(); ++i) inner *= data.dim(i);
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(data.store(), [&]<typename T>(Tag<T>) {
    T* to = out.mutable_data<T>();
    for (int64_t o = 0; o < outer; ++o) {
      for (const int64_t index : indices) to = std::copy_n(data.data<T>() + (o * size + index) * inner, inner, to);
    }
    return Ok();
  }));
  return out;
}

}  // namespace conformance::onnx_reference::kernels
