#pragma once

#include <string>
#include <utility>
#include <vector>

namespace conformance::engine {

/// Name and version of each library that this component is linked with: what is loaded.
std::vector<std::pair<std::string, std::string>> Libraries();

}  // namespace conformance::engine
