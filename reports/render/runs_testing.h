#pragma once

#include <string>

#include "framework/record/record.h"

/// Runs for the tests of renderers.
namespace conformance::reports {

inline record::CellRecord CellOf(record::Outcome outcome, const std::string& model = "gpt2") {
  record::CellRecord cell;
  cell.id = {model, "dynamic", "onnx", "onnxruntime", "f32"};
  cell.model_class = "GPT2LMHeadModel";
  cell.source = "fixtures/golden/gpt2";
  cell.outcome = outcome;
  cell.stage = record::Stage::kCompare;
  cell.seconds = 0.25;
  if (outcome != record::Outcome::kPass) cell.reason = "logits: largest error 0.5 at [0, 1] is over its budget 0.125";
  cell.command = "conformance run fixtures/golden/gpt2 --variant dynamic --exporter onnx --backend onnxruntime";
  record::OutputFigures figures;
  figures.output = "logits";
  figures.dtype = "f32";
  figures.shape = {2, 3};
  figures.assignment = "batch=2";
  figures.outcome = outcome == record::Outcome::kPass ? "pass" : "fail";
  figures.max_abs = 0.5;
  figures.budget_max_abs = 0.125;
  figures.elements = 6;
  figures.close_mismatched = 4;
  cell.figures.push_back(figures);
  return cell;
}

/// Every outcome, an expected failure and an unexpected pass.
inline record::RunRecord EveryOutcome() {
  record::RunRecord run;
  run.version = "0.1.0";
  run.versions["onnxruntime"] = "1.32.0";
  run.started = "2026-01-31T12:00:00Z";
  run.seconds = 1.5;
  run.command_line = "conformance run";
  run.warnings = {"entry 3 matched nothing"};
  for (int outcome = 0; outcome <= static_cast<int>(record::Outcome::kSkip); ++outcome) {
    run.cells.push_back(CellOf(static_cast<record::Outcome>(outcome), "model" + std::to_string(outcome)));
  }
  record::CellRecord expected = CellOf(record::Outcome::kFail, "expected");
  expected.expected = "expected_fail:expected/*";
  expected.expected_kind = "expected_fail";
  record::CellRecord surprise = CellOf(record::Outcome::kPass, "surprise");
  surprise.expected = "expected_fail:surprise/*";
  surprise.expected_kind = "expected_fail";
  surprise.unexpected = true;
  surprise.reason = "passes: the entry 'expected_fail:surprise/*' is no longer needed";
  run.cells.push_back(expected);
  run.cells.push_back(surprise);
  run.lists = {{.id = "expected_fail:expected/*", .kind = "expected_fail", .pattern = "expected/*", .reason = "upstream", .reference = "x#1",
                .date = "2025-12-01", .place = "expected_fail.json, entry 1"},
               {.id = "skip:nobody/*", .kind = "skip", .pattern = "nobody/*", .reason = "r", .reference = "x#2", .date = "2026-01-30",
                .place = "skip.json, entry 1"}};
  run.planned = static_cast<int64_t>(run.cells.size());
  return run;
}

/// What a model, a runtime or a file name may bring along: markup of every format, control bytes, bytes that are no UTF-8.
inline const std::string kHostile = "a<b>&\"'|]]>`*_[x](y)\n@c\x1b[31m\x01 \xff\xc3\x28 {{d}} <!-- %s --> é </script>";

inline record::RunRecord HostileRun() {
  record::RunRecord run;
  run.version = "0.1.0";
  run.command_line = "conformance run " + kHostile;
  run.versions["onnxruntime"] = kHostile;
  run.warnings = {kHostile};
  record::CellRecord cell = CellOf(record::Outcome::kCrash, kHostile);
  cell.model_class = cell.reason = cell.detail = cell.command = cell.source = kHostile;
  cell.notes = {kHostile};
  cell.figures[0].output = cell.figures[0].reason = kHostile;
  run.cells = {cell};
  run.lists = {{.id = kHostile, .kind = "skip", .pattern = kHostile, .reason = kHostile, .reference = kHostile, .date = "2026-01-30", .place = kHostile}};
  run.planned = 1;
  return run;
}

}  // namespace conformance::reports
