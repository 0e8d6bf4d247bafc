#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/cell.h"
#include "framework/engine/shared_work.h"
#include "framework/engine/timer.h"

namespace conformance::engine {

/// The artifact of a cell: trace, export and check, as far as its entry asks for them, each made once for all cells that need the same.
/// The timer says at which stage it ended. For exporter `none`: what the case has, or the traced Program itself.
Result<std::shared_ptr<const MadeArtifact>> MakeArtifact(const SweepContext& context, const PlannedCell& cell, bool optimize,
                                                         const LoadedCase& loaded, const Call& traced_call, VariantWork& work,
                                                         StageTimer& timer);

/// What the case has in the cell's format, as it is; "checkpoint" is its folder (or class) with the model in memory.
Result<ports::Artifact> GivenArtifact(const PlannedCell& cell, const LoadedCase& loaded);

/// The exporter's config for this cell: its defaults, the sweep's fields over them, `dynamic`, the optimiser's switch, and the file to
/// write (for exporters of checkpoints: the folder). Errors: kInvalid for fields that it doesn't have.
Result<std::unique_ptr<ports::ExportConfig>> ConfigFor(const SweepContext& context, const PlannedCell& cell, bool optimize);

/// A model's source for programs of their own.
ports::ModelSource SourceOf(const CaseInfo& info);

/// Where one artifact goes, without an extension; cells that share it share the path.
std::filesystem::path ArtifactPath(const SweepContext& context, const PlannedCell& cell, bool optimize);

/// Text that two trace requests on one model share only if one trace serves both.
std::string TraceKey(const ports::TraceRequest& request);

/// A plain file name out of any text; different texts give different names.
std::string PlainName(const std::string& text);

}  // namespace conformance::engine
