#include "framework/engine/ending.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "framework/engine/worker_errors.h"

namespace conformance::engine {
namespace {

using record::Outcome;
using record::Stage;

/// A runtime's message may have many lines.
std::string OnOneLine(std::string_view text) {
  std::vector<std::string> lines;
  for (const std::string& line : Split(text, '\n')) {
    if (const auto trimmed = Trim(line); !trimmed.empty()) lines.emplace_back(trimmed);
  }
  return Join(lines, " ");
}

}  // namespace

Outcome OutcomeAt(Stage stage, const Error& error) {
  const Outcome outcome = record::OutcomeOf(error);
  if (outcome != Outcome::kError) return outcome;
  if (stage != Stage::kCheck && stage != Stage::kPrepare && stage != Stage::kRun) return Outcome::kError;
  switch (error.kind()) {
    case ErrorKind::kInvalid:
    case ErrorKind::kShape:
    case ErrorKind::kType:
    case ErrorKind::kNotFound:
    case ErrorKind::kCorrupt: return Outcome::kFail;
    default: return Outcome::kError;
  }
}

void Describe(const Error& error, Ending& ending) {
  ending.reason = OnOneLine(error.message());
  std::string facts;
  for (const auto& [name, value] : error.facts()) {
    if (name == kLastLines) ending.detail += value + '\n';
    else facts += (facts.empty() ? "" : ", ") + name + ": " + OnOneLine(value);
  }
  if (!facts.empty()) ending.reason += " (" + facts + ")";
  for (const std::string& line : error.trail()) ending.detail += line + '\n';
  while (!ending.detail.empty() && ending.detail.back() == '\n') ending.detail.pop_back();
}

void AddOnce(std::vector<std::string>& notes, const std::string& note) {
  if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
}

}  // namespace conformance::engine
