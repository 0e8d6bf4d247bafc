#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"

namespace conformance::onnx_reference::kernels {

/// x where the condition holds, else y; all three broadcast.
Outputs Where(const Call& call) {
  const Array &condition = call[0], &x = call[1], &y = call[2];
  if (condition.elem() != Elem::kBool) return TypeError("a condition is a bool").With("found", Describe(condition)).With("wanted", "bool");
  CONFORMANCE_TRY(Shape dims, BroadcastDims({&condition, &x, &y}));
  CONFORMANCE_TRY(Array out, call.New(x.elem(), x.store(), std::move(dims)));
  const BroadcastWalk walk(out.dims(), {&condition.dims(), &x.dims(), &y.dims()});
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(x.store(), [&]<typename T>(Tag<T>) {
    T* to = out.mutable_data<T>();
    const auto& step = walk.step();
    walk.ForEachRow([&](const auto& at) {
      const bool* c = condition.data<bool>() + at[0];
      const T *a = x.data<T>() + at[1], *b = y.data<T>() + at[2];
      for (int64_t i = 0; i < walk.length(); ++i) *to++ = c[i * step[0]] ? a[i * step[1]] : b[i * step[2]];
    });
    return Ok();
  }));
  return out;
}

}  // namespace conformance::onnx_reference::kernels
