#pragma once

#include <functional>

#include "framework/engine/toolbox.h"
#include "tools/conformance/commands.h"

namespace CLI {
class App;
}

namespace conformance::cli {

/// `conformance list import FILE`: adds the command below `list`; what is returned runs it.
std::function<int()> AddListImport(CLI::App& list, const engine::Toolbox& toolbox, const Invocation& invocation);

}  // namespace conformance::cli
