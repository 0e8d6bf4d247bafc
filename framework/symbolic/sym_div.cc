// floor_div, mod, min and max: what divisibility shows is simplified away, the rest becomes an atom.

#include <algorithm>
#include <numeric>

#include "framework/symbolic/sym_expr.h"

namespace conformance {
namespace {

using symbolic::Kind;
using symbolic::Monomial;
using symbolic::Term;
using symbolic::Terms;

constexpr int64_t kMostNegative = std::numeric_limits<int64_t>::min();

SymInt NewAtom(Kind kind, std::vector<SymInt> args) {
  AtomPtr atom = symbolic::MakeAtom(kind, {}, std::move(args));
  if (atom->depth > symbolic::kMaxAtomDepth) return symbolic::ErrorSymbol("too_deep");
  return symbolic::OfAtom(std::move(atom));
}

bool IsZero(const SymInt& value) { return value.IsConstant() && value.constant() == 0; }

// The atoms that every term of `value` has (power by power), narrowed to `common` where that is set.
void CommonMonomial(const SymInt& value, std::optional<Monomial>& common) {
  Terms buffer;
  for (const Term& term : symbolic::TermsOf(value, buffer)) {
    if (!common) {
      common = term.factors;
      continue;
    }
    Monomial both;
    for (const symbolic::Factor& factor : *common) {
      for (const symbolic::Factor& other : term.factors) {
        if (symbolic::Compare(*factor.atom, *other.atom) == 0) both.push_back({factor.atom, std::min(factor.power, other.power)});
      }
    }
    *common = std::move(both);
  }
}

SymInt DivideByMonomial(const SymInt& value, const Monomial& monomial) {
  Terms buffer, out;
  for (const Term& term : symbolic::TermsOf(value, buffer)) {
    out.push_back({term.coefficient, *symbolic::DivideMonomials(term.factors, monomial)});
  }
  return symbolic::OfTerms(std::move(out));  // dividing all by one monomial keeps their order
}

// a = divisor * quotient + rest with the coefficients of rest in [0, divisor). divisor > 0.
struct Split {
  SymInt quotient, rest;
};
Split SplitByConstant(const SymInt& value, int64_t divisor) {
  Terms buffer, quotient, rest;
  for (const Term& term : symbolic::TermsOf(value, buffer)) {
    const int64_t q = symbolic::FloorDivInt(term.coefficient, divisor);
    const int64_t r = symbolic::ModInt(term.coefficient, divisor);
    if (q != 0) quotient.push_back({q, term.factors});
    if (r != 0) rest.push_back({r, term.factors});
  }
  return {symbolic::OfTerms(std::move(quotient)), symbolic::OfTerms(std::move(rest))};
}

// As above for a divisor of one term: terms that it divides go into the quotient.
Split SplitByTerm(const SymInt& value, const Term& divisor) {
  Terms buffer, quotient, rest;
  for (const Term& term : symbolic::TermsOf(value, buffer)) {
    auto factors = term.coefficient % divisor.coefficient == 0 ? symbolic::DivideMonomials(term.factors, divisor.factors) : std::nullopt;
    if (factors) {
      quotient.push_back({term.coefficient / divisor.coefficient, std::move(*factors)});
    } else {
      rest.push_back(term);
    }
  }
  return {symbolic::OfTerms(std::move(quotient)), symbolic::OfTerms(std::move(rest))};
}

struct Reduced {
  SymInt a, b;
  SymInt factor;  // what both were divided by
};
// Divides both by their common content and atoms. b is not constant.
Reduced RemoveCommon(SymInt a, SymInt b) {
  SymInt factor = 1;
  const int64_t content = std::gcd(symbolic::Content(a), symbolic::Content(b));
  if (content > 1) {
    a = symbolic::DivideExactly(a, content);
    b = symbolic::DivideExactly(b, content);
    factor = content;
  }
  std::optional<Monomial> common;
  CommonMonomial(b, common);
  CommonMonomial(a, common);
  if (common && !common->empty()) {
    a = DivideByMonomial(a, *common);
    b = DivideByMonomial(b, *common);
    factor *= symbolic::OfMonomial(1, *common);
  }
  return {std::move(a), std::move(b), std::move(factor)};
}

bool LeadIsNegative(const SymInt& value) { return value.expr()->terms.front().coefficient < 0; }

SymInt FloorDivByConstant(const SymInt& a, int64_t b) {
  if (b < 0) {
    if (b == kMostNegative) return symbolic::ErrorSymbol("overflow");
    return FloorDivByConstant(-a, -b);
  }
  if (b == 1) return a;
  auto [quotient, rest] = SplitByConstant(a, b);
  int64_t constant = symbolic::ConstantTerm(rest);
  SymInt open = symbolic::WithoutConstant(rest);
  if (IsZero(open)) return quotient;
  const int64_t common = std::gcd(symbolic::ContentWithoutConstant(open), b);
  open = symbolic::DivideExactly(open, common);
  constant /= common;
  b /= common;
  if (b == 1) return quotient + open + SymInt(constant);
  // (floor_div(x, c) + k) // b == (x + k*c) // (c*b)
  if (const AtomPtr* inner = symbolic::SingleAtom(open); inner != nullptr && (*inner)->kind == Kind::kFloorDiv) {
    const SymInt& c = (*inner)->args[1];
    int64_t product = 0;
    if (c.IsConstant() && c.constant() > 0 && !__builtin_mul_overflow(c.constant(), b, &product)) {
      return quotient + FloorDiv((*inner)->args[0] + SymInt(constant) * c, SymInt(product));
    }
  }
  return quotient + NewAtom(Kind::kFloorDiv, {open + SymInt(constant), SymInt(b)});
}

SymInt ModByConstant(const SymInt& a, int64_t b) {
  if (b < 0) {
    if (b == kMostNegative) return symbolic::ErrorSymbol("overflow");
    return -ModByConstant(-a, -b);
  }
  const SymInt rest = SplitByConstant(a, b).rest;
  const int64_t constant = symbolic::ConstantTerm(rest);
  SymInt open = symbolic::WithoutConstant(rest);
  if (IsZero(open)) return rest;
  const int64_t common = std::gcd(symbolic::ContentWithoutConstant(open), b);
  open = symbolic::DivideExactly(open, common);
  const int64_t divisor = b / common, inner_constant = constant / common, outer_constant = constant % common;
  if (divisor == 1) return SymInt(outer_constant);
  SymInt inside = open + SymInt(inner_constant);
  if (const AtomPtr* inner = symbolic::SingleAtom(open); inner != nullptr && (*inner)->kind == Kind::kMod) {
    const SymInt& c = (*inner)->args[1];
    if (c.IsConstant() && c.constant() > 0) {
      if (c.constant() % divisor == 0) return SymInt(common) * Mod((*inner)->args[0] + SymInt(inner_constant), divisor) + SymInt(outer_constant);
      if (inner_constant == 0 && c.constant() <= divisor) return SymInt(common) * open + SymInt(outer_constant);
    }
  }
  return SymInt(common) * NewAtom(Kind::kMod, {std::move(inside), SymInt(divisor)}) + SymInt(outer_constant);
}

SymInt Extremum(Kind kind, const SymInt& a, const SymInt& b) {
  const bool is_max = kind == Kind::kMax;
  if (a.IsConstant() && b.IsConstant()) {
    return is_max ? SymInt(std::max(a.constant(), b.constant())) : SymInt(std::min(a.constant(), b.constant()));
  }
  if (symbolic::IsError(a)) return a;
  if (symbolic::IsError(b)) return b;
  // Operands, those of nested ones of the same kind included (also behind a positive factor: 32*max(1, s0)).
  std::vector<SymInt> operands;
  for (const SymInt* side : {&a, &b}) {
    bool opened = false;
    if (!side->IsConstant() && side->expr()->terms.size() == 1) {
      const Term& term = side->expr()->terms[0];
      if (term.coefficient > 0 && term.factors.size() == 1 && term.factors[0].power == 1 && term.factors[0].atom->kind == kind) {
        for (const SymInt& arg : term.factors[0].atom->args) operands.push_back(SymInt(term.coefficient) * arg);
        opened = true;
      }
    }
    if (!opened) operands.push_back(*side);
  }
  std::vector<SymInt> kept;
  for (const SymInt& operand : operands) {
    bool covered = false;
    for (SymInt& other : kept) {
      const SymInt difference = operand - other;
      if (!difference.IsConstant()) continue;
      if ((difference.constant() > 0) == is_max && difference.constant() != 0) other = operand;
      covered = true;
      break;
    }
    if (!covered) kept.push_back(operand);
  }
  if (kept.size() == 1) return kept[0];
  int64_t common = 0;
  for (const SymInt& operand : kept) common = std::gcd(common, symbolic::Content(operand));
  if (common > 1) {
    for (SymInt& operand : kept) operand = symbolic::DivideExactly(operand, common);
  }
  std::sort(kept.begin(), kept.end(), [](const SymInt& x, const SymInt& y) { return symbolic::Compare(x, y) < 0; });
  return SymInt(std::max<int64_t>(common, 1)) * NewAtom(kind, std::move(kept));
}

}  // namespace

SymInt FloorDiv(const SymInt& a, const SymInt& b) {
  if (symbolic::IsError(a)) return a;
  if (symbolic::IsError(b)) return b;
  if (IsZero(b)) return symbolic::ErrorSymbol("division_by_zero");
  if (b.IsConstant()) {
    if (a.IsConstant()) {
      if (b.constant() == -1 && a.constant() == kMostNegative) return symbolic::ErrorSymbol("overflow");
      return SymInt(symbolic::FloorDivInt(a.constant(), b.constant()));
    }
    return FloorDivByConstant(a, b.constant());
  }
  if (IsZero(a)) return 0;
  if (const auto exact = symbolic::DividePolynomials(a, b)) return *exact;
  Reduced reduced = RemoveCommon(a, b);
  if (reduced.b.IsConstant()) return FloorDiv(reduced.a, reduced.b);
  if (LeadIsNegative(reduced.b)) {
    reduced.a = -reduced.a;
    reduced.b = -reduced.b;
  }
  if (reduced.b.expr()->terms.size() == 1) {
    const Split split = SplitByTerm(reduced.a, reduced.b.expr()->terms[0]);
    if (!IsZero(split.quotient)) return split.quotient + FloorDiv(split.rest, reduced.b);
  }
  return NewAtom(Kind::kFloorDiv, {std::move(reduced.a), std::move(reduced.b)});
}

SymInt Mod(const SymInt& a, const SymInt& b) {
  if (symbolic::IsError(a)) return a;
  if (symbolic::IsError(b)) return b;
  if (IsZero(b)) return symbolic::ErrorSymbol("division_by_zero");
  if (b.IsConstant()) {
    if (a.IsConstant()) return SymInt(symbolic::ModInt(a.constant(), b.constant()));
    return ModByConstant(a, b.constant());
  }
  if (IsZero(a) || symbolic::DividePolynomials(a, b)) return 0;
  const Reduced reduced = RemoveCommon(a, b);
  if (reduced.b.IsConstant()) return reduced.factor * Mod(reduced.a, reduced.b);
  if (LeadIsNegative(reduced.b)) return -(reduced.factor * Mod(-reduced.a, -reduced.b));
  if (reduced.b.expr()->terms.size() == 1) {
    const Split split = SplitByTerm(reduced.a, reduced.b.expr()->terms[0]);
    if (!IsZero(split.quotient)) return reduced.factor * Mod(split.rest, reduced.b);
  }
  return reduced.factor * NewAtom(Kind::kMod, {reduced.a, reduced.b});
}

SymInt CeilDiv(const SymInt& a, const SymInt& b) {
  // For a positive divisor the numerator is raised instead: (s0 + 3) // 4 reads better than -((-s0) // 4).
  if (b.IsConstant() && b.constant() > 0) return FloorDiv(a + SymInt(b.constant() - 1), b);
  return -FloorDiv(-a, b);
}

SymInt Min(const SymInt& a, const SymInt& b) { return Extremum(Kind::kMin, a, b); }
SymInt Max(const SymInt& a, const SymInt& b) { return Extremum(Kind::kMax, a, b); }

}  // namespace conformance
