#pragma once

#include <optional>
#include <string>

#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/ports/comparator.h"
#include "framework/ports/reference.h"
#include "framework/weights/weights.h"

namespace conformance::engine {

/// How a discrete output of a Program came about: the oracle's scores behind an argmax, topk, sort, comparison or rounding, and how far legal
/// scores lie from them (three times the worst error of the evaluator's own run and of four members of its ensemble). Nothing where the
/// output is made by another operator. `draw_seed`: of what the Program draws. Errors: of the evaluator.
Result<std::optional<ports::Decision>> DecisionOf(const ir::Program& program, const weights::Weights& weights, const NamedTensors& inputs,
                                                  const ports::Reference& evaluator, const std::string& output, uint64_t draw_seed = 0);

}  // namespace conformance::engine
