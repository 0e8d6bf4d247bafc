#include <algorithm>
#include <numeric>

#include "framework/base/hash.h"
#include "framework/symbolic/sym_expr.h"

namespace conformance {

using symbolic::Kind;
using symbolic::Term;
using symbolic::Terms;

SymBool::SymBool(std::shared_ptr<const SymLogic> logic) : logic_(std::move(logic)) {}

namespace {

using LogicKind = SymLogic::Kind;

uint64_t Combine(uint64_t seed, uint64_t value) { return (seed ^ value) * 0x9e3779b97f4a7c15ULL + (seed >> 7); }

SymBool MakeRelation(LogicKind kind, SymInt value) {
  auto logic = std::make_shared<SymLogic>();
  logic->kind = kind;
  logic->hash = Combine(static_cast<uint64_t>(kind) + 11, symbolic::HashOf(value));
  logic->bloom = symbolic::BloomOf(value);
  logic->value = std::move(value);
  return SymBool(std::shared_ptr<const SymLogic>(std::move(logic)));
}

// Divides out the content where that leaves the relation as it is, and gives equalities one sign.
// Nothing: no integer can make the polynomial zero.
std::optional<SymInt> NormaliseEquality(SymInt value) {
  const int64_t content = symbolic::ContentWithoutConstant(value);
  if (content > 1) {
    if (symbolic::ConstantTerm(value) % content != 0) return std::nullopt;
    value = symbolic::DivideExactly(value, content);
  }
  if (value.expr()->terms.front().coefficient < 0) value = -value;
  return value;
}

SymBool MakeConnective(LogicKind kind, const SymBool& a, const SymBool& b) {
  const bool absorbing = kind == LogicKind::kOr;
  if (a.IsConstant()) return *a.AsBool() == absorbing ? a : b;
  if (b.IsConstant()) return *b.AsBool() == absorbing ? b : a;
  std::vector<SymBool> parts;
  for (const SymBool* side : {&a, &b}) {
    if (side->logic()->kind == kind) {
      parts.insert(parts.end(), side->logic()->parts.begin(), side->logic()->parts.end());
    } else {
      parts.push_back(*side);
    }
  }
  std::sort(parts.begin(), parts.end(), [](const SymBool& x, const SymBool& y) { return symbolic::Compare(x, y) < 0; });
  parts.erase(std::unique(parts.begin(), parts.end(), [](const SymBool& x, const SymBool& y) { return SymBool::Same(x, y); }), parts.end());
  for (const SymBool& part : parts) {  // x and not x
    if (part.logic()->kind == LogicKind::kAnd || part.logic()->kind == LogicKind::kOr) continue;
    const SymBool opposite = Not(part);
    for (const SymBool& other : parts) {
      if (SymBool::Same(other, opposite)) return SymBool(absorbing);
    }
  }
  if (parts.size() == 1) return parts[0];
  auto logic = std::make_shared<SymLogic>();
  logic->kind = kind;
  logic->hash = static_cast<uint64_t>(kind) + 11;
  for (const SymBool& part : parts) {
    logic->hash = Combine(logic->hash, part.logic()->hash);
    logic->bloom |= part.logic()->bloom;
  }
  logic->parts = std::move(parts);
  return SymBool(std::shared_ptr<const SymLogic>(std::move(logic)));
}

// value <rel> 0 with the negative terms moved to the right: "s0 <= 40", "s1 == 2*s0".
std::string RelationText(const SymLogic& logic) {
  Terms left, right;
  for (const Term& term : logic.value.expr()->terms) {
    if (term.coefficient > 0) {
      left.push_back(term);
    } else if (term.coefficient != std::numeric_limits<int64_t>::min()) {
      right.push_back({-term.coefficient, term.factors});
    } else {
      left.push_back(term);
    }
  }
  const SymInt a = symbolic::OfTerms(std::move(left)), b = symbolic::OfTerms(std::move(right));
  const char* sign = logic.kind == LogicKind::kEqual ? " == " : (logic.kind == LogicKind::kNotEqual ? " != " : " <= ");
  if (!a.IsConstant() || b.IsConstant()) return a.ToString() + sign + b.ToString();
  return b.ToString() + (logic.kind == LogicKind::kLessEqual ? " >= " : sign) + a.ToString();
}

}  // namespace

namespace symbolic {

uint64_t HashOf(const SymBool& value) { return value.IsConstant() ? (*value.AsBool() ? 2 : 1) : value.logic()->hash; }

int Compare(const SymBool& a, const SymBool& b) {
  if (a.IsConstant() || b.IsConstant()) {
    if (a.IsConstant() != b.IsConstant()) return a.IsConstant() ? -1 : 1;
    return static_cast<int>(*a.AsBool()) - static_cast<int>(*b.AsBool());
  }
  const SymLogic &x = *a.logic(), &y = *b.logic();
  if (&x == &y) return 0;
  if (x.kind != y.kind) return x.kind < y.kind ? -1 : 1;
  if (const int order = Compare(x.value, y.value); order != 0) return order;
  if (x.parts.size() != y.parts.size()) return x.parts.size() < y.parts.size() ? -1 : 1;
  for (size_t i = 0; i < x.parts.size(); ++i) {
    if (const int order = Compare(x.parts[i], y.parts[i]); order != 0) return order;
  }
  return 0;
}

SymBool EqualZero(const SymInt& value) {
  if (value.IsConstant()) return SymBool(value.constant() == 0);
  if (IsError(value)) return MakeRelation(LogicKind::kEqual, value);
  const auto normal = NormaliseEquality(value);
  return normal ? MakeRelation(LogicKind::kEqual, *normal) : SymBool(false);
}

SymBool NotEqualZero(const SymInt& value) {
  if (value.IsConstant()) return SymBool(value.constant() != 0);
  if (IsError(value)) return MakeRelation(LogicKind::kNotEqual, value);
  const auto normal = NormaliseEquality(value);
  return normal ? MakeRelation(LogicKind::kNotEqual, *normal) : SymBool(true);
}

SymBool LessEqualZero(const SymInt& given) {
  if (given.IsConstant()) return SymBool(given.constant() <= 0);
  if (IsError(given)) return MakeRelation(LogicKind::kLessEqual, given);
  SymInt value = given;
  // g*x + k <= 0  is  x + ceil(k/g) <= 0
  if (const int64_t content = ContentWithoutConstant(value); content > 1) {
    const int64_t constant = ConstantTerm(value);
    const int64_t up = FloorDivInt(constant, content) + (ModInt(constant, content) != 0);
    value = DivideExactly(WithoutConstant(value), content) + SymInt(up);
  }
  // k - floor_div(x, c) <= 0  is  k*c <= x;  floor_div(x, c) + k <= 0  is  x <= -k*c + c - 1
  const SymInt open = WithoutConstant(value);
  const Term& term = open.expr()->terms.front();
  if (open.expr()->terms.size() == 1 && term.factors.size() == 1 && term.factors[0].power == 1 &&
      term.factors[0].atom->kind == Kind::kFloorDiv && (term.coefficient == 1 || term.coefficient == -1)) {
    const SymAtom& atom = *term.factors[0].atom;
    if (atom.args[1].IsConstant() && atom.args[1].constant() > 0) {
      const SymInt bound = SymInt(ConstantTerm(value)) * atom.args[1];
      const SymInt next = term.coefficient < 0 ? bound - atom.args[0] : atom.args[0] + bound - (atom.args[1] - SymInt(1));
      if (!IsError(next)) return LessEqualZero(next);
    }
  }
  return MakeRelation(LogicKind::kLessEqual, value);
}

}  // namespace symbolic

std::set<std::string> SymBool::Symbols() const {
  std::set<std::string> out;
  if (IsConstant()) return out;
  out = logic_->value.Symbols();
  for (const SymBool& part : logic_->parts) out.merge(part.Symbols());
  return out;
}

Result<bool> SymBool::Evaluate(const SymbolValues& values) const {
  if (IsConstant()) return constant_;
  if (logic_->kind == LogicKind::kAnd || logic_->kind == LogicKind::kOr) {
    const bool absorbing = logic_->kind == LogicKind::kOr;
    for (const SymBool& part : logic_->parts) {
      CONFORMANCE_TRY(const bool value, part.Evaluate(values));
      if (value == absorbing) return absorbing;
    }
    return !absorbing;
  }
  CONFORMANCE_TRY(const int64_t value, logic_->value.Evaluate(values));
  switch (logic_->kind) {
    case LogicKind::kEqual: return value == 0;
    case LogicKind::kNotEqual: return value != 0;
    default: return value <= 0;
  }
}

SymBool SymBool::Substitute(const std::map<std::string, SymInt, std::less<>>& replacements) const {
  if (IsConstant() || replacements.empty()) return *this;
  switch (logic_->kind) {
    case LogicKind::kEqual: return symbolic::EqualZero(logic_->value.Substitute(replacements));
    case LogicKind::kNotEqual: return symbolic::NotEqualZero(logic_->value.Substitute(replacements));
    case LogicKind::kLessEqual: return symbolic::LessEqualZero(logic_->value.Substitute(replacements));
    case LogicKind::kAnd:
    case LogicKind::kOr: break;
  }
  SymBool out(logic_->kind == LogicKind::kAnd);
  for (const SymBool& part : logic_->parts) out = MakeConnective(logic_->kind, out, part.Substitute(replacements));
  return out;
}

std::string SymBool::ToString() const {
  if (IsConstant()) return constant_ ? "true" : "false";
  if (logic_->kind != LogicKind::kAnd && logic_->kind != LogicKind::kOr) return RelationText(*logic_);
  std::string out;
  for (const SymBool& part : logic_->parts) {
    if (!out.empty()) out += logic_->kind == LogicKind::kAnd ? " and " : " or ";
    out += "(" + part.ToString() + ")";
  }
  return out;
}

bool SymBool::Same(const SymBool& a, const SymBool& b) {
  if (a.IsConstant() || b.IsConstant()) return a.IsConstant() && b.IsConstant() && a.constant_ == b.constant_;
  if (a.logic_ == b.logic_) return true;
  return a.logic_->hash == b.logic_->hash && symbolic::Compare(a, b) == 0;
}

SymBool Eq(const SymInt& a, const SymInt& b) { return symbolic::EqualZero(a - b); }
SymBool Ne(const SymInt& a, const SymInt& b) { return symbolic::NotEqualZero(a - b); }
SymBool Le(const SymInt& a, const SymInt& b) { return symbolic::LessEqualZero(a - b); }
SymBool Lt(const SymInt& a, const SymInt& b) { return symbolic::LessEqualZero(a - b + SymInt(1)); }
SymBool Gt(const SymInt& a, const SymInt& b) { return Lt(b, a); }
SymBool Ge(const SymInt& a, const SymInt& b) { return Le(b, a); }
SymBool And(const SymBool& a, const SymBool& b) { return MakeConnective(SymLogic::Kind::kAnd, a, b); }
SymBool Or(const SymBool& a, const SymBool& b) { return MakeConnective(SymLogic::Kind::kOr, a, b); }

SymBool Not(const SymBool& a) {
  if (a.IsConstant()) return SymBool(!*a.AsBool());
  const SymLogic& logic = *a.logic();
  switch (logic.kind) {
    case SymLogic::Kind::kEqual: return symbolic::NotEqualZero(logic.value);
    case SymLogic::Kind::kNotEqual: return symbolic::EqualZero(logic.value);
    case SymLogic::Kind::kLessEqual: return symbolic::LessEqualZero(SymInt(1) - logic.value);
    case SymLogic::Kind::kAnd:
    case SymLogic::Kind::kOr: break;
  }
  SymBool out(logic.kind == SymLogic::Kind::kOr);
  const auto opposite = logic.kind == SymLogic::Kind::kAnd ? SymLogic::Kind::kOr : SymLogic::Kind::kAnd;
  for (const SymBool& part : logic.parts) out = MakeConnective(opposite, out, Not(part));
  return out;
}

}  // namespace conformance
