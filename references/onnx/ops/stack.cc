#include "references/onnx/ops/stack.h"

#include <algorithm>

#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference {

namespace {

Result<Array> EmptyStack(const Call& call, int64_t axis, std::string_view attribute, size_t output) {
  const formats::OnnxAttribute* body = call.Attribute(attribute);
  Elem elem = Elem::kFloat;
  Shape dims;
  if (body != nullptr && !body->graphs.empty() && output < body->graphs[0].outputs.size()) {
    const formats::OnnxType& type = body->graphs[0].outputs[output].type;
    if (kAny.Has(type.elem)) elem = type.elem;
    if (type.shape) {
      for (const formats::OnnxDim& dim : *type.shape) dims.push_back(dim.size.value_or(0));
    }
  }
  CONFORMANCE_TRY(axis, NormalAxis(axis, static_cast<int64_t>(dims.size()) + 1));
  dims.insert(dims.begin() + axis, 0);
  return call.New(elem, std::move(dims));
}

}  // namespace

Result<Array> Stack(const Call& call, const std::vector<Value>& values, int64_t axis, std::string_view attribute, size_t output) {
  if (values.empty()) return EmptyStack(call, axis, attribute, output);
  const Array* first = values.front().array();
  for (const Value& value : values) {
    const Array* array = value.array();
    if (array == nullptr) return TypeError("a scan output is no tensor").With("found", Describe(value)).With("wanted", "a tensor");
    if (array->elem() != first->elem() || array->dims() != first->dims())
      return ShapeError("a scan output changes from one iteration to the next").With("found", Describe(*array)).With("wanted", Describe(*first));
  }
  CONFORMANCE_TRY(axis, NormalAxis(axis, first->rank() + 1));
  Shape dims = first->dims();
  dims.insert(dims.begin() + axis, static_cast<int64_t>(values.size()));
  CONFORMANCE_TRY(Array out, call.New(first->elem(), first->store(), std::move(dims)));
  int64_t inner = 1;
  for (int64_t i = axis; i < first->rank(); ++i) inner *= first->dim(i);
  const int64_t outer = first->count() == 0 ? 0 : first->count() / inner;
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(first->store(), [&]<typename T>(Tag<T>) {
    T* to = out.mutable_data<T>();
    for (int64_t o = 0; o < outer; ++o) {
      for (const Value& value : values) to = std::copy_n(value.array()->data<T>() + o * inner, inner, to);
    }
    return Ok();
  }));
  return out;
}

Result<Array> SliceAt(const Call& call, const Array& array, int64_t axis, int64_t index) {
  Shape dims = array.dims();
  dims.erase(dims.begin() + axis);
  CONFORMANCE_TRY(Array out, call.New(array.elem(), array.store(), std::move(dims)));
  int64_t inner = 1, outer = 1;
  for (int64_t i = 0; i < axis; ++i) outer *= array.dim(i);
  for (int64_t i = axis + 1; i < array.rank(); ++i) inner *= array.dim(i);
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(array.store(), [&]<typename T>(Tag<T>) {
    T* to = out.mutable_data<T>();
    for (int64_t o = 0; o < outer; ++o) to = std::copy_n(array.data<T>() + (o * array.dim(axis) + index) * inner, inner, to);
    return Ok();
  }));
  return out;
}

}  // namespace conformance::onnx_reference
