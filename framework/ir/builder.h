#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "framework/ir/program.h"

namespace conformance::ir {

/// Changes a Graph. Every operation costs what it touches: inserting and erasing a node its arguments, replacing a value its uses;
/// so a rewrite over n nodes is O(n). References to nodes and values end with the next insertion; ids last until Take.
/// What it must not be asked (unknown ids, an erased value that is still used) is the caller's mistake and aborts.
class GraphBuilder {
 public:
  GraphBuilder() = default;
  explicit GraphBuilder(Graph graph) : graph_(std::move(graph)) {}

  const Graph& graph() const { return graph_; }
  /// The graph; erased nodes and values are dropped for good, which renumbers ids.
  Graph Take() &&;

  /// `wanted` if neither a value nor a node is called that, else wanted_1, wanted_2, …
  std::string FreshName(std::string_view wanted);

  /// A value without producer yet; it gets one when a node or input lists it among its outputs. The name must be fresh.
  ValueId NewValue(std::string name, ValueMeta meta);
  void SetMeta(ValueId value, ValueMeta meta);
  void Rename(ValueId value, std::string name);

  /// Appends a graph input: a new value, or a constant (as_int, as_none, …).
  ValueId AddInput(std::string name, ValueMeta meta);
  void AddInput(Argument argument);
  void InsertInput(size_t index, Argument argument);
  /// The value must be unused; the input's position closes up.
  void EraseInput(size_t index);
  void SetOutputs(std::vector<Argument> outputs);
  void SetOutput(size_t index, Argument output);
  void InsertOutput(size_t index, Argument output);
  void EraseOutput(size_t index);
  void SetSingleTensorReturn(bool value) { graph_.is_single_tensor_return_ = value; }

  /// Adds a node at the end, or beside another. An empty name takes that of its only output. Outputs must be new values.
  NodeId Append(Node node);
  NodeId InsertBefore(NodeId place, Node node);
  NodeId InsertAfter(NodeId place, Node node);
  /// The usual case: op ("aten.add.Tensor"), arguments, one tensor output named after the op, metadata of another node.
  struct Place {
    enum class Kind : uint8_t { kEnd, kBefore, kAfter } kind = Kind::kEnd;
    NodeId node = NodeId::kNone;
  };
  ValueId AddOp(Place place, std::string_view op, std::vector<NamedArgument> inputs, TensorMeta meta, Metadata metadata = {},
                std::string_view wanted_name = {});

  void SetTarget(NodeId node, std::string target);
  void SetInputs(NodeId node, std::vector<NamedArgument> inputs);
  void SetMetadata(NodeId node, Metadata metadata);
  /// Replaces, adds or removes one named argument.
  void SetInput(NodeId node, std::string_view name, Argument argument, NamedArgument::Kind kind = NamedArgument::Kind::kPositional);
  void RemoveInput(NodeId node, std::string_view name);

  /// All uses of `from` (graph outputs too) become uses of `to`.
  void ReplaceAllUses(ValueId from, ValueId to);
  /// Its outputs must be unused.
  void Erase(NodeId node);
  /// Erases nodes whose outputs are all unused, backwards, as far as `removable` allows (null: nodes with at least one output and a
  /// target that does not write in place). Returns how many. O(nodes).
  size_t EraseDead(const std::function<bool(const Node&)>& removable = nullptr);

 private:
  NodeId Link(Node node, NodeId previous, NodeId next);
  void AddUses(NodeId user, Argument& argument, std::vector<Node::Operand>& operands);
  void RemoveUse(const Node::Operand& operand);
  void DropUses(std::vector<Node::Operand>& operands);
  void ReindexOutputs();
  void Bury(ValueId value);
  void Compact();

  Graph graph_;
  std::unordered_map<std::string, int64_t> next_suffix_;
  bool any_dead_ = false;
};

/// True for targets that write into an argument (a trailing underscore before the overload: "aten.add_.Tensor", but not "__and__").
bool WritesInPlace(std::string_view target);

/// Changes a Program: its graph through the builder, the signature in step with it.
class ProgramBuilder : public GraphBuilder {
 public:
  ProgramBuilder() = default;
  explicit ProgramBuilder(Program program);

  Program& rest() { return program_; }  ///< everything but graph and signature may be changed directly
  const GraphSignature& signature() const { return program_.signature; }
  Program Finish() &&;

  /// A graph input with its spec; parameters, buffers, constants, then user inputs: placed after the last of its kind.
  ValueId AddParameter(std::string target, TensorMeta meta, std::string_view wanted_name = {});
  ValueId AddBuffer(std::string target, TensorMeta meta, bool persistent, std::string_view wanted_name = {});
  /// A lifted constant: graph input, spec and elements.
  ValueId AddConstant(std::string target, Tensor elements, std::string_view wanted_name = {});
  ValueId AddUserInput(std::string name, ValueMeta meta);
  void AddUserInput(Argument constant, std::string name);
  /// Graph output with its spec; mutations go before user outputs.
  void AddOutput(OutputSpec spec, Argument output);
  /// Removes the graph input with its spec (and constant); it must be unused.
  void RemoveInputAt(size_t index);
  void RemoveOutputAt(size_t index);
  /// Removes unused parameters, buffers and constants (never user inputs). Returns how many.
  size_t RemoveUnusedWeights();

 private:
  // These would leave the signature behind.
  using GraphBuilder::AddInput;
  using GraphBuilder::EraseInput;
  using GraphBuilder::EraseOutput;
  using GraphBuilder::InsertInput;
  using GraphBuilder::InsertOutput;
  using GraphBuilder::SetOutputs;
  using GraphBuilder::SetSingleTensorReturn;
  using GraphBuilder::Take;
  ValueId AddSpecified(InputSpec spec, std::string name, ValueMeta meta);
  Program program_;
};

}  // namespace conformance::ir
