#include <algorithm>

#include "framework/base/random.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// The input as it is, and a mask of ones.
Outputs Kept(const Call& call) {
  CONFORMANCE_TRY(Array mask, call.New(call.opset() < 10 ? call[0].elem() : Elem::kBool, call[0].dims()));
  if (mask.elem() == Elem::kBool) {
    std::fill_n(mask.mutable_data<bool>(), mask.count(), true);
  } else {
    CONFORMANCE_TRY(mask, call.Filled(mask.elem(), call[0].dims(), 1));
  }
  return Values{call[0], std::move(mask)};
}

}  // namespace

/// Version 12 on: in training, elements drop out with probability `ratio`, and what stays is divided by 1 - ratio.
Outputs Dropout(const Call& call) {
  bool training = false;
  double ratio = 0.5;
  if (const Array* given = call.Optional(2)) {
    CONFORMANCE_TRY(training, ToBool(*given, "training_mode"));
  }
  if (const Array* given = call.Optional(1)) {
    CONFORMANCE_TRY(ratio, ToNumber(*given, "ratio"));
  }
  if (!training || ratio == 0) return Kept(call);
  if (!(ratio > 0 && ratio < 1)) return Invalid("a ratio out of range").With("found", std::to_string(ratio)).With("wanted", "[0, 1)");
  CONFORMANCE_TRY(const int64_t seed, call.Int("seed", static_cast<int64_t>(call.seed())));
  Random random(static_cast<uint64_t>(seed));
  const Array& x = call[0];
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  CONFORMANCE_TRY(Array mask, call.New(Elem::kBool, x.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t i = 0; i < x.count(); ++i) {
      const bool stays = random.Uniform() >= ratio;
      mask.mutable_data<bool>()[i] = stays;
      y.mutable_data<T>()[i] = stays ? x.data<T>()[i] / static_cast<T>(1 - ratio) : T(0);
    }
    return Ok();
  }));
  return Values{std::move(y), std::move(mask)};
}
/// Earlier versions know no training but by attribute (is_test 0, before version 7), in which the text leaves the draw open: nothing drops out.
Outputs LegacyDropout(const Call& call) { return Kept(call); }

}  // namespace conformance::onnx_reference::kernels
