#pragma once

#include <memory>
#include <string>

#include "framework/engine/case.h"
#include "framework/ir/program.h"
#include "framework/tensor/tensor.h"
#include "framework/weights/weights.h"

namespace conformance::cases {

/// A Program in memory with one set of inputs, by the names of its leaves.
struct ProgramCaseParts {
  std::string name;          ///< in cell ids
  std::string model_class;   ///< of what it was made from; may be empty
  std::string variant = "static";
  DType dtype = DType::kF32; ///< what its cells are called by
  std::shared_ptr<const ir::Program> program;
  std::shared_ptr<const weights::Weights> weights;
  NamedTensors inputs;
};

/// It is judged by reference `program`, taken by backends of format "program" and lowered by exporters.
std::shared_ptr<const engine::Case> MakeProgramCase(ProgramCaseParts parts);

}  // namespace conformance::cases
