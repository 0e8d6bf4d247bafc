#pragma once

#include <functional>

#include "framework/engine/toolbox.h"

namespace CLI {
class App;
}

namespace conformance::cli {

/// `conformance compare A.safetensors B.safetensors`: adds the command; what is returned runs it.
std::function<int()> AddCompare(CLI::App& app, const engine::Toolbox& toolbox);

}  // namespace conformance::cli
