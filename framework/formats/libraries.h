#pragma once

#include <string>
#include <utility>
#include <vector>

namespace conformance::formats {

/// Name and version of each library that this component is linked with or built on; of shared ones what is loaded, where they tell it.
std::vector<std::pair<std::string, std::string>> Libraries();

}  // namespace conformance::formats
