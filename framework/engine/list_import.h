#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/lists.h"

namespace conformance::engine {

/// One entry of another project's list, as that project wrote it.
struct ForeignEntry {
  std::string scope;    ///< "onnx.dynamic", "expected_run_failures", the word before a pytest id ("XFAIL"); may be empty
  std::string name;     ///< model class or test id
  std::string reason;   ///< may be empty
  std::string place;    ///< "line 12", "expected_run_failures, entry 3"
};

/// How a list is written.
///   hf-skips  Python: {scope: {class: reason}} assigned to `variable`; Hugging Face's EXPORT_SKIPS and ONNX_DISABLE_OPTIMIZE
///   pytest    lines of test ids; a reason is the comment behind the id, else the one above its block, else what follows " - "; a word
///             before the id ("XFAIL", "FAILED") as in pytest's short summary is its scope
///   json      {scope: {name: reason}}, {scope: [names]}, {name: reason} or [names]; a reason that is a word for an outcome ("fail-run",
///             "skip") is the scope's last part instead. What is neither (settings beside the lists) is left out where `scopes` choose.
std::vector<std::string> ForeignFormats();
/// Errors: as the readers of Python, text and JSON; kInvalid for an unknown format, naming the known ones.
Result<std::vector<ForeignEntry>> ReadForeignList(std::string_view format, std::string_view variable, std::string_view text,
                                                  std::string_view file);

/// What our lists ask for and others' don't have. Nothing is made up: what is missing here and there is an error that names the field.
struct ImportOptions {
  std::string format;
  std::string variable;              ///< hf-skips; empty: by `kind`
  ListKind kind = ListKind::kSkip;
  std::string reference;             ///< where their list is kept; of hf-skips each entry adds "EXPORT_SKIPS[scope]"
  std::string date;                  ///< when it was last looked at
  std::string reason;                ///< of entries without one
  std::string model_change_needed;   ///< skip: of entries whose reason has no such part (Hugging Face writes "TO" "DO: …")
  std::string upstream_bug;          ///< disable_optimize
  std::optional<double> atol, rtol;  ///< tolerance
  std::string outcome, stage;        ///< expected_fail
  /// Scopes that are taken, as shell patterns; empty: all.
  std::vector<std::string> scopes;
  /// The pattern over cell ids; {name}, {scope} and of a pytest id {file}, {class}, {test}, {param} are put in. Empty: `map`, else for
  /// hf-skips what HfPatterns says.
  std::string pattern;
  std::map<std::string, std::string> map;  ///< the same for one scope
};

/// Patterns over cell ids for a scope of Hugging Face's: "onnx.dynamic" is {"*/{name}/dynamic/transformers:onnx/*"}. Nothing for a scope
/// with a part that is not known.
std::vector<std::string> HfPatterns(std::string_view scope);

struct ImportedList {
  std::vector<ListEntry> entries;    ///< one for each pattern, sorted as they stand in the other list
  std::vector<std::string> notes;    ///< what was put together or left out
};

/// Takes the entries away whose patterns match none of `catalogue`, and notes how many.
void DropUnmatched(const std::vector<std::string>& catalogue, ImportedList& list);

/// Their list in our format. Errors: those of ReadForeignList; kInvalid naming entry and field (and the flag) for what is missing, for a scope
/// that has no pattern, and where nothing is left.
Result<ImportedList> ImportList(const std::filesystem::path& file, const ImportOptions& options);

}  // namespace conformance::engine
