#include "framework/engine/judge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "framework/base/strings.h"
#include "framework/compare/ensemble_lane.h"
#include "framework/engine/artifact_maker.h"
#include "framework/engine/backend_reference.h"
#include "framework/engine/binding.h"
#include "framework/engine/guarded.h"
#include "framework/engine/worker_program.h"
#include "framework/engine/worker_reference.h"

namespace conformance::engine {
namespace {

/// The first of the case's own artifacts: what a reference of files evaluates. None where the case offers none.
Result<std::optional<ports::Artifact>> ArtifactOf(const Case& model, const Variant& variant, const LoadedCase& loaded) {
  for (const std::string& format : model.Offers(variant).formats) {
    if (format == "checkpoint" || format == "program") continue;
    CONFORMANCE_TRY(ports::Artifact artifact, loaded.Artifact(variant, format));
    return std::optional<ports::Artifact>(std::move(artifact));
  }
  return std::optional<ports::Artifact>();
}

/// A request for the judged case in every form that it has.
class Asked {
 public:
  static Result<Asked> Make(const PlannedCell& cell, const LoadedCase& loaded, const Call& call) {
    Asked asked;
    const Case& judged = JudgedCase(*cell.model);
    Variant variant = cell.variant;
    if (const auto variants = judged.Variants(); &judged != cell.model.get() && !variants.empty()) variant = variants.front();
    asked.model_ = loaded.model();
    asked.program_ = loaded.program();
    asked.weights_ = loaded.weights();
    CONFORMANCE_TRY(asked.artifact_, Guarded("the case", [&] { return ArtifactOf(judged, variant, loaded); }));
    asked.source_ = SourceOf(judged.Info());
    asked.inputs_ = call.inputs;
    asked.draw_seed_ = call.seed;
    if (&judged != cell.model.get() && asked.artifact_) {
      std::vector<std::string> names;
      for (const ports::ValueInfo& input : asked.artifact_->inputs) names.push_back(input.name);
      asked.inputs_.tensors = NameByPlace(asked.inputs_.tensors, names);
    }
    return asked;
  }

  /// Outputs without bookkeeping. `inputs` and `weights` in place of the call's where not null.
  Result<NamedTensors> Run(const ports::Reference& reference, const ops::Numerics& numerics, const char* how,
                           const NamedTensors* inputs = nullptr, const weights::Weights* weights = nullptr) const {
    ports::ReferenceRequest request;
    request.model = model_.get();
    request.program = program_.get();
    request.weights = weights != nullptr ? weights : weights_.get();
    request.artifact = artifact_ ? &*artifact_ : nullptr;
    request.source = source_;
    ports::ModelInputs other;
    if (inputs != nullptr) other = {.tensors = *inputs, .kwargs = inputs_.kwargs};
    request.inputs = inputs != nullptr ? &other : &inputs_;
    request.numerics = numerics;
    request.numerics.draw_seed = draw_seed_;
    const std::string who = "reference '" + std::string(reference.Name()) + "'";
    auto outputs = Guarded(who, [&] { return reference.Run(request); });
    if (!outputs.ok()) return std::move(outputs).error().Trail("in " + who + how);
    return WithoutBookkeeping(*outputs);
  }

 private:
  std::shared_ptr<const nn::Model> model_;
  std::shared_ptr<const ir::Program> program_;
  std::shared_ptr<const weights::Weights> weights_;
  std::optional<ports::Artifact> artifact_;
  ports::ModelSource source_;
  ports::ModelInputs inputs_;
  uint64_t draw_seed_ = 0;
};

}  // namespace

const Case& JudgedCase(const Case& model) { return model.Info().measure ? *model.Info().measure : model; }

std::string JudgeName(const Toolbox& toolbox, const Case& model) {
  const std::string& own = JudgedCase(model).Info().judge;
  return own.empty() ? toolbox.judge : own;
}

bool IsJudge(const Toolbox& toolbox, std::string_view name) {
  return toolbox.references.Find(name) != nullptr || toolbox.backends.Find(name) != nullptr;
}

Result<std::shared_ptr<const ports::Reference>> JudgeFor(const SweepContext& context, const Case& model) {
  const std::string name = JudgeName(context.toolbox, model);
  if (auto reference = context.toolbox.references.Share(name)) return reference;
  if (auto backend = context.toolbox.backends.Share(name)) return std::shared_ptr<const ports::Reference>(std::make_shared<BackendReference>(std::move(backend)));
  return Invalid("the toolbox has no reference '" + name + "' to judge by").With("wanted", Join(context.toolbox.references.Names(), ", "));
}

std::shared_ptr<const ports::Reference> LibrarysOwn(const SweepContext& context, const PlannedCell& cell) {
  const auto* exporter = dynamic_cast<const LivesInWorker<ports::Exporter>*>(cell.exporter.get());
  if (exporter == nullptr || cell.entry != Entry::kSource) return nullptr;
  for (const auto& reference : context.toolbox.references.All()) {
    const auto* lodger = dynamic_cast<const LivesInWorker<ports::Reference>*>(reference.get());
    if (lodger == nullptr || lodger->program() != exporter->program()) continue;
    return reference->Name() == JudgeName(context.toolbox, *cell.model) ? nullptr : reference;
  }
  return nullptr;
}

Result<std::shared_ptr<const Truth>> Judgement(const SweepContext& context, const PlannedCell& cell, const LoadedCase& loaded,
                                               const Call& call) {
  CONFORMANCE_TRY(const auto judge, JudgeFor(context, *cell.model));
  return JudgementOf(*judge, cell, loaded, call);
}

Result<std::shared_ptr<const Truth>> JudgementOf(const ports::Reference& reference, const PlannedCell& cell, const LoadedCase& loaded,
                                                 const Call& call) {
  CONFORMANCE_TRY(const Asked asked, Asked::Make(cell, loaded, call));
  auto truth = std::make_shared<Truth>();
  CONFORMANCE_TRY(truth->reference, asked.Run(reference, {}, ""));
  if (reference.HasOracle()) {
    CONFORMANCE_TRY(truth->oracle, asked.Run(reference, ops::Numerics::Oracle(), ", in f64"));
  }
  return std::shared_ptr<const Truth>(std::move(truth));
}

Result<NamedTensors> OutputsOf(const ports::Reference& reference, const PlannedCell& cell, const LoadedCase& loaded, const Call& call, bool wide) {
  CONFORMANCE_TRY(const Asked asked, Asked::Make(cell, loaded, call));
  return wide ? asked.Run(reference, ops::Numerics::Oracle(), ", in f64") : asked.Run(reference, {}, "");
}

Result<Doubts> DoubtsOf(const ports::Reference& reference, const Tracer& tracer, const PlannedCell& cell, const LoadedCase& loaded, const Call& call,
                        const NamedTensors& outputs, uint64_t seed) {
  CONFORMANCE_TRY(const Asked asked, Asked::Make(cell, loaded, call));
  const Evaluate evaluate = [&](const NamedTensors* inputs, const weights::Weights* weights) {
    return asked.Run(reference, {}, ", perturbed", inputs, weights);
  };
  // A judge in a worker builds the model itself, and perturbs its weights there.
  const auto* elsewhere = dynamic_cast<const WorkerReference*>(&reference);
  const bool here = elsewhere == nullptr && loaded.model();
  std::vector<Unmoved> unmoved = FindUnmoved(call.inputs.tensors, here ? loaded.weights() : nullptr, outputs, evaluate, seed);
  if (elsewhere != nullptr) {
    CONFORMANCE_TRY(const auto found, elsewhere->SensitivityOf(SourceOf(JudgedCase(*cell.model).Info()), call.inputs));
    std::erase_if(unmoved, [&](const Unmoved& one) { return std::ranges::find(found.unread, one.name) != found.unread.end(); });
    for (const std::string& name : found.unmoved) unmoved.push_back({.input = false, .name = name, .weights = {}});
  }
  if (unmoved.empty()) return Doubts();
  if (!here) {
    Doubts doubts;
    for (const Unmoved& one : unmoved) doubts.push_back(one.Text());
    return doubts;
  }
  // What the model does not read in this use is as it should be.
  ports::TraceRequest request;
  request.inputs = call.inputs;
  CONFORMANCE_TRY(const Traced traced, Guarded("the tracer", [&] { return tracer(*loaded.model(), request); }));
  CONFORMANCE_TRY(const Read read, ReadByOutputs(*traced.program));
  Doubts doubts;
  for (const Unmoved& one : unmoved) {
    if (read.Has(one)) doubts.push_back(one.Text());
  }
  return doubts;
}

JudgesEnsemble::JudgesEnsemble(std::shared_ptr<const ports::Reference> reference, const PlannedCell& cell, const LoadedCase& loaded,
                               const Call& call, std::shared_ptr<const Truth> truth, std::string key, VariantWork& work, StageTimer& timer)
    : reference_(std::move(reference)), cell_(cell), loaded_(loaded), call_(call), truth_(std::move(truth)), key_(std::move(key)), work_(work),
      timer_(timer) {}

size_t JudgesEnsemble::size() const {
  return truth_->oracle && reference_->HasEnsemble() ? compare::kMostMembers : 0;
}

Result<const ports::Spreads*> JudgesEnsemble::Member(size_t index) const {
  CONFORMANCE_TRY(const auto& spreads, work_.spreads[key_ + " member " + std::to_string(index)].Get(
                                           timer_, [&]() -> Result<std::shared_ptr<const ports::Spreads>> {
                                             CONFORMANCE_TRY(const Asked asked, Asked::Make(cell_, loaded_, call_));
                                             CONFORMANCE_TRY(const NamedTensors member, asked.Run(*reference_, ops::Numerics::Ensemble(index + 1),
                                                                                                  ", a member of the ensemble"));
                                             return std::make_shared<const ports::Spreads>(compare::SpreadsOf(member, *truth_->oracle));
                                           }));
  return spreads.get();
}

}  // namespace conformance::engine
