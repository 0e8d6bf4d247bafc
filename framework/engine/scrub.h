#pragma once

#include <filesystem>

#include "framework/record/record.h"

namespace conformance::engine {

/// Files of a run go with it, and their folder has another name each time: the record names them without it.
void Scrub(record::CellRecord& record, const std::filesystem::path& artifacts);

}  // namespace conformance::engine
