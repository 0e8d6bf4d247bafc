#pragma once

#include "framework/engine/toolbox.h"

namespace conformance::cli {

/// Everything that Conformance ships, in plain order. To add a part: one line here, or `toolbox.backends.Add(…)` in a program of
/// your own that then calls RunCli.
engine::Toolbox DefaultToolbox();

}  // namespace conformance::cli
