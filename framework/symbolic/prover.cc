#include "framework/symbolic/prover.h"

#include <algorithm>
#include <numeric>

namespace conformance {

using symbolic::Factor;
using symbolic::Kind;
using symbolic::Monomial;
using symbolic::Term;
using symbolic::Terms;

namespace {

constexpr int kMaxSteps = 120;  // facts combined for one question
constexpr int kMaxDepth = 3;
constexpr int kMaxNesting = 12;  // atoms inside atoms that simplification looks into

bool IsInfinite(int64_t bound) { return bound == Interval::kLowest || bound == Interval::kHighest; }

int64_t SaturatingAdd(int64_t a, int64_t b, int64_t when_infinite) {
  if (IsInfinite(a) || IsInfinite(b)) return when_infinite;
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return a > 0 ? Interval::kHighest : Interval::kLowest;
  return sum;
}

// 0 * infinity is 0 here: a bound that no value exceeds.
int64_t SaturatingMultiply(int64_t a, int64_t b) {
  if (a == 0 || b == 0) return 0;
  int64_t product = 0;
  const bool negative = (a < 0) != (b < 0);
  if (IsInfinite(a) || IsInfinite(b) || __builtin_mul_overflow(a, b, &product)) {
    return negative ? Interval::kLowest : Interval::kHighest;
  }
  return product;
}

int64_t SaturatingFloorDiv(int64_t a, int64_t b) {  // b >= 1, perhaps infinite
  if (IsInfinite(a)) return IsInfinite(b) ? 0 : a;
  if (IsInfinite(b)) return a < 0 ? -1 : 0;
  return symbolic::FloorDivInt(a, b);
}

Interval PowerOf(Interval base, int32_t power) {
  Interval out{1, 1};
  for (int32_t i = 0; i < power; ++i) out = MultiplyIntervals(out, base);
  if (power % 2 == 0 && out.lo < 0) out.lo = 0;
  return out;
}

}  // namespace

Interval AddIntervals(Interval a, Interval b) {
  return {SaturatingAdd(a.lo, b.lo, Interval::kLowest), SaturatingAdd(a.hi, b.hi, Interval::kHighest)};
}

Interval MultiplyIntervals(Interval a, Interval b) {
  const int64_t products[] = {SaturatingMultiply(a.lo, b.lo), SaturatingMultiply(a.lo, b.hi), SaturatingMultiply(a.hi, b.lo),
                              SaturatingMultiply(a.hi, b.hi)};
  return {*std::min_element(std::begin(products), std::end(products)), *std::max_element(std::begin(products), std::end(products))};
}

Interval Prover::AtomBounds(const SymAtom& atom) const {
  switch (atom.kind) {
    case Kind::kSymbol: {
      const SymbolInfo* info = env_.FindSymbol(atom.name);
      if (info == nullptr) return {};
      return {info->range.min, info->range.max.value_or(Interval::kHighest)};
    }
    case Kind::kError: return {};
    case Kind::kFloorDiv: {
      const Interval a = Bounds(atom.args[0]), b = Bounds(atom.args[1]);
      if (b.lo < 1) return {};
      const int64_t ends[] = {SaturatingFloorDiv(a.lo, b.lo), SaturatingFloorDiv(a.lo, b.hi), SaturatingFloorDiv(a.hi, b.lo),
                              SaturatingFloorDiv(a.hi, b.hi)};
      return {*std::min_element(std::begin(ends), std::end(ends)), *std::max_element(std::begin(ends), std::end(ends))};
    }
    case Kind::kMod: {
      const Interval a = Bounds(atom.args[0]), b = Bounds(atom.args[1]);
      if (b.lo < 1) return {};
      int64_t hi = IsInfinite(b.hi) ? b.hi : b.hi - 1;
      if (a.lo >= 0) hi = std::min(hi, a.hi);
      return {0, hi};
    }
    case Kind::kMin:
    case Kind::kMax: {
      Interval out = Bounds(atom.args[0]);
      for (size_t i = 1; i < atom.args.size(); ++i) {
        const Interval next = Bounds(atom.args[i]);
        const bool is_max = atom.kind == Kind::kMax;
        out.lo = is_max ? std::max(out.lo, next.lo) : std::min(out.lo, next.lo);
        out.hi = is_max ? std::max(out.hi, next.hi) : std::min(out.hi, next.hi);
      }
      return out;
    }
  }
  return {};
}

Interval Prover::Bounds(const SymInt& value) const {
  if (value.IsConstant()) return {value.constant(), value.constant()};
  const Terms& terms = value.expr()->terms;
  if (const AtomPtr* atom = symbolic::SingleAtom(value)) return AtomBounds(**atom);

  Interval sum{0, 0};
  bool nonlinear = false;
  std::vector<std::pair<const SymAtom*, Interval>> bounds;  // of the atoms, each once
  const auto of = [&](const AtomPtr& atom) {
    for (const auto& [known, interval] : bounds) {
      if (known == atom.get()) return interval;
    }
    bounds.emplace_back(atom.get(), AtomBounds(*atom));
    return bounds.back().second;
  };
  for (const Term& term : terms) {
    Interval product{term.coefficient, term.coefficient};
    for (const Factor& factor : term.factors) product = MultiplyIntervals(product, PowerOf(of(factor.atom), factor.power));
    nonlinear |= term.factors.size() > 1 || (term.factors.size() == 1 && term.factors[0].power > 1);
    sum = AddIntervals(sum, product);
  }
  if (!nonlinear || terms.size() == 1) return sum;

  // Atoms of different terms move together: with each atom written as its lower bound plus something that is not
  // negative, s0*s1 - s1 (s0, s1 >= 2) becomes 2 + 2*t0 + t1 + t0*t1, whose lower bound shows.
  SymInt shifted = 0;
  for (const Term& term : terms) {
    SymInt product = term.coefficient;
    for (const Factor& factor : term.factors) {
      const int64_t lo = of(factor.atom).lo;
      const SymInt base = symbolic::OfAtom(factor.atom) + SymInt(IsInfinite(lo) ? 0 : lo);
      for (int32_t i = 0; i < factor.power; ++i) product *= base;
    }
    shifted += product;
  }
  if (symbolic::IsError(shifted)) return sum;
  if (shifted.IsConstant()) return {shifted.constant(), shifted.constant()};
  Interval other{0, 0};
  for (const Term& term : shifted.expr()->terms) {
    Interval product{term.coefficient, term.coefficient};
    for (const Factor& factor : term.factors) {
      Interval rest{};
      for (const auto& [known, interval] : bounds) {
        if (symbolic::Compare(*known, *factor.atom) == 0) rest = interval;
      }
      if (!IsInfinite(rest.lo)) rest = {0, SaturatingAdd(rest.hi, -rest.lo, Interval::kHighest)};
      product = MultiplyIntervals(product, PowerOf(rest, factor.power));
    }
    other = AddIntervals(other, product);
  }
  return {std::max(sum.lo, other.lo), std::min(sum.hi, other.hi)};
}

SymInt Prover::CancelPositive(const SymInt& value) const {
  if (value.IsConstant()) return value;
  const Terms& terms = value.expr()->terms;
  if (terms.back().factors.empty()) return value;  // a constant term: nothing is common
  Monomial common;
  for (const Factor& factor : terms.front().factors) {
    int32_t power = factor.power;
    for (const Term& term : terms) {
      int32_t here = 0;
      for (const Factor& other : term.factors) {
        if (symbolic::Compare(*other.atom, *factor.atom) == 0) here = other.power;
      }
      power = std::min(power, here);
    }
    if (power > 0 && AtomBounds(*factor.atom).lo >= 1) common.push_back({factor.atom, power});
  }
  if (common.empty()) return value;
  SymInt out = 0;
  for (const Term& term : terms) {
    out += symbolic::OfMonomial(term.coefficient, *symbolic::DivideMonomials(term.factors, common));
  }
  return out;
}

std::vector<SymInt> Prover::FactsOfAtoms(const SymInt& value) const {
  std::vector<SymInt> facts;
  symbolic::VisitAtoms(value, true, [&](const AtomPtr& atom) {
    if (facts.size() > 16) return;
    const SymInt self = symbolic::OfAtom(atom);
    switch (atom->kind) {
      case Kind::kFloorDiv: {
        const SymInt &a = atom->args[0], &b = atom->args[1];
        if (Bounds(b).lo < 1) return;
        facts.push_back(b * self - a);
        facts.push_back(a - b * self - b + SymInt(1));
        return;
      }
      case Kind::kMod:
        if (Bounds(atom->args[1]).lo < 1) return;
        facts.push_back(self - atom->args[1] + SymInt(1));
        if (Bounds(atom->args[0]).lo >= 0) facts.push_back(self - atom->args[0]);
        return;
      case Kind::kMin:
        for (const SymInt& arg : atom->args) facts.push_back(self - arg);
        return;
      case Kind::kMax:
        for (const SymInt& arg : atom->args) facts.push_back(arg - self);
        return;
      case Kind::kSymbol:
      case Kind::kError: return;
    }
  });
  return facts;
}

bool Prover::AtMostZero(const SymInt& value) {
  steps_ = 0;
  return AtMostZero(value, kMaxDepth);
}

bool Prover::AtMostZero(const SymInt& given, int depth) {
  if (symbolic::IsError(given)) return false;
  if (Bounds(given).hi <= 0) return true;
  if (given.IsConstant() || depth == 0 || ++steps_ > kMaxSteps) return false;
  const SymInt value = CancelPositive(given);
  if (value.IsConstant()) return value.constant() <= 0;
  for (const SymInt& fact : FactsOfAtoms(value)) {
    if (ByFact(value, fact, depth)) return true;
  }
  const uint64_t bloom = symbolic::BloomOf(value);
  for (const SymInt& fact : env_.at_most_zero_) {
    if ((symbolic::BloomOf(fact) & bloom) != 0 && ByFact(value, fact, depth)) return true;
  }
  for (const SymInt& fact : env_.zero_) {
    if ((symbolic::BloomOf(fact) & bloom) != 0 && (ByFact(value, fact, depth) || ByFact(value, -fact, depth))) return true;
  }
  return BySplitting(value, depth);
}

// fact <= 0. Takes a*value - b*q*fact with a, b > 0 and a monomial q >= 0, so that one monomial of `value` goes away.
bool Prover::ByFact(const SymInt& value, const SymInt& fact, int depth) {
  if (fact.IsConstant() || value.IsConstant()) return false;
  for (const Term& target : value.expr()->terms) {
    if (target.factors.empty()) continue;
    for (const Term& source : fact.expr()->terms) {
      if (source.factors.empty() || (source.coefficient < 0) != (target.coefficient < 0)) continue;
      const auto quotient = symbolic::DivideMonomials(target.factors, source.factors);
      if (!quotient) continue;
      bool never_negative = true;
      for (const Factor& factor : *quotient) never_negative &= factor.power % 2 == 0 || AtomBounds(*factor.atom).lo >= 0;
      if (!never_negative) continue;
      if (target.coefficient == Interval::kLowest || source.coefficient == Interval::kLowest) continue;
      const int64_t common = std::gcd(target.coefficient, source.coefficient);
      const SymInt a(std::abs(source.coefficient / common)), b(std::abs(target.coefficient / common));
      const SymInt next = a * value - b * symbolic::OfMonomial(1, *quotient) * fact;
      if (AtMostZero(next, depth - 1)) return true;
      if (steps_ > kMaxSteps) return false;
    }
  }
  return false;
}

// A max or min that stands alone in a term equals one of its operands.
bool Prover::BySplitting(const SymInt& value, int depth) {
  for (const Term& term : value.expr()->terms) {
    if (term.factors.size() != 1 || term.factors[0].power != 1) continue;
    const AtomPtr& atom = term.factors[0].atom;
    if (atom->kind != Kind::kMax && atom->kind != Kind::kMin) continue;
    const bool needs_all = (atom->kind == Kind::kMax) == (term.coefficient > 0);
    const SymInt rest = value - SymInt(term.coefficient) * symbolic::OfAtom(atom);
    bool all = true;
    for (const SymInt& arg : atom->args) {
      const bool proved = AtMostZero(rest + SymInt(term.coefficient) * arg, depth - 1);
      if (proved && !needs_all) return true;
      all &= proved;
      if (!proved && needs_all) break;
    }
    if (needs_all && all) return true;
  }
  return false;
}

SymInt Prover::ReduceByEqualities(SymInt value) const {
  // mod(a, b) is a - b*floor_div(a, b), so that both ways of writing a remainder meet.
  bool has_mod = false;
  symbolic::VisitAtoms(value, false, [&](const AtomPtr& atom) { has_mod |= atom->kind == Kind::kMod; });
  if (has_mod) {
    const SymInt open = symbolic::MapAtoms(value, [](const AtomPtr& atom) -> std::optional<SymInt> {
      if (atom->kind != Kind::kMod) return symbolic::OfAtom(atom);
      return atom->args[0] - atom->args[1] * FloorDiv(atom->args[0], atom->args[1]);
    });
    if (!symbolic::IsError(open)) value = open;
  }
  // Each fact rewrites its leading monomial (the most complex one) in the value.
  for (int round = 0; round < 8; ++round) {
    bool changed = false;
    for (const SymInt& fact : env_.zero_) {
      if (value.IsConstant()) return value;
      if ((symbolic::BloomOf(fact) & symbolic::BloomOf(value)) == 0) continue;
      const Term* lead = &fact.expr()->terms.front();
      for (const Term& term : fact.expr()->terms) {
        for (const Factor& factor : term.factors) {
          if (factor.atom->kind != Kind::kSymbol) lead = &term;
        }
      }
      for (const Term& term : value.expr()->terms) {
        if (term.factors.empty()) continue;
        const auto quotient = symbolic::DivideMonomials(term.factors, lead->factors);
        if (!quotient || term.coefficient == Interval::kLowest || lead->coefficient == Interval::kLowest) continue;
        const int64_t common = std::gcd(term.coefficient, lead->coefficient);
        const SymInt a(lead->coefficient / common), b(term.coefficient / common);
        const SymInt next = a * value - b * symbolic::OfMonomial(1, *quotient) * fact;
        if (symbolic::IsError(next)) continue;
        value = next;  // a*value == 0 is value == 0: a is not zero
        changed = true;
        break;
      }
    }
    if (!changed) break;
  }
  return value;
}

std::optional<bool> Prover::IsZero(const SymInt& given) {
  if (given.IsConstant()) return given.constant() == 0;
  if (symbolic::IsError(given)) return std::nullopt;
  const SymInt value = CancelPositive(given);
  if (value.IsConstant()) return value.constant() == 0;
  const Interval bounds = Bounds(value);
  if (bounds.lo > 0 || bounds.hi < 0) return false;
  if (bounds.lo == 0 && bounds.hi == 0) return true;
  const SymBool relation = symbolic::NotEqualZero(value);
  if (relation.IsConstant()) return !*relation.AsBool();
  for (const SymInt& fact : env_.not_zero_) {
    if (SymInt::Same(fact, relation.logic()->value)) return false;
  }
  // A product is zero only where a factor is.
  if (value.expr()->terms.size() == 1) {
    bool none_zero = true;
    for (const Factor& factor : value.expr()->terms[0].factors) {
      const Interval atom = AtomBounds(*factor.atom);
      none_zero &= atom.lo > 0 || atom.hi < 0;
    }
    if (none_zero) return false;
  }
  const SymInt reduced = ReduceByEqualities(value);
  if (reduced.IsConstant()) return reduced.constant() == 0;
  // Content and constant disagree: 4*x + 2*y == 1 has no solution.
  const SymBool again = symbolic::EqualZero(reduced);
  if (again.IsConstant()) return *again.AsBool();
  if (AtMostZero(value + SymInt(1)) || AtMostZero(SymInt(1) - value)) return false;
  if (AtMostZero(value) && AtMostZero(-value)) return true;
  return std::nullopt;
}

std::optional<bool> Prover::Decide(const SymBool& condition) {
  if (condition.IsConstant()) return condition.AsBool();
  for (const SymBool& fact : env_.other_facts_) {
    if (SymBool::Same(fact, condition)) return true;
  }
  const SymLogic& logic = *condition.logic();
  switch (logic.kind) {
    case SymLogic::Kind::kEqual: return IsZero(logic.value);
    case SymLogic::Kind::kNotEqual: {
      const auto zero = IsZero(logic.value);
      return zero ? std::optional(!*zero) : std::nullopt;
    }
    case SymLogic::Kind::kLessEqual:
      if (AtMostZero(logic.value)) return true;
      if (AtMostZero(SymInt(1) - logic.value)) return false;
      // x != 0 is known, so x <= 0 is x <= -1 and 0 <= x is 1 <= x.
      for (const SymInt& fact : env_.not_zero_) {
        if (SymInt::Same(fact, logic.value) || SymInt::Same(fact, -logic.value)) {
          if (AtMostZero(-logic.value)) return false;
        } else {
          const SymInt next = logic.value - SymInt(1);
          if ((SymInt::Same(fact, next) || SymInt::Same(fact, -next)) && AtMostZero(next)) return true;
        }
      }
      return std::nullopt;
    case SymLogic::Kind::kAnd:
    case SymLogic::Kind::kOr: break;
  }
  const bool absorbing = logic.kind == SymLogic::Kind::kOr;
  bool all = true;
  for (const SymBool& part : logic.parts) {
    const auto decided = Decide(part);
    if (decided == absorbing) return absorbing;
    all &= decided.has_value();
  }
  return all ? std::optional(!absorbing) : std::nullopt;
}

std::optional<SymInt> Prover::SimplifyAtom(const AtomPtr& atom) {
  if (atom->kind == Kind::kSymbol || atom->kind == Kind::kError) return symbolic::OfAtom(atom);
  if (nesting_ >= kMaxNesting) return symbolic::OfAtom(atom);
  ++nesting_;
  std::vector<SymInt> args;
  for (const SymInt& arg : atom->args) args.push_back(SimplifyAtoms(arg));
  SymInt out = args[0];
  if (atom->kind == Kind::kFloorDiv) out = FloorDiv(args[0], args[1]);
  if (atom->kind == Kind::kMod) out = Mod(args[0], args[1]);
  if (atom->kind == Kind::kMin || atom->kind == Kind::kMax) {
    for (size_t i = 1; i < args.size(); ++i) out = atom->kind == Kind::kMin ? Min(out, args[i]) : Max(out, args[i]);
  }
  for (const auto& [from, to] : env_.atom_rules_) {
    if (SymInt::Same(from, out)) out = to;
  }
  if (const AtomPtr* same = symbolic::SingleAtom(out)) {
    const SymAtom& now = **same;
    if (now.kind == Kind::kFloorDiv || now.kind == Kind::kMod) {
      if (AtMostZero(-now.args[0]) && AtMostZero(now.args[0] - now.args[1] + SymInt(1))) {
        out = now.kind == Kind::kMod ? now.args[0] : SymInt(0);
      }
    } else if (now.kind == Kind::kMin || now.kind == Kind::kMax) {
      std::vector<SymInt> kept(now.args);
      for (size_t i = 0; i < kept.size() && kept.size() > 1;) {
        bool covered = false;
        for (size_t j = 0; j < kept.size() && !covered; ++j) {
          if (i == j) continue;
          covered = AtMostZero(now.kind == Kind::kMax ? kept[i] - kept[j] : kept[j] - kept[i]);
        }
        if (covered) {
          kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
        } else {
          ++i;
        }
      }
      if (kept.size() != now.args.size()) {
        SymInt rebuilt = kept[0];
        for (size_t i = 1; i < kept.size(); ++i) rebuilt = now.kind == Kind::kMin ? Min(rebuilt, kept[i]) : Max(rebuilt, kept[i]);
        out = rebuilt;
      }
    }
  }
  --nesting_;
  return out;
}

SymInt Prover::SimplifyAtoms(const SymInt& value) {
  if (value.IsConstant()) return value;
  bool only_symbols = true;
  symbolic::VisitAtoms(value, false, [&](const AtomPtr& atom) { only_symbols &= atom->kind == Kind::kSymbol; });
  if (only_symbols) return value;
  return symbolic::MapAtoms(value, [this](const AtomPtr& atom) { return SimplifyAtom(atom); });
}

SymBool Prover::SimplifyAtoms(const SymBool& value) {
  if (value.IsConstant()) return value;
  const SymLogic& logic = *value.logic();
  switch (logic.kind) {
    case SymLogic::Kind::kEqual: return symbolic::EqualZero(CancelPositive(SimplifyAtoms(logic.value)));
    case SymLogic::Kind::kNotEqual: return symbolic::NotEqualZero(CancelPositive(SimplifyAtoms(logic.value)));
    case SymLogic::Kind::kLessEqual: return symbolic::LessEqualZero(CancelPositive(SimplifyAtoms(logic.value)));
    case SymLogic::Kind::kAnd:
    case SymLogic::Kind::kOr: break;
  }
  SymBool out(logic.kind == SymLogic::Kind::kAnd);
  for (const SymBool& part : logic.parts) {
    out = logic.kind == SymLogic::Kind::kAnd ? And(out, SimplifyAtoms(part)) : Or(out, SimplifyAtoms(part));
  }
  return out;
}

}  // namespace conformance
