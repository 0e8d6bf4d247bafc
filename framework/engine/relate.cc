#include "framework/engine/relate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "framework/base/strings.h"
#include "framework/compare/ensemble_lane.h"
#include "framework/engine/artifact_maker.h"
#include "framework/engine/binding.h"
#include "framework/engine/guarded.h"
#include "framework/engine/session_runs.h"

namespace conformance::engine {
namespace {

using record::Stage;
using ports::Spreads;

std::optional<DType> Wider(DType dtype) {
  if (dtype == DType::kF16 || dtype == DType::kBF16) return DType::kF32;
  if (dtype == DType::kF32) return DType::kF64;
  return std::nullopt;
}

NamedTensors InType(const NamedTensors& tensors, DType dtype) {
  NamedTensors cast = tensors;
  for (auto& [name, tensor] : cast) {
    if (IsFloating(tensor.dtype())) tensor = Cast(tensor, dtype);
  }
  return cast;
}

/// The weights of a wider case as the narrower one has them.
class RoundedWeights : public weights::Weights {
 public:
  RoundedWeights(std::shared_ptr<const weights::Weights> weights, DType narrow) : weights_(std::move(weights)), narrow_(narrow) {}
  const std::vector<weights::WeightInfo>& All() const override { return weights_->All(); }
  Result<Tensor> Load(std::string_view name) const override {
    CONFORMANCE_TRY(Tensor tensor, weights_->Load(name));
    if (!IsFloating(tensor.dtype()) || ByteSize(tensor.dtype()) <= ByteSize(narrow_)) return tensor;
    return Cast(Cast(tensor, narrow_), tensor.dtype());
  }
  std::optional<weights::ByteRange> Range(std::string_view) const override { return std::nullopt; }
  Status Stream(std::string_view name, const Sink& sink, size_t) const override {
    CONFORMANCE_TRY(const Tensor tensor, Load(name));
    return sink(tensor.Contiguous().bytes());
  }

 private:
  std::shared_ptr<const weights::Weights> weights_;
  DType narrow_;
};

class RoundedCase : public LoadedCase {
 public:
  RoundedCase(std::shared_ptr<const LoadedCase> loaded, DType narrow)
      : loaded_(std::move(loaded)), weights_(std::make_shared<RoundedWeights>(loaded_->weights(), narrow)) {}
  std::shared_ptr<const nn::Model> model() const override { return loaded_->model(); }
  std::shared_ptr<const ir::Program> program() const override { return loaded_->program(); }
  std::shared_ptr<const weights::Weights> weights() const override { return weights_; }
  Result<std::vector<Call>> Calls(const Variant& variant, uint64_t seed) const override { return loaded_->Calls(variant, seed); }

 private:
  std::shared_ptr<const LoadedCase> loaded_;
  std::shared_ptr<const weights::Weights> weights_;
};

bool Same(const NamedTensors& a, const NamedTensors& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return x.first == y.first && BitEqual(x.second, y.second); });
}

/// How far apart two legal answers may lie: each as far from the exact one as a member of the judge's ensemble.
class Apart : public ports::Ensemble {
 public:
  /// `way` and what it names must live longer.
  Apart(std::shared_ptr<const ports::Reference> judge, const CellWay& way, std::shared_ptr<const Call> call, std::shared_ptr<const Truth> truth,
        std::string key)
      : call_(std::move(call)), own_(Twice(compare::SpreadsOf(truth->reference, *truth->oracle))),
        members_(std::move(judge), way.cell, way.loaded, *call_, truth, std::move(key), way.work.Of(way.cell.variant), way.timer) {}
  size_t size() const override { return members_.size() + 1; }
  Result<const Spreads*> Member(size_t index) const override {
    if (index == 0) return &own_;
    if (const auto made = twice_.find(index); made != twice_.end()) return &made->second;
    CONFORMANCE_TRY(const Spreads* member, members_.Member(index - 1));
    return &twice_.emplace(index, Twice(*member)).first->second;
  }

 private:
  static Spreads Twice(Spreads spreads) {
    for (auto& [name, spread] : spreads) spread = {.rms = 2 * spread.rms, .max_abs = 2 * spread.max_abs};
    return spreads;
  }
  std::shared_ptr<const Call> call_;
  Spreads own_;
  JudgesEnsemble members_;
  mutable std::map<size_t, Spreads> twice_;
};

/// The judge in place of the backend.
class JudgeRuns : public ports::RelationRuns {
 public:
  JudgeRuns(const CellWay& way, const Json& kwargs) : way_(way), kwargs_(kwargs) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override { return At(way_.cell.variant, inputs, false); }
  Result<NamedTensors> RunAs(std::string_view variant, const NamedTensors& inputs) override {
    return At({.name = std::string(variant), .recording = false, .dynamic = way_.cell.variant.dynamic}, inputs, false);
  }
  Result<NamedTensors> RunWidened(const NamedTensors& inputs) override { return At(way_.cell.variant, inputs, true); }
  Result<std::map<std::string, Shape, std::less<>>> ShapesOf(const NamedTensors& inputs) override {
    CONFORMANCE_TRY(const NamedTensors outputs, Run(inputs));
    std::map<std::string, Shape, std::less<>> shapes;
    for (const auto& [name, tensor] : outputs) shapes.emplace(name, tensor.shape());
    return shapes;
  }

 private:
  Result<NamedTensors> At(const Variant& variant, const NamedTensors& inputs, bool wide) {
    CONFORMANCE_TRY(const auto judge, JudgeFor(way_.context, *way_.cell.model));
    PlannedCell cell = way_.cell;
    cell.variant = variant;
    Call call;
    call.inputs = {.tensors = inputs, .kwargs = kwargs_};
    return OutputsOf(*judge, cell, way_.loaded, call, wide);
  }
  const CellWay& way_;
  const Json& kwargs_;
};

std::vector<std::string> NamesMissing(const NamedTensors& from, const NamedTensors& wanted) {
  std::vector<std::string> names;
  for (const auto& entry : wanted) {
    if (Find(from, entry.first) == nullptr) names.push_back(entry.first);
  }
  return names;
}

/// Outputs that both ways have, in the order of the first.
NamedTensors Only(const NamedTensors& tensors, const NamedTensors& named) {
  NamedTensors only;
  for (const auto& entry : tensors) {
    if (Find(named, entry.first) != nullptr) only.push_back(entry);
  }
  return only;
}

}  // namespace

Result<NamedTensors> ArtifactRuns::RunOn(const PlannedCell& cell, const LoadedCase& loaded, const MadeArtifact& made, ports::Session& session,
                                         const NamedTensors& inputs, const Json& kwargs) {
  Call call;
  call.inputs = {.tensors = inputs, .kwargs = kwargs};
  CONFORMANCE_TRY(const ports::ModelInputs prepared, PreparedInputs(way_.context, cell, way_.optimize, loaded, call, made.artifact, way_.timer));
  std::vector<std::string> unused;
  CONFORMANCE_TRY(const NamedTensors bound, BindInputs(made.artifact, prepared.tensors, unused));
  CONFORMANCE_TRY(const NamedTensors outputs, RunSession(cell, session, bound, way_.timer));
  return NameOutputs(outputs, reference_);
}

Result<NamedTensors> ArtifactRuns::Run(const NamedTensors& inputs) { return RunOn(way_.cell, way_.loaded, made_, session_, inputs, kwargs_); }

Result<ArtifactRuns::Opened> ArtifactRuns::Open(PlannedCell cell, std::shared_ptr<const LoadedCase> loaded, const Call& traced, VariantWork& work) {
  const LoadedCase& from = loaded ? *loaded : way_.loaded;
  CONFORMANCE_TRY(auto made, MakeArtifact(way_.context, cell, way_.optimize, from, traced, work, way_.timer));
  if (!made->check.ok()) {
    way_.timer.Enter(Stage::kCheck);
    return made->check.error();
  }
  CONFORMANCE_TRY(auto session, OpenSession(way_.context, cell, way_.optimize, made->artifact, way_.timer));
  return Opened{std::move(cell), std::move(loaded), std::move(made), std::move(session), traced.inputs.kwargs};
}

Result<NamedTensors> ArtifactRuns::RunAs(std::string_view variant, const NamedTensors& inputs) {
  auto found = opened_.find(variant);
  if (found == opened_.end()) {
    PlannedCell cell = way_.cell;
    cell.variant.name = cell.id.variant = variant;
    VariantWork& work = way_.work.Of(cell.variant);
    CONFORMANCE_TRY(const auto calls, work.calls.Get(way_.timer, [&]() -> Result<std::shared_ptr<const std::vector<Call>>> {
      CONFORMANCE_TRY(auto made, Guarded("making inputs", [&] { return SeededCalls(way_.loaded, cell.variant, way_.context.options.seed); }));
      if (made.empty()) return Internal("variant '" + cell.variant.name + "' has no inputs");
      return std::make_shared<const std::vector<Call>>(std::move(made));
    }));
    CONFORMANCE_TRY(Opened opened, Open(std::move(cell), nullptr, calls->front(), work));
    found = opened_.emplace(variant, std::move(opened)).first;
  }
  const Opened& opened = found->second;
  return RunOn(opened.cell, way_.loaded, *opened.made, *opened.session, inputs, opened.kwargs);
}

Result<NamedTensors> ArtifactRuns::RunWidened(const NamedTensors& inputs) {
  const auto wide = Wider(way_.cell.dtype);
  const auto takes = [&](const std::vector<DType>& dtypes) { return wide && (dtypes.empty() || std::ranges::find(dtypes, *wide) != dtypes.end()); };
  if (!takes(way_.cell.backend->Capabilities().dtypes)) {
    return Unsupported("not applicable: backend '" + way_.cell.id.backend + "' takes no type that is wider").With("found", way_.cell.id.dtype);
  }
  if (!takes(way_.cell.model->Offers(way_.cell.variant).dtypes) || !way_.loaded.weights()) {
    return Unsupported("not applicable: the case is to be had in no type that is wider").With("found", way_.cell.id.dtype);
  }
  auto found = opened_.find("");
  if (found == opened_.end()) {
    PlannedCell cell = way_.cell;
    cell.dtype = *wide;
    cell.id.dtype = ToString(*wide);
    cell.variant.name = cell.id.variant;  // files of its own
    way_.timer.Enter(Stage::kLoad);
    CONFORMANCE_TRY(auto loaded, Guarded("loading", [&] { return cell.model->Load(*wide); }));
    Call traced;
    traced.inputs = {.tensors = InType(inputs, *wide), .kwargs = kwargs_};
    auto opened = Open(cell, std::make_shared<RoundedCase>(std::move(loaded), way_.cell.dtype), traced, beside_.Of(cell.variant));
    // A runtime need not have every kernel in every type.
    if (!opened.ok()) return Unsupported("not applicable: there is no artifact in " + cell.id.dtype + ": " + opened.error().ToString());
    found = opened_.emplace("", *std::move(opened)).first;
  }
  const Opened& opened = found->second;
  return RunOn(opened.cell, *opened.loaded, *opened.made, *opened.session, InType(inputs, *wide), opened.kwargs);
}

Result<std::map<std::string, Shape, std::less<>>> ArtifactRuns::ShapesOf(const NamedTensors& inputs) {
  way_.timer.Enter(Stage::kCompare);
  return JudgeRuns(way_, kwargs_).ShapesOf(inputs);
}

ports::ComparisonRequest Related::Request() const {
  ports::ComparisonRequest request;
  request.candidate = &derived;
  request.reference = &original;
  request.oracle = exact.empty() ? nullptr : &exact;
  request.ensemble = apart.get();
  return request;
}

Result<Related> RunRelation(ArtifactRuns& runs, const Call& traced) {
  const CellWay& way = runs.way();
  const ports::Relation& relation = *way.cell.relation;
  const auto terms = way.cell.model->Terms(way.cell.variant);
  if (!terms) return Internal("a case that tells nothing of its inputs has a relation").With("cell", way.cell.id.ToString());
  Related related;
  auto call = std::make_shared<Call>(traced);
  CONFORMANCE_TRY(call->inputs.tensors, relation.Start(*terms, traced.inputs.tensors));
  related.call = call;
  const std::string key = Same(call->inputs.tensors, traced.inputs.tensors) ? "0" : "relation " + std::string(relation.Name());
  way.timer.Enter(Stage::kCompare);
  CONFORMANCE_TRY(const auto truth, way.work.Of(way.cell.variant).truths[key].Get(way.timer, [&] {
    return Judgement(way.context, way.cell, way.loaded, *call);
  }));
  runs.Begin(call->inputs.kwargs, truth->reference);
  CONFORMANCE_TRY(const NamedTensors outputs, runs.Run(call->inputs.tensors));
  if (std::string names = Join(NamesMissing(outputs, truth->reference), ", "); !names.empty()) {
    return NotFound("outputs are missing").With("wanted", names);
  }
  CONFORMANCE_TRY(related.derived, relation.Derive(*terms, call->inputs.tensors, outputs, runs));
  related.original = Only(outputs, related.derived);
  related.derived = Only(related.derived, related.original);
  if (related.original.empty()) return Unsupported("not applicable: the relation says nothing of any output");
  for (const std::string& name : NamesMissing(related.original, outputs)) related.notes.push_back("the relation says nothing of output " + name);
  if (truth->oracle) {
    related.exact = InType(related.original, DType::kF64);
    CONFORMANCE_TRY(const auto judge, JudgeFor(way.context, *way.cell.model));
    related.apart = std::make_shared<Apart>(judge, way, call, truth, key);
  }
  return related;
}

std::string ReferenceOn(const CellWay& way, const Related& related, const ports::Comparator& comparator) {
  way.timer.Enter(Stage::kCompare);
  const ports::Relation& relation = *way.cell.relation;
  const auto terms = way.cell.model->Terms(way.cell.variant);
  JudgeRuns runs(way, related.call->inputs.kwargs);
  const NamedTensors& start = related.call->inputs.tensors;
  const auto outputs = runs.Run(start);
  if (!terms || !outputs.ok()) return "";
  const auto derived = Guarded("the relation", [&] { return relation.Derive(*terms, start, *outputs, runs); });
  if (!derived.ok()) return "";
  Related own = related;
  own.derived = Only(*derived, related.original);
  own.original = Only(*outputs, own.derived);
  if (!related.exact.empty()) own.exact = InType(own.original, DType::kF64);
  const auto comparison = Guarded("the comparator", [&] { return comparator.Compare(own.Request()); });
  if (!comparison.ok()) return "";
  if (comparison->outcome == record::Outcome::kPass) return "; the reference's outputs are so both ways";
  return "; nor are the reference's: either the model is not so, or both are wrong";
}

}  // namespace conformance::engine
