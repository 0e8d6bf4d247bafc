#pragma once

#include <string>
#include <vector>

#include "framework/record/record.h"

namespace conformance::engine {

/// What keeps two records from being one sweep's, each as a text: "'seed' is 1 there, 2 here". Empty: nothing. The part that each is
/// of is not looked at, but how the plan was divided is where both are parts of as many.
std::vector<std::string> PlanDifferences(const record::RunPlan& there, const record::RunPlan& here);

}  // namespace conformance::engine
