#include "framework/selftest/selftest.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "framework/base/strings.h"
#include "framework/compare/ensemble_lane.h"
#include "framework/compare/lanes_comparator.h"
#include "framework/compare/local_lane.h"
#include "framework/compare/tolerance.h"
#include "framework/load/input_plan.h"
#include "framework/load/load.h"
#include "framework/selftest/faults.h"
#include "framework/selftest/rescale.h"
#include "framework/weights/tensor_weights.h"

namespace conformance::selftest {
namespace {

using ops::Numerics;

/// Seeds of candidates stay away from those of the ensemble.
constexpr uint64_t kCandidateSeeds = 1000;

/// The legal ways in which a backend may compute; `number` counts through them.
struct Legal {
  std::string name;
  Numerics numerics;
};
Legal LegalVariant(size_t number, DType dtype) {
  const uint64_t seed = kCandidateSeeds + number;
  switch (number % 4) {
    case 0: return {"order", {.order_seed = seed}};
    case 1: return {"accumulator", {.compute = Numerics::Compute::kF64, .order_seed = seed}};
    case 2: return {"noise", {.order_seed = seed, .noise_ulp = 2}};
    default: break;
  }
  // A compiler that keeps neighbours' results in registers: some of the halves' stores, in f32 all of them.
  if (ByteSize(dtype) == 2) return {"fusion", {.order_seed = seed, .noise_ulp = 2, .fused_stores = 0.5}};
  return {"fusion", {.compute = Numerics::Compute::kF64, .round_stores = false, .order_seed = seed}};
}

/// One Program with its inputs, its truth and its ensemble.
class Subject : public ports::Ensemble {
 public:
  std::string name, model_class;
  std::shared_ptr<const ir::Program> program;
  TensorTable table;
  std::shared_ptr<const weights::Weights> weights;
  std::vector<NamedTensors> inputs;       ///< the first is judged on
  std::vector<NamedTensors> oracles;      ///< one for each
  NamedTensors reference;
  std::vector<std::string> values;        ///< that are captured
  const ports::Reference* evaluator = nullptr;

  size_t size() const override { return compare::kMostMembers; }
  Result<const ports::Spreads*> Member(size_t index) const override {
    while (members_.size() <= index) {
      CONFORMANCE_TRY(const NamedTensors member, Run(*program, *weights, inputs[0], Numerics::Ensemble(members_.size() + 1), {}));
      members_.push_back(std::make_unique<ports::Spreads>(compare::SpreadsOf(member, oracles[0])));
    }
    return members_[index].get();
  }

  Result<NamedTensors> Run(const ir::Program& what, const weights::Weights& with, const NamedTensors& given, const Numerics& numerics,
                           const std::vector<std::string>& capture) const {
    const ports::ModelInputs model_inputs{.tensors = given, .kwargs = {}};
    ports::ReferenceRequest request;
    request.program = &what;
    request.weights = &with;
    request.inputs = &model_inputs;
    request.numerics = numerics;
    request.capture = capture;
    return evaluator->Run(request);
  }

 private:
  mutable std::vector<std::unique_ptr<ports::Spreads>> members_;
};

Result<TensorTable> TableOf(const weights::Weights& weights) {
  TensorTable table;
  for (const weights::WeightInfo& info : weights.All()) {
    CONFORMANCE_TRY(Tensor tensor, weights.Load(info.name));
    table.emplace(info.name, std::move(tensor));
  }
  return table;
}

/// Empty where the class has no such variant.
Result<std::unique_ptr<Subject>> MakeSubject(const engine::Toolbox& toolbox, const ports::Reference& evaluator, const load::LoadedModel& loaded,
                                             const std::string& variant, const SelftestOptions& options) {
  auto plan = load::InputPlan::Make(*loaded.model, variant);
  if (!plan.ok() && plan.error().kind() == ErrorKind::kUnsupported) return std::unique_ptr<Subject>();
  if (!plan.ok()) return std::move(plan).error();
  auto subject = std::make_unique<Subject>();
  subject->name = loaded.folder.filename().string() + "/" + variant;
  subject->model_class = loaded.class_name;
  subject->evaluator = &evaluator;
  for (size_t i = 0; i < std::max<size_t>(1, options.equivalence_inputs); ++i) {
    CONFORMANCE_TRY(NamedTensors made, plan->Make(plan->traced(), options.seed + i));
    for (auto& [name, tensor] : made) {
      if (IsFloating(tensor.dtype()) && tensor.dtype() != options.dtype) tensor = Cast(tensor, options.dtype);
    }
    subject->inputs.push_back(std::move(made));
  }
  ports::TraceRequest request;
  request.inputs.tensors = subject->inputs[0];
  request.inputs.kwargs = plan->kwargs();
  CONFORMANCE_TRY(engine::Traced traced, toolbox.tracer(*loaded.model, request));
  subject->program = std::move(traced.program);
  CONFORMANCE_TRY(const TensorTable table, TableOf(*loaded.weights));
  subject->table = Rescaled(*subject->program, table, options.seed);
  subject->weights = std::make_shared<const weights::TensorWeights>(subject->table);
  for (const NamedTensors& input : subject->inputs) {
    CONFORMANCE_TRY(NamedTensors oracle, subject->Run(*subject->program, *subject->weights, input, Numerics::Oracle(), {}));
    subject->oracles.push_back(std::move(oracle));
  }
  CONFORMANCE_TRY(subject->reference, subject->Run(*subject->program, *subject->weights, subject->inputs[0], {}, {}));
  subject->values = compare::JudgedValues(*subject->program);
  return subject;
}

/// Within one unit of f32 in every element of every output.
bool Equivalent(const NamedTensors& a, const NamedTensors& b) {
  for (size_t i = 0; i < b.size(); ++i) {
    if (a[i].second.shape() != b[i].second.shape()) return false;
    const std::vector<double> x = ViewAsReal(a[i].second).ToDoubles(), y = ViewAsReal(b[i].second).ToDoubles();
    for (size_t k = 0; k < y.size(); ++k) {
      if (x[k] == y[k] || (std::isnan(x[k]) && std::isnan(y[k]))) continue;
      if (!std::isfinite(x[k]) || !std::isfinite(y[k]) || std::fabs(x[k] - y[k]) > compare::UlpAt(y[k], DType::kF32)) return false;
    }
  }
  return true;
}

/// Rules of other tools, over the same outputs.
/// Sources: torch.testing.assert_close; transformers' exporter tests (1e-4, fewer than 5 % may miss); cosine and SNR as in deployment guides.
std::map<std::string, bool> OtherRules(const NamedTensors& candidate, const NamedTensors& reference, const ports::Comparison& comparison) {
  std::map<std::string, bool> objects = {{"assert_close", false}, {"1e-4, under 5 % may miss", false}, {"cosine > 0.9999", false}};
  for (const record::OutputFigures& figures : comparison.figures) {
    if (figures.close_mismatched > 0) objects["assert_close"] = true;
    if (figures.cosine <= 0.9999) objects["cosine > 0.9999"] = true;
  }
  for (size_t i = 0; i < reference.size(); ++i) {
    const std::vector<double> x = ViewAsReal(candidate[i].second).ToDoubles(), y = ViewAsReal(reference[i].second).ToDoubles();
    size_t outside = 0;
    for (size_t k = 0; k < y.size() && k < x.size(); ++k) outside += !(std::fabs(x[k] - y[k]) <= 1e-4 + 1e-4 * std::fabs(y[k])) && x[k] != y[k];
    if (static_cast<double>(outside) >= 0.05 * static_cast<double>(y.size()) && outside > 0) objects["1e-4, under 5 % may miss"] = true;
  }
  return objects;
}

/// What each lane says of one candidate.
struct Verdict {
  std::map<std::string, std::string> objections;  ///< lane -> reason
  std::map<std::string, bool> others;
  bool by_outputs() const { return objections.size() > (objections.contains("local") ? 1u : 0u); }
};

Result<Verdict> Judge(const Subject& subject, const ir::Program& program, const weights::Weights& weights, const Numerics& numerics) {
  std::vector<std::string> capture;
  for (const std::string& value : subject.values) {
    if (program.graph.FindValue(value) != ir::ValueId::kNone) capture.push_back(value);
  }
  CONFORMANCE_TRY(NamedTensors all, subject.Run(program, weights, subject.inputs[0], numerics, capture));
  const auto outputs = static_cast<int64_t>(all.size() - capture.size());
  NamedTensors candidate(all.begin(), all.begin() + outputs);
  for (size_t i = 0; i < candidate.size() && i < subject.reference.size(); ++i) {
    // What leaves a backend has the declared type, however wide it computes.
    const DType declared = subject.reference[i].second.dtype();
    if (candidate[i].second.dtype() != declared) candidate[i].second = Cast(candidate[i].second, declared);
  }
  const NamedTensors captured(all.begin() + outputs, all.end());

  Verdict verdict;
  ports::ComparisonRequest request;
  request.candidate = &candidate;
  request.reference = &subject.reference;
  request.oracle = &subject.oracles[0];
  request.ensemble = &subject;
  CONFORMANCE_TRY(const ports::Comparison comparison, compare::LanesComparator().Compare(request));
  for (const record::OutputFigures& figures : comparison.figures) {
    if (figures.outcome == "fail") verdict.objections.try_emplace(figures.lane, figures.output + ": " + figures.reason);
  }
  if (comparison.figures.empty()) verdict.objections.try_emplace("structure", comparison.reason);
  else verdict.others = OtherRules(candidate, subject.reference, comparison);

  compare::LocalRequest local;
  local.program = subject.program.get();
  local.weights = subject.weights.get();
  local.inputs = &subject.inputs[0];
  local.reference = subject.evaluator;
  CONFORMANCE_TRY(const compare::LocalReport report, compare::JudgeCaptured(local, captured));
  if (report.diverges()) verdict.objections.try_emplace("local", report.over.front().reason);
  return verdict;
}

class Run {
 public:
  Run(const engine::Toolbox& toolbox, const SelftestOptions& options, const ports::Reference& evaluator)
      : toolbox_(toolbox), options_(options), evaluator_(evaluator) {}

  Status Folder(const std::filesystem::path& folder) {
    load::LoadOptions load;
    load.dtype = options_.dtype;
    CONFORMANCE_TRY(const load::LoadedModel loaded, load::LoadModel(folder, toolbox_.models, load));
    for (const char* variant : {"static", "decode"}) {
      CONFORMANCE_TRY(const auto subject, MakeSubject(toolbox_, evaluator_, loaded, variant, options_));
      if (!subject) continue;
      CONFORMANCE_RETURN_IF_ERROR(Faults(*subject));
      CONFORMANCE_RETURN_IF_ERROR(Variants(*subject));
      const std::lock_guard lock(mutex_);
      ++report_.programs;
    }
    return Ok();
  }

  SelftestReport Take() && { return std::move(report_); }
  void Sort() {
    for (auto* list : {&report_.equivalents, &report_.missed, &report_.false_failures}) std::ranges::sort(*list);
  }

 private:
  Status Faults(const Subject& subject) {
    CONFORMANCE_TRY(const std::vector<Fault> faults, InjectFaults(*subject.program, subject.table, options_.faults_per_kind, options_.seed));
    uint64_t number = 0;
    for (const Fault& fault : faults) {
      const std::string name = subject.name + " " + fault.kind + " " + fault.place;
      auto status = OneFault(subject, fault, name, kCandidateSeeds * 10 + number++);
      if (!status.ok()) return std::move(status).error().Trail("in " + name);
    }
    return Ok();
  }

  Status OneFault(const Subject& subject, const Fault& fault, const std::string& name, uint64_t seed) {
    TensorTable table = subject.table;
    for (const auto& [target, tensor] : fault.weights) table.insert_or_assign(target, tensor);
    const weights::TensorWeights weights(std::move(table));
    bool equivalent = true;
    for (size_t i = 0; equivalent && i < subject.inputs.size(); ++i) {
      CONFORMANCE_TRY(const NamedTensors outputs, subject.Run(fault.program, weights, subject.inputs[i], Numerics::Oracle(), {}));
      equivalent = Equivalent(outputs, subject.oracles[i]);
    }
    Tally tally;
    tally.injected = 1;
    tally.equivalent = equivalent ? 1 : 0;
    Verdict verdict;
    if (!equivalent) {
      // A faulty artifact computes in its own order as well.
      CONFORMANCE_TRY(verdict, Judge(subject, fault.program, weights, LegalVariant(static_cast<size_t>(seed), options_.dtype).numerics));
      tally.found = verdict.objections.empty() ? 0 : 1;
      tally.found_by_outputs = verdict.by_outputs() ? 1 : 0;
      for (const auto& [lane, reason] : verdict.objections) tally.found_by_lane[lane] = 1;
    }
    const std::lock_guard lock(mutex_);
    report_.total.Add(tally);
    report_.by_class[subject.model_class].Add(tally);
    report_.by_kind[fault.kind].Add(tally);
    if (equivalent) report_.equivalents.push_back(name);
    else if (tally.found == 0) report_.missed.push_back(name);
    for (const auto& [rule, objects] : verdict.others) {
      Tally other;
      other.injected = 1;
      other.found = other.found_by_outputs = objects ? 1 : 0;
      report_.by_rule[rule].Add(other);
    }
    return Ok();
  }

  Status Variants(const Subject& subject) {
    const size_t programs = std::max<size_t>(1, options_.folders.size());  // at least one Program a folder
    const size_t each = (options_.legal_variants + programs - 1) / programs;
    for (size_t k = 0; k < each; ++k) {
      const Legal legal = LegalVariant(k, options_.dtype);
      auto verdict = Judge(subject, *subject.program, *subject.weights, legal.numerics);
      if (!verdict.ok()) return std::move(verdict).error().Trail("in " + subject.name + ", a legal variant");
      Tally tally;
      tally.legal = 1;
      tally.rejected = verdict->objections.empty() ? 0 : 1;
      tally.rejected_by_outputs = verdict->by_outputs() ? 1 : 0;
      for (const auto& [lane, reason] : verdict->objections) tally.rejected_by_lane[lane] = 1;
      const std::lock_guard lock(mutex_);
      report_.total.Add(tally);
      report_.by_class[subject.model_class].Add(tally);
      for (const auto& [lane, reason] : verdict->objections) {
        report_.false_failures.push_back(subject.name + " " + legal.name + " " + std::to_string(k) + ", " + lane + ": " + reason);
      }
      for (const auto& [rule, objects] : verdict->others) {
        Tally other;
        other.legal = 1;
        other.rejected = other.rejected_by_outputs = objects ? 1 : 0;
        report_.by_rule[rule].Add(other);
      }
    }
    return Ok();
  }

  const engine::Toolbox& toolbox_;
  const SelftestOptions& options_;
  const ports::Reference& evaluator_;
  std::mutex mutex_;
  SelftestReport report_;
};

Json ToJson(const std::vector<std::string>& texts) {
  Json json = Json::MakeArray();
  for (const std::string& text : texts) json.Append(text);
  return json;
}
Json ToJson(const std::map<std::string, int64_t>& counts) {
  Json json = Json::MakeObject();
  for (const auto& [name, count] : counts) json[name] = count;
  return json;
}
Json ToJson(const std::map<std::string, Tally>& tallies) {
  Json json = Json::MakeObject();
  for (const auto& [name, tally] : tallies) json[name] = tally.ToJson();
  return json;
}

}  // namespace

void Tally::Add(const Tally& other) {
  injected += other.injected;
  equivalent += other.equivalent;
  found += other.found;
  found_by_outputs += other.found_by_outputs;
  legal += other.legal;
  rejected += other.rejected;
  rejected_by_outputs += other.rejected_by_outputs;
  for (const auto& [lane, count] : other.found_by_lane) found_by_lane[lane] += count;
  for (const auto& [lane, count] : other.rejected_by_lane) rejected_by_lane[lane] += count;
}

Json Tally::ToJson() const {
  Json json = Json::MakeObject();
  json["faults_injected"] = injected;
  json["equivalent"] = equivalent;
  json["faults_found"] = found;
  json["legal_variants"] = legal;
  json["false_failures"] = rejected;
  json["false_failure_upper_bound"] = ClopperPearsonUpper(rejected, legal);
  Json lanes = Json::MakeObject();
  lanes["faults_found"] = selftest::ToJson(found_by_lane);
  lanes["false_failures"] = selftest::ToJson(rejected_by_lane);
  json["by_lane"] = std::move(lanes);
  Json outputs = Json::MakeObject();
  outputs["faults_found"] = found_by_outputs;
  outputs["false_failures"] = rejected_by_outputs;
  outputs["false_failure_upper_bound"] = ClopperPearsonUpper(rejected_by_outputs, legal);
  json["outputs_only"] = std::move(outputs);
  return json;
}

std::vector<std::string> SelftestReport::WeakClasses() const {
  std::vector<std::string> weak;
  for (const auto& [name, tally] : by_class) {
    if (tally.equivalent * 5 > tally.injected) weak.push_back(name);
  }
  return weak;
}

Json SelftestReport::ToJson() const {
  Json json = total.ToJson();
  json["dtype"] = std::string(ToString(dtype));
  json["programs"] = programs;
  json["by_class"] = selftest::ToJson(by_class);
  json["by_kind"] = selftest::ToJson(by_kind);
  Json rules = Json::MakeObject();
  for (const auto& [rule, tally] : by_rule) {
    rules[rule]["faults_found"] = tally.found;
    rules[rule]["false_failures"] = tally.rejected;
  }
  json["other_rules"] = std::move(rules);
  json["equivalents"] = selftest::ToJson(equivalents);
  json["missed"] = selftest::ToJson(missed);
  json["false_failures_seen"] = selftest::ToJson(false_failures);
  json["seconds"] = seconds;
  return json;
}

double ClopperPearsonUpper(int64_t failures, int64_t trials, double confidence) {
  if (trials <= 0 || failures >= trials) return 1;
  // The rate at which so few failures or fewer have the chance 1 − confidence.
  const auto chance = [&](double rate) {
    double sum = 0, log_choose = 0;
    for (int64_t k = 0; k <= failures; ++k) {
      if (k > 0) log_choose += std::log(static_cast<double>(trials - k + 1)) - std::log(static_cast<double>(k));
      sum += std::exp(log_choose + static_cast<double>(k) * std::log(rate) + static_cast<double>(trials - k) * std::log1p(-rate));
    }
    return sum;
  };
  double low = 0, high = 1;
  for (int step = 0; step < 200; ++step) {
    const double middle = (low + high) / 2;
    if (middle == low || middle == high) break;
    (chance(middle) > 1 - confidence ? low : high) = middle;
  }
  return high;
}

Result<SelftestReport> RunSelftest(const engine::Toolbox& toolbox, const SelftestOptions& options) {
  const auto evaluator = toolbox.references.Share("program");
  if (!evaluator) return Invalid("a selftest evaluates Programs: the toolbox has no reference 'program'");
  if (options.folders.empty()) return Invalid("a selftest needs checkpoints").With("found", "none");
  const auto start = std::chrono::steady_clock::now();
  Run run(toolbox, options, *evaluator);
  std::atomic<size_t> next{0};
  std::mutex mutex;
  Status first;
  size_t done = 0;
  const auto work = [&] {
    for (size_t i = next++; i < options.folders.size(); i = next++) {
      Status status = run.Folder(options.folders[i]);
      const std::lock_guard lock(mutex);
      if (!status.ok() && first.ok()) first = std::move(status).error().With("folder", options.folders[i].string());
      ++done;
      if (options.progress) options.progress(done, options.folders.size(), options.folders[i].filename().string());
    }
  };
  const size_t wanted = options.threads > 0 ? static_cast<size_t>(options.threads) : std::max(1u, std::thread::hardware_concurrency());
  {
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < std::min(wanted, options.folders.size()); ++i) threads.emplace_back(work);
    work();
  }
  CONFORMANCE_RETURN_IF_ERROR(first);
  run.Sort();
  SelftestReport report = std::move(run).Take();
  report.dtype = options.dtype;
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return report;
}

}  // namespace conformance::selftest
