#include <algorithm>

#include "framework/ops/complex_use.h"
#include "framework/ops/op_def.h"

namespace conformance::ops {
namespace {

constexpr std::string_view kDataDependent = "data_dependent";

const Value& NoValue() {
  static const Value value;
  return value;
}

}  // namespace

RuleCall::RuleCall(const OpDef& op, std::span<const Argument> args, ShapeEnv* env,
                   std::string_view module_path)
    : op_(op.target), def_(op), args_(args), env_(env), module_path_(module_path) {}

std::string_view RuleCall::name(size_t i) const { return def_.args[i].name; }

bool RuleCall::IsNone(size_t i) const { return std::holds_alternative<NoneType>(args_[i]); }

bool RuleCall::IsTensor(size_t i) const {
  const auto* value = std::get_if<Value>(&args_[i]);
  return value != nullptr && value->defined();
}

const Value& RuleCall::tensor(size_t i) const { return IsNone(i) ? NoValue() : std::get<Value>(args_[i]); }
std::vector<Value> RuleCall::tensors(size_t i) const { return std::get<std::vector<Value>>(args_[i]); }
const SymInt& RuleCall::sym_int(size_t i) const { return std::get<SymInt>(args_[i]); }
const std::vector<SymInt>& RuleCall::sym_ints(size_t i) const {
  return std::get<std::vector<SymInt>>(args_[i]);
}
int64_t RuleCall::int_value(size_t i) const { return sym_int(i).constant(); }
bool RuleCall::boolean(size_t i) const { return std::get<bool>(args_[i]); }
const std::string& RuleCall::string(size_t i) const { return std::get<std::string>(args_[i]); }

double RuleCall::number(size_t i) const {
  if (const auto* value = std::get_if<double>(&args_[i])) return *value;
  if (const auto* value = std::get_if<bool>(&args_[i])) return *value ? 1 : 0;
  return static_cast<double>(sym_int(i).constant());
}

std::optional<DType> RuleCall::dtype(size_t i) const {
  const auto* value = std::get_if<DType>(&args_[i]);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

bool RuleCall::Guard(const SymBool& condition, std::string_view why) {
  if (const auto known = condition.AsBool()) return *known;
  // Without symbols only a size that the kernel finds is open: taken for fitting, and checked there.
  if (env_ == nullptr) return true;
  Result<bool> answer = env_->Guard(condition, why, module_path_);
  if (answer.ok()) return *answer;
  if (status_.ok()) status_ = answer.error();
  return false;
}

std::optional<bool> RuleCall::Prove(const SymBool& condition) const {
  if (const auto known = condition.AsBool()) return known;
  return env_ == nullptr ? std::nullopt : env_->Prove(condition);
}

std::optional<int64_t> RuleCall::Hint(const SymInt& value) const {
  if (const auto known = value.AsInt()) return known;
  return env_ == nullptr ? std::nullopt : env_->Hint(value);
}

SymInt RuleCall::Simplify(const SymInt& value) const {
  return env_ == nullptr || value.IsConstant() ? value : env_->Simplify(value);
}

Result<bool> RuleCall::Holds(const SymBool& condition, std::string_view why) {
  if (const auto known = Prove(condition)) return *known;
  if (env_ != nullptr) {
    const auto symbols = condition.Symbols();
    const bool unbacked = std::any_of(symbols.begin(), symbols.end(), [&](const std::string& name) {
      const SymbolInfo* info = env_->FindSymbol(name);
      return info == nullptr || !info->hint;
    });
    if (unbacked) {
      CONFORMANCE_RETURN_IF_ERROR(env_->Assert(condition, why, module_path_));
      return true;
    }
  }
  const bool answer = Guard(condition, why);
  CONFORMANCE_RETURN_IF_ERROR(status_);
  return answer;
}

Result<bool> RuleCall::Equal(const SymInt& a, const SymInt& b, std::string_view why) {
  if (SymInt::Same(a, b)) return true;
  if (a.IsConstant() && b.IsConstant()) return false;
  return Holds(Eq(a, b), why);
}

Status RuleCall::Require(const SymBool& condition, std::string message) {
  CONFORMANCE_TRY(const bool holds, Holds(condition, message));
  if (!holds) return ShapeError(std::string(op_) + ": " + std::move(message));
  return Ok();
}

Result<int64_t> RuleCall::Specialise(const SymInt& value, std::string_view why) {
  if (const auto known = value.AsInt()) return *known;
  const SymInt simple = Simplify(value);
  if (const auto known = simple.AsInt()) return *known;
  const auto hint = Hint(simple);
  if (!hint) {
    return Invalid(std::string(op_) + ": " + std::string(why) + " must be a number, found " +
                   simple.ToString() + ", which is only known when the program runs");
  }
  CONFORMANCE_RETURN_IF_ERROR(Require(Eq(simple, *hint), std::string(why)));
  return *hint;
}

Result<int64_t> RuleCall::Axis(int64_t axis, int64_t rank) const {
  const int64_t range = std::max<int64_t>(rank, 1);
  if (axis < -range || axis >= range) {
    return ShapeError(std::string(op_) + ": axis is " + std::to_string(axis) + ", want one in [" +
                      std::to_string(-range) + ", " + std::to_string(range - 1) + "]");
  }
  return axis < 0 ? axis + range : axis;
}

Result<bool> RuleCall::Broadcasts(const SymInt& size, const SymInt& wanted) {
  // Structure first: most sizes are the same expression or a written 1.
  if (SymInt::Same(size, wanted)) return true;
  const auto a = size.AsInt(), b = wanted.AsInt();
  if (a && *a == 1) return true;
  if (a && b) return false;
  const SymBool equal = Eq(size, wanted);
  if (Prove(equal).value_or(false)) return true;
  if (Prove(Eq(size, 1)).value_or(false)) return true;
  const auto hint_a = Hint(size), hint_b = Hint(wanted);
  if (!hint_a || !hint_b) {  // only known when the program runs: taken for equal, and asserted
    CONFORMANCE_RETURN_IF_ERROR(
        Require(equal, "sizes must be equal: " + size.ToString() + " and " + wanted.ToString()));
    return true;
  }
  if (*hint_a == *hint_b) return Guard(equal, "broadcast of equal sizes");
  if (*hint_a == 1) return Guard(Eq(size, 1), "broadcast of a size of 1");
  return false;
}

Result<std::vector<SymInt>> RuleCall::Broadcast(std::span<const SymInt> a, std::span<const SymInt> b) {
  if (a.size() < b.size()) std::swap(a, b);
  std::vector<SymInt> sizes(a.begin(), a.end());
  const size_t offset = a.size() - b.size();
  for (size_t i = 0; i < b.size(); ++i) {
    const SymInt& x = a[offset + i];
    const SymInt& y = b[i];
    if (SymInt::Same(x, y)) continue;
    const auto cx = x.AsInt(), cy = y.AsInt();
    if (cy && *cy == 1) continue;
    if (cx && *cx == 1) {
      sizes[offset + i] = y;
      continue;
    }
    bool fits = !(cx && cy);
    if (fits) {
      // The one that is 1 at the hint gives way; a number is the better answer of two equal sizes.
      const auto hint = Hint(x);
      const bool x_gives_way = hint ? *hint == 1 && Hint(y).value_or(2) != 1 : cy.has_value();
      CONFORMANCE_TRY(fits, x_gives_way ? Broadcasts(x, y) : Broadcasts(y, x));
      if (x_gives_way || cy) sizes[offset + i] = y;
    }
    if (!fits) {
      CONFORMANCE_RETURN_IF_ERROR(status_);
      return ShapeError(std::string(op_) + ": found sizes " + SizesText(a) + " and " + SizesText(b) +
                        ", want sizes that broadcast");
    }
  }
  return sizes;
}

Result<RuleResult> RuleCall::Ask(const OpDef& other, std::span<const Argument> args) {
  RuleCall call(other, args, env_, module_path_);
  call.op_ = op_;
  Result<RuleResult> result = other.rule(call);
  if (!call.status().ok()) return Error(call.status().error());
  return result;
}

SymInt RuleCall::Unbacked(std::string source, SymRange range) {
  return env_ == nullptr ? SymInt::Symbol(std::string(kDataDependent))
                         : env_->AddUnbacked(std::move(source), range);
}

namespace {

// Without symbols all sizes are numbers, and their product is one: what kernels rely on, whatever a program asked for. Only the
// placeholder of a size that the kernel finds is let through.
Status WantNumbers(const OpDef& op, const RuleResult& result) {
  for (const TensorMeta& meta : result.tensors) {
    std::vector<int64_t> sizes;
    for (const SymInt& size : meta.sizes) {
      if (const auto number = size.AsInt()) {
        sizes.push_back(*number);
      } else if (size.AsSymbol() != kDataDependent) {
        return ShapeError(op.target + ": the result is " + Describe(meta) + ", want sizes below 2^63");
      }
    }
    if (!CheckedNumElements(sizes)) {
      return ShapeError(op.target + ": the result is " + Describe(meta) + ", want fewer than 2^63 elements");
    }
  }
  return Ok();
}

}  // namespace

Result<RuleResult> ApplyRule(const OpDef& op, std::span<const Argument> args, ShapeEnv* env,
                             std::string_view module_path) {
  CONFORMANCE_CHECK(args.size() == op.args.size(), op.target + ": arguments are not bound");
  for (size_t i = 0; i < args.size(); ++i) {
    if (op.args[i].symbolic || op.args[i].kind == ArgKind::kTensor)
      continue;  // a number beside tensors may be a size
    const auto* one = std::get_if<SymInt>(&args[i]);
    const auto* list = std::get_if<std::vector<SymInt>>(&args[i]);
    if ((one != nullptr && !one->IsConstant()) || (list != nullptr && !AsInts(*list))) {
      return Invalid(op.target + ": '" + op.args[i].name + "' is " +
                     (one != nullptr ? one->ToString() : SizesText(*list)) +
                     ", want a number that does not depend on a symbol");
    }
  }
  CONFORMANCE_RETURN_IF_ERROR(CheckComplexArguments(op, args));
  RuleCall call(op, args, env, module_path);
  Result<RuleResult> result = op.rule(call);
  if (!call.status().ok()) return Error(call.status().error());
  if (env == nullptr && result.ok()) CONFORMANCE_RETURN_IF_ERROR(WantNumbers(op, *result));
  return result;
}

}  // namespace conformance::ops
