#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// What makes two runs the same sweep. A journal is only continued where all of it is equal.
struct JournalHeader {
  int64_t journal = 2;      ///< version of the format
  std::string version;      ///< Conformance's own
  std::string started;      ///< wall time of the first session
  record::RunPlan plan;
  int64_t planned = 0;      ///< cells that this journal is to have
  double budget_seconds = 0;
  std::vector<std::string> left_out;  ///< by the budget
  Json ToJson() const;
  static Result<JournalHeader> FromJson(const Json& json);
};

/// One process at work on a journal.
struct JournalSession {
  int64_t pid = 0;
  std::string host;
  std::string command_line;
  std::map<std::string, std::string> versions;  ///< as RunRecord::versions
  std::vector<std::string> warnings;
  std::vector<record::ListedEntry> lists;       ///< as RunRecord::lists
  Json ToJson() const;
  static Result<JournalSession> FromJson(const Json& json);
};

/// What earlier sessions left.
struct JournalContents {
  JournalHeader header;
  JournalSession session;                 ///< the last
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
  /// Starts or continues the journal of `header.plan`'s part in `folder`, which this process then holds alone; journals of other parts
  /// of the same sweep may lie beside it. `resume`: what earlier sessions left is put into `contents`; without it a journal that has a
  /// header is refused. Errors: kInvalid for a journal of another plan or beside those of another, naming what differs, or one that
  /// another process holds, naming that; kIo.
  static Result<std::unique_ptr<Journal>> Open(const std::filesystem::path& folder, const JournalHeader& header, JournalSession session,
                                               bool resume, JournalContents& contents);
  virtual ~Journal() = default;
  /// One verdict, after `seconds` of the whole run. Errors: kIo; the file then ends before this line.
  virtual Status Append(const record::CellRecord& cell, double seconds) = 0;
  /// Waits until the disk has everything. Errors: kIo, also where the disk refused what it had taken before.
  virtual Status Sync() = 0;
};

/// File names in a run's folder: of a whole plan, and of any part ("journal-2-of-4.jsonl").
inline constexpr std::string_view kJournalFile = "journal.jsonl";
std::string JournalFileOf(const record::RunPlan& plan);
/// The journals in a folder, by name. Errors: kIo for a folder that cannot be read.
Result<std::vector<std::filesystem::path>> JournalsIn(const std::filesystem::path& folder);

/// One line of a journal.
std::string JournalLine(const Json& json);

}  // namespace conformance::engine
