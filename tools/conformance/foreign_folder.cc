#include "tools/conformance/foreign_folder.h"

#include <string>
#include <system_error>

#include "framework/base/strings.h"
#include "framework/engine/class_case.h"
#include "framework/formats/json.h"
#include "tools/conformance/suite.h"

namespace conformance::cli {
namespace {

namespace fs = std::filesystem;

/// Name and type of the class; empty where the config tells none.
struct ClassNames {
  std::string model_class, model_type;
};

ClassNames NamesOf(const Json& config) {
  ClassNames names;
  if (const Json* list = config.Find("architectures"); list && list->IsArray() && !list->AsArray().empty() && list->AsArray()[0].IsString()) {
    names.model_class = list->AsArray()[0].AsString();
  }
  if (const Json* type = config.Find("model_type"); type && type->IsString()) names.model_type = type->AsString();
  return names;
}

bool IsOurs(const engine::Toolbox& toolbox, const Json& config, const fs::path& file) {
  const auto model_class = toolbox.models.Resolve(config, file);
  return model_class.ok() && (*model_class)->make(config, file).ok();
}

/// An exporter that is asked for and takes folders as they are.
const ports::Exporter* Asked(const engine::Toolbox& toolbox, const std::vector<std::string>& patterns) {
  for (const auto& exporter : toolbox.exporters.All()) {
    if (!exporter->Capabilities().exports_checkpoints) continue;
    for (const std::string& pattern : patterns) {
      if (GlobMatch(pattern, exporter->Name())) return exporter.get();
    }
  }
  return nullptr;
}

/// The suite's row of the class: of the same model type where there is one. Null: none.
Json RowOf(const Json& suite, const ClassNames& names) {
  Json row;
  const Json* classes = suite.Find("classes");
  for (const Json& candidate : classes && classes->IsArray() ? classes->AsArray() : Json::Array{}) {
    const auto model_class = candidate.GetString("class");
    if (!model_class.ok() || *model_class != names.model_class) continue;
    const auto type = candidate.GetString("model_type");
    const bool same = type.ok() && *type == names.model_type;
    if (row.IsNull() || same) row = candidate;
    if (same) break;
  }
  return row;
}

}  // namespace

Result<std::shared_ptr<const engine::Case>> OpenForeignFolder(const engine::Toolbox& toolbox, const SelectOptions& options,
                                                              const Invocation& invocation, const fs::path& folder) {
  const std::shared_ptr<const engine::Case> none;
  std::error_code ignored;
  const fs::path file = folder / "config.json";
  const ports::Exporter* exporter = Asked(toolbox, options.selection.exporters);
  if (exporter == nullptr || !fs::is_regular_file(file, ignored)) return none;
  const auto config = formats::ReadJson(file);
  if (!config.ok() || IsOurs(toolbox, *config, file)) return none;
  const ClassNames names = NamesOf(*config);
  if (names.model_class.empty()) return none;
  Json row;
  std::string judge = options.reference;
  if (const std::string suite = exporter->Capabilities().suite; !suite.empty()) {
    CONFORMANCE_TRY(const fs::path data, DataFolder(invocation));
    CONFORMANCE_TRY(const Json json, formats::ReadJson(data / suite));
    row = RowOf(json, names);
    if (judge.empty()) {
      CONFORMANCE_TRY(judge, json.GetString("judge"));
    }
  }
  if (judge.empty()) {
    return Invalid("nothing judges a class that has no definition here: name a --reference")
        .With("folder", folder.string())
        .With("class", names.model_class)
        .With("wanted", Join(toolbox.references.Names(), ", "));
  }
  return engine::OpenForeignCheckpoint(folder, names.model_class, row, judge);
}

}  // namespace conformance::cli
