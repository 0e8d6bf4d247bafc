#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "framework/base/hash.h"
#include "framework/base/result.h"
#include "framework/ops/numerics.h"
#include "framework/ops/op_def.h"
#include "framework/tensor/tensor.h"

namespace conformance::eager {

using ops::Numerics;
struct IsaKernels;  // inner loops for one instruction set; isa/isa_kernels.h
class TorchGenerator;  // torch_random.h

/// One call as a kernel sees it: all arguments of the schema (defaults filled in, kinds checked, sizes concrete), what the
/// rule answered, and how to compute. The rule has run: shapes and types fit. Indices of tensors have not been looked at.
class KernelCall {
 public:
  KernelCall(const ops::OpDef& op, std::span<const ops::Argument> args, const ops::RuleResult& rule, const Numerics& numerics,
             const IsaKernels& isa, uint64_t call_index, TorchGenerator& draws)
      : op_(op), args_(args), rule_(rule), numerics_(numerics), isa_(isa), call_index_(call_index), draws_(draws) {}

  /// The same call of another op with these arguments or the first of them; it must outlive this one as the rule must.
  KernelCall As(const ops::OpDef& op, const ops::RuleResult& rule) const {
    return {op, args_.first(op.args.size()), rule, numerics_, isa_, call_index_, draws_};
  }

  /// The same op with other arguments; all three must outlive it.
  KernelCall With(std::span<const ops::Argument> args, const ops::RuleResult& rule) const { return {op_, args, rule, numerics_, isa_, call_index_, draws_}; }

  const ops::OpDef& op() const { return op_; }
  std::span<const ops::Argument> args() const { return args_; }
  const ops::RuleResult& rule() const { return rule_; }
  const Numerics& numerics() const { return numerics_; }
  const IsaKernels& isa() const { return isa_; }
  /// The run's generator: what ops of PyTorch draw from, in the order of their calls.
  TorchGenerator& draws() const { return draws_; }
  /// Seed of the errors that an ensemble makes in this call: same run, same number.
  uint64_t seed() const;

  // Arguments by their place in the schema.
  size_t size() const { return args_.size(); }
  bool IsNone(size_t i) const;
  bool IsTensor(size_t i) const;               ///< false: None or a number
  const Tensor& tensor(size_t i) const;        ///< of a defined tensor
  DType declared(size_t i) const;              ///< dtype of tensor i as the program knows it; its elements may be wider
  std::vector<Tensor> tensors(size_t i) const;  ///< of a list without None
  int64_t integer(size_t i) const;
  std::vector<int64_t> integers(size_t i) const;  ///< of an int list; one int stands for a list of one
  double number(size_t i) const;               ///< of a float, int or bool; the real part of a complex number
  bool boolean(size_t i) const;
  const std::string& string(size_t i) const;
  std::optional<DType> dtype(size_t i) const;

  // Outputs, by the rule.
  size_t num_outputs() const { return rule_.tensors.size(); }
  DType out_declared(size_t k = 0) const { return rule_.tensors[k].dtype; }
  /// Sizes; the rule must have given numbers (a data-dependent size is the kernel's to find).
  Shape out_shape(size_t k = 0) const;
  /// Whether an argument or an output is complex.
  bool IsComplex() const;
  /// The type that a value of this declared type is computed in: itself for integers and bool.
  DType ComputeType(DType declared) const;
  /// The type that its elements are kept in.
  DType StoreType(DType declared) const;
  DType out_compute(size_t k = 0) const { return ComputeType(out_declared(k)); }
  DType out_store(size_t k = 0) const { return StoreType(out_declared(k)); }

  /// An error that names the op.
  Error Invalid(std::string message) const;

 private:
  const ops::OpDef& op_;
  std::span<const ops::Argument> args_;
  const ops::RuleResult& rule_;
  const Numerics& numerics_;
  const IsaKernels& isa_;
  uint64_t call_index_;
  TorchGenerator& draws_;
};

/// Computes the outputs in order (a list output contributes each element). Views share the argument's storage. An op that
/// returns a size answers with one i64 scalar.
using Kernel = Result<std::vector<Tensor>> (*)(const KernelCall& call);

/// Kernels by op target ("aten.linear.default").
class KernelTable {
 public:
  /// Replaces an earlier entry of the same target.
  void Add(std::string_view target, Kernel kernel);
  Kernel Find(std::string_view target) const;  ///< null: there is none
  /// The kernel of calls with complex numbers, where those of real ones don't serve (ops::ComplexUse::kComputes).
  void AddComplex(std::string_view target, Kernel kernel);
  bool HasComplex(std::string_view target) const;
  /// For this call of the op: by `ops::ComplexUseOf` where it is complex. Null: there is none.
  Kernel FindFor(const KernelCall& call, const ops::OpDef& op) const;
  std::vector<std::string> Targets() const;    ///< sorted

 private:
  std::unordered_map<std::string, Kernel, TextHash, std::equal_to<>> kernels_, complex_;
};

/// Ours, one line per op (registry.cc). In-place ops without a line of their own run through the op they are a twin of.
const KernelTable& DefaultKernels();

}  // namespace conformance::eager
