#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "exporters/onnx/model_fixes/model_fixes.h"

namespace conformance::onnx {
namespace {

/// A name that nothing in the graph has.
std::string Fresh(const GraphLike& graph, const std::string& stem) {
  std::set<std::string, std::less<>> taken;
  for (const formats::OnnxTensor& tensor : *graph.initializers) taken.insert(tensor.name);
  if (graph.value_info != nullptr) {
    for (const auto& info : *graph.value_info) taken.insert(info.name);
  }
  for (const formats::OnnxNode& node : graph.nodes) {
    taken.insert(node.inputs.begin(), node.inputs.end());
    taken.insert(node.outputs.begin(), node.outputs.end());
  }
  std::string name = stem;
  for (int i = 1; taken.contains(name); ++i) name = stem + "_" + std::to_string(i);
  return name;
}

}  // namespace

// OpenVINO makes one kernel of an attention and refuses to compile it where two of its Where read one constant: that of the mask, and the one
// that gives 0 to a query without any key. The latter reads a MatMul.
Result<int64_t> FixOwnFallback(GraphLike graph) {
  int64_t changed = 0;
  if (graph.initializers == nullptr) return changed;
  std::set<std::string, std::less<>> products;
  std::map<std::string, int, std::less<>> readers;
  for (const formats::OnnxNode& node : graph.nodes) {
    if (node.op_type == "MatMul" && node.domain.empty()) products.insert(node.outputs.begin(), node.outputs.end());
    for (const std::string& input : node.inputs) ++readers[input];
  }
  for (formats::OnnxNode& node : graph.nodes) {
    if (node.op_type != "Where" || !node.domain.empty() || node.inputs.size() != 3 || !products.contains(node.inputs[1])) continue;
    std::string& fallback = node.inputs[2];
    if (readers[fallback] < 2) continue;
    const auto shared = std::find_if(graph.initializers->begin(), graph.initializers->end(), [&](const auto& tensor) { return tensor.name == fallback; });
    if (shared == graph.initializers->end() || !shared->dims.empty() || shared->external) continue;
    formats::OnnxTensor own = *shared;
    --readers[fallback];
    fallback = own.name = Fresh(graph, fallback + "_own");
    graph.initializers->push_back(std::move(own));
    ++changed;
  }
  return changed;
}

}  // namespace conformance::onnx
