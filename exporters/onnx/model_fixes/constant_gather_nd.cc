#include <algorithm>
#include <string_view>

#include "exporters/onnx/model_fixes/model_fixes.h"

namespace conformance::onnx {
namespace {

using formats::OnnxNode;
using formats::OnnxTensor;

const OnnxTensor* FindConstant(const GraphLike& graph, std::string_view name) {
  const auto found = std::find_if(graph.initializers->begin(), graph.initializers->end(), [&](const OnnxTensor& tensor) { return tensor.name == name; });
  return found == graph.initializers->end() || found->raw == nullptr ? nullptr : &*found;
}

std::vector<int64_t> KnownSizes(const GraphLike& graph, std::string_view name) {
  for (const formats::OnnxValueInfo& info : *graph.value_info) {
    if (info.name != name || !info.type.shape) continue;
    std::vector<int64_t> sizes;
    for (const formats::OnnxDim& dim : *info.type.shape) {
      if (!dim.size) return {};
      sizes.push_back(*dim.size);
    }
    return sizes;
  }
  return {};
}

bool IsTaken(const GraphLike& graph, std::string_view name) {
  return std::any_of(graph.initializers->begin(), graph.initializers->end(), [&](const OnnxTensor& tensor) { return tensor.name == name; });
}

}  // namespace

// GatherND at constant positions is a Gather over the indexed axes made one; ONNX Runtime's CUDA GatherND cannot be replayed in a CUDA
// graph.
Result<int64_t> FixConstantGatherNd(GraphLike graph) {
  if (graph.initializers == nullptr || graph.value_info == nullptr) return int64_t{0};
  int64_t changed = 0;
  for (size_t at = 0; at < graph.nodes.size(); ++at) {
    OnnxNode node = graph.nodes[at];
    if (node.op_type != "GatherND" || !node.domain.empty()) continue;
    if (const auto* batch = node.Find("batch_dims"); batch != nullptr && batch->i != 0) continue;
    const OnnxTensor* indices = FindConstant(graph, node.inputs[1]);
    const std::vector<int64_t> sizes = KnownSizes(graph, node.inputs[0]);
    if (indices == nullptr || sizes.empty() || indices->dims.empty()) continue;
    const int64_t depth = indices->dims.back();
    if (depth < 1 || depth > static_cast<int64_t>(sizes.size())) continue;
    CONFORMANCE_TRY(const Tensor positions, formats::TensorOf(*indices));
    const std::vector<int64_t> values = positions.ToInts();
    std::vector<int64_t> flat;
    bool inside = true;
    for (size_t i = 0; i + static_cast<size_t>(depth) <= values.size(); i += static_cast<size_t>(depth)) {
      int64_t row = 0;
      for (int64_t axis = 0; axis < depth; ++axis) {
        const int64_t size = sizes[static_cast<size_t>(axis)], index = values[i + static_cast<size_t>(axis)];
        inside = inside && index >= -size && index < size;
        row = row * size + (index < 0 ? index + size : index);
      }
      flat.push_back(row);
    }
    if (!inside) continue;
    int64_t rows = 1;
    for (int64_t axis = 0; axis < depth; ++axis) rows *= sizes[static_cast<size_t>(axis)];
    std::vector<int64_t> shape = {rows};
    shape.insert(shape.end(), sizes.begin() + depth, sizes.end());
    const std::string prefix = node.outputs[0] + ".gather";
    if (IsTaken(graph, prefix + "_rows") || IsTaken(graph, prefix + "_positions")) continue;
    const Shape position_shape(indices->dims.begin(), indices->dims.end() - 1);
    graph.initializers->push_back(formats::OnnxTensorOf(prefix + "_shape", Tensor::Of<int64_t>({static_cast<int64_t>(shape.size())}, shape)));
    graph.initializers->push_back(formats::OnnxTensorOf(prefix + "_positions", Tensor::Of<int64_t>(position_shape, flat)));
    OnnxNode reshape;
    reshape.name = node.name + "_rows";
    reshape.op_type = "Reshape";
    reshape.inputs = {node.inputs[0], prefix + "_shape"};
    reshape.outputs = {prefix + "_rows"};
    reshape.metadata_props = node.metadata_props;
    node.op_type = "Gather";
    node.attributes = {formats::OnnxAttribute::Int("axis", 0)};
    node.inputs = {prefix + "_rows", prefix + "_positions"};
    graph.nodes[at] = std::move(node);
    graph.nodes.insert(graph.nodes.begin() + static_cast<std::ptrdiff_t>(at), std::move(reshape));
    ++at;
    ++changed;
  }
  return changed;
}

}  // namespace conformance::onnx
