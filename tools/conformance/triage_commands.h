#pragma once

#include <functional>

#include "framework/engine/toolbox.h"
#include "tools/conformance/commands.h"

namespace CLI {
class App;
}

namespace conformance::cli {

/// `conformance bisect`: the operator in which a cell diverges first, what it read, and which patch or fix made it.
std::function<int()> AddBisect(CLI::App& app, const engine::Toolbox& toolbox, const Invocation& invocation);
/// `conformance reduce`: a smaller model that fails in the same way.
std::function<int()> AddReduce(CLI::App& app, const engine::Toolbox& toolbox, const Invocation& invocation);
/// `conformance repro`: a folder that repeats a failure with public tools only.
std::function<int()> AddRepro(CLI::App& app, const engine::Toolbox& toolbox, const Invocation& invocation);
/// `conformance verify`: verdicts judged again from stored tensors.
std::function<int()> AddVerify(CLI::App& app, const engine::Toolbox& toolbox);

}  // namespace conformance::cli
