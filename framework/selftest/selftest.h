#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/engine/toolbox.h"
#include "framework/tensor/dtype.h"

namespace conformance::selftest {

/// How much the judge finds, and how often it is wrong: faults injected into the Programs of models, and legal variants of them.
struct SelftestOptions {
  std::vector<std::filesystem::path> folders;  ///< checkpoints
  DType dtype = DType::kF32;
  size_t faults_per_kind = 3;                  ///< in each Program
  size_t legal_variants = 1000;                ///< in all, spread evenly; at least one a Program
  size_t equivalence_inputs = 16;
  uint64_t seed = 0;
  int threads = 0;                             ///< 0: one a core
  /// Called as Programs are done, one at a time.
  std::function<void(size_t done, size_t of, const std::string& name)> progress;
};

/// Faults and variants of a class, a kind or everything.
struct Tally {
  int64_t injected = 0;      ///< the equivalent ones among them
  int64_t equivalent = 0;    ///< the f64 program stays within 1 f32 ULP on all inputs; decided before any lane runs
  int64_t found = 0;         ///< of the others, by any lane, with intermediates
  int64_t found_by_outputs = 0;
  std::map<std::string, int64_t> found_by_lane;  ///< each lane that objects counts
  int64_t legal = 0;         ///< variants
  int64_t rejected = 0;      ///< false failures with intermediates
  int64_t rejected_by_outputs = 0;
  std::map<std::string, int64_t> rejected_by_lane;
  void Add(const Tally& other);
  int64_t counted() const { return injected - equivalent; }
  double share() const { return counted() == 0 ? 1 : static_cast<double>(found) / static_cast<double>(counted()); }
  double share_by_outputs() const { return counted() == 0 ? 1 : static_cast<double>(found_by_outputs) / static_cast<double>(counted()); }
  Json ToJson() const;
};

struct SelftestReport {
  DType dtype = DType::kF32;
  size_t programs = 0;
  Tally total;
  std::map<std::string, Tally> by_class, by_kind;
  std::map<std::string, Tally> by_rule;      ///< what rules of other tools find in the same outputs: found and rejected alone count
  std::vector<std::string> equivalents, missed, false_failures;  ///< by name: "gpt2_left/static missing_bias linear_3 (…)"
  double seconds = 0;
  /// Classes of which more than a fifth of the injections are equivalent.
  std::vector<std::string> WeakClasses() const;
  Json ToJson() const;
};

/// Errors: kInvalid for no folder, or a toolbox without reference `program`; of loading, tracing and evaluating, by folder.
Result<SelftestReport> RunSelftest(const engine::Toolbox& toolbox, const SelftestOptions& options);

/// Upper end of the one-sided 95 % interval for a rate of which `failures` of `trials` were seen. Source: Clopper & Pearson 1934.
double ClopperPearsonUpper(int64_t failures, int64_t trials, double confidence = 0.95);

}  // namespace conformance::selftest
