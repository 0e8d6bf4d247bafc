#pragma once

namespace conformance::cli {

/// Conformance's own version, "0.1.0"; from the project's CMakeLists.txt.
extern const char* const kVersion;

}  // namespace conformance::cli
