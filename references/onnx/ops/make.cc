#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/pick.h"

/// Tensors from sizes and numbers.
namespace conformance::onnx_reference::kernels {

/// Attribute value (float 0 by default) everywhere.
Outputs ConstantOfShape(const Call& call) {
  CONFORMANCE_TRY(std::vector<int64_t> dims, ToInts(call[0], "shape"));
  CONFORMANCE_TRY(const std::optional<Array> value, call.Tensor("value"));
  const Array one = value ? *value : Array::Of<float>({}, {0});
  if (one.count() != 1) return ShapeError("a value that is no single element").With("found", Describe(one)).With("wanted", "one element");
  return Strided(call, one, dims, std::vector<int64_t>(dims.size(), 0));
}

/// Ones on diagonal k of a matrix of the input's sizes.
Outputs EyeLike(const Call& call) {
  const Array& x = call[0];
  if (x.rank() != 2) return ShapeError("an input that is no matrix").With("found", Describe(x)).With("wanted", "two axes");
  CONFORMANCE_TRY(const int64_t dtype, call.Int("dtype", static_cast<int64_t>(x.elem())));
  CONFORMANCE_TRY(int64_t k, call.Int("k", 0));
  k = std::clamp(k, -x.dim(0), x.dim(1));
  CONFORMANCE_TRY(Array eye, call.New(Elem::kDouble, Store::kF64, x.dims()));
  std::fill_n(eye.mutable_data<double>(), eye.count(), 0.0);
  for (int64_t row = std::max<int64_t>(0, -k); row < x.dim(0) && row + k < x.dim(1); ++row) eye.mutable_data<double>()[row * x.dim(1) + row + k] = 1;
  return CastArray(call, eye, static_cast<Elem>(dtype), {});
}

/// start, start + delta, … before limit.
Outputs Range(const Call& call) {
  for (size_t i = 0; i < 3; ++i) {
    if (call[i].count() != 1) return ShapeError("a range's ends are scalars").With("found", Describe(call[i])).With("wanted", "one element");
  }
  std::optional<Array> out;
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(call[0].store(), "the start", [&]<typename T>(Tag<T>) -> Status {
    const T start = *call[0].data<T>(), limit = *call[1].data<T>(), delta = *call[2].data<T>();
    if (delta == 0) return Invalid("a range with a step of 0");
    const double count = std::ceil((static_cast<double>(limit) - static_cast<double>(start)) / static_cast<double>(delta));
    if (!(count < 9e15)) return Invalid("a range without end").With("found", DoubleText(count) + " elements");
    CONFORMANCE_TRY(Array made, call.New(call[0].elem(), {static_cast<int64_t>(std::max(count, 0.0))}));
    for (int64_t i = 0; i < made.count(); ++i) made.mutable_data<T>()[i] = static_cast<T>(start + static_cast<T>(i) * delta);
    out = std::move(made);
    return Ok();
  }));
  return *std::move(out);
}

/// on_value at the places that `indices` name along a new axis, off_value elsewhere.
Outputs OneHot(const Call& call) {
  CONFORMANCE_TRY(const Array indices, CastArray(call, call[0], Elem::kInt64, {}));
  CONFORMANCE_TRY(const double given, ToNumber(call[1], "depth"));
  const Array& values = call[2];
  if (values.rank() != 1 || values.count() != 2) return ShapeError("values are [off, on]").With("found", Describe(values)).With("wanted", "[2]");
  if (!(given >= 0 && given < 9e15)) return Invalid("a depth out of range").With("found", DoubleText(given)).With("wanted", "0 or more");
  const auto depth = static_cast<int64_t>(given);
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", indices.rank() + 1, -1));
  Shape dims = indices.dims();
  dims.insert(dims.begin() + axis, depth);
  CONFORMANCE_TRY(Array out, call.New(values.elem(), values.store(), dims));
  const Around around = AroundAxis(dims, axis);
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(values.store(), [&]<typename T>(Tag<T>) {
    const T off = values.data<T>()[0], on = values.data<T>()[1];
    T* to = out.mutable_data<T>();
    std::fill_n(to, out.count(), off);
    for (int64_t o = 0; o < around.outer; ++o) {
      for (int64_t i = 0; i < around.inner; ++i) {
        int64_t index = indices.data<int64_t>()[o * around.inner + i];
        if (index < 0) index += depth;
        if (index >= 0 && index < depth) to[(o * depth + index) * around.inner + i] = on;
      }
    }
    return Ok();
  }));
  return out;
}

/// Number of elements.
Outputs Size(const Call& call) { return Array::Of<int64_t>({}, {call[0].count()}); }

/// The same bits as another type of that width.
Outputs BitCast(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const int64_t number, call.Int("to"));
  const auto to = static_cast<Elem>(number);
  if (!kAny.Has(to) || to == Elem::kString || x.elem() == Elem::kString || formats::OnnxElemBits(to) != formats::OnnxElemBits(x.elem()))
    return TypeError("a type of another width").With("found", std::to_string(number)).With("wanted", "as many bits as " + std::string(NameOf(x.elem())));
  const Store store = StoreOf(to);
  CONFORMANCE_TRY(Array y, call.New(to, store, x.dims()));
  std::copy_n(x.raw(), x.bytes(), y.raw_mutable());
  if (formats::OnnxElemBits(to) >= 8) {
    if (to == Elem::kBool) {
      for (int64_t i = 0; i < y.count(); ++i) y.mutable_data<uint8_t>()[i] = x.data<uint8_t>()[i] != 0;
    }
    return y;
  }
  // Elements below a byte: a signed one has its sign in all upper bits, others nothing there.
  const int bits = formats::OnnxElemBits(to), mask = (1 << bits) - 1;
  const bool extend = to == Elem::kInt4 || to == Elem::kInt2;
  for (int64_t i = 0; i < y.count(); ++i) {
    int value = x.data<uint8_t>()[i] & mask;
    if (extend && (value >> (bits - 1)) != 0) value |= ~mask;
    y.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(value);
  }
  return y;
}

}  // namespace conformance::onnx_reference::kernels
