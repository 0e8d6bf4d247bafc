#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// What makes two runs the same sweep. `config` holds everything that a verdict depends on; a journal is only continued where all
/// of it is equal.
struct JournalHeader {
  int64_t journal = 1;      ///< version of the format
  std::string version;      ///< Conformance's own
  std::string started;      ///< wall time of the first session
  int64_t cells = 0;
  std::string plan;         ///< hash of the cell ids in order
  Json config;
  int64_t shard = 0, shards = 1;
  Json ToJson() const;
  static Result<JournalHeader> FromJson(const Json& json);
};

/// What an earlier session left.
struct JournalContents {
  JournalHeader header;
  std::vector<record::CellRecord> cells;  ///< in the order in which they were written; a cell that stands twice counts once, the last
  double seconds = 0;                     ///< of all sessions together, up to the last verdict
  std::vector<std::string> warnings;      ///< damaged lines
  uint64_t good_bytes = 0;                ///< up to the end of the last whole line
};

/// Text of a journal file. A torn last line is left out; a damaged line before it is left out with a warning. Errors: kCorrupt where
/// there are verdicts but no header; kUnsupported for another version of the format. Nothing whole at all: an empty header
/// (journal 0).
Result<JournalContents> ParseJournal(std::string_view text, const std::string& file);

/// An append-only file of verdicts, one checksummed line each: "<16 hex digits> <json>\n". What `Append` has taken survives the end
/// of this process by any signal; the disk has it a second later at most.
class Journal {
 public:
  /// Starts or continues `folder`/journal.jsonl, which this process then holds alone. `resume`: what an earlier session left is put
  /// into `contents`; without it a journal that has a header is refused. Errors: kInvalid for a journal of another plan, naming what
  /// differs, or one that another process holds; kIo.
  static Result<std::unique_ptr<Journal>> Open(const std::filesystem::path& folder, const JournalHeader& header, bool resume,
                                               JournalContents& contents);
  virtual ~Journal() = default;
  /// One verdict, after `seconds` of the whole run. Errors: kIo; the file then ends before this line.
  virtual Status Append(const record::CellRecord& cell, double seconds) = 0;
  /// Waits until the disk has everything.
  virtual Status Sync() = 0;
};

/// File name in a run's folder.
inline constexpr std::string_view kJournalFile = "journal.jsonl";

/// One line of a journal.
std::string JournalLine(const Json& json);

}  // namespace conformance::engine
