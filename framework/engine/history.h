#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/engine/plan.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// What earlier runs tell of cells: how long they took, how they ended, and of what.
class History {
 public:
  struct Entry {
    double seconds = 0;
    bool good = false;        ///< it ended as expected
    std::string fingerprint;  ///< of what it ran on; empty where the record tells none
    std::string model_class;
    record::CellId id;
  };

  /// Takes a record's cells; of two records the one that started later counts.
  void Add(const record::RunRecord& run);
  bool empty() const { return entries_.empty(); }
  const Entry* Find(const std::string& id) const;

  /// Seconds of each cell of a plan: its own, else the mean of cells that are like it (class, exporter and backend; exporter and
  /// backend; any), else a guess by the case's size. `known`, where it is given: how many have their own.
  std::vector<double> Seconds(const std::vector<PlannedCell>& plan, size_t* known = nullptr) const;

 private:
  struct Dated {
    std::string started;
    Entry entry;
  };
  std::map<std::string, Dated> entries_;
};

/// JSON records and run folders, in any order. Errors: those of reading them.
Result<History> ReadHistory(const std::vector<std::filesystem::path>& paths);

/// Hashes of what cells run on beside their ids: versions of Conformance and of the backend, options, seed and lists, and the case's
/// files (names and sizes, and the text of small JSON files). Another machine comes to the same. Not for several threads at once.
class Fingerprints {
 public:
  /// `versions` of backends that are there, by name; `config` as RunPlan::config.
  Fingerprints(std::string version, std::map<std::string, std::string> versions, Json config)
      : version_(std::move(version)), versions_(std::move(versions)), config_(std::move(config)) {}
  std::string Of(const PlannedCell& cell);

 private:
  const std::string version_;
  const std::map<std::string, std::string> versions_;
  const Json config_;
  std::map<const Case*, uint64_t> cases_;
};

}  // namespace conformance::engine
