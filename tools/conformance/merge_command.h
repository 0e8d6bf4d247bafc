#pragma once

#include <functional>

#include "framework/engine/toolbox.h"

namespace CLI {
class App;
}

namespace conformance::cli {

/// `conformance merge RUN…`: adds the command; what is returned runs it.
std::function<int()> AddMerge(CLI::App& app, const engine::Toolbox& toolbox);

}  // namespace conformance::cli
