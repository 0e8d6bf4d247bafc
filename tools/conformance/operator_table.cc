#include "tools/conformance/operator_table.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "exporters/onnx/config.h"
#include "exporters/onnx/decompose/decompose.h"
#include "exporters/onnx/fixes/fixes.h"
#include "exporters/onnx/lower/registry.h"
#include "exporters/onnx/patches/patches.h"
#include "framework/base/strings.h"
#include "framework/formats/json.h"
#include "framework/ops/refused.h"
#include "framework/rewrite/complex_pairs.h"
#include "framework/rewrite/composites.h"
#include "references/eager/kernel.h"

namespace conformance::cli {
namespace {

/// What the data folder says.
struct Data {
  std::set<std::string> core;
  std::map<std::string, std::string> ulps;
};

std::string UlpsText(const Json& measured) {
  std::string text;
  for (const char* type : {"f64", "f32", "bf16", "f16", "complex128", "complex64"}) {
    const Json* ulps = measured.Find(type);
    if (ulps == nullptr || !ulps->IsNumber() || ulps->AsDouble() == 0) continue;
    char number[32];
    std::snprintf(number, sizeof number, "%.3g", ulps->AsDouble());
    text += (text.empty() ? "" : ", ") + std::string(type) + " " + number;
  }
  return text.empty() ? "exact" : text;
}

Result<Data> ReadData(const std::filesystem::path& folder) {
  Data data;
  if (folder.empty()) return data;
  CONFORMANCE_TRY(const Json core, formats::ReadJson(folder / "core_aten.json"));
  CONFORMANCE_TRY(const auto targets, core.GetStrings("core"));
  data.core.insert(targets.begin(), targets.end());
  CONFORMANCE_TRY(const Json errors, formats::ReadJson(folder / "op_errors.json"));
  const Json* measured = errors.Find("largest_ulps");
  if (measured == nullptr || !measured->IsObject()) {
    return Error(ErrorKind::kCorrupt, "no object 'largest_ulps'").With("file", (folder / "op_errors.json").string());
  }
  for (const auto& [target, ulps] : measured->AsObject()) data.ulps[target] = UlpsText(ulps);
  return data;
}

std::string KernelOf(const ops::OpDef& op) {
  const auto& kernels = eager::DefaultKernels();
  const bool complex = kernels.HasComplex(op.target);
  if (kernels.Find(op.target) != nullptr) return complex ? "yes, complex" : "yes";
  if (complex) return "complex";
  if (!op.traits.in_place_of.empty() && kernels.Find(op.traits.in_place_of) != nullptr) return "twin";
  const bool tensors = !op.returns.empty() && (op.returns[0].kind == ops::ArgKind::kTensor || op.returns[0].kind == ops::ArgKind::kTensorList);
  return tensors ? "-" : "rule";
}

std::string DecompositionOf(const std::string& target) {
  for (const auto& entry : onnx::Decompositions()) {
    if (entry.target == target) return entry.until_opset == 0 ? "always" : "below opset " + std::to_string(entry.until_opset);
  }
  return "-";
}

bool IsRewritten(const std::string& target) {
  for (const auto& fix : onnx::NodeFixes(onnx::kMinOpset)) {
    if (std::ranges::find(fix.ops, target) != fix.ops.end()) return true;
  }
  for (const auto& patch : onnx::OperatorPatches()) {
    if (patch.rewrite && std::ranges::find(patch.targets, target) != patch.targets.end()) return true;
  }
  return false;
}

std::string OnnxOf(const std::string& target, const std::string& decomposition) {
  if (onnx::FindTranslation(target) != nullptr) return "translated";
  if (decomposition != "-") return "decomposed";
  if (IsRewritten(target)) return "rewritten";
  return rewrite::HasFormOverPairs(target) ? "as pairs" : "refused";
}

}  // namespace

Result<std::vector<OperatorRow>> OperatorRows(const ops::OpTable& table, const std::filesystem::path& folder) {
  CONFORMANCE_TRY(const Data data, ReadData(folder));
  std::vector<OperatorRow> rows;
  for (const ops::OpDef* op : table.All()) {
    OperatorRow row{.target = op->target, .core = data.core.contains(op->target), .rule = "yes", .kernel = KernelOf(*op)};
    row.decomposition = DecompositionOf(op->target);
    row.onnx = OnnxOf(op->target, row.decomposition);
    if (const auto found = data.ulps.find(op->target); found != data.ulps.end()) row.largest_ulps = found->second;
    rows.push_back(std::move(row));
  }
  for (const std::string& target : rewrite::CompositeTargets()) {
    rows.push_back({target, data.core.contains(target), "written out", "-", "-", "-", "", ""});
  }
  for (const ops::RefusedOp& refused : ops::RefusedOps()) {
    const std::string target(refused.target);
    if (table.Find(target) != nullptr) continue;
    rows.push_back({target, data.core.contains(target), "refused", "-", "-", "refused", "", std::string(refused.reason)});
  }
  std::ranges::sort(rows, {}, &OperatorRow::target);
  return rows;
}

std::string OperatorMarkdown(const std::vector<OperatorRow>& rows) {
  const auto count = [&](const auto& is) { return std::to_string(std::ranges::count_if(rows, is)); };
  std::string text =
      "# Operators\n"
      "Made by `conformance list ops --markdown --data fixtures/ops`; a test holds it against the tables.\n\n"
      "- **rule**: shapes and types, over symbols too. **kernel**: the eager reference; *twin*: in place, through the op that it is a twin of;\n"
      "  *rule*: no tensor comes out, the rule is the answer; *complex*: one of complex numbers; an op without it takes none, or\n"
      "  moves them (`framework/ops/complex_use.cc`).\n"
      "- **decomposition**, **ONNX**: how the ONNX exporter treats it; *as pairs*: complex numbers only, as pairs of reals (`framework/rewrite/complex_pairs.h`).\n"
      "- **ULPs**: the largest difference from PyTorch over the seeded grid (`fixtures/ops/op_errors.json`, made by `tools/fixturegen/op_grid.py`), in\n"
      "  units of the last place of the element, or of the scale that the op's spec names. Types without a difference are left out.\n\n";
  text += count([](const OperatorRow& row) { return row.rule == "yes"; }) + " operators have a rule; " +
          count([](const OperatorRow& row) { return row.rule == "written out"; }) + " are written out, " +
          count([](const OperatorRow& row) { return row.rule == "refused"; }) + " are refused by name. Of ATen's core operators (*) " +
          count([](const OperatorRow& row) { return row.core && row.rule == "yes"; }) + " have a rule and " +
          count([](const OperatorRow& row) { return row.core && row.rule == "refused"; }) + " are refused.\n\n";
  text += "| operator | rule | kernel | decomposition | ONNX | ULPs |\n|---|---|---|---|---|---|\n";
  for (const OperatorRow& row : rows) {
    if (row.rule != "yes") continue;
    text += "| `" + row.target + "`" + (row.core ? " *" : "") + " | " +
            Join(std::vector<std::string>{row.rule, row.kernel, row.decomposition, row.onnx, row.largest_ulps}, " | ") + " |\n";
  }
  text += "\n## Written out\nOther operators put together: a Program that is interpreted or exported has those in their place (`framework/rewrite/composites.cc`). So\ndo graphs inside nodes: of `torch.no_grad`, of `torch.autocast` that is off, and both of a `torch.cond` by a tensor, whose elements are chosen afterwards.\n\n";
  std::vector<std::string> composites;
  for (const OperatorRow& row : rows) {
    if (row.rule == "written out") composites.push_back("`" + row.target + "`" + (row.core ? " *" : ""));
  }
  text += Join(composites, ", ") + "\n";
  text += "\n## Refused by name\n| operator | reason |\n|---|---|\n";
  for (const OperatorRow& row : rows) {
    if (row.rule == "refused") text += "| `" + row.target + "`" + (row.core ? " *" : "") + " | " + row.reason + " |\n";
  }
  return text;
}

}  // namespace conformance::cli
