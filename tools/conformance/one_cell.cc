#include "tools/conformance/one_cell.h"

#include <algorithm>
#include <system_error>

#include "framework/base/strings.h"
#include "framework/cases/program_case.h"
#include "framework/engine/binding.h"
#include "framework/formats/onnx.h"
#include "framework/trace/tree_spec.h"
#include "framework/weights/tensor_weights.h"
#include "tools/conformance/suite.h"
#include "tools/conformance/sweep_options.h"

namespace conformance::cli {
namespace {

using record::Outcome;

/// A cell that takes its process along is run in one of its own.
bool BreaksItsProcess(Outcome outcome) { return outcome == Outcome::kCrash || outcome == Outcome::kTimeout || outcome == Outcome::kOutOfMemory; }

/// A file that was given lies elsewhere: it comes along, with the files that belong to it.
Status Bring(const std::filesystem::path& folder, ports::Artifact& artifact) {
  std::error_code error;
  const std::filesystem::path home = std::filesystem::absolute(artifact.path, error).parent_path();
  const std::filesystem::path inside = std::filesystem::relative(std::filesystem::absolute(artifact.path, error), std::filesystem::absolute(folder, error), error);
  if (error) return IoError("cannot place the artifact: " + error.message()).With("file", artifact.path.string());
  if (!inside.empty() && *inside.begin() != "..") return Ok();
  std::vector<std::filesystem::path> files = artifact.files;
  if (files.empty()) files = {artifact.path};
  if (artifact.format == "onnx") {
    CONFORMANCE_TRY(const formats::OnnxModel model, formats::ReadOnnx(artifact.path));
    for (const formats::OnnxTensor& tensor : model.graph.initializers) {
      if (!tensor.external) continue;
      const std::filesystem::path data = home / tensor.external->location;
      if (std::ranges::find(files, data) == files.end()) files.push_back(data);
    }
  }
  for (const std::filesystem::path& file : files) {
    const std::filesystem::path to = folder / std::filesystem::relative(std::filesystem::absolute(file, error), home, error);
    std::filesystem::create_directories(to.parent_path(), error);
    if (!error) std::filesystem::copy_file(file, to, error);
    if (error) return IoError("cannot copy the artifact: " + error.message()).With("file", file.string()).With("to", to.string());
  }
  artifact.path = folder / artifact.path.filename();
  return Ok();
}

}  // namespace

Result<OneCell> RunOneCell(const engine::Toolbox& toolbox, const RunOptions& options, const Invocation& invocation) {
  CONFORMANCE_RETURN_IF_ERROR(toolbox.Validate());
  CONFORMANCE_RETURN_IF_ERROR(CheckSelection(toolbox, options.select.selection));
  OneCell one;
  CONFORMANCE_TRY(one.sweep, ToSweepOptions(toolbox, options, invocation));
  CONFORMANCE_TRY(const Suite suite, OpenSuite(toolbox, options.select, invocation));
  one.cases = suite.cases;
  one.sweep.reruns = 0;
  CONFORMANCE_TRY(one.cell, engine::OnlyCell(toolbox, one.cases, one.sweep));
  CONFORMANCE_TRY(const record::RunRecord run, engine::RunSweep(toolbox, one.cases, one.sweep));
  if (run.cells.size() != 1) return Internal("one cell was planned and " + std::to_string(run.cells.size()) + " were run");
  one.record = run.cells.front();
  one.versions = run.versions;
  one.sweep.isolation.all |= BreaksItsProcess(one.record.outcome);
  return one;
}

Status CheckFailed(const record::CellRecord& record) {
  switch (record.outcome) {
    case Outcome::kPass: return Invalid("the cell passes: there is no failure to look into").With("cell", record.id.ToString());
    case Outcome::kUnavailable: return Unavailable(record.reason).With("cell", record.id.ToString());
    case Outcome::kSkip:
    case Outcome::kUnsupported: return Unsupported(record.reason).With("cell", record.id.ToString());
    default: return Ok();
  }
}

engine::SweepOptions SweepLike(const OneCell& like) {
  engine::SweepOptions sweep = like.sweep;
  sweep.lists.clear();
  sweep.selection = {};
  sweep.selection.exporters = {like.record.id.exporter};
  sweep.selection.backends = {like.record.id.backend};
  sweep.dtypes.clear();
  return sweep;
}

Result<record::CellRecord> RunAgain(const engine::Toolbox& toolbox, const OneCell& like, const std::shared_ptr<const engine::Case>& model) {
  engine::SweepOptions sweep = SweepLike(like);
  sweep.threads = 1;
  sweep.local = engine::LocalLane::kNever;
  CONFORMANCE_TRY(record::RunRecord run, engine::RunSweep(toolbox, {model}, sweep));
  if (run.cells.size() != 1) return Internal("one cell was planned and " + std::to_string(run.cells.size()) + " were run");
  return std::move(run.cells.front());
}

Result<reduce::Candidate> CandidateOf(const engine::Dissection& open) {
  const auto program = open.made->program ? open.made->program : open.made->artifact.program;
  const auto weights = open.loaded->weights();
  if (!program || !weights) {
    return Unsupported("the artifact was not made of a Program here, so there is nothing to make smaller").With("cell", open.cell.id.ToString());
  }
  reduce::Candidate candidate;
  candidate.program = *program;
  for (const weights::WeightInfo& info : weights->All()) {
    CONFORMANCE_TRY(Tensor tensor, weights->Load(info.name));
    candidate.weights.emplace(info.name, std::move(tensor));
  }
  CONFORMANCE_TRY(const trace::LeafNames names, trace::LeafNamesOf(*program));
  const std::vector<std::string> inputs = program->UserInputs();
  for (size_t i = 0; i < inputs.size() && i < names.inputs.size(); ++i) {
    const Tensor* tensor = Find(open.prepared.tensors, names.inputs[i]);
    if (tensor == nullptr) return Internal("the call has no tensor for an input of the Program").With("input", names.inputs[i]);
    candidate.inputs.emplace_back(inputs[i], *tensor);
  }
  return candidate;
}

std::shared_ptr<const engine::Case> CaseOf(const reduce::Candidate& candidate, const OneCell& like) {
  cases::ProgramCaseParts parts;
  parts.name = "reduced";
  parts.model_class = like.record.model_class;
  parts.variant = like.record.id.variant;
  parts.dtype = like.cell.dtype;
  parts.program = std::make_shared<const ir::Program>(candidate.program);
  parts.weights = std::make_shared<const weights::TensorWeights>(candidate.weights);
  parts.inputs = candidate.inputs;
  return cases::MakeProgramCase(std::move(parts));
}

Status WriteBundleOf(const std::filesystem::path& folder, const engine::Dissection& open, const record::CellRecord& record, const OneCell& from) {
  ports::Artifact artifact = open.made->artifact;
  if (!artifact.path.empty()) CONFORMANCE_RETURN_IF_ERROR(Bring(folder, artifact));
  reduce::Bundle bundle;
  bundle.cell = from.record.id.ToString();
  bundle.outcome = ToString(record.outcome);
  bundle.stage = ToString(record.stage);
  bundle.reason = record.reason;
  bundle.command = from.record.command;
  bundle.runtime = record.id.backend;
  bundle.optimize = from.sweep.optimize;
  bundle.artifact = &artifact;
  bundle.inputs = &open.bound;
  bundle.versions = Json::MakeObject();
  for (const auto& [name, version] : from.versions) bundle.versions[name] = version;
  const NamedTensors& wanted = open.truth->oracle ? *open.truth->oracle : open.truth->reference;
  // The artifact's names: the case's own, with a prefix where an input has the same.
  for (const auto& [name, tensor] : wanted) {
    const std::string prefixed = std::string(engine::kOutputPrefix) + name;
    const bool renamed = std::ranges::any_of(artifact.outputs, [&](const ports::ValueInfo& value) { return value.name == prefixed; });
    bundle.expected.emplace_back(renamed ? prefixed : name, tensor);
    double bound = 0;
    for (const record::OutputFigures& figures : record.figures) {
      if (figures.output == name && figures.assignment == open.call.assignment) bound = figures.budget_max_abs;
    }
    bundle.bounds.push_back(bound);
  }
  return reduce::WriteBundle(folder, bundle);
}

Status MakeFolder(const std::filesystem::path& folder, const std::string& mark) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return IoError("cannot make the folder: " + error.message()).With("folder", folder.string());
  const bool empty = std::filesystem::is_empty(folder, error);
  if (error) return IoError("cannot read the folder: " + error.message()).With("folder", folder.string());
  if (empty || (!mark.empty() && std::filesystem::exists(folder / mark, error))) return Ok();
  return Invalid("the folder is not empty").With("folder", folder.string()).With("wanted", "a new one");
}

}  // namespace conformance::cli
