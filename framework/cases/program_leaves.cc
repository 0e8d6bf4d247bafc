#include "framework/cases/program_leaves.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "framework/base/strings.h"
#include "framework/trace/tree_spec.h"

namespace conformance::cases {
namespace {

using ir::ValueId;

/// Ops that move elements and change no value, by name up to the overload.
constexpr std::array<std::string_view, 34> kMoves = {
    "view",      "reshape", "_unsafe_view", "unsqueeze", "squeeze",    "expand",
    "slice",     "select",  "clone",        "_to_copy",  "to",         "alias",
    "detach",    "permute", "transpose",    "t",         "contiguous", "flatten",
    "unflatten", "repeat",  "cat",          "stack",     "split",      "split_with_sizes",
    "chunk",     "unbind",  "roll",         "narrow",    "flip",       "lift_fresh_copy",
    "view_copy", "movedim", "expand_as",    "type_as"};

/// "aten.slice.Tensor" -> "slice".
std::string_view BaseName(const ir::Node& node) {
  std::string_view name = node.op();
  if (!StartsWith(name, "aten.")) return {};
  name.remove_prefix(5);
  return name.substr(0, name.find('.'));
}

bool Refers(const ir::NamedArgument& input, ValueId value) {
  bool found = false;
  ir::VisitValues(input.arg, [&](ValueId id) { found |= id == value; });
  return found;
}

const ir::TensorMeta* TensorArgument(const ir::Graph& graph, const ir::Node& node, std::string_view name) {
  const ir::Argument* argument = node.Find(name);
  const auto* id = argument ? argument->As<ValueId>() : nullptr;
  return id ? graph.value(*id).tensor() : nullptr;
}

void AddAxis(const ir::TensorMeta* table, int64_t axis, std::vector<SymInt>& limits) {
  if (!table) return;
  const auto rank = static_cast<int64_t>(table->sizes.size());
  if (axis < 0) axis += rank;
  if (axis >= 0 && axis < rank) limits.push_back(table->sizes[static_cast<size_t>(axis)]);
}

int64_t IntArgument(const ir::Node& node, std::string_view name) {
  const ir::Argument* argument = node.Find(name);
  const auto* number = argument ? argument->As<int64_t>() : nullptr;
  return number ? *number : 0;
}

/// Sizes of the tables that `node` picks from with `value` as index.
void AddLimits(const ir::Graph& graph, const ir::Node& node, const ir::NamedArgument& input, ValueId value,
               std::vector<SymInt>& limits) {
  const std::string_view op = BaseName(node);
  if (op == "embedding" && input.name == "indices")
    return AddAxis(TensorArgument(graph, node, "weight"), 0, limits);
  if (input.name == "index" && (op == "index_select" || op == "gather" || op == "scatter" ||
                                op == "index_add" || op == "scatter_add")) {
    return AddAxis(TensorArgument(graph, node, "self"), IntArgument(node, "dim"), limits);
  }
  if (op == "one_hot" && input.name == "self" && IntArgument(node, "num_classes") > 0) {
    limits.push_back(IntArgument(node, "num_classes"));
    return;
  }
  if (!StartsWith(op, "index") || input.name != "indices") return;
  int64_t axis = 0;
  if (const auto* all = input.arg.As<std::vector<ir::OptionalTensor>>()) {
    for (const ir::OptionalTensor& each : *all) {
      if (each.value == value) AddAxis(TensorArgument(graph, node, "self"), axis, limits);
      ++axis;
    }
  } else if (const auto* plain = input.arg.As<std::vector<ValueId>>()) {
    for (const ValueId each : *plain) {
      if (each == value) AddAxis(TensorArgument(graph, node, "self"), axis, limits);
      ++axis;
    }
  }
}

/// True where the node's outputs hold the elements of `input` or a choice of them.
bool PassesOn(const ir::Node& node, const ir::NamedArgument& input) {
  const std::string_view op = BaseName(node);
  if (op == "where") return input.name != "condition";
  if (StartsWith(op, "masked_fill") || StartsWith(op, "masked_scatter")) return input.name == "self";
  return std::find(kMoves.begin(), kMoves.end(), op) != kMoves.end();
}

/// Lower bound of the size that a node reads out of a tensor ("item"); 0 where it reads none.
int64_t LeastOf(const ir::Program& program, const ir::Node& node) {
  if (BaseName(node) != "item" && BaseName(node) != "_local_scalar_dense") return 0;
  for (const ValueId output : node.OutputValues()) {
    const auto* size = std::get_if<SymInt>(&program.graph.value(output).meta);
    const auto symbol = size ? size->AsSymbol() : std::nullopt;
    const auto range = symbol ? program.range_constraints.find(*symbol) : program.range_constraints.end();
    if (range != program.range_constraints.end()) return range->second.min.value_or(0);
  }
  return 0;
}

/// Follows an integer input through ops that pass it on, to those that pick rows with it and those that make a size of it.
void FollowUses(const ir::Program& program, ValueId input, Leaf& leaf) {
  const ir::Graph& graph = program.graph;
  std::vector<ValueId> open = {input};
  std::set<ValueId> seen = {input};
  while (!open.empty()) {
    const ValueId value = open.back();
    open.pop_back();
    std::set<ir::NodeId> nodes;
    for (const ir::Use& use : graph.value(value).uses()) {
      if (use.node != ir::NodeId::kOutput) nodes.insert(use.node);
    }
    for (const ir::NodeId id : nodes) {
      const ir::Node& node = graph.node(id);
      for (const ir::NamedArgument& argument : node.inputs) {
        if (!Refers(argument, value)) continue;
        AddLimits(graph, node, argument, value, leaf.limits);
        leaf.least = std::max(leaf.least, LeastOf(program, node));
        if (!PassesOn(node, argument)) continue;
        for (const ValueId output : node.OutputValues()) {
          if (seen.insert(output).second) open.push_back(output);
        }
      }
    }
  }
}

/// "L['input_ids'].size()[1] <= 40" over the sizes of leaves; none where it speaks of something else.
std::optional<SymBool> ConditionOf(std::string_view guard, const std::vector<Leaf>& leaves) {
  std::string text;
  std::map<std::string, SymInt, std::less<>> sizes;
  while (true) {
    const size_t at = guard.find("L['");
    text += guard.substr(0, at);
    if (at == std::string_view::npos) break;
    guard.remove_prefix(at + 3);
    const size_t quote = guard.find("'].size()[");
    const size_t close = quote == std::string_view::npos ? quote : guard.find(']', quote + 10);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view name = guard.substr(0, quote);
    const auto axis = ParseInt(guard.substr(quote + 10, close - quote - 10));
    const auto leaf =
        std::find_if(leaves.begin(), leaves.end(), [&](const Leaf& each) { return each.name == name; });
    if (leaf == leaves.end() || !axis || *axis < 0 || static_cast<size_t>(*axis) >= leaf->sizes.size())
      return std::nullopt;
    const std::string symbol = "guarded" + std::to_string(sizes.size());
    sizes.emplace(symbol, leaf->sizes[static_cast<size_t>(*axis)]);
    text += symbol;
    guard.remove_prefix(close + 1);
  }
  const auto condition = ParseSymBool(text);
  if (!condition.ok()) return std::nullopt;
  return condition->Substitute(sizes);
}

void AddSymbols(const ir::Program& program, LeafPlan& plan) {
  std::set<std::string> seen;
  for (const Leaf& leaf : plan.leaves) {
    std::vector<SymInt> sizes = leaf.sizes;
    if (leaf.value) sizes.push_back(*leaf.value);
    for (const SymInt& size : sizes) {
      for (const std::string& name : size.Symbols()) {
        if (!seen.insert(name).second) continue;
        SizeSymbol symbol;
        symbol.name = name;
        if (const auto range = program.range_constraints.find(name);
            range != program.range_constraints.end()) {
          symbol.min = range->second.min;
          symbol.max = range->second.max;
        }
        const auto facts = program.symbols.find(name);
        const auto hint = facts != program.symbols.end() ? facts->second.hint : std::nullopt;
        symbol.first = hint.value_or(std::max<int64_t>(2, symbol.min.value_or(2)));
        plan.symbols.push_back(std::move(symbol));
      }
    }
  }
}

}  // namespace

Result<LeafPlan> LeavesOf(const ir::Program& program) {
  CONFORMANCE_TRY(const trace::LeafNames names, trace::LeafNamesOf(program));
  LeafPlan plan;
  size_t next = 0;
  for (size_t i = 0; i < program.signature.inputs.size() && i < program.graph.inputs().size(); ++i) {
    if (program.signature.inputs[i].kind != ir::InputSpec::Kind::kUserInput) continue;
    const ir::Argument& argument = program.graph.inputs()[i];
    const std::string shown(program.graph.NameOf(argument));
    if (next >= names.inputs.size())
      return Corrupt("the input spec has fewer leaves than the graph has user inputs");
    Leaf leaf;
    leaf.name = names.inputs[next++];
    const auto* id = argument.As<ValueId>();
    const ir::TensorMeta* meta = id ? program.graph.value(*id).tensor() : nullptr;
    if (const ValueId size = program.graph.SizeValueOf(argument); size != ValueId::kNone) {
      leaf.dtype = DType::kI64;
      leaf.value = std::get<SymInt>(program.graph.value(size).meta);
      plan.leaves.push_back(std::move(leaf));
      continue;
    }
    if (!meta)
      return Unsupported("an input of the Program is neither a tensor nor a size")
          .With("input", leaf.name.empty() ? shown : leaf.name);
    const auto dtype = ir::ToDType(meta->dtype);
    if (!dtype)
      return Unsupported("an input's type has no computing here")
          .With("input", leaf.name)
          .With("found", ir::Describe(*meta));
    leaf.dtype = *dtype;
    leaf.sizes = meta->sizes;
    if (!IsFloating(RealOf(leaf.dtype)) && leaf.dtype != DType::kBool) FollowUses(program, *id, leaf);
    leaf.fill = FillOf(leaf, !leaf.limits.empty());
    plan.leaves.push_back(std::move(leaf));
  }
  AddSymbols(program, plan);
  for (const std::string& guard : program.guards_code) {
    if (const auto condition = ConditionOf(guard, plan.leaves)) plan.conditions.push_back(*condition);
  }
  return plan;
}

}  // namespace conformance::cases
