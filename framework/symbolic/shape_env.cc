#include "framework/symbolic/shape_env.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "framework/symbolic/prover.h"
#include "framework/symbolic/sym_expr.h"

namespace conformance {
namespace {

std::string AxisText(std::string_view input, size_t axis) { return std::string(input) + ".size(" + std::to_string(axis) + ")"; }

std::string RangeText(const SymRange& range) {
  return "[" + std::to_string(range.min) + ", " + (range.max ? std::to_string(*range.max) : std::string("unbounded")) + "]";
}

bool Contains(const SymRange& range, int64_t value) { return value >= range.min && (!range.max || value <= *range.max); }

}  // namespace

SymbolInfo* ShapeEnv::Find(std::string_view name) {
  const auto it = index_.find(std::string(name));
  return it == index_.end() ? nullptr : &symbols_[it->second];
}
const SymbolInfo* ShapeEnv::FindSymbol(std::string_view name) const {
  const auto it = index_.find(std::string(name));
  return it == index_.end() ? nullptr : &symbols_[it->second];
}

Result<SymInt> ShapeEnv::AddSymbol(std::optional<std::string> name, int64_t hint, SymRange range, std::string source) {
  const bool named = name.has_value();
  if (named) {
    if (SymbolInfo* known = Find(*name)) {
      if (known->hint != hint) {
        return Invalid("Dim '" + *name + "' is " + (known->hint ? std::to_string(*known->hint) : "unknown") + " at " + known->source +
                       " and " + std::to_string(hint) + " at " + source + "; give the two dimensions different names");
      }
      const size_t index = static_cast<size_t>(known - symbols_.data());
      if (range != SymRange{} && given_[index] != range) {
        if (given_[index] && *given_[index] != SymRange{}) {
          return Invalid("Dim '" + *name + "' has the range " + RangeText(*given_[index]) + " at " + known->source + " and " +
                         RangeText(range) + " at " + source);
        }
        if (!Contains(range, hint)) {
          return Invalid(source + " is " + std::to_string(hint) + ", outside of Dim '" + *name + "' " + RangeText(range));
        }
        given_[index] = known->range = range;
        Forget();
      }
      return SymInt::Symbol(*name);
    }
  } else {
    do name = "s" + std::to_string(next_backed_++);
    while (FindSymbol(*name) != nullptr);
  }
  if (!Contains(range, hint)) {
    return Invalid(source + " is " + std::to_string(hint) + ", outside of Dim '" + *name + "' " + RangeText(range));
  }
  SymbolInfo info;
  info.name = *name;
  info.range = range;
  info.hint = hint;
  info.source = std::move(source);
  info.named = named;
  index_.emplace(info.name, symbols_.size());
  hints_[info.name] = hint;
  symbols_.push_back(std::move(info));
  given_.push_back(named ? std::optional(range) : std::nullopt);
  return SymInt::Symbol(*name);
}

SymInt ShapeEnv::AddUnbacked(std::string source, SymRange range) {
  std::string name;
  do name = "u" + std::to_string(next_unbacked_++);
  while (FindSymbol(name) != nullptr);
  SymbolInfo info;
  info.name = name;
  info.range = range;
  info.source = std::move(source);
  index_.emplace(name, symbols_.size());
  symbols_.push_back(std::move(info));
  given_.emplace_back();
  return SymInt::Symbol(name);
}

Result<SymInt> ShapeEnv::Restore(std::string name, std::optional<int64_t> hint, SymRange range) {
  if (FindSymbol(name) != nullptr) return Invalid("there are two symbols " + name);
  if (hint && !Contains(range, *hint)) return Invalid("the symbol " + name + " is " + std::to_string(*hint) + ", outside of " + RangeText(range));
  SymbolInfo info;
  info.name = name;
  info.range = range;
  info.hint = hint;
  info.source = name;
  index_.emplace(name, symbols_.size());
  if (hint) hints_[name] = *hint;
  symbols_.push_back(std::move(info));
  given_.emplace_back();
  return SymInt::Symbol(name);
}

Result<SymInt> ShapeEnv::DerivedSize(std::string_view input, size_t axis, int64_t size, const SymInt& expression) {
  const std::set<std::string> names = expression.Symbols();
  const std::string place = AxisText(input, axis);
  if (names.size() != 1) return Invalid(place + ": a derived dimension is linear in one Dim, found " + expression.ToString());
  const std::string& name = *names.begin();
  const SymInt symbol = SymInt::Symbol(name);
  const SymInt offset = expression.Substitute({{name, SymInt(0)}});
  const SymInt slope = expression.Substitute({{name, SymInt(1)}}) - offset;
  if (!offset.IsConstant() || !slope.IsConstant() || slope.constant() <= 0 || !SymInt::Same(slope * symbol + offset, expression)) {
    return Invalid(place + ": a derived dimension is a*dim + b with a > 0, found " + expression.ToString());
  }
  const SymInt rest = SymInt(size) - offset;
  if (!rest.IsConstant() || Mod(rest, slope).AsInt() != 0) {
    return Invalid(place + " is " + std::to_string(size) + ", which " + expression.ToString() + " cannot be");
  }
  const int64_t hint = FloorDiv(rest, slope).constant();
  CONFORMANCE_RETURN_IF_ERROR(AddSymbol(name, hint, SymRange{}, place));
  return expression;
}

Result<std::vector<SymInt>> ShapeEnv::SizesOf(std::string_view input, const std::vector<int64_t>& sizes,
                                              const std::vector<DimSpec>& specs) {
  if (specs.size() > sizes.size()) {
    return Invalid(std::string(input) + " has " + std::to_string(sizes.size()) + " dimensions, and " + std::to_string(specs.size()) +
                   " dynamic shapes were given for it");
  }
  std::vector<SymInt> out;
  out.reserve(sizes.size());
  for (size_t axis = 0; axis < sizes.size(); ++axis) {
    const int64_t size = sizes[axis];
    if (axis >= specs.size() || std::holds_alternative<DimStatic>(specs[axis])) {
      out.emplace_back(size);
    } else if (std::holds_alternative<DimAuto>(specs[axis])) {
      if (size == 0 || size == 1) {
        notes_.push_back(AxisText(input, axis) + " is " + std::to_string(size) + " in the traced inputs: sizes 0 and 1 are never dynamic");
        out.emplace_back(size);
        continue;
      }
      CONFORMANCE_TRY(SymInt symbol, AddSymbol(std::nullopt, size, SymRange{2, std::nullopt}, AxisText(input, axis)));
      out.push_back(std::move(symbol));
    } else if (const auto* named = std::get_if<DimNamed>(&specs[axis])) {
      CONFORMANCE_TRY(SymInt symbol, AddSymbol(named->name, size, named->range, AxisText(input, axis)));
      out.push_back(std::move(symbol));
    } else {
      CONFORMANCE_TRY(SymInt derived, DerivedSize(input, axis, size, std::get<DimDerived>(specs[axis]).expression));
      out.push_back(std::move(derived));
    }
  }
  return out;
}

SymInt ShapeEnv::Simplify(const SymInt& value) const {
  if (value.IsConstant()) return value;
  return Prover(*this).SimplifyAtoms(value.Substitute(replacements_));
}
SymBool ShapeEnv::Simplify(const SymBool& value) const {
  if (value.IsConstant()) return value;
  return Prover(*this).SimplifyAtoms(value.Substitute(replacements_));
}

std::optional<bool> ShapeEnv::Prove(const SymBool& condition) const {
  if (condition.IsConstant()) return condition.AsBool();
  const uint64_t hash = symbolic::HashOf(condition);
  auto& bucket = proved_[hash];
  for (const auto& [known, answer] : bucket) {
    if (SymBool::Same(known, condition)) return answer;
  }
  const auto answer = Prover(*this).Decide(Simplify(condition));
  proved_[hash].emplace_back(condition, answer);
  return answer;
}

Result<bool> ShapeEnv::Guard(const SymBool& condition, std::string_view why, std::string_view module_path) {
  if (condition.IsConstant()) return *condition.AsBool();
  if (const auto proved = Prove(condition)) return *proved;
  const SymBool open = Simplify(condition);
  if (open.IsConstant()) return *open.AsBool();
  const auto at_hints = open.Evaluate(hints_);
  GuardRecord record{open, std::string(why), std::string(module_path)};
  if (!at_hints.ok()) {
    if (at_hints.error().kind() != ErrorKind::kNotFound) return Error(at_hints.error()).With("guard", open.ToString()).With("why", record.why);
    const SymLogic& logic = *open.logic();
    const bool equality = logic.kind == SymLogic::Kind::kEqual || logic.kind == SymLogic::Kind::kNotEqual;
    if (equality && symbolic::SingleAtom(symbolic::WithoutConstant(logic.value)) != nullptr) {
      const int64_t constant = symbolic::ConstantTerm(logic.value);
      if (constant == 0 || constant == -1) return logic.kind == SymLogic::Kind::kNotEqual;
    }
    if (defer_runtime_asserts) {
      assertions_.push_back(record);
      CONFORMANCE_RETURN_IF_ERROR(Learn(open, assertions_.back()));
      return true;
    }
    std::string sources;
    for (const std::string& name : open.Symbols()) {
      const SymbolInfo* info = FindSymbol(name);
      if (info != nullptr && !info->hint) sources += (sources.empty() ? "" : ", ") + name + " from " + info->source;
    }
    return Invalid("data-dependent: whether " + open.ToString() + " is only known when the program runs (" + sources +
                   "); state it with an assertion, or set prefer_deferred_runtime_asserts_over_guards")
        .With("why", record.why)
        .With("module", record.module_path);
  }
  const bool answer = *at_hints;
  record.condition = answer ? open : Not(open);
  guards_.push_back(record);
  const size_t index = guards_.size() - 1;
  CONFORMANCE_RETURN_IF_ERROR(Learn(record.condition, record));
  guards_[index].specialises = record.specialises;
  return answer;
}

Status ShapeEnv::Assert(const SymBool& condition, std::string_view why, std::string_view module_path) {
  const auto proved = Prove(condition);
  if (proved == true) return Ok();
  const SymBool open = Simplify(condition);
  const auto at_hints = open.Evaluate(hints_);
  if (proved == false || (at_hints.ok() && !*at_hints)) {
    return Invalid("the assertion " + condition.ToString() + " does not hold for the traced inputs")
        .With("why", std::string(why))
        .With("module", std::string(module_path));
  }
  GuardRecord record{open, std::string(why), std::string(module_path)};
  CONFORMANCE_RETURN_IF_ERROR(Learn(open, record));
  assertions_.push_back(std::move(record));
  return Ok();
}

std::optional<int64_t> ShapeEnv::Hint(const SymInt& value) const {
  if (value.IsConstant()) return value.constant();
  const auto hint = value.Evaluate(hints_);
  return hint.ok() ? std::optional(*hint) : std::nullopt;
}

SymRange ShapeEnv::Bounds(const SymInt& value) const {
  const Interval bounds = Prover(*this).Bounds(Simplify(value));
  return {bounds.lo, bounds.hi == Interval::kHighest ? std::nullopt : std::optional(bounds.hi)};
}

std::map<std::string, SymRange> ShapeEnv::RangeConstraints() const {
  std::map<std::string, SymRange> out;
  for (const SymbolInfo& symbol : symbols_) {
    if (!symbol.replaced_by) out.emplace(symbol.name, symbol.range);
  }
  return out;
}

std::vector<std::string> ShapeEnv::Specialisations() const {
  std::vector<std::string> out = notes_;
  for (const SymbolInfo& symbol : symbols_) {
    if (!symbol.replaced_by || !symbol.replaced_by->IsConstant()) continue;
    const auto it = specialised_by_.find(symbol.name);
    out.push_back(symbol.source + " was specialised to " + symbol.replaced_by->ToString() +
                  (it == specialised_by_.end() ? "" : " by " + it->second));
  }
  return out;
}

}  // namespace conformance
