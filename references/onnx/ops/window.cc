#include "references/onnx/ops/window.h"

#include <algorithm>

#include "framework/base/strings.h"

namespace conformance::onnx_reference {
namespace {

// Sizes beyond this are no sizes; products of three of them don't overflow.
constexpr int64_t kMost = int64_t{1} << 40;

Result<std::vector<int64_t>> Listed(const Call& call, std::string_view name, size_t count, int64_t otherwise, int64_t least) {
  CONFORMANCE_TRY(std::vector<int64_t> values, call.Ints(name, std::vector<int64_t>(count, otherwise)));
  const bool fits = values.size() == count && std::all_of(values.begin(), values.end(), [&](int64_t v) { return v >= least && v < kMost; });
  if (fits) return values;
  return Invalid("an attribute that doesn't fit the axes")
      .With("attribute", std::string(name))
      .With("found", ShapeText(values))
      .With("wanted", std::to_string(count) + " numbers of " + std::to_string(least) + " or more");
}

}  // namespace

Result<Window> WindowAttributes(const Call& call, size_t rank, std::vector<int64_t> kernel) {
  Window window;
  if (rank == 0 || rank > 8) return Unsupported("windows over so many axes").With("found", std::to_string(rank)).With("wanted", "1 to 8");
  CONFORMANCE_TRY(window.kernel, kernel.empty() ? Listed(call, "kernel_shape", rank, 0, 1) : Result<std::vector<int64_t>>(std::move(kernel)));
  CONFORMANCE_TRY(window.stride, Listed(call, "strides", rank, 1, 1));
  CONFORMANCE_TRY(window.dilation, Listed(call, "dilations", rank, 1, 1));
  CONFORMANCE_TRY(const std::vector<int64_t> pads, Listed(call, "pads", 2 * rank, 0, 0));
  window.before.assign(pads.begin(), pads.begin() + static_cast<int64_t>(rank));
  window.after.assign(pads.begin() + static_cast<int64_t>(rank), pads.end());
  for (const int64_t size : window.kernel) {
    if (size < 1 || __builtin_mul_overflow(window.kernel_count, size, &window.kernel_count) || window.kernel_count > kMost)
      return ShapeError("a kernel of impossible size").With("found", ShapeText(window.kernel));
  }
  return window;
}

Result<Window> WindowOf(const Call& call, const Array& x, std::vector<int64_t> kernel, bool ceiling) {
  if (x.rank() < 3) return ShapeError("an input without spatial axes").With("found", Describe(x)).With("wanted", "[n, c, spatial…]");
  const auto rank = static_cast<size_t>(x.rank() - 2);
  if (!kernel.empty() && kernel.size() != rank) return ShapeError("a kernel of another rank").With("found", ShapeText(kernel)).With("wanted", std::to_string(rank) + " axes");
  CONFORMANCE_TRY(Window window, WindowAttributes(call, rank, std::move(kernel)));
  window.in.assign(x.dims().begin() + 2, x.dims().end());
  CONFORMANCE_TRY(const std::string auto_pad, call.String("auto_pad", "NOTSET"));
  CONFORMANCE_TRY(const int64_t ceil_mode, ceiling ? call.Int("ceil_mode", 0) : Result<int64_t>(0));
  if (auto_pad != "NOTSET" && auto_pad != "VALID" && auto_pad != "SAME_UPPER" && auto_pad != "SAME_LOWER" && !auto_pad.empty())
    return Invalid("an unknown padding").With("found", auto_pad).With("wanted", "NOTSET, VALID, SAME_UPPER or SAME_LOWER");
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t in = window.in[axis], stride = window.stride[axis];
    int64_t reach = 0;
    if (__builtin_mul_overflow(window.dilation[axis], window.kernel[axis] - 1, &reach) || ++reach > kMost)
      return ShapeError("a kernel of impossible size").With("found", ShapeText(window.kernel));
    int64_t out = 0;
    if (StartsWith(auto_pad, "SAME")) {
      out = (in + stride - 1) / stride;
      const int64_t total = std::max<int64_t>(0, (out - 1) * stride + reach - in);
      window.before[axis] = auto_pad == "SAME_UPPER" ? total / 2 : total - total / 2;
      window.after[axis] = total - window.before[axis];
    } else {
      if (auto_pad == "VALID") window.before[axis] = window.after[axis] = 0;
      const int64_t room = in + window.before[axis] + window.after[axis] - reach;
      if (room < 0) return ShapeError("a kernel larger than the padded input").With("found", ShapeText(window.kernel) + " over " + Describe(x));
      out = (ceil_mode != 0 ? (room + stride - 1) / stride : room / stride) + 1;
      // Windows that would begin in the padding behind are none.
      if (ceil_mode != 0 && (out - 1) * stride >= in + window.before[axis]) --out;
    }
    window.out.push_back(out);
    if (__builtin_mul_overflow(window.in_count, in, &window.in_count)) return ShapeError("an input of impossible size").With("found", Describe(x));
    if (__builtin_mul_overflow(window.out_count, out, &window.out_count)) return ShapeError("an output of impossible size").With("found", ShapeText(window.out));
  }
  return window;
}

}  // namespace conformance::onnx_reference
