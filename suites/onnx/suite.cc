#include "suites/onnx/suite.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "framework/base/strings.h"
#include "framework/cases/onnx_test_case.h"
#include "framework/compare/onnx_contract.h"
#include "framework/compare/onnx_values.h"
#include "framework/formats/file.h"
#include "framework/formats/onnx_tensor.h"
#include "references/onnx/interpreter.h"
#include "references/onnx/tensors.h"

namespace conformance::suites {
namespace {

using namespace onnx_reference;  // NOLINT(google-build-using-namespace): the suite is about it alone

namespace fs = std::filesystem;

/// What a recording in a half may be off from f64: a few units of its last place, of the largest numbers that were added up for it.
double HalfBound(Elem elem) { return elem == Elem::kBfloat16 ? 0x1p-5 : elem == Elem::kFloat16 ? 0x1p-8 : 0; }

double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Result<formats::NamedOnnxValues> ReadValues(const fs::path& folder, const std::string& prefix, const std::vector<formats::OnnxValueInfo>& infos) {
  formats::NamedOnnxValues values;
  for (size_t i = 0; i < infos.size(); ++i) {
    const fs::path file = folder / (prefix + std::to_string(i) + ".pb");
    std::error_code ignored;
    // Inputs that an initializer has need no file.
    if (!fs::exists(file, ignored)) {
      values.emplace_back(infos[i].name, formats::OnnxValue{.kind = formats::OnnxValue::Kind::kNone, .tensor = {}, .items = {}});
      continue;
    }
    CONFORMANCE_TRY(formats::OnnxValue value, formats::ReadOnnxValue(file, infos[i].type));
    values.emplace_back(infos[i].name, std::move(value));
  }
  return values;
}

SuiteVerdict VerdictOf(const Error& error) { return error.kind() == ErrorKind::kUnsupported ? SuiteVerdict::kUnsupported : SuiteVerdict::kError; }

/// Why outputs aren't what was recorded or, of random operators, what they promise; or nothing.
std::string Judged(const formats::OnnxModel& model, const formats::NamedOnnxValues& inputs, const formats::NamedOnnxValues& found,
                   const formats::NamedOnnxValues& wanted, bool oracle) {
  if (const auto contract = compare::ContractOf(model, inputs)) return compare::CompareByContract(*contract, found, wanted, /*widened=*/oracle).reason;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const formats::OnnxValue& recorded = wanted[i].second;
    const double half = oracle && recorded.kind == formats::OnnxValue::Kind::kTensor ? HalfBound(recorded.tensor.elem) : 0;
    const ports::PlainTolerance bound = {.atol = std::max(cases::kOnnxTestAtol, half), .rtol = std::max(cases::kOnnxTestRtol, half)};
    const std::string why = compare::Difference(found[i].second, recorded, bound, /*widened=*/oracle);
    if (!why.empty()) return "output " + std::to_string(i) + ": " + why;
  }
  return {};
}

SuiteOutcome RunCase(const fs::path& root, const fs::path& folder, bool oracle, double& seconds) {
  SuiteOutcome outcome;
  outcome.name = folder.lexically_relative(root).generic_string();
  const auto fail = [&](const Error& error) {
    outcome.verdict = VerdictOf(error);
    outcome.reason = error.ToString();
    return outcome;
  };
  auto model = formats::ReadOnnx(folder / "model.onnx");
  if (!model.ok()) return fail(model.error());
  cases::OperatorUse operators;
  cases::AddNodes(*model, operators);
  for (const auto& [name, count] : operators) outcome.operators.push_back(name);
  const auto shared = std::make_shared<const formats::OnnxModel>(*std::move(model));
  std::vector<fs::path> sets;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (StartsWith(entry.path().filename().string(), "test_data_set_")) sets.push_back(entry.path());
  }
  std::sort(sets.begin(), sets.end());
  double start = ProcessorSeconds();
  const auto interpreter = Interpreter::Make(shared, folder);
  seconds += ProcessorSeconds() - start;
  if (!interpreter.ok()) return fail(interpreter.error());
  for (const fs::path& set : sets) {
    const auto inputs = ReadValues(set, "input_", shared->graph.inputs);
    if (!inputs.ok()) return fail(inputs.error());
    const auto wanted = ReadValues(set, "output_", shared->graph.outputs);
    if (!wanted.ok()) return fail(wanted.error());
    Values given;
    for (size_t i = 0; i < inputs->size(); ++i) {
      const formats::OnnxValue& input = (*inputs)[i].second;
      // An optional without a value is one; an input without a file has none.
      const bool left_out = input.kind == formats::OnnxValue::Kind::kNone && shared->graph.inputs[i].type.wrappers.empty();
      auto value = left_out ? Result<Value>(Value()) : ValueOf(input);
      if (!value.ok()) return fail(value.error());
      given.push_back(*std::move(value));
    }
    start = ProcessorSeconds();
    const auto run = interpreter->Run(given, {.oracle = oracle});
    seconds += ProcessorSeconds() - start;
    if (!run.ok()) return fail(run.error());
    formats::NamedOnnxValues found;
    for (size_t i = 0; i < run->size(); ++i) found.emplace_back(shared->graph.outputs[i].name, OnnxValueOf((*run)[i]));
    std::string why = Judged(*shared, *inputs, found, *wanted, oracle);
    if (why.empty()) continue;
    outcome.verdict = SuiteVerdict::kFail;
    outcome.reason = std::move(why);
    return outcome;
  }
  outcome.verdict = sets.empty() ? SuiteVerdict::kError : SuiteVerdict::kPass;
  if (sets.empty()) outcome.reason = "no data sets";
  return outcome;
}

}  // namespace

Result<SuiteRun> RunSuite(const fs::path& root, const std::string& part, bool oracle) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename() != "model.onnx") continue;
    const fs::path folder = it->path().parent_path();
    if (folder.lexically_relative(root).generic_string().find(part) != std::string::npos) folders.push_back(folder);
  }
  std::sort(folders.begin(), folders.end());
  if (folders.empty()) return NotFound("no ONNX backend test of that name").With("folder", root.string()).With("found", part);
  SuiteRun run;
  for (const fs::path& folder : folders) run.outcomes.push_back(RunCase(root, folder, oracle, run.processor_seconds));
  return run;
}

Result<std::map<std::string, std::string>> ReadKnown(const fs::path& file) {
  CONFORMANCE_TRY(const std::string text, formats::ReadFileText(file));
  std::map<std::string, std::string> known;
  int number = 0;
  for (const std::string& line : Split(text, '\n')) {
    ++number;
    if (Trim(line).empty() || line[0] == '#') continue;
    const size_t tab = line.find('\t');
    if (tab == std::string::npos || Trim(line.substr(tab)).empty()) {
      return Invalid("a known deviation without a reason").With("file", file.string()).With("place", "line " + std::to_string(number)).With("wanted", "name, a tab, reason");
    }
    known.emplace(line.substr(0, tab), std::string(Trim(line.substr(tab))));
  }
  return known;
}

std::string OperatorTable(const SuiteRun& run) {
  std::map<std::string, std::array<int, 4>> counts;
  for (const SuiteOutcome& outcome : run.outcomes) {
    for (const std::string& name : outcome.operators) ++counts[name][static_cast<size_t>(outcome.verdict)];
  }
  std::vector<std::pair<std::string, std::array<int, 4>>> rows(counts.begin(), counts.end());
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    const auto bad = [](const auto& row) { return row.second[1] + row.second[2] + row.second[3]; };
    return bad(a) > bad(b);
  });
  std::string text = "operator                                    pass  fail  unsupported  error\n";
  for (const auto& [name, row] : rows) {
    std::array<char, 160> line;
    std::snprintf(line.data(), line.size(), "%-42s %5d %5d %12d %6d\n", name.c_str(), row[0], row[1], row[2], row[3]);
    text += line.data();
  }
  return text;
}

}  // namespace conformance::suites
