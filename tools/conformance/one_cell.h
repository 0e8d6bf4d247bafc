#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/dissect.h"
#include "framework/engine/sweep.h"
#include "framework/record/record.h"
#include "framework/reduce/bundle.h"
#include "framework/reduce/candidate.h"
#include "tools/conformance/commands.h"

namespace conformance::cli {

/// A cell that failed, with how it was run.
struct OneCell {
  engine::SweepOptions sweep;  ///< of it alone, again
  std::vector<std::shared_ptr<const engine::Case>> cases;
  engine::PlannedCell cell;
  record::CellRecord record;
  std::map<std::string, std::string> versions;  ///< of runtimes and libraries
};

/// Runs the one cell that the options select. Errors: of RunSweep; kInvalid where they select several.
Result<OneCell> RunOneCell(const engine::Toolbox& toolbox, const RunOptions& options, const Invocation& invocation);

/// Errors: kInvalid for a cell that passes; kUnavailable, kUnsupported for one that was not judged.
Status CheckFailed(const record::CellRecord& record);

/// Options that select the same pair of exporter and backend of another case, without lists.
engine::SweepOptions SweepLike(const OneCell& like);

/// One run of one cell, as `like` was run.
Result<record::CellRecord> RunAgain(const engine::Toolbox& toolbox, const OneCell& like, const std::shared_ptr<const engine::Case>& model);

/// The Program that was lowered, with its weights and the inputs of the call. Errors: kUnsupported where no Program was.
Result<reduce::Candidate> CandidateOf(const engine::Dissection& open);
/// The other way: a case that is exported and run as a cell.
std::shared_ptr<const engine::Case> CaseOf(const reduce::Candidate& candidate, const OneCell& like);

/// The bundle of an opened cell whose artifact lies in `folder`. Errors: of WriteBundle.
Status WriteBundleOf(const std::filesystem::path& folder, const engine::Dissection& open, const record::CellRecord& record, const OneCell& from);

/// Makes the folder; it must be new, or empty, or (`resumed`) hold `mark`. Errors: kInvalid, kIo.
Status MakeFolder(const std::filesystem::path& folder, const std::string& mark = {});

}  // namespace conformance::cli
