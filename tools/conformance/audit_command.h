#pragma once

#include <functional>

#include "framework/engine/toolbox.h"
#include "tools/conformance/commands.h"

namespace CLI {
class App;
}

namespace conformance::cli {

/// `conformance audit [MODEL…]`: adds the command; what is returned runs it.
std::function<int()> AddAudit(CLI::App& app, const engine::Toolbox& toolbox, const Invocation& invocation);

}  // namespace conformance::cli
