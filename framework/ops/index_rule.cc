#include "framework/ops/index_rule.h"

namespace conformance::ops {
namespace {

// One axis of x: kept as it is, or indexed by a tensor of these sizes.
struct Slot {
  SymInt size;
  std::optional<Sizes> index;
};

// A bool index takes as many axes as it has, each by its column of nonzero positions.
Status AddMask(RuleCall& call, const Value& x, const Value& mask, std::vector<Slot>& slots) {
  const size_t axis = slots.size();
  bool fits = axis + static_cast<size_t>(mask.rank()) <= static_cast<size_t>(x.rank());
  for (size_t i = 0; fits && i < static_cast<size_t>(mask.rank()); ++i) {
    CONFORMANCE_TRY(
        fits, call.Equal(mask.sizes()[i], x.sizes()[axis + i], "index: a mask of the size of its axis"));
  }
  if (!fits)
    return WantShape(call, "indices", mask,
                     "of the sizes of self " + Describe(x.meta()) + " from axis " + std::to_string(axis));
  const SymInt count = call.Unbacked("nonzero of " + Describe(mask.meta()));
  for (int64_t i = 0; i < mask.rank(); ++i)
    slots.push_back({x.sizes()[axis + static_cast<size_t>(i)], Sizes{count}});
  return Ok();
}

Result<std::vector<Slot>> Slots(RuleCall& call, const Value& x, const std::vector<Value>& indices) {
  std::vector<Slot> slots;
  for (const Value& index : indices) {
    if (index.defined() && index.dtype() == DType::kBool && index.rank() > 0) {
      CONFORMANCE_RETURN_IF_ERROR(AddMask(call, x, index, slots));
      continue;
    }
    if (index.defined() && index.dtype() != DType::kI64 && index.dtype() != DType::kI32) {
      return WantType(call, "indices", index, "i64, i32, or bool with axes");
    }
    if (slots.size() >= static_cast<size_t>(x.rank())) {
      return WantShape(call, "self", x,
                       "of at least " + std::to_string(indices.size()) + " axes, as many as indices");
    }
    const SymInt& size = x.sizes()[slots.size()];
    slots.push_back({size, index.defined() ? std::optional(index.sizes()) : std::nullopt});
  }
  while (slots.size() < static_cast<size_t>(x.rank()))
    slots.push_back({x.sizes()[slots.size()], std::nullopt});
  return slots;
}

}  // namespace

Result<Sizes> Indexed(RuleCall& call, const Value& x, const std::vector<Value>& indices) {
  CONFORMANCE_TRY(const std::vector<Slot> slots, Slots(call, x, indices));
  std::optional<Sizes> joint;  // the indices' broadcast
  size_t runs = 0;             // of neighbouring indexed axes
  for (size_t i = 0; i < slots.size(); ++i) {
    if (!slots[i].index) continue;
    if (i == 0 || !slots[i - 1].index) ++runs;
    if (!joint) {
      joint = *slots[i].index;
    } else {
      CONFORMANCE_TRY(joint, call.Broadcast(*joint, *slots[i].index));
    }
  }
  if (!joint) return x.sizes();
  Sizes sizes;
  bool placed = runs > 1;
  if (placed) sizes = *joint;
  for (const Slot& slot : slots) {
    if (!slot.index) {
      sizes.push_back(slot.size);
    } else if (!placed) {
      sizes.insert(sizes.end(), joint->begin(), joint->end());
      placed = true;
    }
  }
  return sizes;
}

Status WantIndexWithin(RuleCall& call, const Value& index, std::string_view name, const Value& value,
                       int64_t free_axis) {
  if (index.dtype() != DType::kI64 && index.dtype() != DType::kI32)
    return WantType(call, "index", index, "i64 or i32");
  const Sizes one{1};
  const Sizes& a = index.rank() == 0 ? one : index.sizes();
  const Sizes& b = value.rank() == 0 ? one : value.sizes();
  for (const SymInt& size : a) {
    if (size.AsInt() == 0) return Ok();  // nothing is taken: PyTorch asks no more
  }
  bool fits = a.size() == b.size();
  for (size_t i = 0; fits && i < a.size(); ++i) {
    if (static_cast<int64_t>(i) == free_axis || SymInt::Same(a[i], b[i])) continue;
    CONFORMANCE_TRY(fits, call.Holds(Le(a[i], b[i]), "an index is no longer than what it points into"));
  }
  if (fits) return Ok();
  return WantShape(call, "index", index,
                   "no longer than " + std::string(name) + " " + Describe(value.meta()) +
                       (free_axis < 0 ? "" : " beside axis " + std::to_string(free_axis)));
}

Status WantScatterTarget(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Value& index = call.tensor(2);
  CONFORMANCE_TRY(const int64_t axis, AxisArg(call, 1, x));
  return WantIndexWithin(call, index, "self", x, axis);
}

Result<RuleResult> ScatterSrcRule(RuleCall& call) {
  CONFORMANCE_RETURN_IF_ERROR(WantScatterTarget(call));
  CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "src", call.tensor(3), call.tensor(0).dtype()));
  CONFORMANCE_RETURN_IF_ERROR(WantIndexWithin(call, call.tensor(2), "src", call.tensor(3), -1));
  return Same(call.tensor(0));
}

}  // namespace conformance::ops
