#pragma once

#include <filesystem>
#include <memory>

#include "framework/base/result.h"
#include "framework/engine/case.h"
#include "framework/engine/toolbox.h"
#include "tools/conformance/commands.h"

namespace conformance::cli {

/// A checkpoint folder whose class has no definition here (or a config that ours refuses), as a case of the exporters that `options` ask for
/// and that build models themselves: their suite's row of the class plans its inputs, and the suite's judge, or --reference, judges it.
/// Null where the class is ours, where no such exporter is asked for, and for what is no checkpoint folder.
/// Errors name file, place, found and wanted.
Result<std::shared_ptr<const engine::Case>> OpenForeignFolder(const engine::Toolbox& toolbox, const SelectOptions& options,
                                                              const Invocation& invocation, const std::filesystem::path& folder);

}  // namespace conformance::cli
