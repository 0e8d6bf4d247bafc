// An export format of this project's own, for the example: the program's node targets as a text file, one a line. It says enough
// for people and nothing for a machine, so its backend only runs what was exported in the same process.
#pragma once

#include <memory>

#include "framework/ports/backend.h"
#include "framework/ports/exporter.h"

namespace consumer {

inline constexpr std::string_view kFormat = "listing";

std::unique_ptr<conformance::ports::Exporter> MakeListingExporter();
std::unique_ptr<conformance::ports::ExportConfig> MakeListingConfig();

/// Runs a listing on `runner`, a backend that takes programs, and adds `offset` to every floating output: 0 is right, anything
/// else must be found out.
std::unique_ptr<conformance::ports::Backend> MakeListingBackend(std::string name,
                                                                std::shared_ptr<const conformance::ports::Backend> runner,
                                                                double offset);

}  // namespace consumer
