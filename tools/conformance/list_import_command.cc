#include "tools/conformance/list_import_command.h"

#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "framework/base/strings.h"
#include "framework/engine/list_import.h"
#include "framework/engine/sweep.h"
#include "framework/formats/json.h"
#include "tools/conformance/suite.h"

namespace conformance::cli {
namespace {

struct ImportCommandOptions {
  std::string file, output, kind;
  std::vector<std::string> maps;
  SelectOptions select;
  engine::ImportOptions import;
};

// Ids of all cells of a suite.
Result<std::vector<std::string>> CatalogueOf(const engine::Toolbox& toolbox, const SelectOptions& select, const Invocation& invocation) {
  CONFORMANCE_TRY(const Suite suite, OpenSuite(toolbox, select, invocation));
  CONFORMANCE_TRY(const auto plan, engine::PlanSweep(toolbox, suite.cases, {}));
  std::vector<std::string> ids;
  for (const engine::PlannedCell& cell : plan) ids.push_back(cell.id.ToString());
  return ids;
}

int RunImport(const engine::Toolbox& toolbox, ImportCommandOptions options, const Invocation& invocation) {
  const auto kind = engine::ListKindFromString(options.kind);
  if (!kind) return Complain(Invalid("unknown --kind").With("found", options.kind).With("wanted", "skip, expected_fail, disable_optimize, tolerance"));
  options.import.kind = *kind;
  for (const std::string& text : options.maps) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) return Complain(Invalid("malformed --map").With("found", text).With("wanted", "SCOPE=PATTERN"));
    options.import.map[text.substr(0, equals)] = text.substr(equals + 1);
  }
  auto list = engine::ImportList(options.file, options.import);
  if (!list.ok()) return Complain(list.error());
  if (!options.select.suite.empty()) {
    const auto catalogue = CatalogueOf(toolbox, options.select, invocation);
    if (!catalogue.ok()) return Complain(catalogue.error());
    engine::DropUnmatched(*catalogue, *list);
    if (list->entries.empty()) return Complain(Invalid("no entry matches a cell of the suite").With("file", options.file).With("suite", options.select.suite));
  }
  const std::string text = formats::WriteJson(engine::ListToJson(*kind, list->entries), 2) + "\n";
  if (const Status status = WriteOutput(options.output, text); !status.ok()) return Complain(status.error());
  for (const std::string& note : list->notes) std::fprintf(stderr, "note: %s\n", note.c_str());
  std::fprintf(stderr, "%zu entries of kind %s from %s\n", list->entries.size(), options.kind.c_str(), options.file.c_str());
  return 0;
}

}  // namespace

std::function<int()> AddListImport(CLI::App& list, const engine::Toolbox& toolbox, const Invocation& invocation) {
  CLI::App* import = list.add_subcommand("import", "another project's skip or expectation list, as one of ours");
  import->footer(
      "Formats: hf-skips (Hugging Face's EXPORT_SKIPS and ONNX_DISABLE_OPTIMIZE in a Python file), pytest (lines of test ids with\n"
      "comments, or pytest's short summary), json ({scope: {name: reason}}, {scope: [names]}). What our lists require and theirs do not\n"
      "have is asked for; nothing is made up. The audit then finds which of the entries hold here.\n\n"
      "  conformance list import tests/exporters/test_export.py --format hf-skips --kind skip --date 2026-08-01 \\\n"
      "    --reference https://github.com/huggingface/transformers --model-change-needed 'not said there' --output skips.json\n"
      "  conformance list import expected.txt --format pytest --kind expected_fail --pattern '{param}/*' …");
  const auto options = std::make_shared<ImportCommandOptions>();
  engine::ImportOptions& ours = options->import;
  import->add_option("FILE", options->file, "their list")->required();
  import->add_option("--format", ours.format, Join(engine::ForeignFormats(), ", "))->required();
  import->add_option("--kind", options->kind, "skip, expected_fail, disable_optimize, tolerance")->required();
  import->add_option("--output,-o", options->output, "file of our list; - is standard output")->required();
  const char* fields = "Fields that their list does not have";
  import->add_option("--reference", ours.reference, "where their list is kept")->group(fields);
  import->add_option("--date", ours.date, "when it was last looked at: 2026-08-01")->group(fields);
  import->add_option("--reason", ours.reason, "of entries without one")->group(fields);
  import->add_option("--model-change-needed", ours.model_change_needed, "skip: of entries that do not say it")->group(fields);
  import->add_option("--upstream-bug", ours.upstream_bug, "disable_optimize: link")->group(fields);
  import->add_option("--atol", ours.atol, "tolerance")->group(fields);
  import->add_option("--rtol", ours.rtol, "tolerance")->group(fields);
  import->add_option("--outcome", ours.outcome, "expected_fail: the only outcome that is expected")->group(fields);
  import->add_option("--stage", ours.stage, "expected_fail: likewise")->group(fields);
  const char* which = "Which entries, and which of our cells";
  import->add_option("--variable", ours.variable, "hf-skips: the Python name (default: by --kind)")->group(which);
  import->add_option("--scope", ours.scopes, "pattern over their scopes (may be repeated)")->expected(1)->take_all()->group(which);
  import->add_option("--pattern", ours.pattern, "over cell ids, with {name}, {scope}; of a pytest id {file}, {class}, {test}, {param}")->group(which);
  import->add_option("--map", options->maps, "SCOPE=PATTERN: the same for one scope (may be repeated)")->expected(1)->take_all()->group(which);
  import->add_option("--suite", options->select.suite, "a suite file: entries that match none of its cells are left out")->group(which);
  return [options, &toolbox, &invocation] { return RunImport(toolbox, *options, invocation); };
}

}  // namespace conformance::cli
