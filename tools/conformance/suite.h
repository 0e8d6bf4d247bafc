#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/case.h"
#include "framework/engine/lists.h"
#include "framework/engine/toolbox.h"
#include "tools/conformance/commands.h"

namespace conformance::cli {

/// The folder that holds `suites/` and `fixtures/`: the environment variable CONFORMANCE_DATA, else beside the program (a checkout
/// that it was built in, or ../share/conformance of an installation). Errors: kNotFound says what was looked for.
Result<std::filesystem::path> DataFolder(const Invocation& invocation);

/// Cases with the lists that belong to them.
struct Suite {
  std::string name;
  std::vector<std::shared_ptr<const engine::Case>> cases;
  std::vector<engine::ListEntry> lists;
  std::vector<std::string> relations;  ///< engine::Selection::relations
};

/// What `options` names: folders and files as they are given, or a suite file; neither: the suite of the exporters that are selected, where they
/// have one of their own, else the shipped one. A suite file is JSON: {"name": …, "cases": [folder patterns], "lists": [files or folders],
/// "classes": [rows of engine::MakeClassCase], "judge": the reference of those rows, "relations": [patterns of relations' cells that run with the
/// others]}, paths relative to the file's folder (the shipped
/// one's: to the data folder); of a pattern's folders those with a config.json count.
/// Errors name file, place, found and wanted.
Result<Suite> OpenSuite(const engine::Toolbox& toolbox, const SelectOptions& options, const Invocation& invocation);

}  // namespace conformance::cli
