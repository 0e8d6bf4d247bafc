#include "framework/engine/judge.h"

#include <optional>
#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/artifact_maker.h"
#include "framework/engine/backend_reference.h"
#include "framework/engine/binding.h"
#include "framework/engine/guarded.h"
#include "framework/engine/worker_program.h"

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
  const std::string who = "reference '" + std::string(reference.Name()) + "'";
  const Case& judged = JudgedCase(*cell.model);
  Variant variant = cell.variant;
  if (const auto variants = judged.Variants(); &judged != cell.model.get() && !variants.empty()) variant = variants.front();
  const auto model = loaded.model();
  const auto program = loaded.program();
  const auto weights = loaded.weights();
  CONFORMANCE_TRY(const auto artifact, Guarded("the case", [&] { return ArtifactOf(judged, variant, loaded); }));
  ports::ReferenceRequest request;
  request.model = model.get();
  request.program = program.get();
  request.weights = weights.get();
  request.artifact = artifact ? &*artifact : nullptr;
  request.source = SourceOf(judged.Info());
  ports::ModelInputs inputs = call.inputs;
  if (&judged != cell.model.get() && artifact) {
    std::vector<std::string> names;
    for (const ports::ValueInfo& input : artifact->inputs) names.push_back(input.name);
    inputs.tensors = NameByPlace(inputs.tensors, names);
  }
  request.inputs = &inputs;

  auto truth = std::make_shared<Truth>();
  auto declared = Guarded(who, [&] { return reference.Run(request); });
  if (!declared.ok()) return std::move(declared).error().Trail("in " + who);
  truth->reference = WithoutBookkeeping(*declared);
  if (!reference.HasOracle()) return std::shared_ptr<const Truth>(std::move(truth));
  request.numerics = ops::Numerics::Oracle();
  auto oracle = Guarded(who, [&] { return reference.Run(request); });
  if (!oracle.ok()) return std::move(oracle).error().Trail("in " + who + ", in f64");
  truth->oracle = WithoutBookkeeping(*oracle);
  return std::shared_ptr<const Truth>(std::move(truth));
}

}  // namespace conformance::engine
