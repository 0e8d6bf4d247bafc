#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "framework/record/record.h"

namespace conformance::record {

/// Cells that are not as expected for one reason, as far as their records tell.
struct Cluster {
  std::string cause;          ///< the reason of the first cell, or what all of them diverge first in
  std::vector<size_t> cells;  ///< places in RunRecord::cells, in order
};

/// Every cell that is not as expected (RunRecord's red ones; unavailable backends are none), in clusters, by the first cell of each. Two cells
/// share a cause where
/// - the local lane found both to diverge first in the same operator of the same artifact operator, in one exporter's artifacts on one backend;
/// - neither was compared, and they ended alike, in one stage, and say the same but for names of values, numbers and shapes;
/// - both were compared, nothing says where they diverge, and they are of one model class (of a file: one model) and exporter.
std::vector<Cluster> Clusters(const RunRecord& run);

/// "1 cause, 37 cells"; "3 causes, 5 cells".
std::string CountText(const std::vector<Cluster>& clusters);

/// What the local lane found over its bound in a cell's first call that diverges, in the Program's order, as compare::ToJson(LocalReport)
/// writes it: objects with "value", "target", … Empty: nothing.
const Json::Array& DivergencesOf(const CellRecord& cell);

/// The assignment that a reason begins with: "batch=3" of "at batch=3: …". Empty: none.
std::string_view AssignmentIn(std::string_view reason);

/// What is left of a reason once numbers, shapes, paths and what tells numbered names apart are taken out: equal for messages of one cause.
std::string ReasonShape(std::string_view reason);

}  // namespace conformance::record
