#pragma once

#include "framework/base/result.h"
#include "framework/engine/sweep.h"
#include "framework/engine/toolbox.h"
#include "tools/conformance/commands.h"

namespace conformance::cli {

/// A plain name after --backend or --exporter must be one that there is: a slip must not select nothing, or less. Errors: kInvalid.
Status CheckSelection(const engine::Toolbox& toolbox, const engine::Selection& selection);

/// What the command line says of a sweep; cases, lists and shard are the caller's. Errors: kInvalid naming the flag, found and wanted.
Result<engine::SweepOptions> ToSweepOptions(const engine::Toolbox& toolbox, const RunOptions& options, const Invocation& invocation);

}  // namespace conformance::cli
