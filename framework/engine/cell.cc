#include "framework/engine/cell.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "framework/base/strings.h"
#include "framework/compare/local_lane.h"
#include "framework/compare/onnx_local_lane.h"
#include "framework/engine/artifact_maker.h"
#include "framework/engine/binding.h"
#include "framework/engine/decisions.h"
#include "framework/engine/ending.h"
#include "framework/engine/guarded.h"
#include "framework/engine/judge.h"
#include "framework/engine/look_inside.h"
#include "framework/engine/relate.h"
#include "framework/engine/scrub.h"
#include "framework/engine/session_runs.h"
#include "framework/engine/stored_comparison.h"
#include "framework/engine/worker_program.h"
#include "framework/ops/numerics.h"

namespace conformance::engine {
namespace {

using record::Outcome;
using record::Stage;

std::vector<std::string> NamesOf(const NamedTensors& tensors) {
  std::vector<std::string> names;
  for (const auto& entry : tensors) names.push_back(entry.first);
  return names;
}

/// One way through a cell.
class Passage {
 public:
  Passage(const SweepContext& context, const PlannedCell& cell, CaseWork& work, StageTimer& timer, const ListEntry* tolerance)
      : context_(context), cell_(cell), work_(work), variant_work_(work.Of(cell.variant)), timer_(timer), tolerance_(tolerance) {}

  Ending Go(bool optimize) {
    optimize_ = optimize;
    timer_.Enter(Stage::kPrepare);
    Status status = FindBackend();
    if (status.ok()) status = Guarded("the harness", [&] { return cell_.variant.recording ? Replay() : Export(); });
    if (!status.ok()) End(status.error());
    return std::move(ending_);
  }

 private:
  void End(const Error& error) {
    ending_.stage = timer_.stage();
    ending_.outcome = OutcomeAt(ending_.stage, error);
    ending_.detail.clear();
    Describe(error, ending_);
  }

  /// Cheap, and before any work: a backend that is not there needs no artifact.
  Status FindBackend() {
    const std::string who = "backend '" + cell_.id.backend + "'";
    CONFORMANCE_TRY(const std::string version, Guarded(who, [&] { return cell_.backend->Version(); }));
    const std::string qualified = cell_.backend->QualifiedVersion();
    if (!qualified.empty() && qualified != version) {
      AddOnce(ending_.notes, cell_.id.backend + " is " + version + "; the project is qualified against " + qualified);
    }
    return cell_.variant.recording ? Ok() : FindJudge();
  }

  /// Likewise: without its judge a cell has no verdict.
  Status FindJudge() {
    CONFORMANCE_TRY(const auto judge, JudgeFor(context_, *cell_.model));
    return Guarded("reference '" + JudgeName(context_.toolbox, *cell_.model) + "'", [&] { return judge->Version(); }).status();
  }

  Result<std::shared_ptr<const LoadedCase>> Load() {
    timer_.Enter(Stage::kLoad);
    return work_.loaded.Get(timer_, [&] { return Guarded("loading", [&] { return cell_.model->Load(cell_.dtype); }); });
  }

  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact) {
    return OpenSession(context_, cell_, optimize_, artifact, timer_);
  }

  /// A recorded call, judged against what came with it.
  Status Replay() {
    CONFORMANCE_TRY(const auto loaded, Load());
    CONFORMANCE_TRY(const auto recorded, variant_work_.recording.Get(timer_, [&]() -> Result<std::shared_ptr<const Recorded>> {
      CONFORMANCE_TRY(Recorded recording, Guarded("reading the recording", [&] { return loaded->Recall(cell_.variant); }));
      return std::make_shared<const Recorded>(std::move(recording));
    }));
    CONFORMANCE_TRY(ports::Artifact artifact, Guarded("the case", [&] { return GivenArtifact(cell_, *loaded); }));
    for (const auto& [key, value] : recorded->options.IsObject() ? recorded->options.AsObject() : Json::Object{}) {
      artifact.options[key] = value;
    }
    if (recorded->onnx && !cell_.backend->Capabilities().onnx_values) CONFORMANCE_RETURN_IF_ERROR(recorded->onnx->FitsTensors());
    CONFORMANCE_TRY(const auto session, Prepare(artifact));
    if (recorded->onnx) return ReplayOnnx(*recorded->onnx, *session);
    CONFORMANCE_TRY(const NamedTensors outputs, RunSession(cell_, *session, recorded->inputs.tensors, timer_));

    const NamedTensors expected = WithoutBookkeeping(recorded->expected);
    ports::ComparisonRequest request;
    const NamedTensors named = NameOutputs(outputs, expected);
    request.candidate = &named;
    request.reference = &expected;
    request.tolerance = recorded->tolerance.value_or(ports::PlainTolerance{});
    request.mask = recorded->keep;
    // Outputs that are recorded as empty have a structure and no more.
    const auto empty = [](const auto& entry) { return entry.second.num_elements() == 0; };
    const bool all_empty = !expected.empty() && std::all_of(expected.begin(), expected.end(), empty);
    return Judge(request, "", all_empty);
  }

  /// The same in values of any ONNX type. A tolerance entry has no say: the recording has a rule of its own.
  Status ReplayOnnx(const OnnxRecording& recording, ports::Session& session) {
    timer_.Enter(Stage::kRun);
    CONFORMANCE_TRY(const auto outputs, Guarded("backend '" + cell_.id.backend + "'", [&] { return session.RunOnnx(recording.Inputs()); }));
    timer_.Enter(Stage::kCompare);
    ports::Comparison comparison = recording.Judge(outputs);
    for (const auto& [lane, rule] : comparison.rules) ending_.facts["rules"][lane] = rule;
    default_passes_ &= comparison.outcome == Outcome::kPass;
    Settle(std::move(comparison), "");
    return Ok();
  }

  /// Exported, or taken as it is; judged by the reference, at the traced shape and at those that the trace has not seen.
  Status Export() {
    CONFORMANCE_TRY(const auto loaded, Load());
    CONFORMANCE_TRY(const auto calls, variant_work_.calls.Get(timer_, [&]() -> Result<std::shared_ptr<const std::vector<Call>>> {
      CONFORMANCE_TRY(auto made, Guarded("making inputs", [&] { return SeededCalls(*loaded, cell_.variant, context_.options.seed); }));
      if (made.empty()) return Internal("variant '" + cell_.variant.name + "' has no inputs");
      return std::make_shared<const std::vector<Call>>(std::move(made));
    }));
    CONFORMANCE_TRY(const auto made, MakeArtifact(context_, cell_, optimize_, *loaded, calls->front(), variant_work_, timer_));
    Note(*made);
    if (!made->check.ok()) {
      timer_.Enter(Stage::kCheck);
      return made->check;
    }
    CONFORMANCE_TRY(const auto session, Prepare(made->artifact));
    if (cell_.relation) return Relate(*loaded, calls->front(), *made, *session);
    for (size_t i = 0; i < calls->size(); ++i) {
      if (Status status = RunCall(loaded, (*calls)[i], i, *made, *session); !status.ok()) {
        if (!failed_) {
          End(status.error());
          Locate((*calls)[i], *made);
          failed_ = true;
        }
        // The session may be gone: what follows would say nothing of its own.
        if (ending_.outcome == Outcome::kCrash || ending_.outcome == Outcome::kTimeout) break;
      }
    }
    return Doubt(loaded, calls->front());
  }

  /// A pass on outputs that hardly depend on anything proves little. Asked of models, once for all cells of a case that take the same inputs.
  Status Doubt(const std::shared_ptr<const LoadedCase>& loaded, const Call& call) {
    if (failed_ || cell_.model->Info().measure) return Ok();
    timer_.Enter(Stage::kCompare);
    CONFORMANCE_TRY(const auto judge, JudgeFor(context_, *cell_.model));
    const bool elsewhere = dynamic_cast<const LivesInWorker<ports::Reference>*>(judge.get()) != nullptr;
    if (!judge->HasEnsemble() || (!elsewhere && (!loaded->model() || !loaded->weights()))) return Ok();
    CONFORMANCE_TRY(const auto truth, TruthOf(*loaded, call, 0));
    std::string names;
    for (const auto& [name, tensor] : call.inputs.tensors) names += name + ' ' + (tensor.num_elements() > 0 ? "" : "empty ");
    CONFORMANCE_TRY(Doubts doubts, work_.doubts[names].Get(timer_, [&] {
      return DoubtsOf(*judge, context_.toolbox.tracer, cell_, *loaded, call, truth->reference, context_.options.seed);
    }));
    const Doubts outputs = DoubtfulOutputs(truth->reference);
    doubts.insert(doubts.end(), outputs.begin(), outputs.end());
    if (doubts.empty()) return Ok();
    ending_.outcome = Outcome::kMistrusted;
    ending_.reason = "the comparison proves little: " + Join(doubts, "; ");
    return Ok();
  }

  /// The artifact against itself, by a relation that a sound one has.
  Status Relate(const LoadedCase& loaded, const Call& call, const MadeArtifact& made, ports::Session& session) {
    ArtifactRuns runs({context_, cell_, optimize_, loaded, work_, timer_}, made, session);
    CONFORMANCE_TRY(Related related, RunRelation(runs, call));
    for (const std::string& note : related.notes) AddOnce(ending_.notes, note);
    ending_.facts["judged_by"] = JudgeName(context_.toolbox, *cell_.model);
    ending_.facts["relation"] = std::string(cell_.relation->Summary());
    ports::ComparisonRequest request = related.Request();
    request.decide = [&](const std::string& output) { return Decide(loaded, made, related.call->inputs.tensors, output); };
    CONFORMANCE_RETURN_IF_ERROR(Judge(request, ""));
    ending_.facts["rules"]["relation"] = std::string(kRelationRule);
    if (failed_) ending_.reason += ReferenceOn(runs.way(), related, *context_.toolbox.comparator);
    return Ok();
  }

  void Note(const MadeArtifact& made) {
    for (const std::string& note : made.artifact.notes) AddOnce(ending_.notes, note);
    for (const std::string& note : made.specialisations) AddOnce(ending_.notes, note);
    if (!made.artifact.manifest.IsNull()) ending_.facts["manifest"] = made.artifact.manifest;
    uint64_t bytes = 0;
    for (const auto& file : made.artifact.files) {
      std::error_code error;
      const auto size = std::filesystem::file_size(file, error);
      if (!error) bytes += size;
    }
    if (bytes > 0) ending_.facts["artifact_bytes"] = bytes;
  }

  void Note(const Truth& truth) {
    ending_.facts["judged_by"] = JudgeName(context_.toolbox, *cell_.model);
    if (cell_.model->Info().measure) ending_.facts["against"] = cell_.model->Info().measure->Info().source.string();
    if (truth.oracle) return;
    AddOnce(ending_.notes, "judged by " + JudgeName(context_.toolbox, *cell_.model) +
                               ", which has no f64: every output is held to the plain tolerance of its type");
  }

  /// What the judge evaluates: the case, or its measure.
  Result<std::shared_ptr<const LoadedCase>> Judged(const std::shared_ptr<const LoadedCase>& loaded) {
    if (!cell_.model->Info().measure) return loaded;
    return work_.measure.Get(timer_, [&] { return Guarded("loading", [&] { return cell_.model->Info().measure->Load(cell_.dtype); }); });
  }

  Result<std::shared_ptr<const Truth>> TruthOf(const LoadedCase& judged, const Call& call, size_t index) {
    timer_.Enter(Stage::kCompare);
    CONFORMANCE_TRY(const auto truth, variant_work_.truths[std::to_string(index)].Get(timer_, [&] { return Judgement(context_, cell_, judged, call); }));
    Note(*truth);
    return truth;
  }

  Status RunCall(const std::shared_ptr<const LoadedCase>& loaded, const Call& call, size_t index, const MadeArtifact& made,
                 ports::Session& session) {
    timer_.Enter(Stage::kCompare);
    CONFORMANCE_TRY(const auto judged, Judged(loaded));
    CONFORMANCE_TRY(const auto truth, TruthOf(*judged, call, index));
    CONFORMANCE_TRY(const ports::ModelInputs prepared, PreparedInputs(context_, cell_, optimize_, *loaded, call, made.artifact, timer_));
    timer_.Enter(Stage::kRun);
    std::vector<std::string> unused;
    CONFORMANCE_TRY(const NamedTensors bound, BindInputs(made.artifact, prepared.tensors, unused));
    for (const std::string& name : unused) AddOnce(ending_.notes, "the artifact takes no input '" + name + "'");
    CONFORMANCE_TRY(const NamedTensors outputs, RunSession(cell_, session, bound, timer_));

    ports::ComparisonRequest request;
    NamedTensors named = NameOutputs(outputs, truth->reference);
    if (cell_.model->Info().measure) named = NameByPlace(named, NamesOf(truth->reference));
    request.candidate = &named;
    request.reference = &truth->reference;
    request.oracle = truth->oracle ? &*truth->oracle : nullptr;
    CONFORMANCE_TRY(const auto judge, JudgeFor(context_, *cell_.model));
    const JudgesEnsemble ensemble(judge, cell_, *judged, call, truth, std::to_string(index), variant_work_, timer_);
    request.ensemble = &ensemble;
    request.decide = [&](const std::string& output) { return Decide(*loaded, made, prepared.tensors, output); };
    request.assignment = call.assignment;
    request.exact = cell_.model->Info().exact;
    const bool failed_before = failed_;
    CONFORMANCE_RETURN_IF_ERROR(Judge(request, call.assignment));
    if (!failed_) CONFORMANCE_RETURN_IF_ERROR(JudgeByLibrary(*loaded, call, index, outputs));
    if (failed_ && !failed_before) Locate(call, made);
    const LocalLane when = context_.options.local;
    if (when == LocalLane::kAlways ? !failed_before : when == LocalLane::kOnFailure && failed_ && !failed_before) {
      CONFORMANCE_RETURN_IF_ERROR(LookIn(*loaded, call, made, session, prepared.tensors, bound, outputs));
    }
    return Ok();
  }

  Result<std::optional<ports::Decision>> Decide(const LoadedCase& loaded, const MadeArtifact& made, const NamedTensors& inputs,
                                                const std::string& output) {
    const auto evaluator = context_.toolbox.references.Share("program");
    const auto weights = loaded.weights();
    if (!evaluator || !weights || !made.program) return std::optional<ports::Decision>();
    return DecisionOf(*made.program, *weights, inputs, *evaluator, output, context_.options.seed);
  }

  /// The local lane: which operator diverges first. Where the outputs have failed it only tells where; else it is a verdict of its own.
  Status LookIn(const LoadedCase& loaded, const Call& call, const MadeArtifact& made, ports::Session& session, const NamedTensors& inputs,
                const NamedTensors& bound, const NamedTensors& outputs) {
    timer_.Enter(Stage::kCompare);
    const auto report = Guarded("the local lane", [&] {
      return LookInside(context_.toolbox, *cell_.backend, loaded.weights(), made, session, inputs, bound, outputs, call.seed);
    });
    if (report.ok()) Note(*report, call.assignment);
    else AddOnce(ending_.notes, "local lane: " + report.error().ToString());  // it is no fault of the cell's that it cannot be looked into
    return Ok();
  }

  void Note(const compare::LocalReport& report, const std::string& assignment) {
    const std::string at = assignment.empty() ? "" : " at " + assignment;
    if (!report.unavailable.empty()) {
      if (context_.options.local == LocalLane::kAlways) AddOnce(ending_.notes, "local lane: " + report.unavailable);
      return;
    }
    if (!report.observation.empty()) AddOnce(ending_.notes, "local lane" + at + ": " + report.observation);
    Json facts = ToJson(report);
    facts["assignment"] = assignment;
    if (!ending_.facts.Has("local")) ending_.facts["local"] = Json::MakeArray();
    ending_.facts["local"].Append(std::move(facts));
    ending_.facts["rules"]["local"] = std::string(report.locates_only ? compare::kOnnxLocalRule : compare::kLocalRule);
    if (!report.diverges() || (report.locates_only && !failed_)) return;
    const std::string first = report.over.front().reason;
    if (failed_) {
      ending_.reason += "; diverges first in " + first;
      return;
    }
    failed_ = true;
    ending_.stage = Stage::kCompare;
    ending_.outcome = Outcome::kFail;
    ending_.reason = (assignment.empty() ? "" : "at " + assignment + ": ") + first;
  }

  /// What our reference lets pass may still not be what the exported library computes. Its figures are kept where it objects.
  Status JudgeByLibrary(const LoadedCase& loaded, const Call& call, size_t index, const NamedTensors& outputs) {
    const auto own = LibrarysOwn(context_, cell_);
    if (!own) return Ok();
    const std::string name(own->Name()), key = name + ' ' + std::to_string(index);
    timer_.Enter(Stage::kCompare);
    CONFORMANCE_TRY(const auto truth, variant_work_.truths[key].Get(timer_, [&] { return JudgementOf(*own, cell_, loaded, call); }));
    ports::ComparisonRequest request;
    const NamedTensors named = NameOutputs(outputs, truth->reference);
    request.candidate = &named;
    request.reference = &truth->reference;
    request.oracle = truth->oracle ? &*truth->oracle : nullptr;
    const JudgesEnsemble ensemble(own, cell_, loaded, call, truth, key, variant_work_, timer_);
    request.ensemble = &ensemble;
    request.assignment = call.assignment;
    ending_.facts["judged_by"] = JudgeName(context_.toolbox, *cell_.model) + ", " + name;
    CONFORMANCE_TRY(ports::Comparison comparison, Compare(request));
    if (comparison.outcome == Outcome::kPass) return Ok();
    failed_ = true;
    ending_.outcome = comparison.outcome;
    ending_.reason = "against " + name + ": " + comparison.reason;
    for (record::OutputFigures& figures : comparison.figures) {
      figures.assignment = call.assignment;
      ending_.figures.push_back(std::move(figures));
    }
    return Ok();
  }

  Result<ports::Comparison> Compare(const ports::ComparisonRequest& request) {
    CONFORMANCE_TRY(ports::Comparison comparison, Guarded("the comparator", [&] {
                      const ports::Comparator& comparator = *context_.toolbox.comparator;
                      if (context_.options.tensors.empty()) return comparator.Compare(request);
                      const std::string name = PlainName(cell_.id.ToString() + (optimize_ ? "" : "-plain") + "-" + std::to_string(compared_++));
                      return CompareAndStore(comparator, request, cell_.id.ToString(), context_.options.tensors / (name + ".safetensors"));
                    }));
    for (const auto& [lane, rule] : comparison.rules) ending_.facts["rules"][lane] = rule;
    return comparison;
  }

  /// Where it failed, and which size was baked in.
  void Locate(const Call& call, const MadeArtifact& made) {
    if (call.assignment.empty()) return;
    std::string reason = "at " + call.assignment + ": " + ending_.reason;
    std::vector<std::string> baked = BakedSizes(made.artifact, call.inputs.tensors);
    baked.insert(baked.end(), made.specialisations.begin(), made.specialisations.end());
    constexpr size_t kShown = 3;
    if (baked.size() > kShown) {
      const size_t more = baked.size() - kShown;
      baked.resize(kShown);
      baked.push_back(std::to_string(more) + " more");
    }
    if (!baked.empty()) reason += "; baked in: " + Join(baked, "; ");
    ending_.reason = std::move(reason);
  }

  Status Judge(const ports::ComparisonRequest& request, const std::string& assignment, bool structure_suffices = false) {
    timer_.Enter(Stage::kCompare);
    CONFORMANCE_TRY(ports::Comparison comparison, Compare(request));
    const auto passes = [](const record::OutputFigures& figures) { return figures.outcome == "pass"; };
    if (structure_suffices && !comparison.figures.empty() && std::all_of(comparison.figures.begin(), comparison.figures.end(), passes)) {
      comparison.outcome = Outcome::kPass;
    }
    if (tolerance_) {
      default_passes_ &= comparison.outcome == Outcome::kPass;
      if (comparison.outcome != Outcome::kPass) {
        CONFORMANCE_TRY(comparison, CompareWithEntry(request));
      }
    }
    Settle(std::move(comparison), assignment);
    return Ok();
  }

  void Settle(ports::Comparison comparison, const std::string& assignment) {
    if (comparison.figures.empty() && comparison.outcome == Outcome::kPass) {
      comparison.outcome = Outcome::kFail;
      comparison.reason = "nothing was compared";
    }
    for (record::OutputFigures& figures : comparison.figures) {
      figures.assignment = assignment;
      ending_.figures.push_back(std::move(figures));
    }
    ending_.default_would_pass = tolerance_ && default_passes_;
    if (failed_) return;
    ending_.stage = Stage::kCompare;
    ending_.outcome = comparison.outcome;
    ending_.reason = comparison.outcome == Outcome::kPass ? "" : comparison.reason;
    failed_ = comparison.outcome != Outcome::kPass;
  }

  /// Outputs that the entry names by its bound, the others by the default one.
  Result<ports::Comparison> CompareWithEntry(const ports::ComparisonRequest& whole) {
    const auto split = [&](const NamedTensors* tensors, bool named) {
      NamedTensors part;
      if (!tensors) return part;
      for (const auto& entry : *tensors) {
        if (GlobMatch(tolerance_->output, entry.first) == named) part.push_back(entry);
      }
      return part;
    };
    ports::Comparison result;
    result.outcome = Outcome::kPass;
    for (const bool named : {true, false}) {
      const NamedTensors candidate = split(whole.candidate, named), reference = split(whole.reference, named),
                         oracle = split(whole.oracle, named);
      if (candidate.empty() && reference.empty()) continue;
      ports::ComparisonRequest part = whole;
      part.candidate = &candidate;
      part.reference = &reference;
      part.oracle = whole.oracle ? &oracle : nullptr;
      if (named) part.tolerance = tolerance_->tolerance;
      CONFORMANCE_TRY(ports::Comparison comparison, Compare(part));
      if (result.outcome == Outcome::kPass) {
        result.outcome = comparison.outcome;
        result.reason = comparison.reason;
      }
      std::move(comparison.figures.begin(), comparison.figures.end(), std::back_inserter(result.figures));
    }
    return result;
  }

  const SweepContext& context_;
  const PlannedCell& cell_;
  CaseWork& work_;
  VariantWork& variant_work_;
  StageTimer& timer_;
  const ListEntry* tolerance_;
  bool optimize_ = true;
  bool failed_ = false;
  size_t compared_ = 0;
  bool default_passes_ = true;
  Ending ending_;
};

std::string Sentence(const Ending& ending) {
  std::string text(record::ToString(ending.outcome));
  text += " at " + std::string(record::ToString(ending.stage));
  if (!ending.reason.empty()) text += ": " + ending.reason;
  return text;
}

/// The entry that decides how the cell is run and shown; one alone counts.
const ListEntry* EntryFor(const Lists& lists, const std::string& id, std::vector<std::string>& notes) {
  const ListEntry* chosen = nullptr;
  for (const ListKind kind : {ListKind::kSkip, ListKind::kExpectedFail, ListKind::kDisableOptimize, ListKind::kTolerance}) {
    const ListEntry* entry = lists.Find(kind, id);
    if (!entry) continue;
    if (!chosen) chosen = entry;
    else notes.push_back("list entry '" + entry->id + "' was left aside: '" + chosen->id + "' comes before it");
  }
  return chosen;
}

void Take(Ending&& ending, record::CellRecord& record) {
  record.outcome = ending.outcome;
  record.stage = ending.stage;
  record.reason = std::move(ending.reason);
  record.detail = std::move(ending.detail);
  record.figures = std::move(ending.figures);
  record.facts = std::move(ending.facts);
  for (const std::string& note : ending.notes) AddOnce(record.notes, note);
}

/// Both ways: without the optimiser it should pass, with it it should not.
void RunBothWays(Passage& plain, Passage& optimised, const ListEntry& entry, record::CellRecord& record) {
  Ending without = plain.Go(false);
  if (without.outcome == Outcome::kUnavailable) return Take(std::move(without), record);
  Ending with = optimised.Go(true);
  const bool passes_without = without.outcome == Outcome::kPass, passes_with = with.outcome == Outcome::kPass;
  record.notes.push_back("with optimisation: " + Sentence(with));
  record.notes.push_back("without optimisation: " + Sentence(without));
  Take(std::move(without), record);
  if (passes_with) {
    record.unexpected = true;
    record.reason = passes_without ? "passes with optimisation: the entry '" + entry.id + "' is no longer needed"
                                   : "fails without optimisation alone: the entry '" + entry.id + "' is wrong (" + record.reason + ")";
  } else if (!passes_without) {
    record.reason = "fails without optimisation as well, so '" + entry.id + "' is on the wrong list: " + record.reason;
  }
}

}  // namespace

record::CellRecord RunCell(const SweepContext& context, const PlannedCell& cell, CaseWork& work) {
  record::CellRecord record;
  record.id = cell.id;
  record.model_class = cell.model_class;
  record.source = cell.model->Info().source.string();
  record.command = RepeatCommand(context.options, cell);
  record.facts = Json::MakeObject();
  const ListEntry* entry = EntryFor(context.lists, cell.id.ToString(), record.notes);
  if (entry) {
    record.expected = entry->id;
    record.expected_kind = ToString(entry->kind);
  }
  if (entry && entry->kind == ListKind::kSkip) {
    record.outcome = Outcome::kSkip;
    record.reason = entry->reason + " (model change needed: " + entry->model_change_needed + ")";
    return record;
  }

  StageTimer timer(*context.toolbox.clock);
  const ListEntry* tolerance = entry && entry->kind == ListKind::kTolerance ? entry : nullptr;
  Passage passage(context, cell, work, timer, tolerance);
  if (entry && entry->kind == ListKind::kDisableOptimize) {
    Passage optimised(context, cell, work, timer, nullptr);
    RunBothWays(passage, optimised, *entry, record);
  } else {
    Ending ending = passage.Go(context.options.optimize);
    const bool default_would_pass = ending.default_would_pass;
    Take(std::move(ending), record);
    const bool passed = record.outcome == Outcome::kPass;
    if (tolerance && passed && default_would_pass) {
      record.unexpected = true;
      record.reason = "the default bound holds as well: the entry '" + entry->id + "' is no longer needed";
    } else if (entry && entry->kind == ListKind::kExpectedFail) {
      if (passed) {
        record.unexpected = true;
        record.reason = "passes: the entry '" + entry->id + "' is no longer needed";
      } else if (record.outcome != Outcome::kUnavailable && ((entry->outcome && *entry->outcome != record.outcome) ||
                                                             (entry->stage && *entry->stage != record.stage))) {
        record.unexpected = true;
        record.notes.push_back("the entry expects " +
                               std::string(entry->outcome ? record::ToString(*entry->outcome) : "any failure") +
                               (entry->stage ? " at " + std::string(record::ToString(*entry->stage)) : ""));
      }
    }
  }
  if (const auto& operators = cell.model->Info().operators; !operators.empty()) {
    Json& uses = record.facts["operators"] = Json::MakeObject();
    for (const auto& [name, use] : operators) uses[name] = use;
  }
  Scrub(record, context.artifacts);
  record.stage_seconds = timer.Finish();
  for (const auto& [stage, seconds] : record.stage_seconds) record.seconds += seconds;
  return record;
}

}  // namespace conformance::engine
