#include <algorithm>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/pick.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// Where element i of a padded axis comes from: -1 for the filling.
int64_t SourceOf(int64_t i, int64_t size, const std::string& mode) {
  if (i >= 0 && i < size) return i;
  if (mode == "constant") return -1;
  if (mode == "edge") return i < 0 ? 0 : size - 1;
  if (mode == "wrap") return ((i % size) + size) % size;
  // reflect: the border itself isn't repeated.
  if (size == 1) return 0;
  const int64_t period = 2 * (size - 1);
  const int64_t at = ((i % period) + period) % period;
  return at < size ? at : period - at;
}

Outputs PadBy(const Call& call, const Array& x, const std::vector<int64_t>& pads, const std::vector<int64_t>& axes, const std::string& mode, const Array* fill) {
  if (mode != "constant" && mode != "reflect" && mode != "edge" && mode != "wrap")
    return Invalid("an unknown mode").With("found", mode).With("wanted", "constant, reflect, edge or wrap");
  if (pads.size() != 2 * axes.size()) return ShapeError("pads of another length").With("found", ShapeText(pads)).With("wanted", "two for each of " + std::to_string(axes.size()) + " axes");
  Shape dims = x.dims();
  std::vector<int64_t> before(dims.size(), 0);
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<size_t>(axes[i]);
    before[axis] = pads[i];
    int64_t size = dims[axis];
    if (__builtin_add_overflow(size, pads[i], &size) || __builtin_add_overflow(size, pads[i + axes.size()], &size) || size < 0)
      return ShapeError("pads that leave no axis").With("found", ShapeText(pads)).With("wanted", "sizes of 0 or more");
    if (mode != "constant" && dims[axis] == 0 && size != 0) return ShapeError("an axis of nothing is padded from itself").With("found", Describe(x));
    dims[axis] = size;
  }
  for (const int64_t size : dims) CONFORMANCE_RETURN_IF_ERROR(call.CanHold(size));
  if (!CheckedNumElements(dims)) return ShapeError("a tensor of impossible size").With("found", ShapeText(dims));
  if (NumElements(dims) == 0) return call.New(x.elem(), x.store(), dims);
  std::vector<std::vector<int64_t>> picks;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    std::vector<int64_t> pick(static_cast<size_t>(dims[axis]));
    for (size_t i = 0; i < pick.size(); ++i) pick[i] = SourceOf(static_cast<int64_t>(i) - before[axis], x.dims()[axis], mode);
    picks.push_back(std::move(pick));
  }
  return Pick(call, x, picks, fill);
}

}  // namespace

/// More (or, by negative pads, fewer) elements at the ends of axes: a constant (0 by default), the edge, or the tensor reflected or repeated.
Outputs Pad(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const std::string mode, call.String("mode", "constant"));
  CONFORMANCE_TRY(const std::vector<int64_t> pads, ToInts(call[1], "pads"));
  std::vector<int64_t> axes = Everything(x.rank());
  if (const Array* given = call.Optional(3)) {
    CONFORMANCE_TRY(axes, ToInts(*given, "axes"));
    CONFORMANCE_TRY(axes, NormalAxes(axes, x.rank()));
  }
  const Array* fill = call.Optional(2);
  if (fill != nullptr && (fill->count() != 1 || fill->elem() != x.elem()))
    return TypeError("a filling of another type").With("found", Describe(*fill)).With("wanted", "one " + std::string(NameOf(x.elem())));
  return PadBy(call, x, pads, axes, mode, fill);
}
/// Before version 11 they are attributes.
Outputs LegacyPad(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const std::string mode, call.String("mode", "constant"));
  CONFORMANCE_TRY(const std::vector<int64_t> pads, call.opset() < 2 ? call.Ints("paddings") : call.Ints("pads"));
  CONFORMANCE_TRY(const double value, call.Float("value", 0));
  CONFORMANCE_TRY(const Array fill, CastArray(call, Array::Of<double>({}, {value}), x.elem(), {}));
  return PadBy(call, x, pads, Everything(x.rank()), mode, &fill);
}

/// The middle of each axis, or the tensor in the middle of zeros.
Outputs CenterCropPad(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const std::vector<int64_t> shape, ToInts(call[1], "shape"));
  CONFORMANCE_TRY(std::vector<int64_t> axes, call.Ints("axes", Everything(x.rank())));
  CONFORMANCE_TRY(axes, NormalAxes(axes, x.rank()));
  if (axes.size() != shape.size()) return ShapeError("a shape that doesn't fit the axes").With("found", ShapeText(shape)).With("wanted", std::to_string(axes.size()) + " sizes");
  std::vector<int64_t> pads(2 * axes.size());
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t size = x.dim(axes[i]);
    if (shape[i] < 0) return ShapeError("a shape with negative sizes").With("found", ShapeText(shape));
    // Cropping rounds its start down, and so does padding.
    const int64_t start = shape[i] < size ? -((size - shape[i]) / 2) : (shape[i] - size) / 2;
    pads[i] = start;
    pads[i + axes.size()] = shape[i] - size - start;
  }
  return PadBy(call, x, pads, axes, "constant", nullptr);
}

}  // namespace conformance::onnx_reference::kernels
