#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "framework/engine/history.h"
#include "framework/engine/plan.h"

namespace conformance::engine {

/// Cells in the order of what they may tell: those never seen, or changed since they were; those that did not end as expected; those
/// of a combination of model class, exporter, backend and variant that no cell before has; the rest. Within each, a new combination
/// first, then the quick before the slow, then the plan's order. `seconds` and `fingerprints` are of `plan`'s cells.
std::vector<size_t> ByInformation(const std::vector<PlannedCell>& plan, const std::vector<double>& seconds, const History& history,
                                  const std::vector<std::string>& fingerprints);

/// How many of the first of `order` fit into a budget, at least one: a larger budget has all that a smaller one has.
size_t WithinBudget(const std::vector<size_t>& order, const std::vector<double>& seconds, double budget_seconds, int threads);

}  // namespace conformance::engine
