#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/ops/numerics.h"
#include "framework/ops/op_def.h"
#include "framework/ports/reference.h"
#include "framework/tensor/tensor.h"
#include "framework/weights/weights.h"

namespace conformance::program {

/// A Program walked node by node over eager kernels. Const; runs may be concurrent.
///
/// Inputs bear dotted names (trace::LeafNamesOf; the graph's own names are taken too) and are left as they are, also by in-place ops. Before
/// anything runs their ranks, dtypes and sizes are held against the signature, the symbols' ranges and each other: an error names input,
/// dimension, found and wanted. A value is dropped after its last use. What a node computes is held against the sizes and the dtype that the
/// Program records for it: a wrong record is an error (kInternal names the node), so a Program that runs is one that describes itself.
class Interpreter {
 public:
  /// Binds every node to its op. Errors: kUnsupported names the first node whose op has no rule or whose arguments no op takes.
  static Result<Interpreter> Make(std::shared_ptr<const ir::Program> program, const ops::OpTable& ops = ops::DefaultOps());

  /// User outputs by dotted name, then the values of `capture` (names of the graph's tensor values). Under Numerics::Oracle floating
  /// ones are f64. Mutations of buffers stay inside the run.
  Result<NamedTensors> Run(const weights::Weights& weights, const NamedTensors& inputs, const ops::Numerics& numerics = {},
                           const std::vector<std::string>& capture = {}) const;

  const std::vector<std::string>& input_names() const;   ///< dotted
  const std::vector<std::string>& output_names() const;  ///< dotted

 private:
  struct Plan;
  explicit Interpreter(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  std::shared_ptr<const Plan> plan_;
};

/// Reference `program`: evaluates the request's Program.
class ProgramReference : public ports::Reference {
 public:
  std::string_view Name() const override { return "program"; }
  Result<NamedTensors> Run(const ports::ReferenceRequest& request) const override;
};

}  // namespace conformance::program
