#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "framework/record/record.h"

namespace conformance::record {

/// Cells of tests in whose graph an operator stands, by how they ended.
struct OperatorCounts {
  int64_t pass = 0, fail = 0, unsupported = 0;
  int64_t other = 0;  ///< crash, timeout, error, …; cells of a missing backend and skipped ones are not counted at all
  int64_t all() const { return pass + fail + unsupported + other; }
};

struct OperatorRow {
  std::string name;  ///< "Abs", "ai.onnx.ml LabelEncoder"
  int64_t use = 0;   ///< nodes of it in the models that the test suite's weights were counted over
  std::map<std::string, OperatorCounts> backends;
  /// Share of a backend's cells that pass.
  double Rate(const std::string& backend) const;
};

/// How operators fare on each backend, where a run has tests of operators (cells whose fact `operators` has an operator's use by its name).
struct OperatorTable {
  std::vector<std::string> backends;  ///< in the order of the cells
  std::vector<OperatorRow> rows;      ///< where most is lost first: use · share that doesn't pass, then cells that don't; then by name
  /// Share of a backend's cells that pass, each operator counting as often as it is used: Σ use · rate / Σ use. 1 where nothing is used.
  double Weighted(const std::string& backend) const;
  /// Nodes that all rows' uses add up to; 0: nobody counted.
  int64_t Used() const;
  bool empty() const { return rows.empty(); }
};

OperatorTable OperatorsOf(const RunRecord& run);

/// What `operators` of a record in JSON is: computed for those that read it, not read back.
Json ToJson(const OperatorTable& table);

}  // namespace conformance::record
