#include "references/onnx/ops/concat.h"

#include <algorithm>

#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference {

Result<Array> Concatenate(const Call& call, const std::vector<const Array*>& arrays, int64_t axis) {
  const Array& first = *arrays[0];
  CONFORMANCE_TRY(axis, NormalAxis(axis, first.rank()));
  Shape dims = first.dims();
  int64_t total = 0;
  for (const Array* array : arrays) {
    bool fits = array->rank() == first.rank() && array->elem() == first.elem();
    for (int64_t i = 0; fits && i < first.rank(); ++i) fits = i == axis || array->dim(i) == first.dim(i);
    if (!fits)
      return ShapeError("inputs that don't fit beside each other")
          .With("found", Describe(*array))
          .With("wanted", "sizes of " + Describe(first));
    total += array->dim(axis);
  }
  dims[static_cast<size_t>(axis)] = total;
  CONFORMANCE_TRY(Array out, call.New(first.elem(), first.store(), dims));
  int64_t outer = 1, inner = 1;
  for (int64_t i = 0; i < axis; ++i) outer *= dims[static_cast<size_t>(i)];
  for (int64_t i = axis + 1; i < first.rank(); ++i) inner *= dims[static_cast<size_t>(i)];
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(first.store(), [&]<typename T>(Tag<T>) {
    T* to = out.mutable_data<T>();
    for (int64_t o = 0; o < outer; ++o) {
      for (const Array* array : arrays) {
        const int64_t run = array->dim(axis) * inner;
        to = std::copy_n(array->data<T>() + o * run, run, to);
      }
    }
    return Ok();
  }));
  return out;
}

Result<Array> ConcatenateAlongNew(const Call& call, const std::vector<const Array*>& arrays, int64_t axis) {
  CONFORMANCE_TRY(axis, NormalAxis(axis, arrays[0]->rank() + 1));
  std::vector<Array> slices;
  std::vector<const Array*> all;
  slices.reserve(arrays.size());
  for (const Array* array : arrays) {
    Shape dims = array->dims();
    dims.insert(dims.begin() + std::min(axis, array->rank()), 1);
    all.push_back(&slices.emplace_back(array->Reshaped(std::move(dims))));
  }
  return Concatenate(call, all, axis);
}

namespace kernels {

/// Inputs one after the other along `axis`, equal sizes elsewhere. Version 1 has axis 1 by default.
Outputs Concat(const Call& call) {
  CONFORMANCE_TRY(const int64_t axis, call.opset() < 4 ? call.Int("axis", 1) : call.Int("axis"));
  return Concatenate(call, call.From(0), axis);
}

}  // namespace kernels

}  // namespace conformance::onnx_reference
