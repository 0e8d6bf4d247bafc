#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "framework/base/result.h"
#include "framework/ports/comparator.h"

namespace conformance::engine {

/// A comparison that can be made again: everything that the comparator saw of it, in one safetensors file. Tensors are called
/// candidate/NAME, reference/NAME, oracle/NAME, mask/NAME and decision/NAME/scores; the rest is JSON in the metadata.
struct StoredComparison {
  std::string cell;          ///< id
  record::Outcome outcome = record::Outcome::kFail;  ///< the verdict then
  std::string reason;
  NamedTensors candidate, reference, oracle;
  ports::ComparisonRequest request;  ///< points into this; valid as long as it is
  std::shared_ptr<const ports::Ensemble> ensemble;
};

/// Compares, and writes what was seen to `file` before the verdict counts: members of the ensemble and decisions are those that were asked for, and
/// so all that the same comparator will ask for again. Errors: of the comparator; kIo.
Result<ports::Comparison> CompareAndStore(const ports::Comparator& comparator, const ports::ComparisonRequest& request, const std::string& cell,
                                          const std::filesystem::path& file);

/// Errors: kNotFound, kCorrupt naming the file and what is wrong with it.
Result<std::unique_ptr<StoredComparison>> ReadStoredComparison(const std::filesystem::path& file);

}  // namespace conformance::engine
