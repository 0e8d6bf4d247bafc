#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ops/op_context.h"
#include "framework/tensor/tensor.h"
#include "references/eager/isa.h"
#include "references/eager/kernel.h"
#include "references/eager/torch_random.h"

namespace conformance::eager {

/// Where parameters and buffers come from. Called once for each use; an implementation may keep what it loaded.
class WeightProvider {
 public:
  virtual ~WeightProvider() = default;
  /// The tensor of that name, with the declared sizes; its dtype may differ from the declared one only where the run keeps
  /// floating values wider (Numerics). A mapped tensor must have `writable == false`. Errors: kNotFound.
  virtual Result<Tensor> Load(const ops::WeightInfo& info) = 0;
};

/// Refuses every weight: for runs without any.
class NoWeights : public WeightProvider {
 public:
  Result<Tensor> Load(const ops::WeightInfo& info) override;
};

/// Answers op calls by computing them: values hold tensors. Not thread safe; make one per run. Errors name op and module path.
class EagerContext : public ops::OpContext {
 public:
  /// `kernels` and `weights` must live longer. `isa`: which build of the inner loops; by default the best of this machine.
  EagerContext(const KernelTable& kernels, Numerics numerics, WeightProvider& weights, const IsaKernels& isa = ActiveIsa());

  const Numerics& numerics() const { return numerics_; }

 protected:
  Result<Answer> Execute(const ops::OpDef& op, std::vector<ops::Argument>& args, const ops::RuleResult& rule) override;
  Result<ops::Value> LoadWeight(const ops::WeightInfo& info) override;
  Result<ops::Value> MakeConstant(const Tensor& tensor) override;

 private:
  const KernelTable& kernels_;
  Numerics numerics_;
  WeightProvider& weights_;
  const IsaKernels& isa_;
  uint64_t calls_ = 0;
  TorchGenerator draws_;  ///< seeded by Numerics::draw_seed
};

/// Runs one op outside any model, as tests and constant folding do. Errors: of binding, the rule, or the kernel.
Result<std::vector<Tensor>> RunOp(const ops::OpDef& op, std::vector<ops::Argument> args, const Numerics& numerics = {},
                                  const IsaKernels& isa = ActiveIsa());

}  // namespace conformance::eager
