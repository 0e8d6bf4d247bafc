#include "framework/engine/libraries.h"

#include <tbb/version.h>

namespace conformance::engine {

std::vector<std::pair<std::string, std::string>> Libraries() { return {{"tbb", TBB_runtime_version()}}; }

}  // namespace conformance::engine
