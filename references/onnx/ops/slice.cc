#include <algorithm>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/pick.h"

namespace conformance::onnx_reference::kernels {
namespace {

Outputs SliceBy(const Call& call, const Array& x, const std::vector<int64_t>& starts, const std::vector<int64_t>& ends, std::vector<int64_t> axes,
                std::vector<int64_t> steps) {
  if (axes.empty()) axes = Everything(static_cast<int64_t>(starts.size()));
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size())
    return ShapeError("starts, ends, axes and steps of several lengths").With("found", ShapeText(starts) + ", " + ShapeText(ends) + ", " + ShapeText(axes) + ", " + ShapeText(steps));
  CONFORMANCE_TRY(axes, NormalAxes(axes, x.rank()));
  Shape dims = x.dims();
  std::vector<int64_t> strides = StridesOf(dims);
  int64_t offset = 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<size_t>(axes[i]);
    const int64_t size = dims[axis], step = steps[i];
    if (step == 0) return Invalid("a step of 0");
    // Ends before the start are -1 for steps backwards.
    const auto place = [&](int64_t index) {
      if (index < 0) index = index < -size ? -1 : index + size;
      return step > 0 ? std::clamp<int64_t>(index, 0, size) : std::clamp<int64_t>(index, -1, size - 1);
    };
    const int64_t start = step < 0 && starts[i] < -size ? 0 : place(starts[i]), end = place(ends[i]);
    const int64_t span = step > 0 ? end - start : start - end;
    // The step's size without overflow for the lowest number.
    const uint64_t width = step > 0 ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
    const int64_t count = span <= 0 || size == 0 ? 0 : static_cast<int64_t>((static_cast<uint64_t>(span) - 1) / width) + 1;
    offset += count == 0 ? 0 : start * strides[axis];
    dims[axis] = count;
    strides[axis] = count <= 1 ? 0 : strides[axis] * step;
  }
  if (dims == x.dims() && offset == 0 && strides == StridesOf(dims)) return x;
  return Strided(call, x, std::move(dims), strides, NumElements(dims) == 0 ? 0 : offset);
}

}  // namespace

/// x[start:end:step] along each of the axes, as numpy has it.
Outputs Slice(const Call& call) {
  CONFORMANCE_TRY(const std::vector<int64_t> starts, ToInts(call[1], "starts"));
  CONFORMANCE_TRY(const std::vector<int64_t> ends, ToInts(call[2], "ends"));
  std::vector<int64_t> axes, steps;
  if (const Array* given = call.Optional(3)) {
    CONFORMANCE_TRY(axes, ToInts(*given, "axes"));
  }
  if (const Array* given = call.Optional(4)) {
    CONFORMANCE_TRY(steps, ToInts(*given, "steps"));
  }
  if (call.Has(3) && axes.empty()) return call[0];
  return SliceBy(call, call[0], starts, ends, std::move(axes), std::move(steps));
}
/// Before version 10 they are attributes, and steps are 1.
Outputs LegacySlice(const Call& call) {
  CONFORMANCE_TRY(const std::vector<int64_t> starts, call.Ints("starts"));
  CONFORMANCE_TRY(const std::vector<int64_t> ends, call.Ints("ends"));
  CONFORMANCE_TRY(std::vector<int64_t> axes, call.Ints("axes", std::vector<int64_t>()));
  return SliceBy(call, call[0], starts, ends, std::move(axes), {});
}

}  // namespace conformance::onnx_reference::kernels
