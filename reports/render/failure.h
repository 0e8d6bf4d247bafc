#pragma once

#include <string>

#include "framework/record/record.h"

namespace conformance::reports {

/// What every renderer says of a cell that is not as it should be: cause, cell, figure, and the one command that repeats it.
struct Failure {
  std::string word;     ///< the shown word: "fail"
  std::string cell;     ///< id
  std::string stage;    ///< "compare"
  std::string cause;    ///< the reason; never empty
  std::string figure;   ///< of the output that is furthest over its bound; empty where nothing was compared
  std::string command;  ///< empty where the record has none
  /// "cause\n", "figure: …\n", "cell: …\n", "repeat: …\n", without the empty ones.
  std::string Text() const;
};
Failure FailureOf(const record::CellRecord& cell);

/// What a run lacks to be green, whatever its cells say: "nothing was run", "5 of 12 cells were not run". Empty: nothing.
std::string NotRun(const record::RunRecord& run);

/// The whole verdict in words: "all as expected", "not as expected", "nothing was run", … Green means that something was compared, that all
/// of the plan was run and that no cell is red.
struct Verdict {
  bool green = false;
  std::string words;
};
Verdict VerdictOf(const record::RunRecord& run);

/// "3.14e-05", three digits.
std::string FigureText(double value);

}  // namespace conformance::reports
