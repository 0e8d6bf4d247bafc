#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/ops/value.h"
#include "framework/symbolic/shape_env.h"

namespace conformance::ops {

/// Kinds of parameters in an ATen schema. `kScalar` takes ints, floats and bools.
enum class ArgKind : uint8_t { kTensor, kTensorList, kOptionalTensorList, kInt, kIntList, kFloat, kFloatList, kBool, kBoolList, kScalar, kString, kScalarType,
                               kLayout, kDevice, kMemoryFormat };

struct ArgSchema {
  std::string name;
  ArgKind kind = ArgKind::kTensor;
  bool optional = false;       ///< `?`: None is allowed
  bool keyword_only = false;   ///< after `*`
  std::optional<Argument> default_value;
  bool written = false;        ///< `Tensor(a!)`: the op writes into it
  bool aliased = false;        ///< `Tensor(a)`: an output may share its storage
  std::optional<int64_t> list_size;  ///< `int[2]`: a single int stands for that many
};

struct ReturnSchema {
  ArgKind kind = ArgKind::kTensor;  ///< kTensor, kTensorList, or kInt for sym_size
  bool aliased = false;
};

/// Passed to a rule: its arguments (all present, defaults filled in, in schema order) and the only way to branch on
/// symbolic sizes. Rules are pure: same arguments, same answer.
class RuleCall {
 public:
  RuleCall(std::string_view op, std::span<const Argument> args, ShapeEnv* env, std::string_view module_path)
      : op_(op), args_(args), env_(env), module_path_(module_path) {}

  std::string_view op() const { return op_; }
  size_t size() const { return args_.size(); }
  const Argument& arg(size_t i) const { return args_[i]; }
  bool IsNone(size_t i) const;
  /// Typed reads; kinds were checked against the schema before the rule runs.
  const Value& tensor(size_t i) const;           ///< undefined for None
  std::vector<Value> tensors(size_t i) const;    ///< elements may be undefined in an optional list
  const SymInt& sym_int(size_t i) const;
  const std::vector<SymInt>& sym_ints(size_t i) const;
  int64_t int_value(size_t i) const;             ///< of a constant SymInt (axis numbers); a symbolic one was refused
  bool boolean(size_t i) const;
  double number(size_t i) const;                 ///< of a float, constant int or bool
  std::optional<DType> dtype(size_t i) const;
  const std::string& string(size_t i) const;

  /// Decides a condition: provable, or recorded as a guard of the trace. With concrete sizes it is plain arithmetic. An error
  /// (a guard that must not be taken) is kept and returned by the caller through `status()`.
  bool Guard(const SymBool& condition, std::string_view why);
  /// Requires a condition: kShape error with `message` where it fails.
  Status Require(const SymBool& condition, std::string message);
  const Status& status() const { return status_; }

  /// Axis in [0, rank) from PyTorch's [-rank, rank); rank 0 counts as 1. Error kShape.
  Result<int64_t> Axis(int64_t axis, int64_t rank) const;
  /// Broadcast of two shapes by NumPy's rules, guarding sizes that are not provably equal or 1.
  Result<std::vector<SymInt>> Broadcast(std::span<const SymInt> a, std::span<const SymInt> b);
  /// Fresh unbacked size (nonzero, item).
  SymInt Unbacked(std::string source);

 private:
  std::string_view op_;
  std::span<const Argument> args_;
  ShapeEnv* env_;
  std::string_view module_path_;
  Status status_;
};

/// What a rule answers: metas of the tensor outputs in order (a list output contributes each element), or the value of a SymInt
/// output.
struct RuleResult {
  std::vector<TensorMeta> tensors;
  std::optional<SymInt> sym_int;
};
using Rule = Result<RuleResult> (*)(RuleCall& call);

/// What others need to know of an op (error bounds, fusion, decomposition).
struct OpTraits {
  bool pointwise = false;
  bool view = false;             ///< the output may share the input's storage
  bool random = false;
  bool no_effect = false;        ///< an assertion or alias: may be dropped when its outputs are unused
  /// Index of the argument whose last (or `dim`) axis is reduced over; for error bounds. -1: no reduction.
  int reduction_arg = -1;
  std::string_view in_place_of;  ///< "aten.add.Tensor" for aten.add_.Tensor
};

/// One op: its contract. Defined in its own file as an immutable value: `const OpDef& LinearOp();`.
struct OpDef {
  std::string target;  ///< "aten.linear.default": namespace, name, overload as FX writes them (without torch.ops.)
  std::vector<ArgSchema> args;
  std::vector<ReturnSchema> returns;
  Rule rule = nullptr;
  OpTraits traits;
};

/// From ATen's own schema text, "aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor"; overloads as in
/// "aten::add.Tensor(…)". A malformed text is our own mistake and aborts.
OpDef MakeOp(std::string_view schema, Rule rule, OpTraits traits = {});

/// All ops by target. Holds pointers to the immutable definitions.
class OpTable {
 public:
  void Add(const OpDef& op);
  const OpDef* Find(std::string_view target) const;
  std::vector<const OpDef*> All() const;  ///< sorted by target

 private:
  std::vector<const OpDef*> ops_;  // sorted by target
};
/// Ours, in plain order (registry.cc).
const OpTable& DefaultOps();

/// Positional and named arguments -> one per schema entry, defaults filled in, kinds checked (ints widen to floats and
/// lists where ATen allows). Errors: kInvalid / kType naming op, argument, found, wanted.
Result<std::vector<Argument>> BindArguments(const OpDef& op, std::vector<Argument> positional,
                                            std::vector<std::pair<std::string, Argument>> keyword);

}  // namespace conformance::ops
