#include "framework/ops/split_rule.h"

#include <algorithm>

namespace conformance::ops {
namespace {

RuleResult Pieces(const Value& x, int64_t axis, const Sizes& lengths) {
  RuleResult result;
  for (const SymInt& length : lengths) {
    Sizes sizes = x.sizes();
    sizes[axis] = length;
    result.tensors.push_back({x.dtype(), std::move(sizes)});
  }
  return result;
}

Status WantAxis(const RuleCall& call, const Value& x) {
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
  return Ok();
}

// Pieces of `length`, the last one with what is left. A symbolic count is guarded to its hint.
Result<RuleResult> Equally(RuleCall& call, const Value& x, int64_t axis, const SymInt& length) {
  const SymInt& size = x.sizes()[axis];
  CONFORMANCE_TRY(int64_t count, call.Specialise(CeilDiv(size, length), "the number of pieces"));
  CONFORMANCE_RETURN_IF_ERROR(WantPieces(call, count));
  count = std::max<int64_t>(count, 1);  // an empty axis is one empty piece
  Sizes lengths(static_cast<size_t>(count), length);
  lengths.back() = size - length * (count - 1);
  return Pieces(x, axis, lengths);
}

}  // namespace

Result<RuleResult> SplitRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantAxis(call, x));
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 2, x));
  const SymInt& length = call.sym_int(1);
  if (length.AsInt() == 0 && x.sizes()[axis].AsInt() == 0) return Pieces(x, axis, {0});
  CONFORMANCE_TRY(const bool fits, call.Holds(Gt(length, 0), "split: pieces are not empty"));
  if (!fits) return RuleInvalid(call, "split_size is " + length.ToString() + ", want one above 0");
  return Equally(call, x, axis, length);
}

Result<RuleResult> SplitSizesRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantAxis(call, x));
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 2, x));
  const Sizes& lengths = call.sym_ints(1);
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, lengths));
  SymInt total = 0;
  for (const SymInt& length : lengths) total += length;
  CONFORMANCE_TRY(const bool fits, call.Equal(total, x.sizes()[axis], "split: the sizes sum up to the axis"));
  if (!fits)
    return WantShape(call, "self", x,
                     "with " + total.ToString() + " along axis " + std::to_string(axis) + ", the sum of " +
                         SizesText(lengths));
  return Pieces(x, axis, lengths);
}

Result<RuleResult> ChunkRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  CONFORMANCE_RETURN_IF_ERROR(WantAxis(call, x));
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 2, x));
  const int64_t chunks = call.int_value(1);
  if (chunks <= 0)
    return RuleInvalid(call, "chunks are " + std::to_string(chunks) + ", want a number above 0");
  CONFORMANCE_RETURN_IF_ERROR(WantPieces(call, chunks));
  const SymInt& size = x.sizes()[axis];
  if (size.AsInt() == 0) return Pieces(x, axis, Sizes(static_cast<size_t>(chunks), 0));
  const SymInt even = FloorDiv(size, chunks);
  if (SymInt::Same(even * chunks, size)) return Pieces(x, axis, Sizes(static_cast<size_t>(chunks), even));
  return Equally(call, x, axis, CeilDiv(size, chunks));
}

}  // namespace conformance::ops
