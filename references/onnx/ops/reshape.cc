#include "framework/base/strings.h"
#include "references/onnx/call.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// 0 keeps the input's size there (unless `zeros`), one -1 takes what is left.
Outputs ReshapeArray(const Array& data, const std::vector<int64_t>& wanted, bool zeros) {
  Shape dims = wanted;
  int64_t open = -1, known = 1;
  const auto refuse = [&](const char* why) {
    return ShapeError(why).With("found", Describe(data) + " to " + ShapeText(wanted)).With("wanted", "as many elements");
  };
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && !zeros) {
      if (i >= data.dims().size()) return refuse("a size is kept that the input doesn't have");
      dims[i] = data.dims()[i];
    }
    if (dims[i] < -1 || (dims[i] == -1 && open >= 0)) return refuse("a shape with negative sizes");
    if (dims[i] == -1) {
      open = static_cast<int64_t>(i);
    } else if (__builtin_mul_overflow(known, dims[i], &known)) {
      return refuse("a shape that is too large");
    }
  }
  if (open >= 0) {
    if (known == 0 || data.count() % known != 0) return refuse("a reshape that doesn't keep the elements");
    dims[static_cast<size_t>(open)] = data.count() / known;
  } else if (known != data.count()) {
    return refuse("a reshape that doesn't keep the elements");
  }
  return data.Reshaped(std::move(dims));
}

}  // namespace

/// The same elements with the sizes of input 1; with attribute allowzero, 0 is a size of 0.
Outputs Reshape(const Call& call) {
  CONFORMANCE_TRY(const std::vector<int64_t> wanted, ToInts(call[1], "shape"));
  CONFORMANCE_TRY(const int64_t zeros, call.Int("allowzero", 0));
  return ReshapeArray(call[0], wanted, zeros != 0);
}
/// Version 1 has the sizes as an attribute.
Outputs ReshapeTo(const Call& call) {
  CONFORMANCE_TRY(const std::vector<int64_t> wanted, call.Ints("shape"));
  return ReshapeArray(call[0], wanted, false);
}

}  // namespace conformance::onnx_reference::kernels
