#include "framework/ops/op_context.h"

#include <algorithm>

namespace conformance::ops {
namespace {

bool AnyPoisoned(const std::vector<Argument>& args) {
  for (const Argument& arg : args) {
    if (const auto* value = std::get_if<Value>(&arg)) {
      if (value->poisoned()) return true;
    } else if (const auto* values = std::get_if<std::vector<Value>>(&arg)) {
      if (std::any_of(values->begin(), values->end(), [](const Value& v) { return v.poisoned(); }))
        return true;
    }
  }
  return false;
}

std::vector<Value> PoisonedOutputs(const OpDef& op) {
  size_t count = 0;
  for (const ReturnSchema& output : op.returns) {
    if (output.kind == ArgKind::kTensor) ++count;
    if (output.kind == ArgKind::kTensorList) count += OpContext::kPoisonedListLength;
  }
  return std::vector<Value>(count, Value::Poisoned());
}

// Plain numbers of a schema ("int", not "SymInt") that the model computes from a size: the size is fixed to its hint, as
// Python's int() would do.
Status SpecialiseInts(const OpDef& op, std::vector<Argument>& args, ShapeEnv& env,
                      std::string_view module_path) {
  RuleCall call(op, args, &env, module_path);
  for (size_t i = 0; i < args.size(); ++i) {
    std::vector<SymInt*> sizes;
    if (auto* one = std::get_if<SymInt>(&args[i])) sizes.push_back(one);
    if (auto* list = std::get_if<std::vector<SymInt>>(&args[i])) {
      for (SymInt& size : *list) sizes.push_back(&size);
    }
    for (SymInt* size : sizes) {
      if (size->IsConstant()) continue;
      if (op.args[i].symbolic || op.args[i].kind == ArgKind::kTensor) {
        *size = env.Simplify(*size);
      } else {
        CONFORMANCE_TRY(*size, call.Specialise(*size, "'" + op.args[i].name + "'"));
      }
    }
  }
  return Ok();
}

}  // namespace

OpContext::Answer OpContext::FromRule(const RuleResult& rule) {
  Answer answer;
  if (rule.sym_int) answer.sym_int = *rule.sym_int;
  answer.sym_bool = rule.sym_bool;
  answer.number = rule.number;
  return answer;
}

Result<OpContext::Answer> OpContext::Try(const OpDef& op, std::vector<Argument> args) {
  if (AnyPoisoned(args)) return Internal("a value of a failed run is used in another");
  CONFORMANCE_TRY(std::vector<Argument> bound, BindArguments(op, std::move(args), {}));
  ShapeEnv* env = shape_env();
  if (env != nullptr) CONFORMANCE_RETURN_IF_ERROR(SpecialiseInts(op, bound, *env, module_path()));
  CONFORMANCE_TRY(const RuleResult rule, ApplyRule(op, bound, env, module_path()));
  return Execute(op, bound, rule);
}

OpContext::Answer OpContext::Dispatch(const OpDef& op, std::vector<Argument> args) {
  if (status_.ok()) {
    Result<Answer> answer = Try(op, std::move(args));
    if (answer.ok()) return *std::move(answer);
    Error error = answer.error();
    if (error.Fact("op").empty()) error.With("op", op.target);
    Fail(std::move(error));
  }
  Answer poisoned;
  poisoned.values = PoisonedOutputs(op);
  poisoned.sym_int = 1;
  poisoned.sym_bool = false;
  return poisoned;
}

Value OpContext::Call(const OpDef& op, std::vector<Argument> args) {
  Answer answer = Dispatch(op, std::move(args));
  CONFORMANCE_CHECK(answer.values.size() == 1, op.target + " does not return one tensor");
  return std::move(answer.values.front());
}

std::vector<Value> OpContext::CallMulti(const OpDef& op, std::vector<Argument> args) {
  return Dispatch(op, std::move(args)).values;
}

SymInt OpContext::CallSymInt(const OpDef& op, std::vector<Argument> args) {
  return Dispatch(op, std::move(args)).sym_int;
}

SymBool OpContext::CallSymBool(const OpDef& op, std::vector<Argument> args) {
  return Dispatch(op, std::move(args)).sym_bool.value_or(false);
}

double OpContext::CallNumber(const OpDef& op, std::vector<Argument> args) {
  return Dispatch(op, std::move(args)).number.value_or(0);
}

Value OpContext::Weight(const WeightInfo& info) {
  if (failed()) return Value::Poisoned();
  Result<Value> value = LoadWeight(info);
  if (value.ok()) return *std::move(value);
  Error error = value.error();
  if (error.Fact("weight").empty()) error.With("weight", info.name);
  Fail(std::move(error));
  return Value::Poisoned();
}

Value OpContext::Constant(const Tensor& tensor) {
  if (failed()) return Value::Poisoned();
  Result<Value> value = MakeConstant(tensor);
  if (value.ok()) return *std::move(value);
  Fail(value.error());
  return Value::Poisoned();
}

bool OpContext::Guard(const SymBool& condition, std::string_view why) {
  if (failed()) return false;
  if (const auto known = condition.AsBool()) return *known;
  ShapeEnv* env = shape_env();
  Result<bool> answer = env == nullptr ? condition.Evaluate({}) : env->Guard(condition, why, module_path());
  if (answer.ok()) return *answer;
  Fail(answer.error());
  return false;
}

void OpContext::Assert(const SymBool& condition, std::string_view why) {
  if (failed()) return;
  ShapeEnv* env = shape_env();
  if (env != nullptr && !condition.IsConstant()) {
    const Status status = env->Assert(condition, why, module_path());
    if (!status.ok()) Fail(status.error());
    return;
  }
  const Result<bool> holds =
      condition.IsConstant() ? Result<bool>(*condition.AsBool()) : condition.Evaluate({});
  if (!holds.ok()) {
    Fail(holds.error());
  } else if (!*holds) {
    Fail(Invalid(std::string(why)));
  }
}

void OpContext::Fail(Error error) {
  if (!status_.ok()) return;
  if (!stack_.empty() && error.Fact("module").empty()) {
    error.With("module", stack_.back().path.empty() ? stack_.back().class_name : stack_.back().path);
  }
  status_ = std::move(error);
}

OpContext::Scope::Scope(OpContext& context, std::string name, std::string class_name) : context_(context) {
  const std::string_view parent = context.module_path();
  std::string path(parent);
  if (!parent.empty() && !name.empty()) path += ".";
  path += name;
  context.stack_.push_back({std::move(path), std::move(class_name)});
}

OpContext::Scope::~Scope() { context_.stack_.pop_back(); }

void OpContext::Scope::Inputs(const std::vector<std::pair<std::string, Value>>& inputs) {
  if (context_.failed()) return;  // poisoned values are nobody's business
  const Frame& frame = context_.stack_.back();
  for (ForwardObserver* observer : context_.observers_)
    observer->OnEnter(frame.path, frame.class_name, inputs);
}

void OpContext::Scope::Outputs(const std::vector<std::pair<std::string, Value>>& outputs) {
  if (context_.failed()) return;  // poisoned values are nobody's business
  const Frame& frame = context_.stack_.back();
  for (ForwardObserver* observer : context_.observers_)
    observer->OnExit(frame.path, frame.class_name, outputs);
}

}  // namespace conformance::ops
