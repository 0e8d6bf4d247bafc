#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ir/program.h"

namespace conformance::selftest {

using TensorTable = std::map<std::string, Tensor, std::less<>>;

/// One fault in one place of a Program: what an exporter might have made of it.
struct Fault {
  std::string kind;   ///< "missing_bias"
  std::string place;  ///< "linear_3 (model.layers.0.mlp.fc1)"
  ir::Program program;
  TensorTable weights;  ///< in place of the Program's own, by target; mostly none
};

/// A sort of fault that exporters are known for. Values keep their names, as they would in an artifact that is mapped to the Program.
struct FaultKind {
  std::string_view name;
  std::string_view what;  ///< in a few words
  /// Nodes of the Program that it can be put into, by name; weights by target where the fault is one of weights.
  std::vector<std::string> (*places)(const ir::Program& program, const TensorTable& weights);
  /// The Program with the fault in that place. Errors: kUnsupported where the place does not fit after all.
  Result<Fault> (*inject)(const ir::Program& program, const TensorTable& weights, const std::string& place, uint64_t seed);
};

/// NUMERICS.md's dozen: wrong eps, missing bias, stale cache slot, off-by-one position, wrong scale, lost mask, tanh for erf GELU,
/// half-precision products, swapped rows, duplicated column, one wrong weight, transposed projection.
std::span<const FaultKind> FaultKinds();

/// At most `per_kind` faults of each kind in places spread over the Program. Same seed, same faults.
Result<std::vector<Fault>> InjectFaults(const ir::Program& program, const TensorTable& weights, size_t per_kind, uint64_t seed);

}  // namespace conformance::selftest
