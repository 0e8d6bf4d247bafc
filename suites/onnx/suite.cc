#include "suites/onnx/suite.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <set>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "framework/formats/onnx_tensor.h"
#include "references/onnx/interpreter.h"
#include "references/onnx/tensors.h"
#include "suites/onnx/contract.h"

namespace conformance::suites {
namespace {

using namespace onnx_reference;  // NOLINT(google-build-using-namespace): the suite is about it alone

namespace fs = std::filesystem;
// onnx.backend.test.runner's bounds.
constexpr double kRtol = 1e-3, kAtol = 1e-7;

/// What a recording in a half may be off from f64: a few units of its last place, of the largest numbers that were added up for it.
double HalfBound(Elem elem) { return elem == Elem::kBfloat16 ? 0x1p-5 : elem == Elem::kFloat16 ? 0x1p-8 : 0; }

void CollectOperators(const formats::OnnxGraph& graph, std::set<std::string>& names);
void CollectOperators(const std::vector<formats::OnnxNode>& nodes, std::set<std::string>& names) {
  for (const auto& node : nodes) {
    names.insert(node.domain.empty() ? node.op_type : node.domain + " " + node.op_type);
    for (const auto& attribute : node.attributes) {
      for (const auto& graph : attribute.graphs) CollectOperators(graph, names);
    }
  }
}
void CollectOperators(const formats::OnnxGraph& graph, std::set<std::string>& names) { CollectOperators(graph.nodes, names); }

double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

Result<Values> ReadValues(const fs::path& folder, const std::string& prefix, const std::vector<formats::OnnxValueInfo>& infos) {
  Values values;
  for (size_t i = 0; i < infos.size(); ++i) {
    const fs::path file = folder / (prefix + std::to_string(i) + ".pb");
    std::error_code ignored;
    // Inputs that an initializer has need no file.
    if (!fs::exists(file, ignored)) {
      values.emplace_back();
      continue;
    }
    CONFORMANCE_TRY(const formats::OnnxValue read, formats::ReadOnnxValue(file, infos[i].type));
    auto value = ValueOf(read);
    if (!value.ok()) return std::move(value).error().With("file", file.string());
    values.push_back(*std::move(value));
  }
  return values;
}

SuiteVerdict VerdictOf(const Error& error) { return error.kind() == ErrorKind::kUnsupported ? SuiteVerdict::kUnsupported : SuiteVerdict::kError; }

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
  std::set<std::string> operators;
  CollectOperators(model->graph, operators);
  for (const auto& function : model->functions) CollectOperators(function.nodes, operators);
  outcome.operators.assign(operators.begin(), operators.end());
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
    start = ProcessorSeconds();
    const auto found = interpreter->Run(*inputs, {.oracle = oracle});
    seconds += ProcessorSeconds() - start;
    if (!found.ok()) return fail(found.error());
    const Contract* contract = ContractOf(outcome.name);
    for (size_t i = 0; i < wanted->size(); ++i) {
      std::string why;
      if (contract == nullptr) {
        const double half = oracle && (*wanted)[i].array() != nullptr ? HalfBound((*wanted)[i].array()->elem()) : 0;
        why = Difference((*found)[i], (*wanted)[i], std::max(kRtol, half), std::max(kAtol, half));
      } else if (Describe((*found)[i]) != Describe((*wanted)[i])) {
        why = "found " + Describe((*found)[i]) + ", wanted " + Describe((*wanted)[i]);
      } else if (i + 1 == wanted->size()) {
        why = contract->check(*inputs, *found);
      }
      if (why.empty()) continue;
      outcome.verdict = SuiteVerdict::kFail;
      outcome.reason = "output " + std::to_string(i) + ": " + why;
      return outcome;
    }
  }
  outcome.verdict = sets.empty() ? SuiteVerdict::kError : SuiteVerdict::kPass;
  if (sets.empty()) outcome.reason = "no data sets";
  return outcome;
}

std::string ArrayDifference(const Array& found, const Array& wanted, double rtol, double atol) {
  if (found.elem() != wanted.elem() || found.dims() != wanted.dims()) return "found " + Describe(found) + ", wanted " + Describe(wanted);
  const auto at = [](size_t i, const std::string& f, const std::string& w) { return "element " + std::to_string(i) + " is " + f + ", wanted " + w; };
  const auto count = static_cast<size_t>(wanted.count());
  if (wanted.store() == Store::kString) {
    for (size_t i = 0; i < count; ++i) {
      const std::string &f = found.data<std::string>()[i], &w = wanted.data<std::string>()[i];
      if (f != w) return at(i, formats::Quoted(f), formats::Quoted(w));
    }
    return {};
  }
  const bool floating = IsWideFloat(wanted.elem()) || wanted.store() == Store::kCode;
  if (!floating) {
    if (std::equal(found.raw(), found.raw() + found.bytes(), wanted.raw())) return {};
    const auto f = ToNumbers(found), w = ToNumbers(wanted);
    for (size_t i = 0; i < f.size(); ++i) {
      if (f[i] != w[i]) return at(i, DoubleText(f[i]), DoubleText(w[i]));
    }
    return "other bytes";
  }
  const auto f = ToNumbers(found), w = ToNumbers(wanted);
  for (size_t i = 0; i < count; ++i) {
    if (std::isnan(w[i]) || std::isinf(w[i]) || std::isnan(f[i]) || std::isinf(f[i])) {
      if (!(f[i] == w[i] || (std::isnan(f[i]) && std::isnan(w[i])))) return at(i, DoubleText(f[i]), DoubleText(w[i]));
      continue;
    }
    if (std::fabs(f[i] - w[i]) > atol + rtol * std::fabs(w[i])) return at(i, DoubleText(f[i]), DoubleText(w[i]));
  }
  return {};
}

}  // namespace

std::string Difference(const Value& found, const Value& wanted, double rtol, double atol) {
  const auto kinds = [&] { return "found " + Describe(found) + ", wanted " + Describe(wanted); };
  if (const Optional* w = wanted.optional()) {
    const Optional* f = found.optional();
    if (w->value.IsAbsent()) return found.IsAbsent() || (f != nullptr && f->value.IsAbsent()) ? "" : kinds();
    // A declared optional's value may come bare.
    return Difference(f != nullptr ? f->value : found, w->value, rtol, atol);
  }
  if (const Array* w = wanted.array()) return found.array() == nullptr ? kinds() : ArrayDifference(*found.array(), *w, rtol, atol);
  if (const Sequence* w = wanted.sequence()) {
    const Sequence* f = found.sequence();
    if (f == nullptr || f->items.size() != w->items.size()) return kinds();
    for (size_t i = 0; i < w->items.size(); ++i) {
      const std::string why = Difference(f->items[i], w->items[i], rtol, atol);
      if (!why.empty()) return "item " + std::to_string(i) + ": " + why;
    }
    return {};
  }
  if (const Map* w = wanted.map()) {
    const Map* f = found.map();
    if (f == nullptr || f->values.size() != w->values.size()) return kinds();
    std::string why = ArrayDifference(f->keys, w->keys, 0, 0);
    for (size_t i = 0; why.empty() && i < w->values.size(); ++i) why = Difference(f->values[i], w->values[i], rtol, atol);
    return why;
  }
  return found.IsAbsent() ? "" : kinds();
}

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
