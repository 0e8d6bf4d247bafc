#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/ops/op_def.h"

// What the rules of several ops share. Rules are plain functions; errors read "op: argument is found, want argument wanted".
namespace conformance::ops {

using Sizes = std::vector<SymInt>;

RuleResult One(DType dtype, Sizes sizes);
RuleResult Same(const Value& x);

/// "aten.linear.default: weight is f32[3, 4], want weight [n, 2]".
Error WantShape(const RuleCall& call, std::string_view name, const Value& found, std::string_view wanted);
Error WantType(const RuleCall& call, std::string_view name, const Value& found, std::string_view wanted);
/// "op: message".
Error RuleInvalid(const RuleCall& call, std::string_view message);

Status WantFloating(const RuleCall& call, std::string_view name, const Value& value);
Status WantNotBool(const RuleCall& call, std::string_view name, const Value& value);
Status WantDType(const RuleCall& call, std::string_view name, const Value& value, DType wanted);
/// Sizes of an axis argument at `index`, in [0, rank).
Result<int64_t> AxisArg(const RuleCall& call, size_t index, const Value& x);
/// Axes in [0, rank), ascending; kShape for one given twice.
Result<std::vector<int64_t>> DistinctAxes(const RuleCall& call, std::span<const SymInt> axes, int64_t rank);

/// More pieces than this are refused: a list of tensors is made in memory, whatever a program asks for.
inline constexpr int64_t kMaxPieces = int64_t{1} << 20;
Status WantPieces(const RuleCall& call, int64_t count);

/// All sizes equal; other ranks are not.
Result<bool> EqualShapes(RuleCall& call, std::span<const SymInt> a, std::span<const SymInt> b,
                         std::string_view why);
/// All sizes ≥ 0. Error kShape.
Status WantSizes(RuleCall& call, std::span<const SymInt> sizes);
/// Error unless `sizes` can be repeated to `wanted` (leading axes added, sizes of 1 repeated).
Status WantBroadcastTo(RuleCall& call, std::string_view name, const Value& value,
                       std::span<const SymInt> wanted);

/// PyTorch's type of an operation over tensors and numbers: tensors with axes rule over those without, and those over numbers,
/// except that a higher category (bool < integer < float < complex) always wins.
class Promotion {
 public:
  void Add(const Value& value);
  /// A tensor or a number.
  void Add(const Argument& argument);
  DType Get() const;

 private:
  std::optional<DType> with_axes_, without_axes_, number_;
};
/// Of a number alone: bool, i64, f32 or complex64.
DType NumberType(const Argument& number);

/// kType unless `result` may be cast to the type of `into` (argument `name`), which it is written into: no float into integers, and no number into
/// bool.
Status WantCastable(const RuleCall& call, std::string_view name, const Value& into, const TensorMeta& result);
/// An in-place op's answer: it must have the sizes of `self`, and a type that may be cast to that of `self`, which it takes.
Result<RuleResult> InPlace(RuleCall& call, const Value& self, Result<RuleResult> twin);

}  // namespace conformance::ops
