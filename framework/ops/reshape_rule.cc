#include "framework/ops/reshape_rule.h"

namespace conformance::ops {
namespace {

// A product of sizes as a number times expressions.
struct Product {
  int64_t number = 1;
  Sizes factors;

  void Multiply(const SymInt& size) {
    const auto known = size.AsInt();
    if (!known) {
      factors.push_back(size);
    } else if (__builtin_mul_overflow(number, *known, &number)) {
      overflow = true;
    }
  }
  SymInt Value() const { return number * NumElements(factors); }
  bool overflow = false;
};

// Drops the factors that both have. What is left decides: ordinary model code leaves nothing but numbers.
void Cancel(Product& a, Product& b) {
  for (size_t i = 0; i < a.factors.size();) {
    size_t k = 0;
    while (k < b.factors.size() && !SymInt::Same(a.factors[i], b.factors[k])) ++k;
    if (k == b.factors.size()) {
      ++i;
      continue;
    }
    a.factors.erase(a.factors.begin() + static_cast<int64_t>(i));
    b.factors.erase(b.factors.begin() + static_cast<int64_t>(k));
  }
}

Error DoesNotFit(const RuleCall& call, const Value& x, const Sizes& wanted) {
  return ShapeError(std::string(call.op()) + ": self is " + Describe(x.meta()) +
                    ", want as many elements as in " + SizesText(wanted));
}

// The size that stands for -1: have / want, which must be exact.
Result<SymInt> Inferred(RuleCall& call, const Value& x, const Sizes& wanted, const Product& have,
                        const Product& want) {
  if (want.factors.empty() && want.number == 0) {
    return ShapeError(std::string(call.op()) + ": sizes are " + SizesText(wanted) +
                      ", want no 0 beside -1, which could be anything");
  }
  if (want.factors.empty() && have.number % want.number == 0)
    return have.number / want.number * NumElements(have.factors);
  const SymInt total = have.Value(), known = want.Value();
  const SymInt size = FloorDiv(total, known);
  if (!SymInt::Same(size * known, total)) {
    CONFORMANCE_TRY(const bool exact, call.Holds(Eq(Mod(total, known), 0),
                                                 "reshape: the known sizes divide the number of elements"));
    if (!exact) return DoesNotFit(call, x, wanted);
  }
  return size;
}

}  // namespace

Result<Sizes> Reshaped(RuleCall& call, const Value& x, const Sizes& wanted) {
  Product have, want;
  std::optional<size_t> open;
  for (const SymInt& size : x.sizes()) have.Multiply(call.Simplify(size));
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto number = wanted[i].AsInt();
    if (number && *number == -1) {
      if (open)
        return ShapeError(std::string(call.op()) + ": sizes are " + SizesText(wanted) +
                          ", want at most one -1");
      open = i;
      continue;
    }
    if (number && *number < 0)
      return ShapeError(std::string(call.op()) + ": sizes are " + SizesText(wanted) + ", want none below -1");
    want.Multiply(call.Simplify(wanted[i]));
  }
  if (have.overflow || want.overflow) {
    return ShapeError(std::string(call.op()) + ": sizes are " + SizesText(wanted) +
                      ", want fewer than 2^63 elements");
  }
  Cancel(have, want);
  Sizes sizes = wanted;
  if (open) {
    CONFORMANCE_TRY(sizes[*open], Inferred(call, x, wanted, have, want));
    return sizes;
  }
  CONFORMANCE_TRY(const bool fits,
                  call.Equal(have.Value(), want.Value(), "reshape: as many elements as before"));
  if (!fits) return DoesNotFit(call, x, wanted);
  return sizes;
}

Result<RuleResult> ReshapeRule(RuleCall& call) {
  CONFORMANCE_TRY(Sizes sizes, Reshaped(call, call.tensor(0), call.sym_ints(1)));
  return One(call.tensor(0).dtype(), std::move(sizes));
}

Result<RuleResult> ReshapeAsRule(RuleCall& call) {
  CONFORMANCE_TRY(Sizes sizes, Reshaped(call, call.tensor(0), call.tensor(1).sizes()));
  return One(call.tensor(0).dtype(), std::move(sizes));
}

}  // namespace conformance::ops
