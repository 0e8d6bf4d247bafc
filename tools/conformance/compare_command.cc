#include "tools/conformance/compare_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>

#include "framework/base/strings.h"
#include "framework/compare/tolerance.h"
#include "framework/compare/error_histogram.h"
#include "framework/engine/sweep.h"
#include "framework/formats/json.h"
#include "framework/formats/safetensors.h"
#include "tools/conformance/commands.h"

namespace conformance::cli {
namespace {

struct CompareOptions {
  std::string expected, actual, exact;
  std::optional<double> atol, rtol;
  std::vector<std::string> tensors;
  std::string json;
  bool histogram = false;
};

struct Row {
  std::string name;
  record::OutputFigures figures;
  std::optional<compare::ErrorHistogram> histogram;
  std::string bound;  ///< "atol 1e-05 + rtol 1.3e-06", "budget", "exact"
};

struct Comparison {
  std::vector<std::string> structure;  ///< names that only one side has, in words
  std::vector<Row> rows;
  bool passes() const {
    return structure.empty() && std::ranges::all_of(rows, [](const Row& row) { return row.figures.outcome == "pass"; });
  }
};

bool Selected(const CompareOptions& options, const std::string& name) {
  return options.tensors.empty() || std::ranges::any_of(options.tensors, [&](const std::string& pattern) { return GlobMatch(pattern, name); });
}

std::string TypeText(const formats::SafetensorsEntry& entry) {
  return (entry.dtype ? std::string(ToString(*entry.dtype)) : entry.dtype_name) + ShapeText(entry.shape);
}

/// The bound of a plain comparison: what was given, else assert_close's for the dtype.
ports::PlainTolerance Bound(const CompareOptions& options, DType dtype) {
  ports::PlainTolerance bound = IsFloating(RealOf(dtype)) ? compare::AssertCloseDefaults(dtype) : ports::PlainTolerance{};
  if (options.atol) bound.atol = *options.atol;
  if (options.rtol) bound.rtol = *options.rtol;
  return bound;
}

Result<Row> CompareOne(const engine::Toolbox& toolbox, const CompareOptions& options, const formats::SafetensorsFile& expected,
                       const formats::SafetensorsFile& actual, const formats::SafetensorsFile* exact, const std::string& name) {
  Row row;
  row.name = name;
  CONFORMANCE_TRY(const Tensor want, expected.Read(name));
  CONFORMANCE_TRY(const Tensor got, actual.Read(name));
  const NamedTensors candidate = {{name, got}}, reference = {{name, want}};
  NamedTensors oracle;
  ports::ComparisonRequest request;
  request.candidate = &candidate;
  request.reference = &reference;
  const bool floating = IsFloating(RealOf(want.dtype()));
  if (exact && IsFloating(want.dtype())) {
    CONFORMANCE_TRY(const Tensor truth, exact->Read(name));
    if (truth.shape() != want.shape() || truth.dtype() != DType::kF64) {
      return Invalid("the f64 file has another tensor of that name").With("tensor", name).With("found", Describe(truth)).With("wanted", "f64" + ShapeText(want.shape()));
    }
    oracle = {{name, truth}};
    request.oracle = &oracle;
  }
  if (!exact || options.atol || options.rtol) {
    const ports::PlainTolerance bound = Bound(options, want.dtype());
    request.tolerance = bound;
    if (floating) row.bound = "atol " + DoubleText(bound.atol) + " + rtol " + DoubleText(bound.rtol);
  } else if (floating) {
    row.bound = "2 times the RMS and 3 times the largest error of A, or assert_close's bounds";
  }
  if (!floating) row.bound = "exactly";
  CONFORMANCE_TRY(const ports::Comparison comparison, toolbox.comparator->Compare(request));
  row.figures = comparison.figures.empty() ? record::OutputFigures{} : comparison.figures[0];
  if (comparison.figures.empty()) row.figures.outcome = "fail";
  if (row.figures.reason.empty() && comparison.outcome != record::Outcome::kPass) row.figures.reason = comparison.reason;
  // An empty tensor has nothing to compare, and is as it should be.
  if (want.num_elements() == 0 && got.shape() == want.shape() && got.dtype() == want.dtype()) {
    row.figures.outcome = "pass";
    row.figures.reason.clear();
  }
  if (got.shape() == want.shape() && got.dtype() == want.dtype()) {
    row.histogram = compare::HistogramOf(got, oracle.empty() ? want : oracle[0].second);
  }
  return row;
}

Result<Comparison> CompareFiles(const engine::Toolbox& toolbox, const CompareOptions& options) {
  CONFORMANCE_TRY(const auto expected, formats::SafetensorsFile::Open(options.expected));
  CONFORMANCE_TRY(const auto actual, formats::SafetensorsFile::Open(options.actual));
  std::optional<formats::SafetensorsFile> exact;
  if (!options.exact.empty()) {
    CONFORMANCE_TRY(exact, formats::SafetensorsFile::Open(options.exact));
  }
  Comparison comparison;
  for (const auto& entry : actual.entries()) {
    if (!Selected(options, entry.name) || expected.Find(entry.name)) continue;
    comparison.structure.push_back("only in B: " + formats::Quoted(entry.name, 200) + " " + TypeText(entry));
  }
  for (const auto& entry : expected.entries()) {
    if (!Selected(options, entry.name)) continue;
    const auto* other = actual.Find(entry.name);
    if (!other) {
      comparison.structure.push_back("only in A: " + formats::Quoted(entry.name, 200) + " " + TypeText(entry));
      continue;
    }
    if (!entry.dtype || !other->dtype) {
      comparison.structure.push_back("not compared: " + formats::Quoted(entry.name, 200) + " is " + TypeText(entry) + ", a dtype that only travels as bytes");
      continue;
    }
    if (exact && IsFloating(*entry.dtype) && !exact->Find(entry.name)) {
      comparison.structure.push_back("not in the f64 file: " + formats::Quoted(entry.name, 200));
      continue;
    }
    CONFORMANCE_TRY(Row row, CompareOne(toolbox, options, expected, actual, exact ? &*exact : nullptr, entry.name));
    comparison.rows.push_back(std::move(row));
  }
  return comparison;
}

void Print(const Comparison& comparison, const CompareOptions& options) {
  const char truth = options.exact.empty() ? 'A' : 'C';
  for (const std::string& line : comparison.structure) std::printf("fail  %s\n", line.c_str());
  for (const Row& row : comparison.rows) {
    const record::OutputFigures& figures = row.figures;
    std::printf("%s  %s  %s%s  max|B-%c| %.3g  max rel %.3g  RMS %.3g  max ULP %.3g  cosine %.9g\n", figures.outcome.c_str(),
                formats::Quoted(row.name, 200).c_str(), figures.dtype.c_str(), ShapeText(figures.shape).c_str(), truth,
                figures.max_abs, figures.max_rel, figures.rms, figures.max_ulp, figures.cosine);
    if (!figures.reason.empty()) std::printf("      %s\n", figures.reason.c_str());
    if (row.histogram && (options.histogram || figures.outcome != "pass")) std::fputs(row.histogram->Text("      ").c_str(), stdout);
  }
  const auto failed = std::ranges::count_if(comparison.rows, [](const Row& row) { return row.figures.outcome != "pass"; });
  std::printf("%s: %zu tensors compared, %lld differ, %zu differences of structure\n", comparison.passes() ? "pass" : "fail",
              comparison.rows.size(), static_cast<long long>(failed), comparison.structure.size());
}

Json ToJson(const Comparison& comparison) {
  Json json = Json::MakeObject();
  json["outcome"] = comparison.passes() ? "pass" : "fail";
  Json structure = Json::MakeArray();
  for (const std::string& line : comparison.structure) structure.Append(line);
  json["structure"] = std::move(structure);
  Json rows = Json::MakeArray();
  for (const Row& row : comparison.rows) {
    Json figures = row.figures.ToJson();
    figures["bound"] = row.bound;
    if (row.histogram) figures["histogram"] = row.histogram->ToJson();
    rows.Append(std::move(figures));
  }
  json["tensors"] = std::move(rows);
  return json;
}

int RunCompare(const engine::Toolbox& toolbox, const CompareOptions& options) {
  if (const Status status = toolbox.Validate(); !status.ok()) return Complain(status.error());
  const auto comparison = CompareFiles(toolbox, options);
  if (!comparison.ok()) return Complain(comparison.error());
  if (comparison->rows.empty() && comparison->structure.empty()) {
    return Complain(Invalid("nothing is compared: no tensor in either file" + std::string(options.tensors.empty() ? "" : " matches --tensor")));
  }
  if (!options.json.empty()) {
    const std::string text = formats::WriteJson(ToJson(*comparison), 1) + "\n";
    if (const Status status = WriteOutput(options.json, text); !status.ok()) return Complain(status.error());
  }
  if (options.json != "-") Print(*comparison, options);
  return comparison->passes() ? 0 : 1;
}

}  // namespace

std::function<int()> AddCompare(CLI::App& app, const engine::Toolbox& toolbox) {
  CLI::App* command = app.add_subcommand("compare", "two sets of tensors beside each other: A is right, B is judged");
  command->footer(
      "Names first, then shapes and dtypes, then values. Without a flag the bound is torch.testing.assert_close's for the dtype of A\n"
      "(f32: atol 1e-5, rtol 1.3e-6; integers exactly); NaN equals NaN in the same place. With --expected-f64 each tensor of B may be\n"
      "as far from C as ten times the error that A itself has there (RMS: four times), as in a run.\n\n"
      "  conformance compare eager.safetensors exported.safetensors\n"
      "  conformance compare f32.safetensors gpu.safetensors --expected-f64 f64.safetensors --histogram\n\n"
      "Exit codes: 0 all of A is in B and near enough; 1 it is not; 2 usage, unreadable files, nothing to compare.");
  const auto options = std::make_shared<CompareOptions>();
  command->add_option("A", options->expected, "what is right (.safetensors)")->required();
  command->add_option("B", options->actual, "what is judged (.safetensors)")->required();
  command->add_option("--expected-f64", options->exact, "the same as A in f64 (.safetensors)");
  command->add_option("--atol", options->atol, "absolute bound in place of the default")->check(CLI::NonNegativeNumber);
  command->add_option("--rtol", options->rtol, "bound relative to A in place of the default")->check(CLI::NonNegativeNumber);
  command->add_option("--tensor", options->tensors, "pattern over names (may be repeated)")->expected(1)->take_all();
  command->add_flag("--histogram", options->histogram, "errors by size for each tensor, not only for those that differ");
  command->add_option("--json", options->json, "file; - is standard output");
  return [options, &toolbox] { return RunCompare(toolbox, *options); };
}

}  // namespace conformance::cli
