#pragma once

#include <functional>

#include "framework/engine/toolbox.h"
#include "tools/conformance/commands.h"

namespace CLI {
class App;
}

namespace conformance::cli {

/// `conformance selftest`: how many injected faults the judge finds, and how many legal variants it refuses.
std::function<int()> AddSelftest(CLI::App& app, const engine::Toolbox& toolbox, const Invocation& invocation);

}  // namespace conformance::cli
