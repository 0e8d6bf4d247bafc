#pragma once

#include <cstddef>
#include <iterator>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "framework/ir/argument.h"

namespace conformance::ir {

using Metadata = std::map<std::string, std::string, std::less<>>;

/// One place where a value is used: the node, or NodeId::kOutput for the graph's outputs.
struct Use {
  NodeId node = NodeId::kNone;
  uint32_t operand = 0;  ///< which of the user's operands, in the order of VisitValues over its inputs
};

/// One call of an operator. Arguments that equal the schema's default are left out.
struct Node {
  std::string name;    ///< unique in the graph; the output's name where there is one tensor output. May be empty.
  std::string target;  ///< "torch.ops.aten.linear.default", "_operator.add"
  std::vector<NamedArgument> inputs;
  std::vector<Argument> outputs;  ///< tensor(s), sym_int, …; none for an assertion
  Metadata metadata;              ///< "nn_module_stack", "torch_fn", "stack_trace", …
  std::optional<bool> is_hop_single_tensor_return;

  /// The op table's name: the target without "torch.ops." ("aten.linear.default").
  std::string_view op() const;
  /// The argument of that name, or null where it is left out (its default holds).
  const Argument* Find(std::string_view input) const;
  /// All values it makes, in order.
  std::vector<ValueId> OutputValues() const;
  NodeId id() const { return id_; }

 private:
  friend class Graph;
  friend class GraphBuilder;
  struct Operand {
    ValueId value;
    uint32_t use;  // index in the value's uses
  };
  NodeId id_ = NodeId::kNone;
  NodeId previous_ = NodeId::kNone, next_ = NodeId::kNone;
  bool alive_ = true;
  std::vector<Operand> operands_;
};
/// "aten.linear.default" -> "torch.ops.aten.linear.default"; "_operator.add", "math.trunc" and "torch.sym_max" as they are.
std::string TargetOf(std::string_view op);

/// An SSA value: made by a graph input or a node, used any number of times.
struct Value {
  std::string name;
  ValueMeta meta;
  NodeId producer = NodeId::kNone;  ///< kInput for a graph input

  const TensorMeta* tensor() const { return std::get_if<TensorMeta>(&meta); }
  std::span<const Use> uses() const { return uses_; }

 private:
  friend class Graph;
  friend class GraphBuilder;
  bool alive_ = true;
  std::vector<Use> uses_;
};

/// Nodes in execution order over named values. Const to readers; GraphBuilder changes it.
class Graph {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Node;
    using difference_type = std::ptrdiff_t;
    using pointer = const Node*;
    using reference = const Node&;
    Iterator() = default;
    Iterator(const Graph* graph, NodeId id) : graph_(graph), id_(id) {}
    reference operator*() const { return graph_->node(id_); }
    pointer operator->() const { return &graph_->node(id_); }
    Iterator& operator++() {
      id_ = graph_->node(id_).next_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator old = *this;
      ++*this;
      return old;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.id_ == b.id_; }

   private:
    const Graph* graph_ = nullptr;
    NodeId id_ = NodeId::kNone;
  };
  struct NodeRange {
    const Graph* graph;
    Iterator begin() const { return {graph, graph->first_}; }
    Iterator end() const { return {graph, NodeId::kNone}; }
  };

  /// `for (const Node& node : graph.nodes())`, in execution order.
  NodeRange nodes() const { return {this}; }
  size_t node_count() const { return node_count_; }
  const Node& node(NodeId id) const { return nodes_[static_cast<size_t>(id)]; }
  /// Null where there is none of that name.
  const Node* FindNode(std::string_view name) const;

  const std::vector<Argument>& inputs() const { return inputs_; }
  const std::vector<Argument>& outputs() const { return outputs_; }
  /// Higher-order ops' subgraphs that return one tensor, not a list.
  bool is_single_tensor_return() const { return is_single_tensor_return_; }

  const Value& value(ValueId id) const { return values_[static_cast<size_t>(id)]; }
  ValueId FindValue(std::string_view name) const;  ///< kNone where there is none
  /// All values in the order they were made; `for (ValueId id : graph.ValueIds())`.
  std::vector<ValueId> ValueIds() const;
  /// Upper bound of ids, for tables indexed by them.
  size_t value_capacity() const { return values_.size(); }
  size_t node_capacity() const { return nodes_.size(); }
  /// Name of an input or output argument that is a value; empty for constants.
  std::string_view NameOf(const Argument& argument) const;
  /// The value of an argument that is a size and no literal: an int of `forward` that was traced as a symbol. kNone for all others.
  ValueId SizeValueOf(const Argument& argument) const;

  /// Same nodes in the same order with the same names, arguments, metas and metadata. Ids do not matter.
  friend bool operator==(const Graph& a, const Graph& b);

 private:
  friend class GraphBuilder;
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using NameTable = std::unordered_map<std::string, int32_t, TextHash, std::equal_to<>>;

  std::vector<Node> nodes_;
  std::vector<Value> values_;
  NodeId first_ = NodeId::kNone, last_ = NodeId::kNone;
  size_t node_count_ = 0;
  std::vector<Argument> inputs_, outputs_;
  std::vector<Node::Operand> output_operands_;
  bool is_single_tensor_return_ = false;
  NameTable value_names_, node_names_;
};

/// What two graphs differ in, first place only ("node 12 linear_3: input weight: found as_tensor p_b, wanted as_tensor p_a"), or
/// empty where they are equal.
std::string FirstDifference(const Graph& found, const Graph& wanted);

}  // namespace conformance::ir
