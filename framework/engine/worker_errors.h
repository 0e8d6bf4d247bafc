#pragma once

#include <string_view>

namespace conformance::engine {

/// Name of the fact under which an error carries what a worker printed last on its standard error.
inline constexpr std::string_view kLastLines = "last lines";

}  // namespace conformance::engine
