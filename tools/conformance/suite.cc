#include "tools/conformance/suite.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "framework/base/strings.h"
#include "framework/cases/adjusted_case.h"
#include "framework/cases/onnx_test_case.h"
#include "framework/cases/open.h"
#include "framework/engine/checkpoint_case.h"
#include "framework/engine/class_case.h"
#include "framework/formats/json.h"
#include "framework/reduce/exact_case.h"
#include "tools/conformance/foreign_folder.h"

namespace conformance::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kShippedSuite = "suites/sets/shipped.json";
constexpr const char* kOperatorUse = "suites/onnx/operator_use.json";

bool IsDataFolder(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kShippedSuite, ignored);
}

// Folders that match a pattern like "fixtures/golden/*", by name; only the last part may hold wildcards.
Result<std::vector<fs::path>> Expand(const fs::path& root, const std::string& pattern, const std::string& file) {
  const fs::path whole = root / pattern;
  const std::string last = whole.filename().string();
  if (last.find_first_of("*?[") == std::string::npos) {
    if (!fs::is_directory(whole)) return NotFound("a suite names a folder that is not there").With("file", file).With("found", pattern);
    return std::vector<fs::path>{whole};
  }
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(whole.parent_path(), error)) {
    if (entry.is_directory() && GlobMatch(last, entry.path().filename().string()) && fs::exists(entry.path() / "config.json")) {
      folders.push_back(entry.path());
    }
  }
  std::ranges::sort(folders);
  if (folders.empty()) {
    return NotFound("a suite's pattern matches no checkpoint folder").With("file", file).With("found", pattern);
  }
  return folders;
}

Status AddLists(const fs::path& path, std::vector<engine::ListEntry>& lists) {
  CONFORMANCE_TRY(auto entries, fs::is_directory(path) ? engine::ReadLists(path) : engine::ReadList(path));
  lists.insert(lists.end(), entries.begin(), entries.end());
  return Ok();
}

// Rows of "classes"; `words` select the suite on a command line.
Status AddClasses(const Json& rows, const std::string& judge, const std::vector<std::string>& words, Suite& suite) {
  if (!rows.IsArray()) return Invalid("\"classes\" is no array").With("found", std::string(Json::KindName(rows.kind())));
  std::set<std::string> names;
  for (size_t i = 0; i < rows.AsArray().size(); ++i) {
    const Json& row = rows.AsArray()[i];
    std::vector<std::string> own = words;
    const auto name = row.GetString("name");
    if (name.ok()) own.insert(own.end(), {"--filter", *name + "/*"});
    auto made = engine::MakeClassCase(row, judge, std::move(own));
    if (!made.ok()) return std::move(made).error().With("place", "row " + std::to_string(i + 1) + " of \"classes\"");
    if (!names.insert((*made)->Info().name).second) return Invalid("two classes of a suite have one name").With("found", (*made)->Info().name);
    suite.cases.push_back(*std::move(made));
  }
  return Ok();
}

Status OpenSuiteFile(const engine::Toolbox& toolbox, const fs::path& root, const fs::path& file, const std::vector<std::string>& words,
                     Suite& suite) {
  CONFORMANCE_TRY(const Json json, formats::ReadJson(file));
  for (const auto& [key, value] : json.IsObject() ? json.AsObject() : Json::Object{}) {
    if (key != "name" && key != "cases" && key != "lists" && key != "classes" && key != "judge" && key != "relations") {
      return Invalid("unknown key in a suite file")
          .With("file", file.string())
          .With("found", key)
          .With("wanted", "name, cases, classes, judge, lists, relations");
    }
  }
  const auto named = [&](Error error) { return std::move(error).With("file", file.string()); };
  auto name = json.GetString("name");
  if (!name.ok()) return named(name.error());
  suite.name = *name;
  if (const Json* classes = json.Find("classes")) {
    auto judge = json.GetString("judge");
    if (!judge.ok()) return named(judge.error());
    if (const Status status = AddClasses(*classes, *judge, words, suite); !status.ok()) return named(status.error());
  }
  const auto cases = json.Has("classes") && !json.Has("cases") ? Result<std::vector<std::string>>(std::vector<std::string>())
                                                               : json.GetStrings("cases");
  if (!cases.ok()) return named(cases.error());
  for (const std::string& pattern : *cases) {
    CONFORMANCE_TRY(const auto folders, Expand(root, pattern, file.string()));
    for (const fs::path& folder : folders) {
      CONFORMANCE_TRY(auto opened, engine::OpenCheckpointCase(folder, toolbox.models));
      suite.cases.push_back(std::move(opened));
    }
  }
  if (json.Has("relations")) {
    auto relations = json.GetStrings("relations");
    if (!relations.ok()) return named(relations.error());
    suite.relations = *std::move(relations);
  }
  if (json.Has("lists")) {
    auto lists = json.GetStrings("lists");
    if (!lists.ok()) return named(lists.error());
    for (const std::string& list : *lists) CONFORMANCE_RETURN_IF_ERROR(AddLists(root / list, suite.lists));
  }
  return Ok();
}

Result<cases::FileOptions> FileOptionsOf(const SelectOptions& options) {
  cases::FileOptions file;
  file.inputs = options.inputs;
  file.expected = options.expected;
  file.judge = options.reference;
  for (const std::string& text : options.sizes) {
    const size_t equals = text.rfind('=');
    const auto size = equals == std::string::npos ? std::nullopt : ParseInt(std::string_view(text).substr(equals + 1));
    if (!size || *size < 0) return Invalid("malformed --size").With("found", text).With("wanted", "DIMENSION=SIZE");
    file.sizes[text.substr(0, equals)] = *size;
  }
  return file;
}

// How often models use an operator: as --operator-use has it, else as the zoo's exports do. None where the program stands alone.
Result<cases::OperatorUse> UseOf(const SelectOptions& options, const Invocation& invocation) {
  if (!options.operator_use.empty()) return cases::ReadOperatorUse(options.operator_use);
  const auto data = DataFolder(invocation);
  if (!data.ok()) return cases::OperatorUse();
  return cases::ReadOperatorUse(*data / kOperatorUse);
}

// Models and folders of tests that the command line names.
Status OpenGiven(const engine::Toolbox& toolbox, const SelectOptions& options, const Invocation& invocation, Suite& suite) {
  CONFORMANCE_TRY(const cases::FileOptions file, FileOptionsOf(options));
  if (!options.against.empty() && !options.expected.empty()) return Invalid("--against and --expected exclude each other");
  std::shared_ptr<const engine::Case> measure;
  if (!options.against.empty()) {
    cases::FileOptions other;
    other.judge = options.reference;
    CONFORMANCE_TRY(measure, cases::OpenCase(options.against, other, toolbox));
  }
  for (const std::string& path : options.models) {
    if (fs::path(path).extension() == ".pte" && !measure && file.expected.empty()) {
      return Invalid("nothing judges a .pte by itself: name its --expected outputs, or what it is held --against").With("file", path);
    }
    CONFORMANCE_TRY(auto opened, OpenForeignFolder(toolbox, options, invocation, path));
    if (!opened) {
      CONFORMANCE_TRY(opened, cases::OpenCase(path, file, toolbox));
    }
    suite.cases.push_back(measure ? cases::Against(std::move(opened), measure) : std::move(opened));
  }
  cases::OperatorUse use;
  if (!options.onnx_tests.empty()) {
    CONFORMANCE_TRY(use, UseOf(options, invocation));
  }
  for (const std::string& folder : options.onnx_tests) {
    CONFORMANCE_TRY(auto tests, cases::OpenOnnxTests(folder, use));
    suite.cases.insert(suite.cases.end(), tests.begin(), tests.end());
  }
  return Ok();
}

// The suite of the exporters that are asked for, where all of them have the same; else the shipped one.
std::string SuiteOf(const engine::Toolbox& toolbox, const engine::Selection& selection) {
  std::set<std::string> suites;
  for (const std::string& pattern : selection.exporters) {
    if (GlobMatch(pattern, "none")) suites.insert("");
    for (const auto& exporter : toolbox.exporters.All()) {
      if (GlobMatch(pattern, exporter->Name())) suites.insert(exporter->Capabilities().suite);
    }
  }
  return suites.size() == 1 && !suites.begin()->empty() ? *suites.begin() : kShippedSuite;
}

}  // namespace

Result<fs::path> DataFolder(const Invocation& invocation) {
  if (const char* given = std::getenv("CONFORMANCE_DATA"); given != nullptr && *given != '\0') {
    if (IsDataFolder(given)) return fs::path(given);
    return NotFound("CONFORMANCE_DATA holds no shipped suite").With("found", given).With("wanted", kShippedSuite);
  }
  const fs::path program(invocation.program);
  for (fs::path folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (IsDataFolder(folder)) return folder;
    if (IsDataFolder(folder / "share/conformance")) return folder / "share/conformance";
  }
  return NotFound("the shipped suite is not beside the program; name checkpoint folders, or set CONFORMANCE_DATA")
      .With("program", invocation.program)
      .With("wanted", kShippedSuite);
}

Result<Suite> OpenSuite(const engine::Toolbox& toolbox, const SelectOptions& options, const Invocation& invocation) {
  Suite suite;
  if (!options.models.empty() || !options.onnx_tests.empty()) {
    if (!options.suite.empty()) return Invalid("models and --suite exclude each other").With("found", options.suite);
    suite.name = "command line";
    CONFORMANCE_RETURN_IF_ERROR(OpenGiven(toolbox, options, invocation, suite));
  } else if (!options.inputs.empty() || !options.expected.empty() || !options.sizes.empty() || !options.against.empty() ||
             !options.reference.empty()) {
    return Invalid("--inputs, --expected, --size, --against and --reference need a model");
  } else if (!options.suite.empty()) {
    const fs::path file(options.suite);
    CONFORMANCE_RETURN_IF_ERROR(OpenSuiteFile(toolbox, file.has_parent_path() ? file.parent_path() : fs::path("."), file,
                                              {"--suite", options.suite}, suite));
  } else {
    CONFORMANCE_TRY(const fs::path root, DataFolder(invocation));
    const fs::path file = root / SuiteOf(toolbox, options.selection);
    // As with --suite: a catalogue's paths are relative to its own folder.
    const fs::path base = file == root / kShippedSuite ? root : file.parent_path();
    CONFORMANCE_RETURN_IF_ERROR(OpenSuiteFile(toolbox, base, file, {}, suite));
  }
  if (options.exact) {
    std::vector<std::shared_ptr<const engine::Case>> parts;
    for (const auto& whole : suite.cases) {
      if (reduce::CanHaveExactPart(*whole)) parts.push_back(reduce::ExactCaseOf(whole, toolbox));
    }
    if (parts.empty()) return Invalid("--exact is for checkpoint folders of known classes and .pt2 files");
    suite.cases = std::move(parts);
    suite.lists.clear();  // they are about whole models
  }
  for (const std::string& list : options.lists) CONFORMANCE_RETURN_IF_ERROR(AddLists(list, suite.lists));
  return suite;
}

}  // namespace conformance::cli
