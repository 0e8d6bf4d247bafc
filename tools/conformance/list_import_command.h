#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace conformance::cli {

/// `conformance list import FILE`: adds the command below `list`; what is returned runs it.
std::function<int()> AddListImport(CLI::App& list);

}  // namespace conformance::cli
