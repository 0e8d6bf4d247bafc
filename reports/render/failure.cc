#include "reports/render/failure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "framework/base/strings.h"

namespace conformance::reports {
namespace {

using record::CellRecord;
using record::Outcome;
using record::OutputFigures;

/// How far over its bound; outputs without one (integers, structure) come first.
double Excess(const OutputFigures& figures) {
  return figures.budget_max_abs > 0 ? figures.max_abs / figures.budget_max_abs : HUGE_VAL;
}

const OutputFigures* Worst(const CellRecord& cell) {
  const OutputFigures* worst = nullptr;
  for (const OutputFigures& figures : cell.figures) {
    if (figures.outcome == "pass") continue;
    if (!worst || Excess(figures) > Excess(*worst)) worst = &figures;
  }
  return worst;
}

std::string Describe(const OutputFigures& figures) {
  std::string text = figures.output + " " + figures.dtype + ShapeText(figures.shape);
  if (!figures.assignment.empty()) text += " at " + figures.assignment;
  text += ": largest error " + FigureText(figures.max_abs);
  if (figures.budget_max_abs > 0) text += ", allowed " + FigureText(figures.budget_max_abs);
  if (figures.reference_max_abs > 0) text += ", the f32 reference's own " + FigureText(figures.reference_max_abs);
  if (figures.elements > 0) {
    text += "; outside assert_close's default " + std::to_string(figures.close_mismatched) + " of " + std::to_string(figures.elements);
  }
  return text;
}

}  // namespace

std::string FigureText(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

std::string Failure::Text() const {
  std::string text = cause + "\n";
  if (!figure.empty()) text += "figure: " + figure + "\n";
  text += "cell: " + cell + "\n";
  if (!command.empty()) text += "repeat: " + command + "\n";
  return text;
}

Failure FailureOf(const CellRecord& cell) {
  Failure failure;
  failure.word = cell.shown_word();
  failure.cell = cell.id.ToString();
  failure.stage = ToString(cell.stage);
  failure.cause = cell.reason.empty() ? failure.word + " at " + failure.stage + ", without a reason" : cell.reason;
  // Outputs of another shape have no figure: their errors were not taken.
  if (const OutputFigures* worst = Worst(cell); worst && (worst->max_abs != 0 || worst->close_mismatched > 0)) failure.figure = Describe(*worst);
  failure.command = cell.command;
  return failure;
}

std::string NotRun(const record::RunRecord& run) {
  if (!run.broken.empty()) return "the harness broke: " + run.broken;
  const bool part = run.plan.shards > 1;  // alone it may have nothing; the merged whole may not
  if (run.cells.empty() && !(part && run.planned == 0)) return "nothing was run";
  const auto planned = static_cast<size_t>(std::max<int64_t>(run.planned, 0));
  if (planned > run.cells.size()) {
    return std::to_string(planned - run.cells.size()) + " of " + std::to_string(planned) + " cells were not run";
  }
  if (!run.stopped.empty()) return run.stopped;
  const bool compared = part || std::ranges::any_of(run.cells, [](const CellRecord& cell) {
    return cell.outcome != Outcome::kUnavailable && cell.outcome != Outcome::kSkip;
  });
  return compared ? "" : "nothing was compared";
}

Verdict VerdictOf(const record::RunRecord& run) {
  const std::string lack = NotRun(run);
  if (std::ranges::any_of(run.cells, &CellRecord::red)) return {false, "not as expected"};
  if (!lack.empty()) return {false, lack};
  return {true, "all as expected"};
}

}  // namespace conformance::reports
