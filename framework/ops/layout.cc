#include "framework/ops/layout.h"

#include <numeric>

namespace conformance::ops {
namespace {

Result<RuleResult> StrideRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  if (x.rank() == 0) return WantShape(call, "self", x, "of at least one axis");
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  RuleResult result;
  result.sym_int = StridesOf(x)[static_cast<size_t>(axis)];
  return result;
}

Result<RuleResult> OffsetRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  RuleResult result;
  result.sym_int = SymInt(x.has_tensor() ? x.tensor().offset() : 0);
  return result;
}

// The axes from the innermost outwards: row-major, or with the channels (axis 1) innermost.
std::vector<size_t> Inwards(size_t rank, bool channels_last) {
  std::vector<size_t> order(rank);
  std::iota(order.rbegin(), order.rend(), size_t{0});
  if (!channels_last) return order;
  order.erase(order.end() - 2);
  order.insert(order.begin(), 1);
  return order;
}

Result<RuleResult> ContiguousRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const auto format = std::get<MemoryFormat>(call.arg(1));
  const bool channels_last = format == MemoryFormat::kChannelsLast || format == MemoryFormat::kChannelsLast3d;
  RuleResult result;
  if (channels_last && x.rank() != (format == MemoryFormat::kChannelsLast ? 4 : 5)) {
    result.sym_bool = SymBool(false);
    return result;
  }
  bool fits = !channels_last && !x.has_tensor();  // recorded row-major
  if (!fits && !channels_last) {
    CONFORMANCE_TRY(fits, call.Holds(Eq(NumElements(x.sizes()), 0), "is_contiguous: nothing to lie anywhere"));
  }
  if (fits) {
    result.sym_bool = SymBool(true);
    return result;
  }
  const Sizes strides = StridesOf(x);
  SymInt next = 1;
  bool all = true;
  for (const size_t axis : Inwards(x.sizes().size(), channels_last)) {
    const SymInt& size = x.sizes()[axis];
    CONFORMANCE_TRY(const bool one, call.Equal(size, 1, "is_contiguous: an axis of one element lies anywhere"));
    if (one) continue;
    CONFORMANCE_TRY(const bool here, call.Equal(strides[axis], next, "is_contiguous: a stride"));
    all = all && here;
    next = next * size;
  }
  result.sym_bool = SymBool(all);
  return result;
}

}  // namespace

Sizes StridesOf(const Value& x) {
  if (x.has_tensor()) return ToSymInts(x.tensor().strides());
  Sizes strides(x.sizes().size(), SymInt(1));
  SymInt next = 1;
  for (size_t i = strides.size(); i-- > 0;) {
    strides[i] = next;
    if (x.sizes()[i].AsInt() != 0) next = next * x.sizes()[i];
  }
  return strides;
}

const OpDef& SymIsContiguousOp() {
  static const OpDef op = MakeOp("aten::sym_is_contiguous(Tensor self, MemoryFormat memory_format=contiguous_format) -> bool", ContiguousRule);
  return op;
}

const OpDef& SymStorageOffsetOp() {
  static const OpDef op = MakeOp("aten::sym_storage_offset(Tensor self) -> SymInt", OffsetRule);
  return op;
}

const OpDef& SymStrideOp() {
  static const OpDef op = MakeOp("aten::sym_stride.int(Tensor self, int dim) -> SymInt", StrideRule);
  return op;
}

}  // namespace conformance::ops
