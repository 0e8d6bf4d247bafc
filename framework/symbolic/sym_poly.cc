// Polynomials over atoms: order, sums, products, exact division.

#include <algorithm>
#include <numeric>

#include "framework/base/hash.h"
#include "framework/symbolic/sym_expr.h"

namespace conformance::symbolic {
namespace {

uint64_t Mix(uint64_t seed, uint64_t value) {
  seed ^= value + 0x9e3779b97f4a7c15ULL + (seed << 12) + (seed >> 4);
  return seed * 0xff51afd7ed558ccdULL;
}

int Degree(const Monomial& monomial) {
  int degree = 0;
  for (const Factor& factor : monomial) degree += factor.power;
  return degree;
}

// Sorts, merges equal monomials, drops zeros. False on overflow.
bool Normalise(Terms& terms) {
  std::sort(terms.begin(), terms.end(), [](const Term& a, const Term& b) { return CompareMonomials(a.factors, b.factors) < 0; });
  size_t out = 0;
  for (size_t i = 0; i < terms.size();) {
    int64_t sum = terms[i].coefficient;
    size_t j = i + 1;
    for (; j < terms.size() && CompareMonomials(terms[i].factors, terms[j].factors) == 0; ++j) {
      if (__builtin_add_overflow(sum, terms[j].coefficient, &sum)) return false;
    }
    if (sum != 0) {
      if (out != i) terms[out].factors = std::move(terms[i].factors);
      terms[out++].coefficient = sum;
    }
    i = j;
  }
  terms.resize(out);
  return true;
}

}  // namespace

AtomPtr MakeAtom(Kind kind, std::string name, std::vector<SymInt> args) {
  auto atom = std::make_shared<SymAtom>();
  atom->kind = kind;
  atom->name = std::move(name);
  atom->args = std::move(args);
  uint64_t hash = Mix(static_cast<uint64_t>(kind) + 1, atom->name.empty() ? 0 : Hash64(atom->name));
  if (kind == Kind::kSymbol) atom->bloom = BloomOfSymbol(atom->name);
  for (const SymInt& arg : atom->args) {
    hash = Mix(hash, HashOf(arg));
    atom->bloom |= BloomOf(arg);
    atom->depth = std::max(atom->depth, DepthOf(arg) + 1);
  }
  atom->hash = hash;
  return atom;
}

SymInt OfAtom(AtomPtr atom) {
  Monomial factors;
  factors.push_back({std::move(atom), 1});
  return OfMonomial(1, std::move(factors));
}

SymInt OfMonomial(int64_t coefficient, Monomial factors) {
  Terms terms;
  terms.push_back({coefficient, std::move(factors)});
  return OfTerms(std::move(terms));
}

SymInt ErrorSymbol(std::string_view what) { return OfAtom(MakeAtom(Kind::kError, std::string(what), {})); }

bool IsError(const SymInt& value) {
  return !value.IsConstant() && value.expr()->terms.size() == 1 && value.expr()->terms[0].factors.size() == 1 &&
         value.expr()->terms[0].factors[0].atom->kind == Kind::kError;
}

SymInt OfTerms(Terms terms) {
  if (terms.empty()) return SymInt(int64_t{0});
  if (terms.size() == 1 && (terms[0].factors.empty() || terms[0].coefficient == 0)) return SymInt(terms[0].coefficient);
  auto expr = std::make_shared<SymExpr>();
  uint64_t hash = 7;
  for (const Term& term : terms) {
    hash = Mix(hash, static_cast<uint64_t>(term.coefficient));
    for (const Factor& factor : term.factors) {
      hash = Mix(hash, factor.atom->hash + static_cast<uint64_t>(factor.power));
      expr->bloom |= factor.atom->bloom;
      expr->depth = std::max(expr->depth, factor.atom->depth);
    }
  }
  expr->hash = hash;
  expr->terms = std::move(terms);
  return SymInt(std::shared_ptr<const SymExpr>(std::move(expr)));
}

uint64_t HashOf(const SymInt& value) {
  return value.IsConstant() ? Mix(3, static_cast<uint64_t>(value.constant())) : value.expr()->hash;
}
uint64_t BloomOf(const SymInt& value) { return value.IsConstant() ? 0 : value.expr()->bloom; }
int32_t DepthOf(const SymInt& value) { return value.IsConstant() ? 0 : value.expr()->depth; }
uint64_t BloomOfSymbol(std::string_view name) { return uint64_t{1} << (Hash64(name) & 63); }

int Compare(const SymAtom& a, const SymAtom& b) {
  if (&a == &b) return 0;
  if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
  if (const int order = a.name.compare(b.name); order != 0) return order;
  if (a.args.size() != b.args.size()) return a.args.size() < b.args.size() ? -1 : 1;
  for (size_t i = 0; i < a.args.size(); ++i) {
    if (const int order = Compare(a.args[i], b.args[i]); order != 0) return order;
  }
  return 0;
}

int CompareMonomials(const Monomial& a, const Monomial& b) {
  if (const int x = Degree(a), y = Degree(b); x != y) return x > y ? -1 : 1;
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (const int order = Compare(*a[i].atom, *b[i].atom); order != 0) return order;
    if (a[i].power != b[i].power) return a[i].power > b[i].power ? -1 : 1;
  }
  return a.size() == b.size() ? 0 : (a.size() < b.size() ? -1 : 1);
}

int Compare(const SymInt& a, const SymInt& b) {
  if (a.IsConstant() || b.IsConstant()) {
    if (a.IsConstant() != b.IsConstant()) return b.IsConstant() ? -1 : 1;  // constants last
    return a.constant() < b.constant() ? -1 : (a.constant() > b.constant() ? 1 : 0);
  }
  if (a.expr() == b.expr()) return 0;
  const Terms& x = a.expr()->terms;
  const Terms& y = b.expr()->terms;
  for (size_t i = 0; i < x.size() && i < y.size(); ++i) {
    if (const int order = CompareMonomials(x[i].factors, y[i].factors); order != 0) return order;
    if (x[i].coefficient != y[i].coefficient) return x[i].coefficient < y[i].coefficient ? -1 : 1;
  }
  return x.size() == y.size() ? 0 : (x.size() < y.size() ? -1 : 1);
}

const Terms& TermsOf(const SymInt& value, Terms& buffer) {
  if (!value.IsConstant()) return value.expr()->terms;
  buffer.clear();
  if (value.constant() != 0) buffer.push_back({value.constant(), {}});
  return buffer;
}

int64_t ConstantTerm(const SymInt& value) {
  if (value.IsConstant()) return value.constant();
  const Term& last = value.expr()->terms.back();
  return last.factors.empty() ? last.coefficient : 0;
}

SymInt WithoutConstant(const SymInt& value) {
  if (value.IsConstant()) return 0;
  if (!value.expr()->terms.back().factors.empty()) return value;
  Terms terms(value.expr()->terms.begin(), value.expr()->terms.end() - 1);
  return OfTerms(std::move(terms));
}

int64_t ContentWithoutConstant(const SymInt& value) {
  if (value.IsConstant()) return 0;
  uint64_t gcd = 0;
  for (const Term& term : value.expr()->terms) {
    if (term.factors.empty()) continue;
    const auto magnitude = term.coefficient < 0 ? -static_cast<uint64_t>(term.coefficient) : static_cast<uint64_t>(term.coefficient);
    gcd = std::gcd(gcd, magnitude);
  }
  return gcd > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()) ? 1 : static_cast<int64_t>(gcd);
}

int64_t Content(const SymInt& value) {
  const int64_t constant = ConstantTerm(value);
  if (constant == std::numeric_limits<int64_t>::min()) return 1;
  return std::gcd(ContentWithoutConstant(value), constant);
}

SymInt DivideExactly(const SymInt& value, int64_t divisor) {
  if (divisor == 1) return value;
  if (value.IsConstant()) return SymInt(value.constant() / divisor);
  Terms terms = value.expr()->terms;
  for (Term& term : terms) term.coefficient /= divisor;
  return OfTerms(std::move(terms));
}

std::optional<Monomial> MultiplyMonomials(const Monomial& a, const Monomial& b) {
  Monomial out;
  out.reserve(a.size() + b.size());
  size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const int order = i == a.size() ? 1 : (j == b.size() ? -1 : Compare(*a[i].atom, *b[j].atom));
    if (order < 0) {
      out.push_back(a[i++]);
    } else if (order > 0) {
      out.push_back(b[j++]);
    } else {
      out.push_back({a[i].atom, a[i].power + b[j].power});
      if (out.back().power > kMaxPower) return std::nullopt;
      ++i, ++j;
    }
  }
  return out;
}

std::optional<Monomial> DivideMonomials(const Monomial& a, const Monomial& b) {
  Monomial out;
  size_t j = 0;
  for (const Factor& factor : a) {
    const int order = j == b.size() ? -1 : Compare(*factor.atom, *b[j].atom);
    if (order > 0) return std::nullopt;  // b has an atom that a lacks
    if (order < 0) {
      out.push_back(factor);
      continue;
    }
    if (factor.power < b[j].power) return std::nullopt;
    if (factor.power > b[j].power) out.push_back({factor.atom, factor.power - b[j].power});
    ++j;
  }
  if (j != b.size()) return std::nullopt;
  return out;
}

std::optional<SymInt> DividePolynomials(const SymInt& a, const SymInt& b) {
  Terms b_buffer, a_buffer;
  const Terms& divisor = TermsOf(b, b_buffer);
  if (divisor.empty()) return std::nullopt;
  SymInt rest = a, quotient = 0;
  // Each step removes the leading term; the order of monomials makes that end. The cap is for odd orders of equal degree.
  for (size_t step = 0; step < 64; ++step) {
    if (rest.IsConstant() && rest.constant() == 0) return quotient;
    const Terms& terms = TermsOf(rest, a_buffer);
    const Term& lead = terms.front();
    if (divisor.front().coefficient == -1 && lead.coefficient == std::numeric_limits<int64_t>::min()) return std::nullopt;
    if (lead.coefficient % divisor.front().coefficient != 0) return std::nullopt;
    auto factors = DivideMonomials(lead.factors, divisor.front().factors);
    if (!factors) return std::nullopt;
    const SymInt part = OfMonomial(lead.coefficient / divisor.front().coefficient, std::move(*factors));
    quotient += part;
    rest = rest - part * b;
    if (IsError(rest) || IsError(quotient)) return std::nullopt;
  }
  return std::nullopt;
}

int64_t FloorDivInt(int64_t a, int64_t b) {
  const int64_t quotient = a / b;
  return quotient - ((a % b != 0) && ((a < 0) != (b < 0)));
}
int64_t ModInt(int64_t a, int64_t b) {
  if (b == -1) return 0;
  const int64_t rest = a % b;
  return rest != 0 && ((rest < 0) != (b < 0)) ? rest + b : rest;
}

const AtomPtr* SingleAtom(const SymInt& value) {
  if (value.IsConstant() || value.expr()->terms.size() != 1) return nullptr;
  const Term& term = value.expr()->terms[0];
  return term.coefficient == 1 && term.factors.size() == 1 && term.factors[0].power == 1 ? &term.factors[0].atom : nullptr;
}

void VisitAtoms(const SymInt& value, bool deep, const std::function<void(const AtomPtr&)>& visit) {
  if (value.IsConstant()) return;
  for (const Term& term : value.expr()->terms) {
    for (const Factor& factor : term.factors) {
      visit(factor.atom);
      if (deep) {
        for (const SymInt& arg : factor.atom->args) VisitAtoms(arg, true, visit);
      }
    }
  }
}

namespace {
SymInt RebuildAtom(const AtomPtr& atom, const AtomMap& map) {
  if (auto mapped = map(atom)) return *mapped;
  if (atom->args.empty()) return OfAtom(atom);
  std::vector<SymInt> args;
  args.reserve(atom->args.size());
  bool changed = false;
  for (const SymInt& arg : atom->args) {
    args.push_back(MapAtoms(arg, map));
    changed |= !SymInt::Same(args.back(), arg);
  }
  if (!changed) return OfAtom(atom);
  switch (atom->kind) {
    case Kind::kFloorDiv: return FloorDiv(args[0], args[1]);
    case Kind::kMod: return Mod(args[0], args[1]);
    case Kind::kMin:
    case Kind::kMax: {
      SymInt out = args[0];
      for (size_t i = 1; i < args.size(); ++i) out = atom->kind == Kind::kMin ? Min(out, args[i]) : Max(out, args[i]);
      return out;
    }
    case Kind::kSymbol:
    case Kind::kError: break;
  }
  return OfAtom(atom);
}
}  // namespace

SymInt MapAtoms(const SymInt& value, const AtomMap& map) {
  if (value.IsConstant()) return value;
  SymInt sum = 0;
  bool changed = false;
  std::vector<std::pair<AtomPtr, SymInt>> done;
  for (const Term& term : value.expr()->terms) {
    SymInt product = term.coefficient;
    for (const Factor& factor : term.factors) {
      const SymInt* image = nullptr;
      for (const auto& [atom, mapped] : done) {
        if (atom == factor.atom) image = &mapped;
      }
      if (image == nullptr) {
        done.emplace_back(factor.atom, RebuildAtom(factor.atom, map));
        image = &done.back().second;
        const AtomPtr* same = SingleAtom(*image);
        changed |= same == nullptr || *same != factor.atom;
      }
      const SymInt base = *image;
      for (int32_t i = 0; i < factor.power; ++i) product *= base;
    }
    sum += product;
  }
  return changed ? sum : value;
}

}  // namespace conformance::symbolic

namespace conformance {

using symbolic::Term;
using symbolic::Terms;

SymInt operator+(const SymInt& a, const SymInt& b) {
  if (a.IsConstant() && b.IsConstant()) {
    int64_t sum = 0;
    if (__builtin_add_overflow(a.constant_, b.constant_, &sum)) return symbolic::ErrorSymbol("overflow");
    return SymInt(sum);
  }
  if (a.IsConstant() && a.constant_ == 0) return b;
  if (b.IsConstant() && b.constant_ == 0) return a;
  if (symbolic::IsError(a)) return a;
  if (symbolic::IsError(b)) return b;
  Terms a_buffer, b_buffer, out;
  const Terms& x = symbolic::TermsOf(a, a_buffer);
  const Terms& y = symbolic::TermsOf(b, b_buffer);
  out.reserve(x.size() + y.size());
  size_t i = 0, j = 0;
  while (i < x.size() || j < y.size()) {
    const int order = i == x.size() ? 1 : (j == y.size() ? -1 : symbolic::CompareMonomials(x[i].factors, y[j].factors));
    if (order < 0) {
      out.push_back(x[i++]);
    } else if (order > 0) {
      out.push_back(y[j++]);
    } else {
      int64_t sum = 0;
      if (__builtin_add_overflow(x[i].coefficient, y[j].coefficient, &sum)) return symbolic::ErrorSymbol("overflow");
      if (sum != 0) out.push_back({sum, x[i].factors});
      ++i, ++j;
    }
  }
  if (out.size() > symbolic::kMaxTerms) return symbolic::ErrorSymbol("too_many_terms");
  return symbolic::OfTerms(std::move(out));
}

SymInt SymInt::operator-() const { return SymInt(int64_t{-1}) * *this; }

SymInt operator-(const SymInt& a, const SymInt& b) {
  if (a.IsConstant() && b.IsConstant()) {
    int64_t difference = 0;
    if (__builtin_sub_overflow(a.constant_, b.constant_, &difference)) return symbolic::ErrorSymbol("overflow");
    return SymInt(difference);
  }
  return a + -b;
}

SymInt operator*(const SymInt& a, const SymInt& b) {
  if (a.IsConstant() && b.IsConstant()) {
    int64_t product = 0;
    if (__builtin_mul_overflow(a.constant_, b.constant_, &product)) return symbolic::ErrorSymbol("overflow");
    return SymInt(product);
  }
  if (symbolic::IsError(a)) return a;
  if (symbolic::IsError(b)) return b;
  if (a.IsConstant() && a.constant_ == 1) return b;
  if (b.IsConstant() && b.constant_ == 1) return a;
  Terms a_buffer, b_buffer, out;
  const Terms& x = symbolic::TermsOf(a, a_buffer);
  const Terms& y = symbolic::TermsOf(b, b_buffer);
  if (x.size() * y.size() > symbolic::kMaxTerms) return symbolic::ErrorSymbol("too_many_terms");
  out.reserve(x.size() * y.size());
  for (const Term& s : x) {
    for (const Term& t : y) {
      int64_t product = 0;
      if (__builtin_mul_overflow(s.coefficient, t.coefficient, &product)) return symbolic::ErrorSymbol("overflow");
      auto factors = symbolic::MultiplyMonomials(s.factors, t.factors);
      if (!factors) return symbolic::ErrorSymbol("power_too_large");
      out.push_back({product, std::move(*factors)});
    }
  }
  // One factor with a constant or a single term keeps the order; otherwise sort and merge.
  if (x.size() > 1 || y.size() > 1) {
    if (!symbolic::Normalise(out)) return symbolic::ErrorSymbol("overflow");
  }
  return symbolic::OfTerms(std::move(out));
}

}  // namespace conformance
