#include <algorithm>
#include <cstdio>
#include <functional>

#include "framework/base/date.h"
#include "framework/base/strings.h"
#include "framework/cases/operator_use.h"
#include "framework/engine/sweep.h"
#include "framework/formats/json.h"
#include "tools/conformance/commands.h"
#include "tools/conformance/onnx_operator_table.h"
#include "tools/conformance/operator_table.h"
#include "tools/conformance/suite.h"

namespace conformance::cli {
namespace {

/// Rows of one table, first row the heading.
using Rows = std::vector<std::vector<std::string>>;

Result<Rows> Cells(const engine::Toolbox& toolbox, const SelectOptions& options, const Invocation& invocation) {
  CONFORMANCE_TRY(const Suite suite, OpenSuite(toolbox, options, invocation));
  engine::SweepOptions sweep;
  sweep.selection = options.selection;
  sweep.selection.relations = suite.relations;
  sweep.lists = suite.lists;
  CONFORMANCE_TRY(const auto cells, engine::PlanSweep(toolbox, suite.cases, sweep));
  Rows rows = {{"cell", "class", "source"}};
  for (const engine::PlannedCell& cell : cells) {
    rows.push_back({cell.id.ToString(), cell.model_class, cell.model->Info().source.string()});
  }
  return rows;
}

Result<Rows> Expectations(const engine::Toolbox& toolbox, const SelectOptions& options, const Invocation& invocation) {
  CONFORMANCE_TRY(const Suite suite, OpenSuite(toolbox, options, invocation));
  const int64_t today = DayNumber(toolbox.clock->WallTime()).value_or(0);
  Rows rows = {{"entry", "date", "days", "place", "reason", "reference"}};
  for (const engine::ListEntry& entry : suite.lists) {
    rows.push_back({entry.id, entry.date, std::to_string(today - DayNumber(entry.date).value_or(today)), entry.place, entry.reason, entry.reference});
  }
  return rows;
}

/// Which relations each variant of the selected cases has, and why not.
Result<Rows> Relations(const engine::Toolbox& toolbox, const SelectOptions& options, const Invocation& invocation) {
  CONFORMANCE_TRY(const Suite suite, OpenSuite(toolbox, options, invocation));
  CONFORMANCE_TRY(const auto catalogue, engine::Catalogue(toolbox, suite.cases, {}));
  Rows rows = {{"model", "variant", "what", "applies"}};
  for (const engine::PlannedCell& cell : catalogue) {
    if (!cell.relation || !options.selection.Matches(cell.id, cell.model_class)) continue;
    std::vector<std::string> row = {cell.id.model, cell.id.variant, std::string(cell.relation->Summary()),
                                    cell.not_applicable.empty() ? "yes" : "not applicable: " + cell.not_applicable};
    if (std::ranges::find(rows, row) == rows.end()) rows.push_back(std::move(row));
  }
  return rows;
}

Rows Backends(const engine::Toolbox& toolbox) {
  Rows rows = {{"backend", "formats", "version", "qualified"}};
  for (const auto& backend : toolbox.backends.All()) {
    const auto version = backend->Version();
    rows.push_back({std::string(backend->Name()), Join(backend->Capabilities().formats, " "),
                    version.ok() ? *version : "unavailable: " + version.error().ToString(), backend->QualifiedVersion()});
  }
  return rows;
}

Rows Exporters(const engine::Toolbox& toolbox) {
  Rows rows = {{"exporter", "format", "takes", "dynamic"}, {"none", "checkpoint, program, pt2, onnx, pte", "models", "yes"}};
  for (const auto& exporter : toolbox.exporters.All()) {
    const auto capabilities = exporter->Capabilities();
    rows.push_back({std::string(exporter->Name()), capabilities.format,
                    capabilities.lowers_programs ? "programs" : "checkpoints", capabilities.dynamic ? "yes" : "no"});
  }
  return rows;
}

std::string KindText(const ops::ArgSchema& arg) {
  static constexpr const char* kKinds[] = {"Tensor", "Tensor[]", "Tensor?[]", "int",    "int[]",      "float",  "float[]", "bool",
                                           "bool[]", "Scalar",   "str",       "ScalarType", "Layout", "Device", "MemoryFormat"};
  return std::string(kKinds[static_cast<size_t>(arg.kind)]) + (arg.optional ? "? " : " ") + arg.name;
}

Result<Rows> Ops(const engine::Toolbox& toolbox, const ListOptions& options) {
  CONFORMANCE_TRY(const auto operators, OperatorRows(toolbox.op_table(), options.data));
  Rows rows = {{"op", "rule", "kernel", "decomposition", "onnx", "ulps", "arguments"}};
  for (const OperatorRow& row : operators) {
    std::vector<std::string> args;
    if (const ops::OpDef* op = toolbox.op_table().Find(row.target)) {
      for (const auto& arg : op->args) args.push_back(KindText(arg));
    }
    rows.push_back({row.target, row.rule, row.kernel, row.decomposition, row.onnx, row.largest_ulps, args.empty() ? row.reason : Join(args, ", ")});
  }
  return rows;
}

Result<cases::CountedModels> CountedUse(const ListOptions& options) {
  if (options.data.empty()) return Invalid("onnx-operator-use counts the models of a folder: name it with --data");
  return cases::CountModels(options.data);
}

Rows OnnxOperators() {
  const auto numbers = [](const std::vector<int64_t>& values) {
    std::vector<std::string> words;
    for (const int64_t value : values) words.push_back(std::to_string(value));
    return Join(words, ", ");
  };
  Rows rows = {{"domain", "operator", "versions", "kernels", "types", "not"}};
  for (const OnnxOperatorRow& row : OnnxOperatorRows()) {
    rows.push_back({row.domain.empty() ? "ai.onnx" : row.domain, row.name, numbers(row.versions), numbers(row.kernels), row.types, row.missing});
  }
  return rows;
}

Result<Rows> OnnxOperatorUse(const ListOptions& options) {
  CONFORMANCE_TRY(const auto counted, CountedUse(options));
  Rows rows = {{"operator", "nodes"}};
  for (const auto& [name, count] : counted.nodes) rows.push_back({name, std::to_string(count)});
  return rows;
}

template <typename T>
Rows Names(const engine::Table<T>& table, const char* heading) {
  Rows rows = {{heading}};
  for (const std::string& name : table.Names()) rows.push_back({name});
  return rows;
}

struct Listing {
  const char* name;
  std::function<Result<Rows>(const engine::Toolbox&, const ListOptions&, const Invocation&)> rows;
};

const std::vector<Listing>& Listings() {
  using engine::Toolbox;
  static const std::vector<Listing> listings = {
      {"cells", [](const Toolbox& t, const ListOptions& o, const Invocation& i) { return Cells(t, o.select, i); }},
      {"relations", [](const Toolbox& t, const ListOptions& o, const Invocation& i) { return Relations(t, o.select, i); }},
      {"expectations", [](const Toolbox& t, const ListOptions& o, const Invocation& i) { return Expectations(t, o.select, i); }},
      {"models",
       [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> {
         Rows rows = {{"class", "model_type"}};
         for (const auto& model : t.models.All()) rows.push_back({model.name, model.model_type});
         return rows;
       }},
      {"exporters", [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> { return Exporters(t); }},
      {"backends", [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> { return Backends(t); }},
      {"references", [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> { return Names(t.references, "reference"); }},
      {"ops", [](const Toolbox& t, const ListOptions& o, const Invocation&) { return Ops(t, o); }},
      {"onnx-operators", [](const Toolbox&, const ListOptions&, const Invocation&) -> Result<Rows> { return OnnxOperators(); }},
      {"onnx-operator-use", [](const Toolbox&, const ListOptions& o, const Invocation&) { return OnnxOperatorUse(o); }},
      {"patches",
       [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> {
         Rows rows = {{"exporter", "target", "kind", "reason", "upstream", "versions"}};
         for (const auto& p : t.patches) rows.push_back({p.backend, p.target, p.kind, p.reason, p.upstream, p.versions});
         return rows;
       }},
      {"fixes",
       [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> {
         Rows rows = {{"exporter", "fix", "kind", "reason", "upstream", "versions"}};
         for (const auto& f : t.fixes) rows.push_back({f.format, f.name, f.kind, f.reason, f.upstream, f.versions});
         return rows;
       }},
      {"translations",
       [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> {
         Rows rows = {{"exporter", "op", "notes"}};
         for (const auto& x : t.translations) rows.push_back({x.format, x.target, x.notes});
         return rows;
       }},
      {"fusions", [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> { return Names(t.fusions, "fusion"); }},
      {"quantizers", [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> { return Names(t.quantizers, "quantizer"); }},
      {"decomposers", [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> { return Names(t.decomposers, "decomposer"); }},
      {"libraries",
       [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> {
         Rows rows = {{"library", "version", "qualified"}};
         for (const auto& library : t.libraries) rows.push_back({library.name, library.found, library.qualified});
         return rows;
       }},
      {"reports", [](const Toolbox& t, const ListOptions&, const Invocation&) -> Result<Rows> { return Names(t.report_writers, "report"); }},
  };
  return listings;
}

void PrintTable(const Rows& rows) {
  std::vector<size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    std::printf("%s\n", line.c_str());
  }
}

}  // namespace

int ListCommand(const engine::Toolbox& toolbox, const ListOptions& options, const Invocation& invocation) {
  const auto listing = std::ranges::find(Listings(), options.what, &Listing::name);
  if (listing == Listings().end()) {
    std::vector<std::string> names;
    for (const Listing& other : Listings()) names.emplace_back(other.name);
    return Complain(Invalid("unknown table").With("found", options.what).With("wanted", Join(names, ", ")));
  }
  if (options.markdown && options.what == "onnx-operators") {
    std::fputs(OnnxOperatorMarkdown(OnnxOperatorRows()).c_str(), stdout);
    return 0;
  }
  if (options.markdown) {
    if (options.what != "ops") return Complain(Invalid("--markdown is for ops and onnx-operators").With("found", options.what));
    const auto operators = OperatorRows(toolbox.op_table(), options.data);
    if (!operators.ok()) return Complain(operators.error());
    std::fputs(OperatorMarkdown(*operators).c_str(), stdout);
    return 0;
  }
  if (options.json && options.what == "onnx-operator-use") {
    const auto counted = CountedUse(options);
    if (!counted.ok()) return Complain(counted.error());
    std::printf("%s\n", formats::WriteJson(cases::ToJson(*counted), 1).c_str());
    return 0;
  }
  auto rows = listing->rows(toolbox, options, invocation);
  if (!rows.ok()) return Complain(rows.error());
  if (!options.json) {
    PrintTable(*rows);
    return 0;
  }
  Json table = Json::MakeArray();
  for (size_t r = 1; r < rows->size(); ++r) {
    Json row = Json::MakeObject();
    for (size_t i = 0; i < (*rows)[r].size(); ++i) row[rows->front()[i]] = (*rows)[r][i];
    table.Append(std::move(row));
  }
  std::printf("%s\n", formats::WriteJson(table, 1).c_str());
  return 0;
}

}  // namespace conformance::cli
