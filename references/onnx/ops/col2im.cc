#include <algorithm>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/window.h"

namespace conformance::onnx_reference::kernels {

/// input [n, c · block, places] of windows, image_shape, block_shape -> [n, c, image_shape]: windows laid back where
/// they were taken from, summed where they
/// overlap. Errors: kShape where there are other places than windows fit; kInvalid.
Outputs Col2Im(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const std::vector<int64_t> image, ToInts(call[1], "image_shape"));
  CONFORMANCE_TRY(const std::vector<int64_t> block, ToInts(call[2], "block_shape"));
  if (image.empty() || image.size() != block.size())
    return ShapeError("a block that doesn't fit the image")
        .With("found", ShapeText(block) + " in " + ShapeText(image))
        .With("wanted", "one size for each axis of the image");
  CONFORMANCE_TRY(Window window, WindowAttributes(call, image.size(), block));
  window.in = image;
  for (size_t axis = 0; axis < image.size(); ++axis) {
    int64_t reach = 0;
    if (__builtin_mul_overflow(window.dilation[axis], block[axis] - 1, &reach) || reach >= INT64_MAX / 4 ||
        image[axis] < 0 || image[axis] > INT64_MAX / 4)
      return ShapeError("sizes that are none")
          .With("found", ShapeText(block) + " in " + ShapeText(image))
          .With("wanted", "sizes that can be held");
    const int64_t room = image[axis] + window.before[axis] + window.after[axis] - reach - 1;
    if (room < 0)
      return ShapeError("a block larger than the padded image")
          .With("found", ShapeText(block))
          .With("wanted", "at most " + ShapeText(image));
    window.out.push_back(room / window.stride[axis] + 1);
    if (__builtin_mul_overflow(window.out_count, window.out.back(), &window.out_count) ||
        __builtin_mul_overflow(window.in_count, image[axis], &window.in_count))
      return ShapeError("sizes that are none")
          .With("found", ShapeText(image))
          .With("wanted", "sizes that can be held");
  }
  if (x.rank() != 3 || x.dim(1) % window.kernel_count != 0 || x.dim(2) != window.out_count) {
    return ShapeError("windows that don't make the image")
        .With("found", Describe(x))
        .With("wanted", "[n, c · " + std::to_string(window.kernel_count) + ", " +
                            std::to_string(window.out_count) + "]");
  }
  const int64_t maps = x.dim(0) * (x.dim(1) / window.kernel_count);
  Shape dims = {x.dim(0), x.dim(1) / window.kernel_count};
  dims.insert(dims.end(), image.begin(), image.end());
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.store(), std::move(dims)));
  if (y.count() == 0) return y;
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(x.store(), "the input", [&]<typename T>(Tag<T>) {
    std::fill_n(y.mutable_data<T>(), y.count(), T(0));
    for (int64_t map = 0; map < maps; ++map) {
      T* to = y.mutable_data<T>() + map * window.in_count;
      const T* from = x.data<T>() + map * window.kernel_count * window.out_count;
      std::vector<int64_t> index(window.rank(), 0);
      for (int64_t i = 0; i < window.out_count; ++i, Advance(index, window.out))
        EachInside(window, index, [&](int64_t at, int64_t tap) {
          to[at] = static_cast<T>(to[at] + from[tap * window.out_count + i]);
        });
    }
    return Ok();
  }));
  return y;
}

}  // namespace conformance::onnx_reference::kernels
