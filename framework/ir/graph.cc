#include "framework/ir/graph.h"

#include <algorithm>

namespace conformance::ir {

namespace {
constexpr std::string_view kPrefix = "torch.ops.";
}  // namespace

std::string_view Node::op() const {
  std::string_view out = target;
  if (out.starts_with(kPrefix)) out.remove_prefix(kPrefix.size());
  return out;
}

std::string TargetOf(std::string_view op) {
  for (const std::string_view plain : {"_operator.", "math.", "torch.", "builtins."}) {
    if (op.starts_with(plain)) return std::string(op);
  }
  return std::string(kPrefix) + std::string(op);
}

const Argument* Node::Find(std::string_view input) const {
  for (const NamedArgument& argument : inputs) {
    if (argument.name == input) return &argument.arg;
  }
  return nullptr;
}

std::vector<ValueId> Node::OutputValues() const {
  std::vector<ValueId> out;
  for (const Argument& output : outputs) VisitValues(output, [&](ValueId id) { out.push_back(id); });
  return out;
}

const Node* Graph::FindNode(std::string_view name) const {
  const auto it = node_names_.find(name);
  return it == node_names_.end() ? nullptr : &nodes_[static_cast<size_t>(it->second)];
}

ValueId Graph::FindValue(std::string_view name) const {
  const auto it = value_names_.find(name);
  return it == value_names_.end() ? ValueId::kNone : static_cast<ValueId>(it->second);
}

std::vector<ValueId> Graph::ValueIds() const {
  std::vector<ValueId> out;
  out.reserve(values_.size());
  for (size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].alive_) out.push_back(static_cast<ValueId>(i));
  }
  return out;
}

ValueId Graph::SizeValueOf(const Argument& argument) const {
  if (argument.kind() != ArgumentKind::kSymInt) return ValueId::kNone;
  const auto* id = std::get_if<ValueId>(argument.As<SymIntRef>());
  return id != nullptr && std::holds_alternative<SymInt>(value(*id).meta) ? *id : ValueId::kNone;
}

std::string_view Graph::NameOf(const Argument& argument) const {
  ValueId id = ValueId::kNone;
  switch (argument.kind()) {
    case ArgumentKind::kTensor: id = *argument.As<ValueId>(); break;
    case ArgumentKind::kOptionalTensor: id = argument.As<OptionalTensor>()->value; break;
    case ArgumentKind::kCustomObj: id = argument.As<CustomObjRef>()->value; break;
    case ArgumentKind::kToken: id = argument.As<TokenRef>()->value; break;
    // Their alternatives are told apart by the kind: three variants of a value or a literal.
    case ArgumentKind::kSymInt:
      if (const auto* value = std::get_if<ValueId>(argument.As<SymIntRef>())) id = *value;
      break;
    case ArgumentKind::kSymFloat:
      if (const auto* value = std::get_if<ValueId>(argument.As<SymFloatRef>())) id = *value;
      break;
    case ArgumentKind::kSymBool:
      if (const auto* value = std::get_if<ValueId>(argument.As<SymBoolRef>())) id = *value;
      break;
    default: break;
  }
  return id == ValueId::kNone ? std::string_view() : std::string_view(value(id).name);
}

}  // namespace conformance::ir
