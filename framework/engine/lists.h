#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/ports/comparator.h"
#include "framework/record/record.h"

namespace conformance::engine {

enum class ListKind : uint8_t { kSkip, kExpectedFail, kDisableOptimize, kTolerance };
std::string_view ToString(ListKind kind);  ///< "skip", "expected_fail", "disable_optimize", "tolerance"
std::optional<ListKind> ListKindFromString(std::string_view text);

/// One known deviation (SPEC C3). Which fields an entry must have depends on its kind; one without them does not load.
struct ListEntry {
  ListKind kind = ListKind::kExpectedFail;
  std::string pattern;    ///< shell pattern over the cell id
  std::string reason;
  std::string reference;  ///< link or place where it is discussed
  std::string date;       ///< "2026-08-01": when it was last looked at
  std::string model_change_needed;  ///< skip: what to change in the model
  std::string upstream_bug;         ///< disable_optimize: link
  std::optional<record::Outcome> outcome;  ///< expected_fail: the only outcome that is expected; none: any
  std::optional<record::Stage> stage;      ///< expected_fail: likewise
  ports::PlainTolerance tolerance;         ///< tolerance
  std::string output;                      ///< tolerance: pattern over output names; "*" for all
  std::string id;    ///< "expected_fail:gpt2/dynamic/*": what records name it by
  std::string place; ///< "expected_fail.json, entry 3", for messages
  std::filesystem::path file;  ///< that it was read from, as it was given; empty for one that was made in memory
  size_t index = 0;            ///< in that file, from 0
};

/// Reads one list file: {"kind": "skip", "entries": [{"pattern": …, "reason": …, "reference": …, "date": …, …}]}.
/// Errors: those of reading JSON; kInvalid naming file, entry and field for a field that is missing, unknown or of the wrong kind, a
/// date that is none, a pattern that stands twice.
Result<std::vector<ListEntry>> ReadList(const std::filesystem::path& file);
Result<std::vector<ListEntry>> ParseList(const Json& json, std::string_view file);
/// All *.json of a folder, by name.
Result<std::vector<ListEntry>> ReadLists(const std::filesystem::path& folder);
/// What a record keeps of an entry, for reports.
record::ListedEntry ListedFor(const ListEntry& entry);
/// One list file's JSON: what `ParseList` reads.
Json ListToJson(ListKind kind, const std::vector<ListEntry>& entries);

/// Lists with the cells that they may match.
class Lists {
 public:
  Lists() = default;
  explicit Lists(std::vector<ListEntry> entries) : entries_(std::move(entries)) {}
  const std::vector<ListEntry>& entries() const { return entries_; }
  /// The first entry of that kind whose pattern matches, or null.
  const ListEntry* Find(ListKind kind, std::string_view cell_id) const;
  /// Entries that match none of `catalogue`, each as a text that names file, entry, pattern and the nearest id.
  std::vector<std::string> Unmatched(const std::vector<std::string>& catalogue) const;

 private:
  std::vector<ListEntry> entries_;
};

}  // namespace conformance::engine
