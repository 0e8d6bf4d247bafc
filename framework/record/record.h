#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"

namespace conformance::record {

/// How a cell ended (SPEC C1). Only kPass is green.
enum class Outcome : uint8_t {
  kPass, kFail, kError, kCrash, kTimeout, kOutOfMemory, kUnsupported, kUnavailable, kMistrusted, kFlake, kSkip,
};
/// Where it ended; kCompare for a cell that was judged to the end.
enum class Stage : uint8_t {
  kLoad, kDecompose, kFuse, kQuantize, kTrace, kExport, kCheck, kPrepare, kRun, kCompare,
};
std::string_view ToString(Outcome outcome);  ///< "pass", "fail", …, "out-of-memory"
std::string_view ToString(Stage stage);      ///< "load", …
std::optional<Outcome> OutcomeFromString(std::string_view text);
std::optional<Stage> StageFromString(std::string_view text);
/// The outcome that an error gives: kUnsupported, kUnavailable, kCrash, kTimeout, kOutOfMemory by its kind, else kError.
Outcome OutcomeOf(const Error& error);

/// Stable name of a cell: "model/variant/exporter/backend/dtype".
struct CellId {
  std::string model, variant, exporter, backend, dtype;
  std::string ToString() const;
  friend bool operator==(const CellId&, const CellId&) = default;
  friend auto operator<=>(const CellId&, const CellId&) = default;
};
/// Splits at the last four slashes (a model's name may hold slashes).
Result<CellId> ParseCellId(std::string_view text);

/// Error figures of one output at one shape. `oracle_*` are against the f64 reference; `budget_*` what its lane
/// allows; `close_*` what torch.testing.assert_close would say at its defaults for the dtype.
struct OutputFigures {
  std::string output;   ///< dotted name
  std::string dtype;
  std::vector<int64_t> shape;
  std::string assignment;  ///< "batch=3,sequence=11" or "" for the traced / recorded shape
  std::string outcome;     ///< "pass", "fail"
  std::string reason;      ///< empty when it passes
  double max_abs = 0;      ///< largest |y − f64|
  double max_rel = 0;      ///< largest |y − f64| / |f64|, zeros left out
  double rms = 0;          ///< root mean square of y − f64
  double reference_max_abs = 0;  ///< largest |f32 − f64|
  double reference_rms = 0;
  double worst_max_abs = 0;      ///< the same of the worst legal answer that the verdict had to look at
  double worst_rms = 0;
  int64_t members = 0;           ///< how many legal answers that were; 0: another lane
  std::string lane;              ///< "structure", "exact", "decision", "ensemble", "plain", "values", "contract"; rules stand in the cell's facts
  std::string warning;           ///< of an output that passes: what is near its limit
  int64_t zero_signs = 0;        ///< zeros of the other sign
  int64_t legal_choices = 0;     ///< discrete values that differ where the oracle hardly decides
  double budget_max_abs = 0;     ///< the bound that max_abs was held against
  double budget_rms = 0;
  double cosine = 1;
  double max_ulp = 0;            ///< against the f32 reference, in units of the last place of the dtype
  double close_rtol = 0, close_atol = 0;  ///< torch.testing.assert_close's defaults for the dtype
  int64_t close_mismatched = 0;  ///< elements outside them
  int64_t elements = 0;
  int64_t worst_index = -1;      ///< row-major, of max_abs
  Json ToJson() const;
  static Result<OutputFigures> FromJson(const Json& json);
};

/// One cell's result. Everything a report needs; written to the journal as one line.
struct CellRecord {
  CellId id;
  std::string model_class;   ///< "LlamaForCausalLM"
  std::string source;        ///< checkpoint folder or file as given on the command line; empty for mocks
  Outcome outcome = Outcome::kError;
  Stage stage = Stage::kLoad;
  std::string reason;        ///< cause, one line; empty for a plain pass
  std::string detail;        ///< further lines (error trail, last lines of a worker)
  std::string expected;      ///< id of the list entry that matched, or empty
  std::string expected_kind; ///< "skip", "disable_optimize", "expected_fail", "tolerance", or empty
  bool unexpected = false;   ///< the entry asked for another result
  double seconds = 0;        ///< work, waiting excluded
  std::map<std::string, double> stage_seconds;  ///< by stage name
  std::vector<OutputFigures> figures;
  std::vector<std::string> notes;   ///< "input_ids.size(0) was specialised to 2 …", drift warnings, ignored entries
  Json facts;                ///< free figures: artifact bytes, opset, node count, patches' hits, guards, versions
  std::string command;       ///< the one command that repeats it
  std::string shown_word() const;  ///< outcome, or "expected-fail" / "unexpected-pass" (SPEC C1)
  bool as_expected() const;  ///< pass, or not pass as a list entry says; a listed skip is as expected
  bool red() const { return !as_expected() && outcome != Outcome::kUnavailable; }  ///< a report is red because of it
  Json ToJson() const;
  static Result<CellRecord> FromJson(const Json& json);
};

/// One entry of a list that a run obeyed, whether it met a cell or not (cells name it in `expected`).
struct ListedEntry {
  std::string id;         ///< "expected_fail:gpt2/dynamic/*"
  std::string kind;       ///< "skip", "expected_fail", "disable_optimize", "tolerance"
  std::string pattern, reason, reference;
  std::string date;       ///< "2026-08-01": when it was last looked at
  std::string place;      ///< "expected_fail.json, entry 3"
  Json ToJson() const;
  static Result<ListedEntry> FromJson(const Json& json);
  friend bool operator==(const ListedEntry&, const ListedEntry&) = default;
};

/// What was to be run. Records of one plan can be put together, and only those.
struct RunPlan {
  std::string hash;                ///< of the ids in order; empty where a record tells nothing of its plan
  std::vector<std::string> cells;  ///< ids of the whole plan, in order
  Json config;                     ///< whatever a verdict depends on beside its cell: seed, options, lists
  int64_t shard = 0, shards = 1;   ///< the part of it that the record is of
  std::string division;            ///< hash of which cell is in which shard
  std::string Part() const;        ///< "2/4"
  /// Names the plan: sets `cells` and `hash`.
  void SetCells(std::vector<std::string> ids);
  Json ToJson() const;             ///< with `cells`
  static Result<RunPlan> FromJson(const Json& json);
};

/// One run: the only thing that reports read.
struct RunRecord {
  int64_t schema = 1;
  std::string version;       ///< Conformance's own
  std::map<std::string, std::string> versions;  ///< of runtimes and libraries met
  uint64_t seed = 0;
  std::string started;       ///< UTC, ISO 8601; the only wall-clock fields are this and seconds
  double seconds = 0;
  std::string command_line;
  std::vector<CellRecord> cells;      ///< in the plan's order
  int64_t planned = 0;       ///< cells that the run was to have; more than `cells` where it did not come to its end
  RunPlan plan;
  std::vector<std::string> left_out;  ///< ids that a budget left out, in the plan's order; not among those planned
  double budget_seconds = 0;          ///< 0: none
  std::string stopped;       ///< why the run ended before it was done, and how to go on; empty where it was done
  std::string broken;        ///< what the harness could not do, where the cells are there nevertheless; empty: nothing
  std::vector<ListedEntry> lists;     ///< all entries, in the order of their files
  std::vector<std::string> warnings;  ///< list entries that matched nothing, drift, unavailable backends
  /// Ids of the plan that are neither in `cells` nor left out, in order; of a shard's record those of other shards as well.
  std::vector<std::string> Missing() const;
  /// What a run lacks, gravest first: what broke, why it stopped, what is missing, what a budget left out.
  std::vector<std::string> Gaps() const;
  /// What a report says before its cells: gaps, then warnings.
  std::vector<std::string> Remarks() const;
  /// Count by shown word, in Outcome order, then "expected-fail" and "unexpected-pass"; zero counts left out.
  std::vector<std::pair<std::string, int64_t>> Summary() const;
  /// `summary`, `causes` (Clusters), `operators` (OperatorsOf, where there are tests of some) and `cells` as reports/record.schema.json says. Numbers that JSON has no word for are the strings "inf", "-inf", "nan".
  Json ToJson() const;
  static Result<RunRecord> FromJson(const Json& json);
};

}  // namespace conformance::record
