#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/nn/model.h"
#include "framework/ports/exporter.h"
#include "framework/trace/trace.h"
#include "framework/weights/weights.h"

namespace conformance::exporters {

/// `export_model`: Prepare, Trace and Lower in a row. The artifact's notes name the sizes that were specialised, and its manifest says
/// how long each stage took. Errors: of the three; kUnsupported for an exporter that takes checkpoints only.
Result<ports::Artifact> ExportModel(const ports::Exporter& exporter, const nn::Model& model, const weights::Weights& weights,
                                    const ports::ModelInputs& inputs, const ports::ExportConfig& config);

/// What a trace has to say about an artifact made from it: specialised sizes, inputs that forward never reads.
std::vector<std::string> NotesOf(const trace::TraceReport& report);

/// `AutoExporter`: the exporter of a format. Errors: kInvalid lists the formats that there are.
Result<const ports::Exporter*> ExporterFor(std::span<const std::shared_ptr<const ports::Exporter>> exporters, std::string_view export_format);

using Versions = std::vector<std::pair<std::string, std::string>>;
/// A note for each library whose version found differs from the one that was qualified ("onnxruntime is 1.33.0; the exporter was
/// qualified against 1.32.0"). Libraries that were not found are left out.
std::vector<std::string> DriftNotes(const Versions& qualified, const Versions& found);

}  // namespace conformance::exporters
