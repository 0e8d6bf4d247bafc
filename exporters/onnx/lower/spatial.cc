#include "exporters/onnx/lower/spatial.h"

namespace conformance::onnx {

std::vector<int64_t> EachAxis(const Call& call, std::string_view name, size_t axes) {
  std::vector<int64_t> numbers = call.Ints(name);
  if (numbers.size() == 1) numbers.resize(axes, numbers[0]);
  return numbers;
}

std::vector<int64_t> BothSides(const std::vector<int64_t>& padding) {
  std::vector<int64_t> pads = padding;
  pads.insert(pads.end(), padding.begin(), padding.end());
  return pads;
}

Value Batched(Graph& g, const Value& x, size_t axes) { return static_cast<size_t>(x.rank()) == axes + 2 ? x : g.Unsqueeze(x, {0}); }
Value Unbatched(Graph& g, const Value& y, const Value& x, size_t axes) {
  return static_cast<size_t>(x.rank()) == axes + 2 ? y : g.Squeeze(y, {0});
}

Value Wide(Graph& g, const Value& x) { return IsFloating(x.dtype) ? g.AtLeast(x, DType::kF32) : x; }

}  // namespace conformance::onnx
