#include <cmath>

#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/rows.h"
#include "references/onnx/stores.h"

namespace conformance::onnx_reference::kernels {

/// x / √(mean(x²) + ε) over all axes from `axis` on, rounded to X's type, times a scale that broadcasts to X; of the
/// scale's type. The first part is computed
/// in f32 or wider, whatever stash_type says. Errors: kInvalid for an axis out of range; kShape for a scale that
/// doesn't broadcast.
Outputs RmsNormalization(const Call& call) {
  const Array &x = call[0], &scale = call[1];
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", x.rank(), -1));
  CONFORMANCE_TRY(const double epsilon, call.Float("epsilon", double{1e-5F}));
  CONFORMANCE_TRY(const Shape dims, BroadcastDims(x.dims(), scale.dims()));
  if (dims != x.dims())
    return ShapeError("a scale that doesn't broadcast to the input")
        .With("found", Describe(scale))
        .With("wanted", Describe(x));
  if (!kFloats.Has(scale.elem()))
    return TypeError("a scale that is no float")
        .With("found", Describe(scale))
        .With("wanted", kFloats.ToString());
  int64_t outer = 1, length = 1;
  for (int64_t i = 0; i < x.rank(); ++i) (i < axis ? outer : length) *= x.dim(i);
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.store(), x.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t row = 0; row < outer; ++row) {
      const T* from = x.data<T>() + row * length;
      const T mean = SumOf(from, length, [](T v) { return v * v; }) / static_cast<T>(length);
      const T root = std::sqrt(mean + static_cast<T>(epsilon));
      for (int64_t i = 0; i < length; ++i) y.mutable_data<T>()[row * length + i] = from[i] / root;
    }
    return Ok();
  }));
  if (IsHalf(x.elem()) && !call.oracle()) {
    CONFORMANCE_TRY(y, Declared(y));
    CONFORMANCE_TRY(y, HalvesAsFloat(y));
  }
  CONFORMANCE_TRY(y, CastArray(call, y, scale.elem(), {}));
  return MapNumbers(call, y, scale, [](auto a, auto b) { return a * b; });
}

}  // namespace conformance::onnx_reference::kernels
