#pragma once

#include "framework/engine/toolbox.h"

namespace conformance::cli {

/// The command line of `conformance` over a toolbox: ours, or ours with what a user's program has added. Returns the exit code
/// (SPEC C1): 0 all as expected, 1 any other outcome, 2 usage, a broken harness, nothing selected or nothing compared.
int RunCli(int argc, const char* const* argv, const engine::Toolbox& toolbox);

}  // namespace conformance::cli
