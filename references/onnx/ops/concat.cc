#include <algorithm>

#include "references/onnx/dispatch.h"
#include "references/onnx/kernels.h"
#include "references/onnx/call.h"

namespace conformance::onnx_reference::kernels {

/// Inputs one after the other along `axis`, equal sizes elsewhere. Version 1 has axis 1 by default.
Outputs Concat(const Call& call) {
  const std::vector<const Array*> inputs = call.From(0);
  const Array& first = *inputs[0];
  CONFORMANCE_TRY(const int64_t axis, call.opset() < 4 ? call.Axis("axis", first.rank(), 1) : call.Axis("axis", first.rank()));
  Shape dims = first.dims();
  int64_t total = 0;
  for (const Array* input : inputs) {
    bool fits = input->rank() == first.rank();
    for (int64_t i = 0; fits && i < first.rank(); ++i) fits = i == axis || input->dim(i) == first.dim(i);
    if (!fits) return ShapeError("inputs that don't fit beside each other").With("found", Describe(*input)).With("wanted", "sizes of " + Describe(first));
    total += input->dim(axis);
  }
  dims[static_cast<size_t>(axis)] = total;
  CONFORMANCE_TRY(Array out, call.New(first.elem(), first.store(), dims));
  int64_t outer = 1, inner = 1;
  for (int64_t i = 0; i < axis; ++i) outer *= dims[static_cast<size_t>(i)];
  for (int64_t i = axis + 1; i < first.rank(); ++i) inner *= dims[static_cast<size_t>(i)];
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(first.store(), [&]<typename T>(Tag<T>) {
    T* to = out.mutable_data<T>();
    for (int64_t o = 0; o < outer; ++o) {
      for (const Array* input : inputs) {
        const int64_t run = input->dim(axis) * inner;
        to = std::copy_n(input->data<T>() + o * run, run, to);
      }
    }
    return Ok();
  }));
  return out;
}

}  // namespace conformance::onnx_reference::kernels
