#include "framework/nn/tree.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "framework/base/strings.h"

namespace conformance::nn {

ops::Value Find(const NamedValues& values, std::string_view name) {
  for (const auto& [key, value] : values)
    if (key == name) return value;
  return {};
}

Tree::Tree(ops::Value value) {
  if (!value.defined()) return;
  kind_ = Kind::kTensor;
  value_ = std::move(value);
}

Tree Tree::Scalar(Json value) {
  Tree tree;
  if (value.IsNull()) return tree;
  tree.kind_ = Kind::kScalar;
  tree.scalar_ = std::move(value);
  return tree;
}

Tree Tree::List(std::vector<Tree> items, std::string class_name) {
  Tree tree;
  tree.kind_ = Kind::kList;
  tree.items_ = std::move(items);
  tree.class_name_ = std::move(class_name);
  return tree;
}

Tree Tree::Dict(std::vector<Member> members, std::string class_name) {
  Tree tree;
  tree.kind_ = Kind::kDict;
  tree.members_ = std::move(members);
  tree.class_name_ = std::move(class_name);
  return tree;
}

const Tree* Tree::Find(std::string_view key) const {
  for (const Member& member : members_)
    if (member.name == key) return &member.tree;
  return nullptr;
}

const Tree* Tree::At(std::string_view path) const {
  if (path.empty()) return this;
  const size_t dot = path.find('.');
  const std::string_view head = path.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  const Tree* next = nullptr;
  if (kind_ == Kind::kDict) {
    next = Find(head);
  } else if (kind_ == Kind::kList) {
    const std::optional<int64_t> index = ParseInt(head);
    if (index && *index >= 0 && *index < static_cast<int64_t>(items_.size())) next = &items_[static_cast<size_t>(*index)];
  }
  return next == nullptr ? nullptr : next->At(rest);
}

void Tree::Set(std::string_view key, Tree tree) {
  CONFORMANCE_CHECK(kind_ == Kind::kDict, "Set needs a dict");
  for (Member& member : members_) {
    if (member.name != key) continue;
    member.tree = std::move(tree);
    return;
  }
  members_.push_back({std::string(key), std::move(tree)});
}

namespace {

void AppendLeaves(const Tree& tree, const std::string& prefix, NamedValues& leaves) {
  const auto below = [&](std::string_view name) {
    return prefix.empty() ? std::string(name) : prefix + "." + std::string(name);
  };
  switch (tree.kind()) {
    case Tree::Kind::kNone:
    case Tree::Kind::kScalar:
      return;
    case Tree::Kind::kTensor:
      leaves.emplace_back(prefix.empty() ? "output" : prefix, tree.value());
      return;
    case Tree::Kind::kList:
      for (size_t i = 0; i < tree.items().size(); ++i) AppendLeaves(tree.items()[i], below(std::to_string(i)), leaves);
      return;
    case Tree::Kind::kDict:
      for (const Tree::Member& member : tree.members()) AppendLeaves(member.tree, below(member.name), leaves);
      return;
  }
}

/// A level while names are being gathered: a leaf, or names below it in order of first mention.
struct Node {
  ops::Value leaf;
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> below;
  std::map<std::string, Node*, std::less<>> by_name;
};

/// The items in order of their indices where the names are exactly 0 … n−1.
std::optional<std::vector<Node*>> AsList(const Node& node) {
  std::vector<Node*> items(node.below.size(), nullptr);
  for (const auto& [name, child] : node.below) {
    const std::optional<int64_t> index = ParseInt(name);
    if (!index || *index < 0 || *index >= static_cast<int64_t>(items.size()) || std::to_string(*index) != name) return std::nullopt;
    items[static_cast<size_t>(*index)] = child.get();
  }
  return items;
}

Tree ToTree(const Node& node) {
  if (node.leaf.defined()) return node.leaf;
  if (const auto items = AsList(node); items && !items->empty()) {
    std::vector<Tree> trees;
    trees.reserve(items->size());
    for (const Node* item : *items) trees.push_back(ToTree(*item));
    return Tree::List(std::move(trees));
  }
  std::vector<Tree::Member> members;
  members.reserve(node.below.size());
  for (const auto& [name, child] : node.below) members.push_back({name, ToTree(*child)});
  return Tree::Dict(std::move(members));
}

}  // namespace

NamedValues GetLeafTensors(const Tree& tree) {
  NamedValues leaves;
  AppendLeaves(tree, "", leaves);
  return leaves;
}

Result<Tree> TreeFromLeaves(const NamedValues& leaves) {
  Node root;
  for (const auto& [path, value] : leaves) {
    Node* node = &root;
    for (const std::string& part : Split(path, '.')) {
      if (part.empty()) return Invalid("a leaf's name has an empty part").With("name", path);
      if (node->leaf.defined()) return Invalid("a name is both a leaf and a level").With("name", path);
      auto [found, added] = node->by_name.try_emplace(part, nullptr);
      if (added) {
        node->below.emplace_back(part, std::make_unique<Node>());
        found->second = node->below.back().second.get();
      }
      node = found->second;
    }
    if (node->leaf.defined()) return Invalid("two leaves of one name").With("name", path);
    if (!node->below.empty()) return Invalid("a name is both a leaf and a level").With("name", path);
    if (!value.defined()) return Invalid("a leaf without a value").With("name", path);
    node->leaf = value;
  }
  // The arguments of a call are a dict even if all are numbered.
  std::vector<Tree::Member> members;
  for (const auto& [name, child] : root.below) members.push_back({name, ToTree(*child)});
  return Tree::Dict(std::move(members));
}

Result<Tree> TreeFromTensors(const NamedTensors& tensors) {
  NamedValues leaves;
  leaves.reserve(tensors.size());
  for (const auto& [name, tensor] : tensors) leaves.emplace_back(name, ops::Value::Eager(tensor));
  return TreeFromLeaves(leaves);
}

Result<NamedTensors> TensorsOf(const NamedValues& leaves) {
  NamedTensors tensors;
  tensors.reserve(leaves.size());
  for (const auto& [name, value] : leaves) {
    if (!value.has_tensor()) return Invalid("a value has no elements: it was not computed eagerly").With("name", name);
    tensors.emplace_back(name, value.tensor());
  }
  return tensors;
}

std::string Describe(const Tree& tree) {
  switch (tree.kind()) {
    case Tree::Kind::kNone:
      return "None";
    case Tree::Kind::kTensor:
      return ops::Describe(tree.value().meta());
    case Tree::Kind::kScalar: {
      const Json& scalar = tree.scalar();
      if (scalar.IsBool()) return scalar.AsBool() ? "true" : "false";
      if (scalar.IsInt()) return std::to_string(scalar.AsInt());
      if (scalar.IsNumber()) return DoubleText(scalar.AsDouble());
      if (scalar.IsString()) return "\"" + scalar.AsString() + "\"";
      return std::string(Json::KindName(scalar.kind()));
    }
    case Tree::Kind::kList:
    case Tree::Kind::kDict: {
      const bool list = tree.kind() == Tree::Kind::kList;
      std::vector<std::string> parts;
      for (const Tree& item : tree.items()) parts.push_back(Describe(item));
      for (const Tree::Member& member : tree.members()) parts.push_back(member.name + ": " + Describe(member.tree));
      return tree.class_name() + (list ? "[" : "{") + Join(parts, ", ") + (list ? "]" : "}");
    }
  }
  return {};
}

}  // namespace conformance::nn
