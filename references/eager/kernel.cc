#include "references/eager/kernel.h"

#include <algorithm>

#include "framework/base/hash.h"
#include "framework/base/random.h"
#include "framework/ops/complex_use.h"

namespace conformance::eager {

using ops::Argument;
using ops::NoneType;
using ops::Value;

uint64_t KernelCall::seed() const {
  return Random(numerics_.order_seed * 0x9E3779B97F4A7C15ULL + call_index_).Next();
}

bool KernelCall::IsNone(size_t i) const {
  if (std::holds_alternative<NoneType>(args_[i])) return true;
  const auto* value = std::get_if<Value>(&args_[i]);
  return value != nullptr && !value->defined();
}

bool KernelCall::IsTensor(size_t i) const {
  const auto* value = std::get_if<Value>(&args_[i]);
  return value != nullptr && value->has_tensor();
}

const Tensor& KernelCall::tensor(size_t i) const {
  CONFORMANCE_CHECK(IsTensor(i), op_.target + ": argument " + op_.args[i].name + " is no tensor");
  return std::get<Value>(args_[i]).tensor();
}

DType KernelCall::declared(size_t i) const { return std::get<Value>(args_[i]).dtype(); }

std::vector<Tensor> KernelCall::tensors(size_t i) const {
  std::vector<Tensor> all;
  for (const Value& value : std::get<std::vector<Value>>(args_[i])) all.push_back(value.tensor());
  return all;
}

int64_t KernelCall::integer(size_t i) const {
  if (const auto* number = std::get_if<SymInt>(&args_[i])) return number->constant();
  if (const auto* flag = std::get_if<bool>(&args_[i])) return *flag ? 1 : 0;
  return static_cast<int64_t>(number(i));
}

std::vector<int64_t> KernelCall::integers(size_t i) const {
  if (IsNone(i)) return {};
  if (std::holds_alternative<SymInt>(args_[i])) return {integer(i)};
  std::vector<int64_t> all;
  for (const SymInt& number : std::get<std::vector<SymInt>>(args_[i])) all.push_back(number.constant());
  return all;
}

double KernelCall::number(size_t i) const {
  if (const auto* real = std::get_if<double>(&args_[i])) return *real;
  if (const auto* flag = std::get_if<bool>(&args_[i])) return *flag ? 1 : 0;
  if (const auto* complex = std::get_if<ops::ComplexNumber>(&args_[i])) return complex->value.real();
  return static_cast<double>(std::get<SymInt>(args_[i]).constant());
}

bool KernelCall::boolean(size_t i) const {
  if (const auto* flag = std::get_if<bool>(&args_[i])) return *flag;
  return number(i) != 0;
}

const std::string& KernelCall::string(size_t i) const { return std::get<std::string>(args_[i]); }

std::optional<DType> KernelCall::dtype(size_t i) const {
  const auto* dtype = std::get_if<DType>(&args_[i]);
  return dtype != nullptr ? std::optional(*dtype) : std::nullopt;
}

Shape KernelCall::out_shape(size_t k) const {
  const auto sizes = AsInts(rule_.tensors[k].sizes);
  CONFORMANCE_CHECK(sizes.has_value(), op_.target + ": the rule gave sizes " + SizesText(rule_.tensors[k].sizes));
  return *sizes;
}

bool KernelCall::IsComplex() const {
  const auto complex = [](const ops::TensorMeta& meta) { return conformance::IsComplex(meta.dtype); };
  return std::ranges::any_of(rule_.tensors, complex) || ops::HasComplex(args_);
}

DType KernelCall::ComputeType(DType declared) const {
  if (conformance::IsComplex(declared)) return numerics_.compute == Numerics::Compute::kF64 ? DType::kC128 : declared;
  if (!IsFloating(declared)) return declared;
  const bool wide = numerics_.compute == Numerics::Compute::kF64 || declared == DType::kF64;
  return wide ? DType::kF64 : DType::kF32;
}

DType KernelCall::StoreType(DType declared) const {
  if (conformance::IsComplex(declared)) return numerics_.round_stores ? declared : ComputeType(declared);
  if (!IsFloating(declared)) return declared;
  if (!numerics_.round_stores) return ComputeType(declared);
  if (numerics_.fused_stores > 0 && ByteSize(declared) == 2 &&
      Random::For(seed(), "store").Uniform() < numerics_.fused_stores) {
    return ComputeType(declared);
  }
  return declared;
}

Error KernelCall::Invalid(std::string message) const { return conformance::Invalid(op_.target + ": " + std::move(message)); }

namespace {
template <typename Kernels>
Kernel Get(const Kernels& kernels, std::string_view target) {
  const auto at = kernels.find(target);
  return at != kernels.end() ? at->second : nullptr;
}
}  // namespace

void KernelTable::Add(std::string_view target, Kernel kernel) { kernels_.insert_or_assign(std::string(target), kernel); }
void KernelTable::AddComplex(std::string_view target, Kernel kernel) { complex_.insert_or_assign(std::string(target), kernel); }
bool KernelTable::HasComplex(std::string_view target) const { return Get(complex_, target) != nullptr; }

Kernel KernelTable::Find(std::string_view target) const { return Get(kernels_, target); }

Kernel KernelTable::FindFor(const KernelCall& call, const ops::OpDef& op) const {
  if (!call.IsComplex()) return Find(op.target);
  switch (ops::ComplexUseOf(op)) {
    case ops::ComplexUse::kMoves: return Find(op.target);
    case ops::ComplexUse::kComputes: return Get(complex_, op.target);
    case ops::ComplexUse::kNone: break;
  }
  return nullptr;
}

std::vector<std::string> KernelTable::Targets() const {
  std::vector<std::string> targets;
  for (const auto& [target, kernel] : kernels_) targets.push_back(target);
  std::ranges::sort(targets);
  return targets;
}

}  // namespace conformance::eager
