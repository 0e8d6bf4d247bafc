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
enum class ArgKind : uint8_t {
  kTensor,
  kTensorList,
  kOptionalTensorList,
  kInt,
  kIntList,
  kFloat,
  kFloatList,
  kBool,
  kBoolList,
  kScalar,
  kString,
  kScalarType,
  kLayout,
  kDevice,
  kMemoryFormat
};

struct ArgSchema {
  std::string name;
  ArgKind kind = ArgKind::kTensor;
  bool optional = false;      ///< `?`: None is allowed
  bool symbolic = false;      ///< `SymInt`: may depend on symbols; a plain `int` must be a number
  bool keyword_only = false;  ///< after `*`
  std::optional<Argument> default_value;
  bool written = false;              ///< `Tensor(a!)`: the op writes into it
  bool aliased = false;              ///< `Tensor(a)`: an output may share its storage
  std::optional<int64_t> list_size;  ///< `int[2]`: a single int stands for that many
};

struct ReturnSchema {
  ArgKind kind = ArgKind::kTensor;  ///< kTensor, kTensorList; kInt (a size), kBool (a condition), kFloat
  bool aliased = false;
};

struct OpDef;
struct RuleResult;

/// Passed to a rule: its arguments (all present, defaults filled in, in schema order) and the only way to branch on
/// symbolic sizes. Rules are pure: same arguments, same answer.
class RuleCall {
 public:
  RuleCall(const OpDef& op, std::span<const Argument> args, ShapeEnv* env, std::string_view module_path);

  std::string_view op() const { return op_; }
  std::string_view name(size_t i) const;  ///< of argument i in the schema
  size_t size() const { return args_.size(); }
  const Argument& arg(size_t i) const { return args_[i]; }
  bool IsNone(size_t i) const;
  bool IsTensor(size_t i) const;  ///< a defined tensor: neither None nor a number
  /// Typed reads; kinds were checked against the schema before the rule runs.
  const Value& tensor(size_t i) const;         ///< undefined for None
  std::vector<Value> tensors(size_t i) const;  ///< elements may be undefined in an optional list
  const SymInt& sym_int(size_t i) const;
  const std::vector<SymInt>& sym_ints(size_t i) const;
  int64_t int_value(size_t i) const;  ///< of a constant SymInt (axis numbers); a symbolic one was refused
  bool boolean(size_t i) const;
  double number(size_t i) const;  ///< of a float, constant int or bool
  std::optional<DType> dtype(size_t i) const;
  const std::string& string(size_t i) const;

  /// Decides a condition: provable, or recorded as a guard of the trace. With concrete sizes it is plain arithmetic. An error
  /// (a guard that must not be taken) is kept and returned by the caller through `status()`.
  bool Guard(const SymBool& condition, std::string_view why);
  /// Requires a condition: kShape error with `message` where it fails. A guard where it is undecided, for a size that is only
  /// known when the program runs an assertion of the trace.
  Status Require(const SymBool& condition, std::string message);
  /// As Require, but the caller makes the error: true or false, or the error of a guard that must not be taken.
  Result<bool> Holds(const SymBool& condition, std::string_view why);
  /// Holds(a == b), quick where both are the same expression.
  Result<bool> Equal(const SymInt& a, const SymInt& b, std::string_view why);
  /// Provably true, provably false, or undecided; records nothing.
  std::optional<bool> Prove(const SymBool& condition) const;
  /// Its value in this trace; none for a size that is only known when the program runs.
  std::optional<int64_t> Hint(const SymInt& value) const;
  /// What is known by earlier equality guards put in.
  SymInt Simplify(const SymInt& value) const;
  /// The number that a size is in this trace, guarded to stay so. Errors: kInvalid for a size without one.
  Result<int64_t> Specialise(const SymInt& value, std::string_view why);
  /// The answer of another op's rule (a gradient asks the op that it is of); what it finds wrong is this op's error.
  Result<RuleResult> Ask(const OpDef& other, std::span<const Argument> args);
  const Status& status() const { return status_; }

  /// Axis in [0, rank) from PyTorch's [-rank, rank); rank 0 counts as 1. Error kShape.
  Result<int64_t> Axis(int64_t axis, int64_t rank) const;
  /// Broadcast of two shapes by NumPy's rules, guarding sizes that are not provably equal or 1.
  Result<std::vector<SymInt>> Broadcast(std::span<const SymInt> a, std::span<const SymInt> b);
  /// As above where `size` must become `wanted`: it is 1, or equal.
  Result<bool> Broadcasts(const SymInt& size, const SymInt& wanted);
  /// Fresh unbacked size (nonzero, item). Without symbols (eagerly) a placeholder that no kernel may read: it finds the size.
  SymInt Unbacked(std::string source, SymRange range = {});

 private:
  std::string_view op_;
  const OpDef& def_;
  std::span<const Argument> args_;
  ShapeEnv* env_;
  std::string_view module_path_;
  Status status_;
};

/// What a rule answers: metas of the tensor outputs in order (a list output contributes each element), or the value of a SymInt
/// output.
struct RuleResult {
  std::vector<TensorMeta> tensors;
  /// Places among the schema's returns that this call does not make (a gradient that output_mask leaves out): None in a Program, and no
  /// element of `tensors` or of what a call gives.
  std::vector<size_t> absent = {};
  std::optional<SymInt> sym_int;
  std::optional<SymBool> sym_bool;  ///< of a comparison of sizes
  std::optional<double> number;     ///< of a division of sizes
};
using Rule = Result<RuleResult> (*)(RuleCall& call);

/// What others need to know of an op (error bounds, fusion, decomposition).
struct OpTraits {
  bool pointwise = false;
  bool view = false;  ///< the output may share the input's storage
  bool random = false;
  bool no_effect = false;  ///< an assertion or alias: may be dropped when its outputs are unused
  /// Index of the argument whose last (or `dim`) axis is reduced over; for error bounds. -1: no reduction.
  int reduction_arg = -1;
  std::string_view in_place_of = {};  ///< "aten.add.Tensor" for aten.add_.Tensor
  /// Index of a Tensor argument that takes a number as well, as PyTorch's traces write `add.Tensor(x, 1)`. -1: none.
  int number_arg = -1;
};

/// One op: its contract. Defined in its own file as an immutable value: `const OpDef& LinearOp();`.
struct OpDef {
  std::string
      target;  ///< "aten.linear.default": namespace, name, overload as FX writes them (without torch.ops.)
  std::vector<ArgSchema> args;
  std::vector<ReturnSchema> returns;
  Rule rule = nullptr;
  OpTraits traits;
};

/// Place of the argument that the op writes into: `self`, or `out` of an overload of that name. None for an op that writes nowhere.
std::optional<size_t> WrittenArgument(const OpDef& op);

/// From ATen's own schema text, "aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor"; overloads as in
/// "aten::add.Tensor(…)". A malformed text is our own mistake and aborts.
OpDef MakeOp(std::string_view schema, Rule rule, OpTraits traits = {});

/// The rule's answer for bound arguments, with what the rule kept as its status. Errors name the op.
Result<RuleResult> ApplyRule(const OpDef& op, std::span<const Argument> args, ShapeEnv* env,
                             std::string_view module_path = {});

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
