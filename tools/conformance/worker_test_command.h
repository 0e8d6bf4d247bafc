#pragma once

#include <functional>

#include "framework/engine/toolbox.h"

namespace CLI {
class App;
}

namespace conformance::cli {

/// `conformance worker-test -- COMMAND…`: adds the command; what is returned runs it.
std::function<int()> AddWorkerTest(CLI::App& app, const engine::Toolbox& toolbox);

}  // namespace conformance::cli
