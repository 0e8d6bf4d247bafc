#include "framework/symbolic/sym_int.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "framework/symbolic/sym_expr.h"

namespace conformance {

using symbolic::Factor;
using symbolic::Kind;
using symbolic::Term;

SymInt::SymInt(std::shared_ptr<const SymExpr> expr) : expr_(std::move(expr)) {}

SymInt SymInt::Symbol(std::string name) { return symbolic::OfAtom(symbolic::MakeAtom(Kind::kSymbol, std::move(name), {})); }

int64_t SymInt::constant() const {
  CONFORMANCE_CHECK(IsConstant(), "a symbolic size was read as a constant: " + ToString());
  return constant_;
}

std::optional<std::string> SymInt::AsSymbol() const {
  const symbolic::AtomPtr* atom = symbolic::SingleAtom(*this);
  if (atom == nullptr || (*atom)->kind != Kind::kSymbol) return std::nullopt;
  return (*atom)->name;
}

std::set<std::string> SymInt::Symbols() const {
  std::set<std::string> out;
  symbolic::VisitAtoms(*this, true, [&](const AtomPtr& atom) {
    if (atom->kind == Kind::kSymbol) out.insert(atom->name);
  });
  return out;
}

namespace {

Result<int64_t> EvaluateAtom(const SymAtom& atom, const SymbolValues& values) {
  if (atom.kind == Kind::kSymbol) {
    const auto it = values.find(atom.name);
    if (it == values.end()) return NotFound("no value for the symbol " + atom.name);
    return it->second;
  }
  if (atom.kind == Kind::kError) return Invalid("a size that cannot be computed: " + atom.name);
  std::vector<int64_t> args;
  args.reserve(atom.args.size());
  for (const SymInt& arg : atom.args) {
    CONFORMANCE_TRY(const int64_t value, arg.Evaluate(values));
    args.push_back(value);
  }
  switch (atom.kind) {
    case Kind::kFloorDiv:
    case Kind::kMod:
      if (args[1] == 0) return Invalid("division by zero in " + symbolic::AtomText(atom));
      if (atom.kind == Kind::kMod) return symbolic::ModInt(args[0], args[1]);
      if (args[1] == -1 && args[0] == std::numeric_limits<int64_t>::min()) return Invalid("overflow in " + symbolic::AtomText(atom));
      return symbolic::FloorDivInt(args[0], args[1]);
    case Kind::kMin: return *std::min_element(args.begin(), args.end());
    case Kind::kMax: return *std::max_element(args.begin(), args.end());
    case Kind::kSymbol:
    case Kind::kError: break;
  }
  return Internal("unknown kind of atom");
}

}  // namespace

Result<int64_t> SymInt::Evaluate(const SymbolValues& values) const {
  if (IsConstant()) return constant_;
  int64_t sum = 0;
  for (const Term& term : expr_->terms) {
    int64_t product = term.coefficient;
    for (const Factor& factor : term.factors) {
      CONFORMANCE_TRY(const int64_t value, EvaluateAtom(*factor.atom, values));
      for (int32_t i = 0; i < factor.power; ++i) {
        if (__builtin_mul_overflow(product, value, &product)) return Invalid("overflow in " + ToString());
      }
    }
    if (__builtin_add_overflow(sum, product, &sum)) return Invalid("overflow in " + ToString());
  }
  return sum;
}

SymInt SymInt::Substitute(const std::map<std::string, SymInt, std::less<>>& replacements) const {
  if (IsConstant() || replacements.empty()) return *this;
  uint64_t bloom = 0;
  for (const auto& [name, value] : replacements) bloom |= symbolic::BloomOfSymbol(name);
  if ((expr_->bloom & bloom) == 0) return *this;
  return symbolic::MapAtoms(*this, [&](const AtomPtr& atom) -> std::optional<SymInt> {
    if (atom->kind != Kind::kSymbol) {
      if ((atom->bloom & bloom) == 0) return symbolic::OfAtom(atom);
      return std::nullopt;
    }
    const auto it = replacements.find(atom->name);
    if (it == replacements.end()) return std::nullopt;
    return it->second;
  });
}

bool SymInt::Same(const SymInt& a, const SymInt& b) {
  if (a.IsConstant() || b.IsConstant()) return a.IsConstant() && b.IsConstant() && a.constant_ == b.constant_;
  if (a.expr_ == b.expr_) return true;
  return a.expr_->hash == b.expr_->hash && symbolic::Compare(a, b) == 0;
}

namespace symbolic {

std::string AtomText(const SymAtom& atom) {
  std::string out;
  switch (atom.kind) {
    case Kind::kSymbol: return atom.name;
    case Kind::kError: return "invalid(" + atom.name + ")";
    case Kind::kFloorDiv: out = "floor_div("; break;
    case Kind::kMod: out = "mod("; break;
    case Kind::kMin: out = "min("; break;
    case Kind::kMax: out = "max("; break;
  }
  for (size_t i = 0; i < atom.args.size(); ++i) {
    if (i != 0) out += ", ";
    out += atom.args[i].ToString();
  }
  return out + ")";
}

}  // namespace symbolic

std::string SymInt::ToString() const {
  if (IsConstant()) return std::to_string(constant_);
  std::string out;
  for (const Term& term : expr_->terms) {
    const bool negative = term.coefficient < 0;
    // As text, so that the most negative number needs no negation.
    std::string magnitude = std::to_string(term.coefficient).substr(negative ? 1 : 0);
    out += out.empty() ? (negative ? "-" : "") : (negative ? " - " : " + ");
    bool first = true;
    if (magnitude != "1" || term.factors.empty()) {
      out += magnitude;
      first = false;
    }
    for (const Factor& factor : term.factors) {
      if (!first) out += "*";
      first = false;
      out += symbolic::AtomText(*factor.atom);
      if (factor.power != 1) out += "**" + std::to_string(factor.power);
    }
  }
  return out;
}

SymInt NumElements(std::span<const SymInt> sizes) {
  SymInt product = 1;
  for (const SymInt& size : sizes) product *= size;
  return product;
}

std::string SizesText(std::span<const SymInt> sizes) {
  std::string out = "[";
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (i != 0) out += ", ";
    out += sizes[i].ToString();
  }
  return out + "]";
}

std::vector<SymInt> ToSymInts(std::span<const int64_t> sizes) { return {sizes.begin(), sizes.end()}; }

std::optional<std::vector<int64_t>> AsInts(std::span<const SymInt> sizes) {
  std::vector<int64_t> out;
  out.reserve(sizes.size());
  for (const SymInt& size : sizes) {
    if (!size.IsConstant()) return std::nullopt;
    out.push_back(size.constant());
  }
  return out;
}

}  // namespace conformance
