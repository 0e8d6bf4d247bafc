#include "exporters/onnx/optimize/optimize.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "exporters/onnx/optimize/fold.h"
#include "framework/base/hash.h"

namespace conformance::onnx {
namespace {

using formats::OnnxAttribute;
using formats::OnnxNode;

// Every value that a node reads, by graphs inside it too; names are taken once in the whole model.
template <typename Node, typename Visit>
void ForEachInput(Node& node, const Visit& visit) {
  for (auto& input : node.inputs) visit(input);
  for (auto& attribute : node.attributes) {
    for (auto& graph : attribute.graphs) {
      for (auto& inner : graph.nodes) ForEachInput(inner, visit);
    }
  }
}

class Optimizer {
 public:
  explicit Optimizer(LoweredModel& lowered) : lowered_(lowered), graph_(lowered.model.graph) {
    for (const auto& output : graph_.outputs) outputs_.insert(output.name);
    for (const auto& input : graph_.inputs) Note(input);
    for (const auto& info : graph_.value_info) Note(info);
    for (const auto& tensor : graph_.initializers) {
      sizes_[tensor.name] = tensor.dims;
      if (tensor.external || tensor.raw == nullptr) continue;
      if (Result<Tensor> value = formats::TensorOf(tensor); value.ok() && value->num_elements() <= kMaxFolded) AddConstant(tensor.name, *value);
    }
  }

  OptimizeCounts Run() {
    std::vector<OnnxNode> kept;
    for (OnnxNode& node : graph_.nodes) {
      ForEachInput(node, [this](std::string& input) { input = Now(input); });
      if (DropIdentity(node) || FoldNode(node) || MergeNode(node)) continue;
      kept.push_back(std::move(node));
    }
    graph_.nodes = std::move(kept);
    DropDead();
    for (ports::ValueMap::Entry& entry : lowered_.value_map.entries) entry.artifact_value = Now(entry.artifact_value);
    Tidy();
    return counts_;
  }

 private:
  void Note(const formats::OnnxValueInfo& info) {
    if (!info.type.shape) return;
    std::vector<int64_t> sizes;
    for (const formats::OnnxDim& dim : *info.type.shape) sizes.push_back(dim.size.value_or(-1));
    sizes_[info.name] = std::move(sizes);
  }

  // The value that stands for this one now.
  std::string Now(const std::string& name) const {
    const auto found = replaced_.find(name);
    return found == replaced_.end() ? name : found->second;
  }

  std::string KeyOf(const Tensor& tensor) const {
    std::string key = std::string(ToString(tensor.dtype())) + " ";
    for (const int64_t size : tensor.shape()) key += std::to_string(size) + ",";
    const auto bytes = tensor.bytes();
    key.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return key;
  }
  void AddConstant(const std::string& name, const Tensor& value) {
    const Tensor whole = value.Contiguous();
    constants_.emplace(name, whole);
    by_value_.emplace(KeyOf(whole), name);
    sizes_[name] = whole.shape();
  }

  bool IsOutput(const std::string& name) const { return outputs_.contains(name); }

  bool DropIdentity(const OnnxNode& node) {
    if (node.op_type != "Identity" || IsOutput(node.outputs[0])) return false;
    replaced_[node.outputs[0]] = node.inputs[0];
    ++counts_.dropped;
    return true;
  }

  // Shape of a value whose sizes are numbers.
  std::optional<Tensor> KnownShape(const OnnxNode& node) const {
    const auto sizes = sizes_.find(node.inputs[0]);
    if (node.op_type != "Shape" || sizes == sizes_.end()) return std::nullopt;
    const auto rank = static_cast<int64_t>(sizes->second.size());
    const auto* start_attr = node.Find("start");
    const auto* end_attr = node.Find("end");
    int64_t start = start_attr == nullptr ? 0 : start_attr->i, end = end_attr == nullptr ? rank : end_attr->i;
    start = std::clamp<int64_t>(start < 0 ? start + rank : start, 0, rank);
    end = std::clamp<int64_t>(end < 0 ? end + rank : end, 0, rank);
    std::vector<int64_t> values;
    for (int64_t i = start; i < end; ++i) {
      values.push_back(sizes->second[static_cast<size_t>(i)]);
      if (values.back() < 0) return std::nullopt;
    }
    return Tensor::Of<int64_t>({static_cast<int64_t>(values.size())}, values);
  }

  bool FoldNode(const OnnxNode& node) {
    if (node.outputs.size() != 1 || node.inputs.empty()) return false;
    std::optional<Tensor> value = KnownShape(node);
    if (!value) {
      std::vector<Tensor> inputs;
      for (const std::string& input : node.inputs) {
        const auto found = constants_.find(input);
        if (found == constants_.end()) return false;
        inputs.push_back(found->second);
      }
      value = Fold(node, inputs);
    }
    if (!value || IsOutput(node.outputs[0])) return false;
    const Tensor whole = value->Contiguous();
    if (const auto known = by_value_.find(KeyOf(whole)); known != by_value_.end()) {
      replaced_[node.outputs[0]] = known->second;
    } else {
      graph_.initializers.push_back(formats::OnnxTensorOf(node.outputs[0], whole));
      AddConstant(node.outputs[0], whole);
    }
    ++counts_.folded;
    return true;
  }

  static std::string Text(const OnnxAttribute& attr) {
    std::string text = attr.name + "=" + std::to_string(static_cast<int>(attr.kind)) + ":";
    text += std::to_string(attr.i) + ":" + Hex64(Hash64(&attr.f, sizeof attr.f)) + ":" + attr.s;
    for (const int64_t value : attr.ints) text += "," + std::to_string(value);
    for (const float value : attr.floats) text += "," + Hex64(Hash64(&value, sizeof value));
    for (const std::string& value : attr.strings) text += "," + std::to_string(value.size()) + value;
    return text;
  }

  // The first node that computes the same serves all.
  bool MergeNode(const OnnxNode& node) {
    for (const OnnxAttribute& attr : node.attributes) {
      if (!attr.tensors.empty() || !attr.graphs.empty() || !attr.types.empty()) return false;
    }
    std::string key = node.domain + ":" + node.op_type + "(";
    for (const std::string& input : node.inputs) key += input + ";";
    key += ")" + std::to_string(node.outputs.size());
    std::vector<std::string> attributes;
    for (const OnnxAttribute& attr : node.attributes) attributes.push_back(Text(attr));
    std::sort(attributes.begin(), attributes.end());
    for (const std::string& attribute : attributes) key += " " + attribute;
    const auto [first, fresh] = computed_.try_emplace(std::move(key), node.outputs);
    if (fresh) return false;
    for (const std::string& output : node.outputs) {
      if (IsOutput(output)) return false;  // an output keeps a node of its own
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) replaced_[node.outputs[i]] = first->second[i];
    ++counts_.merged;
    return true;
  }

  void DropDead() {
    std::unordered_set<std::string> used(outputs_.begin(), outputs_.end());
    std::vector<OnnxNode> kept;
    for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
      const bool needed = std::any_of(node->outputs.begin(), node->outputs.end(), [&](const std::string& output) { return used.contains(output); });
      if (!needed) {
        ++counts_.dropped;
        continue;
      }
      ForEachInput(*node, [&](const std::string& input) { used.insert(input); });
      kept.push_back(std::move(*node));
    }
    std::reverse(kept.begin(), kept.end());
    graph_.nodes = std::move(kept);
    std::erase_if(graph_.initializers, [&](const formats::OnnxTensor& tensor) { return !used.contains(tensor.name); });
    std::erase_if(lowered_.weights, [&](const std::string& name) { return !used.contains(name); });
  }

  // value_info of values that are left, and map entries that still name one.
  void Tidy() {
    std::unordered_set<std::string> made;
    for (const OnnxNode& node : graph_.nodes) made.insert(node.outputs.begin(), node.outputs.end());
    std::erase_if(graph_.value_info, [&](const formats::OnnxValueInfo& info) { return !made.contains(info.name); });
    for (const auto& input : graph_.inputs) made.insert(input.name);
    for (const auto& tensor : graph_.initializers) made.insert(tensor.name);
    std::erase_if(lowered_.value_map.entries, [&](const ports::ValueMap::Entry& entry) { return !made.contains(entry.artifact_value); });
  }

  LoweredModel& lowered_;
  formats::OnnxGraph& graph_;
  std::set<std::string> outputs_;
  std::unordered_map<std::string, std::vector<int64_t>> sizes_;  // -1: not a number
  std::unordered_map<std::string, Tensor> constants_;
  std::unordered_map<std::string, std::string> by_value_;
  std::unordered_map<std::string, std::string> replaced_;
  std::unordered_map<std::string, std::vector<std::string>> computed_;
  OptimizeCounts counts_;
};

}  // namespace

OptimizeCounts Optimize(LoweredModel& lowered) { return Optimizer(lowered).Run(); }

}  // namespace conformance::onnx
