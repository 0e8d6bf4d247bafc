#include "framework/cases/onnx_leaves.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "framework/base/strings.h"

namespace conformance::cases {
namespace {

using formats::OnnxGraph;
using formats::OnnxNode;
using formats::OnnxValueInfo;

constexpr std::array<std::string_view, 12> kMoves = {"Cast",   "Reshape",  "Unsqueeze", "Squeeze",
                                                     "Slice",  "Identity", "Expand",    "Transpose",
                                                     "Concat", "Split",    "Flatten",   "Tile"};

/// Shapes that the graph tells, and who reads what.
class GraphIndex {
 public:
  explicit GraphIndex(const OnnxGraph& graph) {
    for (const auto& tensor : graph.initializers) shapes_[tensor.name] = tensor.dims;
    for (const auto* values : {&graph.inputs, &graph.value_info}) {
      for (const OnnxValueInfo& value : *values) AddShape(value);
    }
    for (const OnnxNode& node : graph.nodes) {
      for (size_t i = 0; i < node.inputs.size(); ++i) uses_[node.inputs[i]].push_back({&node, i});
      for (const std::string& output : node.outputs) makers_[output] = &node;
    }
  }

  struct Use {
    const OnnxNode* node;
    size_t place;
  };
  const std::vector<Use>& UsesOf(const std::string& value) const {
    static const std::vector<Use> none;
    const auto found = uses_.find(value);
    return found == uses_.end() ? none : found->second;
  }

  /// Size of `value` along `axis`; looks through what keeps a table's shape.
  std::optional<int64_t> SizeOf(std::string value, int64_t axis) const {
    constexpr int kDepth = 4;
    for (int depth = 0; depth < kDepth; ++depth) {
      if (const auto shape = shapes_.find(value); shape != shapes_.end()) {
        const auto rank = static_cast<int64_t>(shape->second.size());
        if (axis < 0) axis += rank;
        if (axis < 0 || axis >= rank || shape->second[static_cast<size_t>(axis)] <= 0) return std::nullopt;
        return shape->second[static_cast<size_t>(axis)];
      }
      const auto maker = makers_.find(value);
      if (maker == makers_.end() || maker->second->inputs.empty()) return std::nullopt;
      const std::string& op = maker->second->op_type;
      if (op != "Cast" && op != "DequantizeLinear" && op != "Identity") return std::nullopt;
      value = maker->second->inputs[0];
    }
    return std::nullopt;
  }

 private:
  void AddShape(const OnnxValueInfo& value) {
    if (!value.type.shape || !value.type.wrappers.empty()) return;
    std::vector<int64_t> sizes;
    for (const formats::OnnxDim& dim : *value.type.shape) sizes.push_back(dim.size.value_or(-1));
    shapes_.try_emplace(value.name, std::move(sizes));
  }

  std::map<std::string, std::vector<int64_t>, std::less<>> shapes_;
  std::map<std::string, std::vector<Use>, std::less<>> uses_;
  std::map<std::string, const OnnxNode*, std::less<>> makers_;
};

int64_t AxisOf(const OnnxNode& node) {
  const formats::OnnxAttribute* axis = node.Find("axis");
  return axis ? axis->i : 0;
}

/// Rows of the table that a use picks from.
std::optional<int64_t> LimitAt(const GraphIndex& index, const GraphIndex::Use& use) {
  const OnnxNode& node = *use.node;
  const auto size = [&](size_t table, int64_t axis) -> std::optional<int64_t> {
    return table < node.inputs.size() ? index.SizeOf(node.inputs[table], axis) : std::nullopt;
  };
  if (use.place == 1 &&
      (node.op_type == "Gather" || node.op_type == "GatherElements" || node.op_type == "ScatterElements")) {
    return size(0, AxisOf(node));
  }
  if (node.op_type == "EmbedLayerNormalization" && use.place < 2)
    return size(use.place == 0 ? 2 : 4, 0);  // ONNX Runtime's
  return std::nullopt;
}

bool PassesOn(const GraphIndex::Use& use) {
  const std::string& op = use.node->op_type;
  if (op == "Where") return use.place > 0;
  const bool carries = use.place == 0 || op == "Concat";
  return carries && std::find(kMoves.begin(), kMoves.end(), op) != kMoves.end();
}

std::vector<SymInt> LimitsOf(const GraphIndex& index, const std::string& input) {
  std::vector<SymInt> limits;
  std::vector<std::string> open = {input};
  std::set<std::string> seen = {input};
  while (!open.empty()) {
    const std::string value = std::move(open.back());
    open.pop_back();
    for (const GraphIndex::Use& use : index.UsesOf(value)) {
      if (const auto limit = LimitAt(index, use)) limits.emplace_back(*limit);
      if (!PassesOn(use)) continue;
      for (const std::string& output : use.node->outputs) {
        if (seen.insert(output).second) open.push_back(output);
      }
    }
  }
  return limits;
}

std::string PlainSymbol(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    name += plain ? c : '_';
  }
  return name.empty() || (name[0] >= '0' && name[0] <= '9') ? "_" + name : name;
}

/// A declared dimension as an expression over symbols.
SymInt SizeOf(const formats::OnnxDim& dim, const std::string& input, size_t axis) {
  if (dim.size) return SymInt(*dim.size);
  if (dim.symbol.empty()) return SymInt::Symbol(PlainSymbol(input + "_" + std::to_string(axis)));
  if (PlainSymbol(dim.symbol) != dim.symbol) {
    if (auto expression = ParseSymInt(dim.symbol); expression.ok()) return *std::move(expression);
  }
  return SymInt::Symbol(PlainSymbol(dim.symbol));
}

int64_t FirstSize(const std::string& symbol, const Leaf& leaf, size_t axis) {
  constexpr int64_t kBatch = 2, kLength = 9, kPast = 6, kPixels = 32;
  if (symbol.find("batch") != std::string::npos) return kBatch;
  if (symbol.find("past") != std::string::npos) return kPast;
  if (IsFloating(leaf.dtype) && leaf.sizes.size() == 4 && axis >= 2) return kPixels;
  return axis == 0 ? kBatch : kLength;
}

void AddSymbols(LeafPlan& plan) {
  std::set<std::string> seen;
  for (const Leaf& leaf : plan.leaves) {
    for (size_t axis = 0; axis < leaf.sizes.size(); ++axis) {
      for (const std::string& name : leaf.sizes[axis].Symbols()) {
        if (!seen.insert(name).second) continue;
        SizeSymbol symbol;
        symbol.name = name;
        symbol.first = FirstSize(name, leaf, axis);
        plan.symbols.push_back(std::move(symbol));
      }
    }
  }
}

}  // namespace

Result<DType> TensorTypeOf(const OnnxValueInfo& value) {
  if (!value.type.wrappers.empty()) {
    using Wrapper = formats::OnnxType::Wrapper;
    const Wrapper kind = value.type.wrappers.front();
    return Unsupported(std::string("tensors alone can be carried, and this value is ") +
                       (kind == Wrapper::kSequence ? "a sequence" : kind == Wrapper::kMap ? "a map" : "an optional"))
        .With("value", value.name);
  }
  const auto dtype = formats::DTypeFromOnnx(value.type.elem);
  if (dtype) return *dtype;
  return Unsupported("this element type cannot be carried")
      .With("value", value.name)
      .With("found", std::string(formats::OnnxElemName(value.type.elem)));
}

std::vector<const OnnxValueInfo*> CallerInputs(const OnnxGraph& graph) {
  std::vector<const OnnxValueInfo*> inputs;
  for (const OnnxValueInfo& input : graph.inputs) {
    const bool has_value =
        std::any_of(graph.initializers.begin(), graph.initializers.end(),
                    [&](const formats::OnnxTensor& tensor) { return tensor.name == input.name; });
    if (!has_value) inputs.push_back(&input);
  }
  return inputs;
}

Result<LeafPlan> LeavesOf(const formats::OnnxModel& model) {
  const GraphIndex index(model.graph);
  LeafPlan plan;
  for (const OnnxValueInfo* input : CallerInputs(model.graph)) {
    Leaf leaf;
    leaf.name = input->name;
    CONFORMANCE_TRY(leaf.dtype, TensorTypeOf(*input));
    if (!input->type.shape)
      return Unsupported("the rank of an input is not declared: pass it with --inputs")
          .With("input", leaf.name);
    for (size_t axis = 0; axis < input->type.shape->size(); ++axis) {
      leaf.sizes.push_back(SizeOf((*input->type.shape)[axis], leaf.name, axis));
    }
    if (!IsFloating(leaf.dtype) && leaf.dtype != DType::kBool) leaf.limits = LimitsOf(index, leaf.name);
    leaf.fill = FillOf(leaf, !leaf.limits.empty());
    plan.leaves.push_back(std::move(leaf));
  }
  AddSymbols(plan);
  return plan;
}

}  // namespace conformance::cases
