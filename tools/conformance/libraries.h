#pragma once

#include <vector>

#include "framework/engine/toolbox.h"

namespace conformance::cli {

/// The libraries that this program is made of, against tools/packages.txt and tools/third_party.txt.
std::vector<engine::LibraryInfo> LinkedLibraries();

}  // namespace conformance::cli
