#pragma once

#include <string>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/record/record.h"

namespace conformance::engine {

/// How one way through a cell (with or without optimisation) ended.
struct Ending {
  record::Outcome outcome = record::Outcome::kError;
  record::Stage stage = record::Stage::kLoad;
  std::string reason;
  std::string detail;
  std::vector<record::OutputFigures> figures;
  std::vector<std::string> notes;
  Json facts = Json::MakeObject();
  bool default_would_pass = false;  ///< with a tolerance entry: the default bound holds as well
};

/// An artifact that its own checker, loader or runtime refuses is a failure of the model's export; what goes wrong before or beside is
/// an error of ours.
record::Outcome OutcomeAt(record::Stage stage, const Error& error);

/// Cause on one line; the trail and what a worker printed last go below.
void Describe(const Error& error, Ending& ending);

void AddOnce(std::vector<std::string>& notes, const std::string& note);

}  // namespace conformance::engine
