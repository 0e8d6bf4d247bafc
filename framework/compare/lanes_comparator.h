#pragma once

#include <string_view>

#include "framework/compare/ensemble_lane.h"
#include "framework/ports/comparator.h"

namespace conformance::compare {

/// Outputs by the lanes that need nothing but them: structure, then for each output the exact lane (integers, booleans), the ensemble
/// (floating, with an oracle; it hands outputs of which every legal answer is exact to the exact lane) or a plain tolerance (where one is
/// given, and where there is no oracle). The local lane needs a session: local_lane.h. Rules: docs/verdicts.md.
class LanesComparator : public ports::Comparator {
 public:
  explicit LanesComparator(EnsembleLimits limits = {}) : limits_(limits) {}
  std::string_view Name() const override { return "lanes"; }
  Result<ports::Comparison> Compare(const ports::ComparisonRequest& request) const override;

 private:
  EnsembleLimits limits_;
};

}  // namespace conformance::compare
