#include "references/eager/eager.h"

#include <new>
#include <utility>

#include "framework/base/strings.h"
#include "references/eager/operand.h"

namespace conformance::eager {

using ops::Argument;
using ops::OpDef;
using ops::RuleResult;
using ops::Value;

namespace {

/// Sizes in arguments must be numbers here: the one thing that a kernel takes for granted and the schema does not say.
Status CheckConcrete(const OpDef& op, std::span<const Argument> args) {
  const auto refuse = [&](size_t i, std::string found) -> Status {
    return Invalid(op.target + ": argument " + op.args[i].name + " must be a number to run").With("found", std::move(found));
  };
  for (size_t i = 0; i < args.size(); ++i) {
    if (const auto* size = std::get_if<SymInt>(&args[i]); size != nullptr && !size->IsConstant()) {
      return refuse(i, size->ToString());
    }
    if (const auto* sizes = std::get_if<std::vector<SymInt>>(&args[i]); sizes != nullptr && !AsInts(*sizes)) {
      return refuse(i, SizesText(*sizes));
    }
    const auto eager = [](const Value& value) { return !value.defined() || value.has_tensor(); };
    bool all = true;
    if (const auto* value = std::get_if<Value>(&args[i])) all = eager(*value);
    if (const auto* values = std::get_if<std::vector<Value>>(&args[i])) {
      for (const Value& value : *values) all = all && eager(value);
    }
    if (!all) return refuse(i, "a value without elements");
  }
  return Ok();
}

/// A kernel that answers another size than the rule is our own mistake; better found here than three layers on.
Status CheckAgainstRule(const OpDef& op, const RuleResult& rule, const std::vector<Tensor>& outputs) {
  bool same = outputs.size() == rule.tensors.size();
  for (size_t k = 0; same && k < outputs.size(); ++k) {
    const auto& sizes = rule.tensors[k].sizes;
    same = sizes.size() == outputs[k].shape().size();
    for (size_t axis = 0; same && axis < sizes.size(); ++axis) {
      const auto size = sizes[axis].AsInt();
      same = !size || *size == outputs[k].shape()[axis];
    }
    if (!same) {
      return Internal(op.target + ": kernel and rule disagree")
          .With("kernel", Describe(outputs[k]))
          .With("rule", ops::Describe(rule.tensors[k]));
    }
  }
  if (!same) return Internal(op.target + ": the kernel gave " + std::to_string(outputs.size()) + " outputs");
  return Ok();
}

/// An op that writes, without a kernel of its own: its functional twin computes, in the type that it has by itself, then the argument is
/// overwritten.
Result<std::vector<Tensor>> RunInPlace(const KernelTable& kernels, const KernelCall& call) {
  const OpDef* op = ops::DefaultOps().Find(call.op().traits.in_place_of);
  const Kernel twin = op == nullptr ? nullptr : kernels.FindFor(call, *op);
  if (twin == nullptr || op == nullptr) return Unsupported("no eager kernel for " + std::string(call.op().traits.in_place_of));
  const Tensor& target = call.tensor(ops::WrittenArgument(call.op()).value());
  if (!target.storage()->writable) {
    return call.Invalid("would write into a read-only tensor, a weight that is mapped from its file");
  }
  CONFORMANCE_TRY(const auto rule, ops::ApplyRule(*op, call.args().first(op->args.size()), nullptr));
  CONFORMANCE_TRY(const auto results, twin(call.As(*op, rule)));
  // `out` of other sizes is made anew.
  const Tensor into = results[0].shape() == target.shape() ? target : Tensor::Empty(target.dtype(), results[0].shape());
  CopyInto(call.isa(), results[0], into);
  return std::vector<Tensor>{into};
}

Result<std::vector<Tensor>> RunKernel(const KernelTable& kernels, const KernelCall& call) {
  const Kernel kernel = kernels.FindFor(call, call.op());
  try {
    if (kernel != nullptr) return kernel(call);
    if (!call.op().traits.in_place_of.empty()) return RunInPlace(kernels, call);
  } catch (const std::bad_alloc&) {
    return Error(ErrorKind::kOutOfMemory, call.op().target + ": out of memory");
  }
  return Unsupported("no eager kernel for " + call.op().target + (call.IsComplex() ? " of complex numbers" : ""));
}

bool ReturnsTensors(const OpDef& op) {
  return !op.returns.empty() &&
         (op.returns[0].kind == ops::ArgKind::kTensor || op.returns[0].kind == ops::ArgKind::kTensorList);
}

}  // namespace

Result<Tensor> NoWeights::Load(const ops::WeightInfo& info) { return NotFound("this run has no weights").With("name", info.name); }

EagerContext::EagerContext(const KernelTable& kernels, Numerics numerics, WeightProvider& weights, const IsaKernels& isa)
    : kernels_(kernels), numerics_(numerics), weights_(weights), isa_(isa), draws_(numerics.draw_seed) {}

Result<ops::OpContext::Answer> EagerContext::Execute(const OpDef& op, std::vector<Argument>& args, const RuleResult& rule) {
  if (op.returns.empty()) return Answer{};  // assertions: the rule has checked
  const bool tensors = ReturnsTensors(op);
  const bool known = (!rule.sym_int || rule.sym_int->IsConstant()) && (!rule.sym_bool || rule.sym_bool->IsConstant());
  if (!tensors && known) return FromRule(rule);
  CONFORMANCE_RETURN_IF_ERROR(CheckConcrete(op, args));
  const KernelCall call(op, args, rule, numerics_, isa_, ++calls_, draws_);
  CONFORMANCE_TRY(auto outputs, RunKernel(kernels_, call));
  Answer answer;
  if (!tensors) {
    answer.sym_int = outputs.at(0).IntAt(0);
    return answer;
  }
  CONFORMANCE_RETURN_IF_ERROR(CheckAgainstRule(op, rule, outputs));
  answer.values.reserve(outputs.size());
  for (size_t k = 0; k < outputs.size(); ++k) {
    ops::TensorMeta meta{rule.tensors[k].dtype, ToSymInts(outputs[k].shape())};
    answer.values.push_back(Value::Eager(std::move(outputs[k]), std::move(meta)));
  }
  return answer;
}

Result<Value> EagerContext::LoadWeight(const ops::WeightInfo& info) {
  CONFORMANCE_TRY(Tensor tensor, weights_.Load(info));
  const auto sizes = AsInts(info.meta.sizes);
  if (!sizes || tensor.shape() != *sizes) {
    return ShapeError("the weight has other sizes than its module declares")
        .With("name", info.name).With("found", Describe(tensor)).With("wanted", ops::Describe(info.meta));
  }
  return Value::Eager(std::move(tensor), info.meta);
}

Result<Value> EagerContext::MakeConstant(const Tensor& tensor) { return Value::Eager(tensor); }

Result<std::vector<Tensor>> RunOp(const OpDef& op, std::vector<Argument> args, const Numerics& numerics, const IsaKernels& isa) {
  CONFORMANCE_TRY(const auto bound, ops::BindArguments(op, std::move(args), {}));
  CONFORMANCE_TRY(const auto rule, ops::ApplyRule(op, bound, nullptr));
  CONFORMANCE_RETURN_IF_ERROR(CheckConcrete(op, bound));
  TorchGenerator draws(numerics.draw_seed);
  CONFORMANCE_TRY(auto outputs, RunKernel(DefaultKernels(), KernelCall(op, bound, rule, numerics, isa, 1, draws)));
  CONFORMANCE_RETURN_IF_ERROR(CheckAgainstRule(op, rule, outputs));
  return outputs;
}

}  // namespace conformance::eager
