#include "references/onnx/plan.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/stores.h"
#include "references/onnx/tensors.h"

namespace conformance::onnx_reference {
namespace {

using formats::OnnxAttribute;
using formats::OnnxFunction;
using formats::OnnxGraph;
using formats::OnnxModel;
using formats::OnnxNode;
using formats::Quoted;

std::string_view PlainDomain(std::string_view domain) { return domain == "ai.onnx" ? std::string_view() : domain; }
std::string KeyOf(std::string_view domain, std::string_view name, std::string_view overload) {
  return std::string(PlainDomain(domain)) + '\n' + std::string(name) + '\n' + std::string(overload);
}
std::string PlaceOf(const OnnxNode& node) { return "node " + Quoted(node.name) + " (" + Quoted(node.op_type, 40) + ")"; }

using Opsets = std::map<std::string, int64_t, std::less<>>;
Opsets OpsetsOf(const std::vector<formats::OnnxOpset>& imports) {
  Opsets opsets;
  for (const auto& opset : imports) opsets[std::string(PlainDomain(opset.domain))] = opset.version;
  return opsets;
}

/// Where names of a graph stand; asks the graph around it for those that it has not.
struct Scope {
  GraphPlan* plan = nullptr;
  Scope* outer = nullptr;  ///< null in the model's graph and in a function's body
  std::unordered_map<std::string_view, int> slots;
  std::vector<std::pair<int, int>> captures;

  int Add(std::string_view name) {
    plan->slots.emplace_back(name);
    const int slot = static_cast<int>(plan->slots.size()) - 1;
    slots.emplace(name, slot);
    return slot;
  }
  /// -1 where nobody has made it.
  int Resolve(std::string_view name) {
    if (const auto found = slots.find(name); found != slots.end()) return found->second;
    if (outer == nullptr) return -1;
    const int outside = outer->Resolve(name);
    if (outside < 0) return -1;
    const int inside = Add(name);
    captures.emplace_back(outside, inside);
    return inside;
  }
};

class Planner {
 public:
  Planner(const OnnxModel& model, const std::filesystem::path& folder, const Limits& limits) : folder_(folder), limits_(limits) {
    for (const OnnxFunction& function : model.functions) functions_.emplace(KeyOf(function.domain, function.name, function.overload), &function);
  }

  Result<std::shared_ptr<const GraphPlan>> Model(const OnnxModel& model) {
    const Opsets opsets = OpsetsOf(model.opset_imports);
    return Graph(model.graph, opsets, nullptr, nullptr, nullptr);
  }

 private:
  using Bindings = std::map<std::string, const OnnxAttribute*, std::less<>>;

  static Error Twice(const std::string& name, std::string place) {
    return Invalid("a value is made twice").With("place", std::move(place)).With("found", Quoted(name)).With("wanted", "each name once");
  }

  /// `captures` gets what the graph takes from `outer`.
  Result<std::shared_ptr<const GraphPlan>> Graph(const OnnxGraph& graph, const Opsets& opsets, Scope* outer, const Bindings* bindings,
                                                 std::vector<std::pair<int, int>>* captures) {
    const std::string place = "graph " + Quoted(graph.name);
    auto plan = std::make_shared<GraphPlan>();
    plan->name = graph.name;
    Scope scope{.plan = plan.get(), .outer = outer, .slots = {}, .captures = {}};
    for (const auto& input : graph.inputs) {
      if (scope.slots.contains(input.name)) return Twice(input.name, place);
      plan->inputs.push_back(scope.Add(input.name));
    }
    std::set<std::string_view> initializers;
    const auto constant = [&](const std::string& name, Result<Array> array) -> Status {
      if (!array.ok()) return std::move(array).error();
      if (!initializers.insert(name).second) return Twice(name, place);
      const auto input = scope.slots.find(name);
      plan->constants.emplace_back(input == scope.slots.end() ? scope.Add(name) : input->second, Value(*std::move(array)));
      return Ok();
    };
    for (const auto& tensor : graph.initializers) CONFORMANCE_RETURN_IF_ERROR(constant(tensor.name, ArrayOf(tensor, folder_)));
    for (const auto& tensor : graph.sparse_initializers)
      CONFORMANCE_RETURN_IF_ERROR(constant(tensor.values.name, DenseOf(tensor, folder_, limits_.max_tensor_bytes)));
    CONFORMANCE_RETURN_IF_ERROR(Nodes(graph.nodes, opsets, scope, bindings));
    for (const auto& output : graph.outputs) {
      const int slot = scope.Resolve(output.name);
      if (slot < 0) {
        return Invalid("a graph's output is made by no node").With("place", place).With("found", Quoted(output.name)).With("wanted", "a value of the graph");
      }
      plan->outputs.push_back(slot);
    }
    Finish(*plan);
    if (captures != nullptr) *captures = std::move(scope.captures);
    return std::shared_ptr<const GraphPlan>(std::move(plan));
  }

  Status Nodes(const std::vector<OnnxNode>& nodes, const Opsets& opsets, Scope& scope, const Bindings* bindings) {
    for (const OnnxNode& node : nodes) {
      if (++planned_ > limits_.max_nodes) {
        return Error(ErrorKind::kOutOfMemory, "a model of too many nodes").With("wanted", "at most " + std::to_string(limits_.max_nodes) + ", functions written out");
      }
      auto plan = Node(node, opsets, scope, bindings);
      if (!plan.ok()) return std::move(plan).error().With("place", PlaceOf(node));
      scope.plan->nodes.push_back(*std::move(plan));
    }
    return Ok();
  }

  Result<NodePlan> Node(const OnnxNode& node, const Opsets& opsets, Scope& scope, const Bindings* bindings) {
    NodePlan plan;
    plan.node = &node;
    plan.number = planned_;
    if (bindings != nullptr) {
      CONFORMANCE_TRY(plan.own, Bound(node, *bindings));
      if (plan.own) plan.node = plan.own.get();
    }
    for (const std::string& name : node.inputs) {
      const int slot = name.empty() ? -1 : scope.Resolve(name);
      if (!name.empty() && slot < 0)
        return Invalid("a node reads a value that nothing before it makes").With("found", Quoted(name)).With("wanted", "a value made before");
      plan.inputs.push_back(slot);
    }
    for (const OnnxAttribute& attribute : plan.node->attributes) {
      if (attribute.kind != OnnxAttribute::Kind::kGraph || attribute.graphs.size() != 1) continue;
      BodyPlan body;
      body.attribute = attribute.name;
      if (++depth_ > limits_.max_depth) return Invalid("graphs nested too deep").With("wanted", "at most " + std::to_string(limits_.max_depth));
      CONFORMANCE_TRY(body.graph, Graph(attribute.graphs[0], opsets, &scope, bindings, &body.captures));
      --depth_;
      plan.bodies.push_back(std::move(body));
    }
    CONFORMANCE_RETURN_IF_ERROR(Choose(*plan.node, opsets, plan));
    for (const std::string& name : node.outputs) {
      if (!name.empty() && scope.slots.contains(name)) return Twice(name, PlaceOf(node));
      plan.outputs.push_back(name.empty() ? -1 : scope.Add(name));
    }
    return plan;
  }

  /// The kernel or function that a node asks for.
  Status Choose(const OnnxNode& node, const Opsets& opsets, NodePlan& plan) {
    const auto opset = opsets.find(PlainDomain(node.domain));
    if (const auto function = functions_.find(KeyOf(node.domain, node.op_type, node.overload)); function != functions_.end()) {
      CONFORMANCE_TRY(plan.function, Function(*function->second, node));
      return Ok();
    }
    if (opset == opsets.end()) {
      return Invalid("a node of a domain that isn't imported").With("found", Quoted(node.domain)).With("wanted", "an opset import of it");
    }
    plan.opset = opset->second;
    plan.entry = FindOperator(node.domain, node.op_type, opset->second);
    if (plan.entry != nullptr) return CheckArity(node, *plan.entry);
    return Unsupported("an operator without a kernel here")
        .With("found", (node.domain.empty() ? std::string() : Quoted(node.domain) + " ") + Quoted(node.op_type) + " of opset " + std::to_string(opset->second));
  }

  static Status CheckArity(const OnnxNode& node, const Operator& entry) {
    size_t least = 0, most = 0, at = 0;
    for (const std::string_view letters = entry.inputs; at < letters.size(); ++at) {
      const char next = at + 1 < letters.size() ? letters[at + 1] : ' ';
      ++most;
      if (next == '?') {
        ++at;
      } else if (next == '*') {
        most = SIZE_MAX, ++at;
      } else {
        least = most;
        if (next == '+') most = SIZE_MAX, ++at;
      }
    }
    // An empty name at the end is an input left out.
    size_t given = node.inputs.size();
    while (given > least && node.inputs[given - 1].empty()) --given;
    if (given >= least && given <= most) return Ok();
    return Invalid("a node with another number of inputs")
        .With("found", std::to_string(node.inputs.size()))
        .With("wanted", most == SIZE_MAX ? std::to_string(least) + " or more" : std::to_string(least) + " to " + std::to_string(most));
  }

  /// A function's body as a graph of its own, with the attributes of the call.
  Result<std::shared_ptr<const GraphPlan>> Function(const OnnxFunction& function, const OnnxNode& node) {
    if (std::find(calls_.begin(), calls_.end(), &function) != calls_.end()) {
      return Invalid("a function that calls itself").With("found", Quoted(function.domain) + " " + Quoted(function.name)).With("wanted", "no recursion");
    }
    if (static_cast<int>(calls_.size()) >= limits_.max_depth)
      return Invalid("functions in functions too deep").With("wanted", "at most " + std::to_string(limits_.max_depth));
    if (node.inputs.size() > function.inputs.size() || node.outputs.size() > function.outputs.size()) {
      return Invalid("a call with more inputs or outputs than the function has")
          .With("found", std::to_string(node.inputs.size()) + " and " + std::to_string(node.outputs.size()))
          .With("wanted", std::to_string(function.inputs.size()) + " and " + std::to_string(function.outputs.size()));
    }
    // Calls without attributes share one plan.
    const bool shared = function.attributes.empty() && function.attribute_protos.empty();
    if (shared) {
      if (const auto known = bodies_.find(&function); known != bodies_.end()) return known->second;
    }
    Bindings bindings;
    for (const OnnxAttribute& attribute : function.attribute_protos) bindings[attribute.name] = &attribute;
    for (const OnnxAttribute& attribute : node.attributes) bindings[attribute.name] = &attribute;
    auto plan = std::make_shared<GraphPlan>();
    plan->name = function.name;
    Scope scope{.plan = plan.get(), .outer = nullptr, .slots = {}, .captures = {}};
    for (const std::string& input : function.inputs) {
      if (scope.slots.contains(input)) return Twice(input, "function " + Quoted(function.name));
      plan->inputs.push_back(scope.Add(input));
    }
    const Opsets opsets = OpsetsOf(function.opset_imports);
    calls_.push_back(&function);
    Status status = Nodes(function.nodes, opsets, scope, &bindings);
    calls_.pop_back();
    if (!status.ok()) return std::move(status).error().Trail("in function " + Quoted(function.name));
    for (const std::string& output : function.outputs) {
      const int slot = scope.Resolve(output);
      if (slot < 0) return Invalid("a function's output is made by no node").With("found", Quoted(output)).With("wanted", "a value of the function");
      plan->outputs.push_back(slot);
    }
    Finish(*plan);
    if (shared) bodies_.emplace(&function, plan);
    return std::shared_ptr<const GraphPlan>(std::move(plan));
  }

  /// The node with references to the function's attributes replaced by their values; null where it has none, nested graphs included.
  static Result<std::shared_ptr<const OnnxNode>> Bound(const OnnxNode& node, const Bindings& bindings) {
    const bool refers = std::any_of(node.attributes.begin(), node.attributes.end(), [](const OnnxAttribute& a) { return !a.ref_attr_name.empty(); });
    if (!refers) return std::shared_ptr<const OnnxNode>();
    auto bound = std::make_shared<OnnxNode>(node);
    bound->attributes.clear();
    for (const OnnxAttribute& attribute : node.attributes) {
      if (attribute.ref_attr_name.empty()) {
        bound->attributes.push_back(attribute);
        continue;
      }
      const auto value = bindings.find(attribute.ref_attr_name);
      if (value == bindings.end()) continue;  // not given and without a default: the node's own default counts
      OnnxAttribute copy = *value->second;
      copy.name = attribute.name;
      copy.ref_attr_name.clear();
      bound->attributes.push_back(std::move(copy));
    }
    return std::shared_ptr<const OnnxNode>(std::move(bound));
  }

  /// When each slot is read for the last time.
  static void Finish(GraphPlan& plan) {
    std::vector<int> last(plan.slots.size(), -1);
    std::vector<bool> kept(plan.slots.size(), false);
    for (const int slot : plan.outputs) kept[static_cast<size_t>(slot)] = true;
    for (size_t i = 0; i < plan.nodes.size(); ++i) {
      const NodePlan& node = plan.nodes[i];
      const auto uses = [&](int slot) {
        if (slot >= 0) last[static_cast<size_t>(slot)] = static_cast<int>(i);
      };
      for (const int slot : node.inputs) uses(slot);
      for (const int slot : node.outputs) uses(slot);  // one that nobody reads goes at once
      for (const BodyPlan& body : node.bodies) {
        for (const auto& [outside, inside] : body.captures) uses(outside);
      }
    }
    for (size_t slot = 0; slot < last.size(); ++slot) {
      if (last[slot] >= 0 && !kept[slot]) plan.nodes[static_cast<size_t>(last[slot])].dead.push_back(static_cast<int>(slot));
    }
  }

  const std::filesystem::path folder_;
  const Limits& limits_;
  std::map<std::string, const OnnxFunction*> functions_;
  std::map<const OnnxFunction*, std::shared_ptr<const GraphPlan>> bodies_;
  std::vector<const OnnxFunction*> calls_;
  uint64_t planned_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<std::shared_ptr<const GraphPlan>> PlanModel(const OnnxModel& model, const std::filesystem::path& folder, const Limits& limits) {
  return Planner(model, folder, limits).Model(model);
}

const std::vector<std::pair<int, Value>>& GraphPlan::Constants(bool oracle) const {
  if (!oracle) return constants;
  std::call_once(once_, [&] {
    for (const auto& [slot, value] : constants) {
      Result<Value> wide = Widened(value);
      wide_.emplace_back(slot, wide.ok() ? *std::move(wide) : value);
    }
  });
  return wide_;
}

}  // namespace conformance::onnx_reference
