#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/ops/op_def.h"

namespace conformance::cli {

/// What becomes of one operator: by which way each part of the project handles it.
struct OperatorRow {
  std::string target;
  bool core = false;           ///< one of ATen's core operators, by the list that `data` holds
  std::string rule = {};            ///< "yes", "written out" (other ops stand in its place), or "refused"
  std::string kernel = {};          ///< "yes", "twin" (in place, through the op that it is a twin of), "rule" (no tensors come out), or "-"
  std::string decomposition = {};   ///< for ONNX: "always", "below opset 20", or "-"
  std::string onnx = {};            ///< "translated", "decomposed", "rewritten", or "refused"
  std::string largest_ulps = {};    ///< against PyTorch, by type: "f32 2, f16 1"; "exact"; or empty where it was not measured
  std::string reason = {};          ///< why it is refused
};

/// Our operators and those that are refused by name, by target. `data` (none: no measurements, and no core operators) is a folder with
/// core_aten.json and op_errors.json, as fixtures/ops. Errors: as formats::ReadJson; kCorrupt for other fields.
Result<std::vector<OperatorRow>> OperatorRows(const ops::OpTable& table, const std::filesystem::path& data);

/// docs/operators.md.
std::string OperatorMarkdown(const std::vector<OperatorRow>& rows);

}  // namespace conformance::cli
