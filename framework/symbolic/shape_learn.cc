// What a ShapeEnv takes from a condition that holds: bounds of single symbols, replacements of symbols and atoms, facts.

#include <algorithm>

#include "framework/symbolic/prover.h"
#include "framework/symbolic/shape_env.h"
#include "framework/symbolic/sym_expr.h"

namespace conformance {

using symbolic::Factor;
using symbolic::Kind;
using symbolic::Term;

namespace {

std::string Place(const GuardRecord& record) {
  return "the guard " + record.condition.ToString() + " (" + record.why + ")" +
         (record.module_path.empty() ? std::string() : " in " + record.module_path);
}

std::string DimText(const std::string& name, const SymRange& range) {
  std::string out = "Dim('" + name + "'";
  if (range.min > 0) out += ", min=" + std::to_string(range.min);
  if (range.max) out += ", max=" + std::to_string(*range.max);
  return out + ")";
}

// value = c*symbol + k
struct OneSymbol {
  std::string name;
  int64_t coefficient = 0, constant = 0;
};
std::optional<OneSymbol> AsOneSymbol(const SymInt& value) {
  const SymInt open = symbolic::WithoutConstant(value);
  if (open.IsConstant() || open.expr()->terms.size() != 1) return std::nullopt;
  const Term& term = open.expr()->terms[0];
  if (term.factors.size() != 1 || term.factors[0].power != 1 || term.factors[0].atom->kind != Kind::kSymbol) return std::nullopt;
  return OneSymbol{term.factors[0].atom->name, term.coefficient, symbolic::ConstantTerm(value)};
}

// How often the symbol occurs, inside atoms and as a power too.
size_t Occurrences(const SymInt& value, const std::string& name) {
  size_t count = 0;
  symbolic::VisitAtoms(value, true, [&](const AtomPtr& atom) { count += atom->kind == Kind::kSymbol && atom->name == name; });
  return count;
}

}  // namespace

Status ShapeEnv::Learn(const SymBool& condition, GuardRecord& record) {
  if (condition.IsConstant()) {
    if (*condition.AsBool()) return Ok();
    return Invalid(Place(record) + " contradicts what is already known");
  }
  Forget();
  const SymLogic& logic = *condition.logic();
  switch (logic.kind) {
    case SymLogic::Kind::kEqual: return LearnEqual(logic.value, record);
    case SymLogic::Kind::kNotEqual: return LearnNotEqual(logic.value, record);
    case SymLogic::Kind::kLessEqual: return LearnAtMost(logic.value, record);
    case SymLogic::Kind::kAnd:
      // A part may replace symbols of the next, so each is simplified when its turn comes.
      for (const SymBool& part : logic.parts) CONFORMANCE_RETURN_IF_ERROR(Learn(Simplify(part), record));
      return Ok();
    case SymLogic::Kind::kOr: other_facts_.push_back(condition); return Ok();
  }
  return Ok();
}

Status ShapeEnv::Narrow(const std::string& name, std::optional<int64_t> min, std::optional<int64_t> max, GuardRecord& record) {
  SymbolInfo* info = Find(name);
  if (info == nullptr) return Invalid(Place(record) + " names the unknown symbol " + name);
  SymRange next = info->range;
  if (min) next.min = std::max(next.min, *min);
  if (max) next.max = next.max ? std::min(*next.max, *max) : *max;
  if (next == info->range) return Ok();
  if (next.max && *next.max < next.min) return Invalid(Place(record) + " contradicts what is known of " + name + " (" + info->source + ")");
  if (info->named) {
    // A Dim without lower bound may lose 0 and 1, as in torch.export: what they mean for broadcasting is never traced.
    const auto& given = given_[static_cast<size_t>(info - symbols_.data())];
    const int64_t allowed_min = std::max<int64_t>(given ? given->min : 0, 2);
    const bool max_violated = next.max && (!given || given->max != next.max);
    if (next.min > allowed_min || max_violated) {
      return Invalid("Dim '" + name + "' (" + info->source + ") was given as " + DimText(name, given.value_or(SymRange{})) + ", but " +
                     Place(record) + " holds only within " + DimText(name, next) + "; use that")
          .With("guard", record.condition.ToString())
          .With("module", record.module_path);
    }
  }
  info->range = next;
  Forget();
  if (next.max == next.min) return Replace(name, SymInt(next.min), record);
  return Ok();
}

Status ShapeEnv::LearnAtMost(const SymInt& at_most_zero, GuardRecord& record) {
  const SymBool condition = symbolic::LessEqualZero(at_most_zero);
  if (condition.IsConstant()) return Learn(condition, record);
  const SymInt& value = condition.logic()->value;
  if (const auto one = AsOneSymbol(value)) {
    // Coefficients are divided out, so this is s + k <= 0 or -s + k <= 0.
    if (one->coefficient == 1) return Narrow(one->name, std::nullopt, -one->constant, record);
    if (one->coefficient == -1) return Narrow(one->name, one->constant, std::nullopt, record);
  }
  // max(a, b) + k <= 0 holds for each operand; so does k - min(a, b) <= 0.
  const SymInt open = symbolic::WithoutConstant(value);
  if (!open.IsConstant() && open.expr()->terms.size() == 1) {
    const Term& term = open.expr()->terms[0];
    if (term.factors.size() == 1 && term.factors[0].power == 1) {
      const SymAtom& atom = *term.factors[0].atom;
      if ((atom.kind == Kind::kMax && term.coefficient == 1) || (atom.kind == Kind::kMin && term.coefficient == -1)) {
        for (const SymInt& arg : atom.args) {
          CONFORMANCE_RETURN_IF_ERROR(LearnAtMost(SymInt(term.coefficient) * arg + SymInt(symbolic::ConstantTerm(value)), record));
        }
        return Ok();
      }
    }
  }
  at_most_zero_.push_back(value);
  // a <= b after b <= a: they are equal.
  for (const SymInt& fact : at_most_zero_) {
    if (SymInt::Same(fact, -value)) return LearnEqual(value, record);
  }
  return Ok();
}

Status ShapeEnv::LearnNotEqual(const SymInt& not_zero, GuardRecord& record) {
  not_zero_.push_back(not_zero);
  if (const auto one = AsOneSymbol(not_zero); one && one->coefficient == 1) {
    const SymbolInfo* info = FindSymbol(one->name);
    const int64_t excluded = -one->constant;
    if (info == nullptr) return Ok();
    const bool skips_zero = excluded == 1 && info->range.min == 0 && info->named && info->hint && *info->hint > 1;
    if (info->range.min == excluded || skips_zero) return Narrow(one->name, excluded + 1, std::nullopt, record);
    if (info->range.max == excluded) return Narrow(one->name, std::nullopt, excluded - 1, record);
  }
  return Ok();
}

Status ShapeEnv::LearnEqual(const SymInt& given, GuardRecord& record) {
  const SymBool condition = symbolic::EqualZero(given);
  if (condition.IsConstant()) return Learn(condition, record);
  const SymInt& zero = condition.logic()->value;
  if (const auto one = AsOneSymbol(zero)) return Replace(one->name, SymInt(-one->constant), record);

  // Solve for a symbol that stands alone with coefficient 1 or -1: unbacked ones first, then the youngest without a name.
  const std::string* best = nullptr;
  int64_t best_coefficient = 0;
  int64_t best_rank = -1;
  size_t named_candidates = 0;
  for (const Term& term : zero.expr()->terms) {
    if (term.factors.size() != 1 || term.factors[0].power != 1 || term.factors[0].atom->kind != Kind::kSymbol) continue;
    if (term.coefficient != 1 && term.coefficient != -1) continue;
    const std::string& name = term.factors[0].atom->name;
    const auto it = index_.find(name);
    if (it == index_.end() || Occurrences(zero, name) != 1) continue;
    const SymbolInfo& info = symbols_[it->second];
    if (info.named) {
      ++named_candidates;
      continue;
    }
    const int64_t rank = static_cast<int64_t>(it->second) + (info.hint ? 0 : static_cast<int64_t>(symbols_.size()));
    if (rank > best_rank) {
      best = &name;
      best_coefficient = term.coefficient;
      best_rank = rank;
    }
  }
  if (best != nullptr) {
    const SymInt rest = zero - SymInt(best_coefficient) * SymInt::Symbol(*best);
    return Replace(*best, SymInt(-best_coefficient) * rest, record);
  }
  if (named_candidates > 0) {
    std::string dims;
    for (const std::string& name : zero.Symbols()) {
      const SymbolInfo* info = FindSymbol(name);
      dims += (dims.empty() ? "'" : ", '") + name + "' (" + (info != nullptr ? info->source : std::string("unknown")) + ")";
    }
    return Invalid(Place(record) + " ties the Dims " + dims + " together; give them one Dim, or write one as an expression of the other")
        .With("guard", record.condition.ToString())
        .With("module", record.module_path);
  }
  for (const SymInt& fact : zero_) {
    if (SymInt::Same(fact, zero)) return Ok();
  }
  zero_.push_back(zero);
  // mod(a, b) == 0 also says floor_div(a, b)*b == a; any atom that stands alone is rewritten from now on.
  for (const Term& term : zero.expr()->terms) {
    if (term.factors.size() != 1 || term.factors[0].power != 1 || (term.coefficient != 1 && term.coefficient != -1)) continue;
    const AtomPtr& atom = term.factors[0].atom;
    if (atom->kind == Kind::kSymbol) continue;
    const SymInt self = symbolic::OfAtom(atom);
    const SymInt rest = (zero - SymInt(term.coefficient) * self) * SymInt(-term.coefficient);
    bool nested = false;
    symbolic::VisitAtoms(rest, true, [&](const AtomPtr& other) { nested |= symbolic::Compare(*other, *atom) == 0; });
    if (nested) continue;
    atom_rules_.emplace_back(self, rest);
    if (atom->kind == Kind::kMod && rest.AsInt() == 0) {
      const SymInt whole = atom->args[0] - atom->args[1] * FloorDiv(atom->args[0], atom->args[1]);
      if (const SymBool relation = symbolic::EqualZero(whole); !relation.IsConstant()) zero_.push_back(relation.logic()->value);
    }
    break;
  }
  return Ok();
}

Status ShapeEnv::Replace(const std::string& name, const SymInt& by, GuardRecord& record) {
  SymbolInfo* info = Find(name);
  if (info == nullptr) return Invalid(Place(record) + " names the unknown symbol " + name);
  if (by.IsConstant()) {
    const int64_t value = by.constant();
    if (value < info->range.min || (info->range.max && value > *info->range.max)) {
      return Invalid(Place(record) + " contradicts the range of " + name + " (" + info->source + ")");
    }
    const auto& given = given_[static_cast<size_t>(info - symbols_.data())];
    const bool was_one_value = given && given->max && *given->max == given->min;
    if (info->named && !was_one_value) {
      return Invalid("Dim '" + name + "' (" + info->source + ") would be specialised to " + by.ToString() + " by " + Place(record) +
                     "; use Dim.STATIC for this dimension, or Dim.AUTO to accept it")
          .With("guard", record.condition.ToString())
          .With("module", record.module_path);
    }
    record.specialises = true;
    specialised_by_.emplace(name, record.why + (record.module_path.empty() ? "" : " in " + record.module_path));
  }
  const SymRange range = info->range;
  info->replaced_by = by;
  for (auto& [other, value] : replacements_) {
    value = value.Substitute({{name, by}});
    if (SymbolInfo* replaced = Find(other)) replaced->replaced_by = value;
    if (value.IsConstant() && !specialised_by_.contains(other)) {
      specialised_by_.emplace(other, record.why + (record.module_path.empty() ? "" : " in " + record.module_path));
    }
  }
  replacements_.insert_or_assign(name, by);
  Forget();
  CONFORMANCE_RETURN_IF_ERROR(Refresh(record));
  if (by.IsConstant()) return Ok();
  // The symbol's bounds now bound the expression.
  if (const SymBool low = Ge(by, range.min); Prove(low) != true) CONFORMANCE_RETURN_IF_ERROR(Learn(Simplify(low), record));
  if (!range.max) return Ok();
  if (const SymBool high = Le(by, *range.max); Prove(high) != true) CONFORMANCE_RETURN_IF_ERROR(Learn(Simplify(high), record));
  return Ok();
}

Status ShapeEnv::Refresh(GuardRecord& record) {
  std::vector<SymInt> at_most, zero, not_zero;
  std::vector<SymBool> others;
  at_most.swap(at_most_zero_);
  zero.swap(zero_);
  not_zero.swap(not_zero_);
  others.swap(other_facts_);
  atom_rules_.clear();  // made again from zero_
  const auto unchanged = [this](const SymInt& value) { return value.Substitute(replacements_).expr() == value.expr(); };
  std::vector<SymBool> again;
  for (const SymInt& fact : at_most) {
    if (unchanged(fact)) at_most_zero_.push_back(fact);
    else again.push_back(symbolic::LessEqualZero(fact));
  }
  for (const SymInt& fact : not_zero) {
    if (unchanged(fact)) not_zero_.push_back(fact);
    else again.push_back(symbolic::NotEqualZero(fact));
  }
  for (const SymInt& fact : zero) again.push_back(symbolic::EqualZero(fact));
  for (const SymBool& fact : others) again.push_back(fact);
  for (const SymBool& fact : again) {
    const SymBool now = fact.Substitute(replacements_);
    if (now.IsConstant() && *now.AsBool()) continue;
    CONFORMANCE_RETURN_IF_ERROR(Learn(now, record));
  }
  return Ok();
}

}  // namespace conformance
