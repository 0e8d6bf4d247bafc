#include <array>

#include "framework/base/strings.h"
#include "framework/record/record.h"

namespace conformance::record {
namespace {

constexpr std::array<std::string_view, 11> kOutcomes = {"pass",        "fail",        "error",      "crash", "timeout", "out-of-memory",
                                                        "unsupported", "unavailable", "mistrusted", "flake", "skip"};
constexpr std::array<std::string_view, 10> kStages = {"load",   "decompose", "fuse",    "quantize", "trace",
                                                      "export", "check",     "prepare", "run",      "compare"};

template <typename Enum, size_t N>
std::optional<Enum> FromText(const std::array<std::string_view, N>& words, std::string_view text) {
  for (size_t i = 0; i < N; ++i) {
    if (words[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view ToString(Outcome outcome) { return kOutcomes[static_cast<size_t>(outcome)]; }
std::string_view ToString(Stage stage) { return kStages[static_cast<size_t>(stage)]; }
std::optional<Outcome> OutcomeFromString(std::string_view text) { return FromText<Outcome>(kOutcomes, text); }
std::optional<Stage> StageFromString(std::string_view text) { return FromText<Stage>(kStages, text); }

Outcome OutcomeOf(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kUnsupported: return Outcome::kUnsupported;
    case ErrorKind::kUnavailable: return Outcome::kUnavailable;
    case ErrorKind::kCrash: return Outcome::kCrash;
    case ErrorKind::kTimeout: return Outcome::kTimeout;
    case ErrorKind::kOutOfMemory: return Outcome::kOutOfMemory;
    default: return Outcome::kError;
  }
}

std::string CellId::ToString() const { return model + '/' + variant + '/' + exporter + '/' + backend + '/' + dtype; }

Result<CellId> ParseCellId(std::string_view text) {
  CellId id;
  std::string_view rest = text;
  for (std::string* part : {&id.dtype, &id.backend, &id.exporter, &id.variant}) {
    const size_t slash = rest.rfind('/');
    if (slash == std::string_view::npos) {
      return Invalid("not a cell id: '" + std::string(text) + "', want model/variant/exporter/backend/dtype");
    }
    *part = rest.substr(slash + 1);
    rest = rest.substr(0, slash);
    if (part->empty()) return Invalid("a cell id with an empty part: '" + std::string(text) + "'");
  }
  if (rest.empty()) return Invalid("a cell id without a model: '" + std::string(text) + "'");
  id.model = rest;
  return id;
}

std::string CellRecord::shown_word() const {
  if (outcome == Outcome::kPass) return unexpected ? "unexpected-pass" : "pass";
  return expected_kind == "expected_fail" && as_expected() ? "expected-fail" : std::string(record::ToString(outcome));
}

bool CellRecord::as_expected() const {
  if (unexpected) return false;
  switch (outcome) {
    case Outcome::kPass: return true;
    case Outcome::kUnavailable: return false;  // an expected failure that did not run has not failed
    case Outcome::kSkip: return expected_kind == "skip";
    default: return expected_kind == "expected_fail";
  }
}

std::vector<std::pair<std::string, int64_t>> RunRecord::Summary() const {
  std::vector<std::pair<std::string, int64_t>> counts;
  for (const std::string_view word : kOutcomes) counts.emplace_back(word, 0);
  counts.emplace_back("expected-fail", 0);
  counts.emplace_back("unexpected-pass", 0);
  for (const CellRecord& cell : cells) {
    const std::string word = cell.shown_word();
    for (auto& [name, count] : counts) count += name == word;
  }
  std::erase_if(counts, [](const auto& entry) { return entry.second == 0; });
  return counts;
}

}  // namespace conformance::record
