#include "exporters/common/export_model.h"

#include <algorithm>
#include <chrono>

#include "framework/base/strings.h"

namespace conformance::exporters {
namespace {

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void AddNotes(std::vector<std::string> notes, ports::Artifact& artifact) {
  for (std::string& note : notes) {
    if (std::find(artifact.notes.begin(), artifact.notes.end(), note) == artifact.notes.end()) artifact.notes.push_back(std::move(note));
  }
}

}  // namespace

std::vector<std::string> NotesOf(const trace::TraceReport& report) {
  std::vector<std::string> notes = report.specialisations;
  for (const std::string& input : report.unused_inputs) notes.push_back("the input " + input + " is never read");
  return notes;
}

Result<ports::Artifact> ExportModel(const ports::Exporter& exporter, const nn::Model& model, const weights::Weights& weights,
                                    const ports::ModelInputs& inputs, const ports::ExportConfig& config) {
  if (!exporter.Capabilities().lowers_programs) {
    return Unsupported("the exporter " + std::string(exporter.Name()) + " exports checkpoint folders, not models in memory");
  }
  const auto start = std::chrono::steady_clock::now();
  CONFORMANCE_TRY(const ports::TraceRequest request, exporter.Prepare(model, inputs, config));
  CONFORMANCE_TRY(const trace::TracedProgram traced, trace::Trace(model, request));
  const double trace_seconds = SecondsSince(start);
  const auto lower_start = std::chrono::steady_clock::now();
  CONFORMANCE_TRY(ports::Artifact artifact, exporter.Lower(traced.program, weights, config));
  AddNotes(NotesOf(traced.report), artifact);
  artifact.manifest["model"] = model.class_name();
  artifact.manifest["seconds"]["trace"] = trace_seconds;
  artifact.manifest["seconds"]["lower"] = SecondsSince(lower_start);
  return artifact;
}

Result<const ports::Exporter*> ExporterFor(std::span<const std::shared_ptr<const ports::Exporter>> exporters, std::string_view export_format) {
  std::vector<std::string> names;
  for (const auto& exporter : exporters) {
    if (exporter->Name() == export_format) return exporter.get();
    names.emplace_back(exporter->Name());
  }
  return Invalid("there is no exporter '" + std::string(export_format) + "', want one of " + Join(names, ", ")).With("field", "export_format");
}

std::vector<std::string> DriftNotes(const Versions& qualified, const Versions& found) {
  std::vector<std::string> notes;
  for (const auto& [library, wanted] : qualified) {
    const auto seen = std::find_if(found.begin(), found.end(), [&](const auto& entry) { return entry.first == library; });
    if (seen == found.end() || seen->second.empty() || seen->second == wanted) continue;
    notes.push_back(library + " is " + seen->second + "; the exporter was qualified against " + wanted);
  }
  return notes;
}

}  // namespace conformance::exporters
