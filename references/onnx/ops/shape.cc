#include <algorithm>

#include "references/onnx/call.h"

namespace conformance::onnx_reference::kernels {

/// Sizes [start, end) as int64; both clamped to [0, rank], negative ones from the end.
Outputs ShapeOf(const Call& call) {
  const Shape& dims = call[0].dims();
  const int64_t rank = call[0].rank();
  CONFORMANCE_TRY(int64_t start, call.Int("start", 0));
  CONFORMANCE_TRY(int64_t end, call.Int("end", rank));
  start = std::clamp<int64_t>(start < 0 ? start + rank : start, 0, rank);
  end = std::clamp<int64_t>(end < 0 ? end + rank : end, 0, rank);
  const std::vector<int64_t> sizes = start < end ? std::vector<int64_t>(dims.begin() + start, dims.begin() + end) : std::vector<int64_t>();
  return Array::Of<int64_t>({static_cast<int64_t>(sizes.size())}, sizes);
}

}  // namespace conformance::onnx_reference::kernels
