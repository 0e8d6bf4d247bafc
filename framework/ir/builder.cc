#include "framework/ir/builder.h"

#include <algorithm>

namespace conformance::ir {

namespace {
size_t At(ValueId id) { return static_cast<size_t>(id); }
size_t At(NodeId id) { return static_cast<size_t>(id); }

// "torch.ops.aten.sym_size.int" -> "sym_size"
std::string_view BaseName(std::string_view op) {
  const size_t first = op.find('.');
  if (first == std::string_view::npos) return op;
  op.remove_prefix(first + 1);
  return op.substr(0, op.find('.'));
}
}  // namespace

bool WritesInPlace(std::string_view target) {
  const size_t end = target.rfind('.');
  const std::string_view front = target.substr(0, end);
  const std::string_view name = front.substr(front.rfind('.') + 1);
  return name.size() > 1 && name.ends_with('_') && !name.ends_with("__");
}

std::string GraphBuilder::FreshName(std::string_view wanted) {
  const auto is_free = [&](std::string_view name) {
    return !graph_.value_names_.contains(name) && !graph_.node_names_.contains(name);
  };
  std::string base(wanted.empty() ? std::string_view("value") : wanted);
  if (is_free(base)) return base;
  int64_t& next = next_suffix_.try_emplace(base, 1).first->second;
  std::string name = base + "_" + std::to_string(next);
  while (!is_free(name)) name = base + "_" + std::to_string(++next);
  return name;
}

ValueId GraphBuilder::NewValue(std::string name, ValueMeta meta) {
  const auto id = static_cast<ValueId>(graph_.values_.size());
  const bool fresh = graph_.value_names_.emplace(name, static_cast<int32_t>(id)).second;
  CONFORMANCE_CHECK(fresh, "a value is already called " + name);
  Value value;
  value.name = std::move(name);
  value.meta = std::move(meta);
  graph_.values_.push_back(std::move(value));
  return id;
}

void GraphBuilder::SetMeta(ValueId value, ValueMeta meta) { graph_.values_[At(value)].meta = std::move(meta); }

void GraphBuilder::Rename(ValueId id, std::string name) {
  Value& value = graph_.values_[At(id)];
  if (value.name == name) return;
  const bool fresh = graph_.value_names_.emplace(name, static_cast<int32_t>(id)).second;
  CONFORMANCE_CHECK(fresh, "a value is already called " + name);
  graph_.value_names_.erase(value.name);
  value.name = std::move(name);
}

void GraphBuilder::AddUses(NodeId user, Argument& argument, std::vector<Node::Operand>& operands) {
  VisitValues(argument, [&](ValueId& id) {
    Value& value = graph_.values_[At(id)];
    CONFORMANCE_CHECK(value.alive_, "use of the erased value " + value.name);
    operands.push_back({id, static_cast<uint32_t>(value.uses_.size())});
    value.uses_.push_back({user, static_cast<uint32_t>(operands.size() - 1)});
  });
}

void GraphBuilder::RemoveUse(const Node::Operand& operand) {
  std::vector<Use>& uses = graph_.values_[At(operand.value)].uses_;
  const Use moved = uses.back();
  uses[operand.use] = moved;
  uses.pop_back();
  if (operand.use == uses.size()) return;
  std::vector<Node::Operand>& owner = moved.node == NodeId::kOutput ? graph_.output_operands_ : graph_.nodes_[At(moved.node)].operands_;
  owner[moved.operand].use = operand.use;
}

void GraphBuilder::DropUses(std::vector<Node::Operand>& operands) {
  // By index: removing one use may update a later operand of the same list.
  for (size_t i = 0; i < operands.size(); ++i) RemoveUse(operands[i]);
  operands.clear();
}

ValueId GraphBuilder::AddInput(std::string name, ValueMeta meta) {
  const ValueId id = NewValue(std::move(name), std::move(meta));
  const ValueMeta& held = graph_.values_[At(id)].meta;
  Argument argument(id);
  if (std::holds_alternative<SymInt>(held)) argument = SymIntRef(id);
  if (std::holds_alternative<SymFloat>(held)) argument = SymFloatRef(id);
  if (std::holds_alternative<SymBool>(held)) argument = SymBoolRef(id);
  if (std::holds_alternative<CustomObjMeta>(held)) argument = CustomObjRef{id};
  if (std::holds_alternative<TokenMeta>(held)) argument = TokenRef{id};
  AddInput(std::move(argument));
  return id;
}

void GraphBuilder::AddInput(Argument argument) { InsertInput(graph_.inputs_.size(), std::move(argument)); }

void GraphBuilder::InsertInput(size_t index, Argument argument) {
  VisitValues(argument, [&](ValueId& id) {
    Value& value = graph_.values_[At(id)];
    CONFORMANCE_CHECK(value.producer == NodeId::kNone, value.name + " already has a producer");
    value.producer = NodeId::kInput;
  });
  graph_.inputs_.insert(graph_.inputs_.begin() + static_cast<std::ptrdiff_t>(index), std::move(argument));
}

void GraphBuilder::EraseInput(size_t index) {
  VisitValues(graph_.inputs_[index], [&](ValueId& id) { Bury(id); });
  graph_.inputs_.erase(graph_.inputs_.begin() + static_cast<std::ptrdiff_t>(index));
}

void GraphBuilder::Bury(ValueId id) {
  Value& value = graph_.values_[At(id)];
  CONFORMANCE_CHECK(value.uses_.empty(), "erasing " + value.name + ", which is used");
  value.alive_ = false;
  graph_.value_names_.erase(value.name);
  any_dead_ = true;
}

void GraphBuilder::ReindexOutputs() {
  DropUses(graph_.output_operands_);
  for (Argument& output : graph_.outputs_) AddUses(NodeId::kOutput, output, graph_.output_operands_);
}

void GraphBuilder::SetOutputs(std::vector<Argument> outputs) {
  graph_.outputs_ = std::move(outputs);
  ReindexOutputs();
}
void GraphBuilder::SetOutput(size_t index, Argument output) {
  graph_.outputs_[index] = std::move(output);
  ReindexOutputs();
}
void GraphBuilder::InsertOutput(size_t index, Argument output) {
  graph_.outputs_.insert(graph_.outputs_.begin() + static_cast<std::ptrdiff_t>(index), std::move(output));
  ReindexOutputs();
}
void GraphBuilder::EraseOutput(size_t index) {
  graph_.outputs_.erase(graph_.outputs_.begin() + static_cast<std::ptrdiff_t>(index));
  ReindexOutputs();
}

NodeId GraphBuilder::Link(Node node, NodeId previous, NodeId next) {
  const auto id = static_cast<NodeId>(graph_.nodes_.size());
  const std::vector<ValueId> made = node.OutputValues();
  for (const ValueId value_id : made) {
    Value& value = graph_.values_[At(value_id)];
    CONFORMANCE_CHECK(value.alive_ && value.producer == NodeId::kNone, value.name + " already has a producer");
    value.producer = id;
  }
  if (node.name.empty()) {
    const std::string op(node.op());
    const size_t overload = op.rfind('.');
    if (made.size() == 1) {
      node.name = graph_.values_[At(made[0])].name;
    } else {
      std::string wanted(BaseName(op));
      if (made.empty() && overload != std::string::npos && overload > op.find('.')) wanted += "_" + op.substr(overload + 1);
      node.name = FreshName(wanted);
    }
  }
  const bool fresh = graph_.node_names_.emplace(node.name, static_cast<int32_t>(id)).second;
  CONFORMANCE_CHECK(fresh, "a node is already called " + node.name);
  node.id_ = id;
  node.previous_ = previous;
  node.next_ = next;
  node.alive_ = true;
  node.operands_.clear();
  graph_.nodes_.push_back(std::move(node));
  Node& kept = graph_.nodes_.back();
  for (NamedArgument& input : kept.inputs) AddUses(id, input.arg, kept.operands_);
  (previous == NodeId::kNone ? graph_.first_ : graph_.nodes_[At(previous)].next_) = id;
  (next == NodeId::kNone ? graph_.last_ : graph_.nodes_[At(next)].previous_) = id;
  ++graph_.node_count_;
  return id;
}

NodeId GraphBuilder::Append(Node node) { return Link(std::move(node), graph_.last_, NodeId::kNone); }
NodeId GraphBuilder::InsertBefore(NodeId place, Node node) {
  return Link(std::move(node), graph_.nodes_[At(place)].previous_, place);
}
NodeId GraphBuilder::InsertAfter(NodeId place, Node node) { return Link(std::move(node), place, graph_.nodes_[At(place)].next_); }

ValueId GraphBuilder::AddOp(Place place, std::string_view op, std::vector<NamedArgument> inputs, TensorMeta meta, Metadata metadata,
                            std::string_view wanted_name) {
  Node node;
  node.target = TargetOf(op);
  node.inputs = std::move(inputs);
  node.metadata = std::move(metadata);
  const ValueId out = NewValue(FreshName(wanted_name.empty() ? BaseName(op) : wanted_name), std::move(meta));
  node.outputs.emplace_back(out);
  switch (place.kind) {
    case Place::Kind::kEnd: Append(std::move(node)); break;
    case Place::Kind::kBefore: InsertBefore(place.node, std::move(node)); break;
    case Place::Kind::kAfter: InsertAfter(place.node, std::move(node)); break;
  }
  return out;
}

void GraphBuilder::SetTarget(NodeId node, std::string target) { graph_.nodes_[At(node)].target = std::move(target); }

void GraphBuilder::SetInputs(NodeId id, std::vector<NamedArgument> inputs) {
  DropUses(graph_.nodes_[At(id)].operands_);
  Node& node = graph_.nodes_[At(id)];
  node.inputs = std::move(inputs);
  for (NamedArgument& input : node.inputs) AddUses(id, input.arg, node.operands_);
}

void GraphBuilder::SetMetadata(NodeId node, Metadata metadata) { graph_.nodes_[At(node)].metadata = std::move(metadata); }

void GraphBuilder::SetInput(NodeId node, std::string_view name, Argument argument, NamedArgument::Kind kind) {
  std::vector<NamedArgument> inputs = graph_.nodes_[At(node)].inputs;
  for (NamedArgument& input : inputs) {
    if (input.name != name) continue;
    input.arg = std::move(argument);
    return SetInputs(node, std::move(inputs));
  }
  inputs.push_back({std::string(name), std::move(argument), kind});
  SetInputs(node, std::move(inputs));
}

void GraphBuilder::RemoveInput(NodeId node, std::string_view name) {
  std::vector<NamedArgument> inputs = graph_.nodes_[At(node)].inputs;
  std::erase_if(inputs, [&](const NamedArgument& input) { return input.name == name; });
  SetInputs(node, std::move(inputs));
}

void GraphBuilder::ReplaceAllUses(ValueId from, ValueId to) {
  if (from == to) return;
  CONFORMANCE_CHECK(graph_.values_[At(to)].alive_, "replacement by an erased value");
  const auto swap = [&](ValueId& id) {
    if (id == from) id = to;
  };
  while (!graph_.values_[At(from)].uses_.empty()) {
    const NodeId user = graph_.values_[At(from)].uses_.back().node;
    std::vector<Node::Operand>* operands = nullptr;
    if (user == NodeId::kOutput) {
      for (Argument& output : graph_.outputs_) VisitValues(output, swap);
      operands = &graph_.output_operands_;
    } else {
      Node& node = graph_.nodes_[At(user)];
      for (NamedArgument& input : node.inputs) VisitValues(input.arg, swap);
      operands = &node.operands_;
    }
    for (size_t i = 0; i < operands->size(); ++i) {
      Node::Operand& operand = (*operands)[i];
      if (operand.value != from) continue;
      RemoveUse(operand);
      std::vector<Use>& uses = graph_.values_[At(to)].uses_;
      operand = {to, static_cast<uint32_t>(uses.size())};
      uses.push_back({user, static_cast<uint32_t>(i)});
    }
  }
}

void GraphBuilder::Erase(NodeId id) {
  DropUses(graph_.nodes_[At(id)].operands_);
  Node& node = graph_.nodes_[At(id)];
  for (const ValueId value : node.OutputValues()) Bury(value);
  (node.previous_ == NodeId::kNone ? graph_.first_ : graph_.nodes_[At(node.previous_)].next_) = node.next_;
  (node.next_ == NodeId::kNone ? graph_.last_ : graph_.nodes_[At(node.next_)].previous_) = node.previous_;
  graph_.node_names_.erase(node.name);
  node.alive_ = false;
  node.inputs.clear();
  node.outputs.clear();
  any_dead_ = true;
  --graph_.node_count_;
}

size_t GraphBuilder::EraseDead(const std::function<bool(const Node&)>& removable) {
  size_t erased = 0;
  for (NodeId id = graph_.last_; id != NodeId::kNone;) {
    const Node& node = graph_.nodes_[At(id)];
    const NodeId previous = node.previous_;
    const std::vector<ValueId> made = node.OutputValues();
    const bool unused = std::all_of(made.begin(), made.end(), [&](ValueId value) { return graph_.values_[At(value)].uses_.empty(); });
    const bool may = removable ? removable(node) : !made.empty() && !WritesInPlace(node.target);
    if (unused && may) {
      Erase(id);
      ++erased;
    }
    id = previous;
  }
  return erased;
}

Graph GraphBuilder::Take() && {
  if (any_dead_) Compact();
  return std::move(graph_);
}

// New numbers in order, so that tables indexed by id stay dense.
void GraphBuilder::Compact() {
  std::vector<ValueId> value_map(graph_.values_.size(), ValueId::kNone);
  std::vector<Value> values;
  for (size_t i = 0; i < graph_.values_.size(); ++i) {
    if (!graph_.values_[i].alive_) continue;
    value_map[i] = static_cast<ValueId>(values.size());
    values.push_back(std::move(graph_.values_[i]));
  }
  std::vector<NodeId> node_map(graph_.nodes_.size(), NodeId::kNone);
  int32_t count = 0;
  for (const Node& node : graph_.nodes()) node_map[At(node.id())] = static_cast<NodeId>(count++);
  const auto mapped = [&](NodeId id) { return static_cast<int32_t>(id) < 0 ? id : node_map[At(id)]; };
  const auto rename = [&](ValueId& id) { id = value_map[At(id)]; };

  std::vector<Node> nodes(static_cast<size_t>(count));
  for (Node& node : graph_.nodes_) {
    if (!node.alive_) continue;
    const NodeId id = node_map[At(node.id_)];
    for (NamedArgument& input : node.inputs) VisitValues(input.arg, rename);
    for (Argument& output : node.outputs) VisitValues(output, rename);
    for (Node::Operand& operand : node.operands_) rename(operand.value);
    node.id_ = id;
    node.previous_ = id == NodeId{0} ? NodeId::kNone : static_cast<NodeId>(static_cast<int32_t>(id) - 1);
    node.next_ = static_cast<int32_t>(id) + 1 == count ? NodeId::kNone : static_cast<NodeId>(static_cast<int32_t>(id) + 1);
    nodes[At(id)] = std::move(node);
  }
  for (Value& value : values) {
    value.producer = mapped(value.producer);
    for (Use& use : value.uses_) use.node = mapped(use.node);
  }
  for (Argument& input : graph_.inputs_) VisitValues(input, rename);
  for (Argument& output : graph_.outputs_) VisitValues(output, rename);
  for (Node::Operand& operand : graph_.output_operands_) rename(operand.value);
  for (auto& [name, id] : graph_.value_names_) id = static_cast<int32_t>(value_map[static_cast<size_t>(id)]);
  for (auto& [name, id] : graph_.node_names_) id = static_cast<int32_t>(node_map[static_cast<size_t>(id)]);
  graph_.values_ = std::move(values);
  graph_.nodes_ = std::move(nodes);
  graph_.first_ = count == 0 ? NodeId::kNone : NodeId{0};
  graph_.last_ = count == 0 ? NodeId::kNone : static_cast<NodeId>(count - 1);
  any_dead_ = false;
}

}  // namespace conformance::ir
