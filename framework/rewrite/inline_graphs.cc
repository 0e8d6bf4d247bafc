#include "framework/rewrite/inline_graphs.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "framework/ir/builder.h"
#include "framework/ir/verify.h"

namespace conformance::rewrite {
namespace {

using ir::Argument;
using ir::Graph;
using ir::GraphRef;
using ir::Node;
using ir::NodeId;
using ir::ValueId;

constexpr std::string_view kGradMode = "higher_order.wrap_with_set_grad_enabled", kAutocast = "higher_order.wrap_with_autocast",
                           kCond = "higher_order.cond";

bool IsInlined(const Node& node) { return node.op() == kGradMode || node.op() == kAutocast || node.op() == kCond; }

Error Refused(const Node& node, std::string why) { return Unsupported(std::string(node.op()) + ": " + std::move(why)).With("node", node.name); }

class Inliner {
 public:
  explicit Inliner(ir::Program program) : builder_(std::move(program)) {}

  Result<ir::Program> Run() && {
    // What is put in a node's place may hold such nodes itself: they are met next.
    for (NodeId id = First(); id != NodeId::kNone; id = First()) {
      const Node node = builder_.graph().node(id);
      first_new_node_ = builder_.graph().node_capacity();
      CONFORMANCE_RETURN_IF_ERROR(node.op() == kCond ? Choose(node) : Unwrap(node));
    }
    ir::Program program = std::move(builder_).Finish();
    CONFORMANCE_RETURN_IF_ERROR(ir::Verify(program));
    return program;
  }

 private:
  NodeId First() const {
    for (const Node& node : builder_.graph().nodes()) {
      if (IsInlined(node)) return node.id();
    }
    return NodeId::kNone;
  }

  Status Unwrap(const Node& node) {
    const auto graph = std::ranges::find_if(node.inputs, [](const auto& input) { return input.arg.template As<GraphRef>() != nullptr; });
    if (graph == node.inputs.end()) return Refused(node, "it holds no graph");
    if (node.op() == kAutocast) {
      // (device_type, dtype, enabled, cache_enabled, graph, operands…)
      const std::string* device = node.inputs.size() > 0 ? node.inputs[0].arg.As<std::string>() : nullptr;
      const bool* enabled = node.inputs.size() > 2 ? node.inputs[2].arg.As<bool>() : nullptr;
      if (device == nullptr || enabled == nullptr) return Refused(node, "its arguments are not those of torch.autocast");
      if (*enabled && *device == "cpu") return Refused(node, "autocast is on: its operators compute in other types than the Program says");
    }
    std::vector<Argument> operands;
    for (auto input = graph + 1; input != node.inputs.end(); ++input) operands.push_back(input->arg);
    CONFORMANCE_TRY(const std::vector<ValueId> made, Insert(node, *graph->arg.As<GraphRef>()->graph, operands));
    return Replace(node, made);
  }

  /// (predicate, graph, graph, [operands])
  Status Choose(const Node& node) {
    if (node.inputs.size() != 4) return Refused(node, "its arguments are not those of torch.cond");
    const ValueId* predicate = node.inputs[0].arg.As<ValueId>();
    const GraphRef *yes = node.inputs[1].arg.As<GraphRef>(), *no = node.inputs[2].arg.As<GraphRef>();
    const auto* given = node.inputs[3].arg.As<std::vector<ValueId>>();
    if (predicate == nullptr) return Refused(node, "it chooses by sizes, not by a tensor");
    if (yes == nullptr || no == nullptr || given == nullptr) return Refused(node, "its operands are not all tensors");
    const std::vector<Argument> operands(given->begin(), given->end());
    const ValueId condition = *predicate;
    CONFORMANCE_TRY(const std::vector<ValueId> first, Insert(node, *yes->graph, operands));
    CONFORMANCE_TRY(const std::vector<ValueId> second, Insert(node, *no->graph, operands));
    const std::vector<ValueId> outputs = node.OutputValues();
    if (first.size() != outputs.size() || second.size() != outputs.size()) return Refused(node, "its graphs give other numbers of outputs than it does");
    std::vector<ValueId> chosen;
    for (size_t i = 0; i < outputs.size(); ++i) {
      const ir::TensorMeta* meta = builder_.graph().value(outputs[i]).tensor();
      if (meta == nullptr) return Refused(node, "an output is no tensor");
      chosen.push_back(builder_.AddOp({ir::GraphBuilder::Place::Kind::kBefore, node.id()}, "aten.where.self",
                                      {{"condition", Argument(condition)}, {"self", Argument(first[i])}, {"other", Argument(second[i])}}, *meta, node.metadata));
    }
    return Replace(node, chosen);
  }

  /// Copies of the graph's nodes before `node`, reading the operands for its inputs. Its outputs.
  Result<std::vector<ValueId>> Insert(const Node& node, const Graph& graph, const std::vector<Argument>& operands) {
    if (graph.inputs().size() != operands.size()) return Refused(node, "its graph takes another number of inputs than it is given");
    std::map<ValueId, ValueId> outer;
    for (size_t i = 0; i < operands.size(); ++i) {
      const ValueId *inside = graph.inputs()[i].As<ValueId>(), *outside = operands[i].As<ValueId>();
      if (inside != nullptr && outside != nullptr) {
        outer[*inside] = *outside;
        continue;
      }
      const ValueId size = graph.SizeValueOf(graph.inputs()[i]), of = builder_.graph().SizeValueOf(operands[i]);
      if (size == ValueId::kNone || of == ValueId::kNone) return Refused(node, "an operand is neither a tensor nor a size of the graph");
      outer[size] = of;
    }
    for (const Node& from : graph.nodes()) {
      Node copy;
      if (!from.name.empty()) copy.name = builder_.FreshName(from.name);
      copy.target = from.target;
      copy.inputs = from.inputs;
      copy.metadata = from.metadata;
      copy.is_hop_single_tensor_return = from.is_hop_single_tensor_return;
      copy.outputs = from.outputs;
      for (ir::NamedArgument& input : copy.inputs) ir::VisitValues(input.arg, [&](ValueId& id) { id = outer.at(id); });
      for (Argument& output : copy.outputs) {
        ir::VisitValues(output, [&](ValueId& id) {
          const ir::Value& value = graph.value(id);
          // A node's only output bears its name.
          const bool own = !from.name.empty() && value.name == from.name;
          const ValueId made = builder_.NewValue(own ? copy.name : builder_.FreshName(value.name), value.meta);
          outer[id] = made;
          id = made;
        });
      }
      builder_.InsertBefore(node.id(), std::move(copy));
    }
    std::vector<ValueId> made;
    for (const Argument& output : graph.outputs()) {
      ir::VisitValues(output, [&](ValueId id) { made.push_back(outer.at(id)); });
    }
    return made;
  }

  /// Uses of the node's outputs become uses of these, which take over the names where they were made for it.
  Status Replace(const Node& node, const std::vector<ValueId>& values) {
    const std::vector<ValueId> outputs = node.OutputValues();
    if (outputs.size() != values.size()) return Refused(node, "its graph gives another number of outputs than it does");
    std::vector<std::pair<ValueId, std::string>> heirs;
    for (size_t i = 0; i < outputs.size(); ++i) {
      const NodeId producer = builder_.graph().value(values[i]).producer;
      const bool made_here = producer >= NodeId{0} && static_cast<size_t>(producer) >= first_new_node_;
      const bool first = std::ranges::none_of(heirs, [&](const auto& heir) { return heir.first == values[i]; });
      if (made_here && first) heirs.emplace_back(values[i], builder_.graph().value(outputs[i]).name);
      builder_.ReplaceAllUses(outputs[i], values[i]);
    }
    builder_.Erase(node.id());
    for (auto& [value, name] : heirs) builder_.Rename(value, std::move(name));
    return Ok();
  }

  ir::ProgramBuilder builder_;
  size_t first_new_node_ = 0;
};

}  // namespace

bool HasInlineGraphs(const ir::Program& program) { return std::ranges::any_of(program.graph.nodes(), IsInlined); }

Result<ir::Program> InlineGraphs(ir::Program program) {
  if (!HasInlineGraphs(program)) return program;
  CONFORMANCE_RETURN_IF_ERROR(ir::Verify(program));
  return Inliner(std::move(program)).Run();
}

}  // namespace conformance::rewrite
