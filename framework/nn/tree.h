#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/ops/value.h"
#include "framework/tensor/tensor.h"

namespace conformance::nn {

/// Values by dotted path or argument name, in a fixed order.
using NamedValues = std::vector<std::pair<std::string, ops::Value>>;
/// The value of that name, or an undefined one.
ops::Value Find(const NamedValues& values, std::string_view name);

/// Structured inputs and outputs: what Python's forward takes and gives. Nothing, a tensor, a plain value (bool, number, string),
/// a list, or an ordered dict; lists and dicts may carry the class they stand for ("DynamicCache", "CausalLMOutputWithPast").
class Tree {
 public:
  enum class Kind : uint8_t { kNone, kTensor, kScalar, kList, kDict };
  struct Member;

  Tree() = default;                  ///< nothing
  Tree(ops::Value value);            // NOLINT: implicit on purpose; an undefined value is nothing
  static Tree Scalar(Json value);    ///< null is nothing
  static Tree List(std::vector<Tree> items, std::string class_name = {});
  static Tree Dict(std::vector<Member> members = {}, std::string class_name = {});

  Kind kind() const { return kind_; }
  bool IsNone() const { return kind_ == Kind::kNone; }
  const std::string& class_name() const { return class_name_; }

  /// Of a kTensor, kScalar, kList, kDict; of another kind: an undefined value, null, nothing.
  const ops::Value& value() const { return value_; }
  const Json& scalar() const { return scalar_; }
  const std::vector<Tree>& items() const { return items_; }
  const std::vector<Member>& members() const { return members_; }

  /// A dict's member, or null. Takes no dots.
  const Tree* Find(std::string_view key) const;
  /// The tree at a dotted path ("past_key_values.layers.0.keys"), or null. An empty path is this one.
  const Tree* At(std::string_view path) const;
  /// Adds a member to a dict, or replaces the one of that name.
  void Set(std::string_view key, Tree tree);

 private:
  Kind kind_ = Kind::kNone;
  ops::Value value_;
  Json scalar_;
  std::vector<Tree> items_;
  std::vector<Member> members_;
  std::string class_name_;
};

struct Tree::Member {
  std::string name;
  Tree tree;
};

/// Leaf tensors in order with the names that transformers.exporters.utils.get_leaf_tensors gives: dict keys and list indices joined
/// with dots; a tree that is one tensor is called "output". Nothing and plain values have no leaves.
NamedValues GetLeafTensors(const Tree& tree);

/// The tree of dotted names: a level whose names are 0, 1, … n−1 is a list, any other a dict in the order of first mention.
/// A single leaf called "output" stays a dict. Errors: kInvalid where a name is both a leaf and a level ("a", "a.b"), empty or twice.
Result<Tree> TreeFromLeaves(const NamedValues& leaves);

/// Eager leaves: tensors as values, and back (a value without a tensor is an error naming it).
Result<Tree> TreeFromTensors(const NamedTensors& tensors);
Result<NamedTensors> TensorsOf(const NamedValues& leaves);

/// "{logits: f32[2, 9, 96], past_key_values: DynamicCache{…}}", for messages and tests.
std::string Describe(const Tree& tree);

}  // namespace conformance::nn
