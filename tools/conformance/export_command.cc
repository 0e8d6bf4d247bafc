#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "exporters/common/export_model.h"
#include "framework/base/strings.h"
#include "framework/formats/json.h"
#include "framework/ir/pt2.h"
#include "framework/load/input_plan.h"
#include "framework/load/load.h"
#include "framework/load/recordings.h"
#include "framework/weights/tensor_weights.h"
#include "tools/conformance/commands.h"

namespace conformance::cli {
namespace {

namespace fs = std::filesystem;

// What is traced: the folder's own inputs where it has them, else the plan's.
Result<ports::ModelInputs> InputsOf(const load::LoadedModel& loaded, const ExportOptions& options) {
  const std::string entry = options.entry.empty() ? "forward" : options.entry;
  std::vector<std::string> known = loaded.model->traits().entry_points;
  const bool own = std::ranges::find(known, entry) != known.end();
  const std::vector<std::string> uses = {"forward", "prefill", "decode", "decode_static_cache"};
  if (!own && std::ranges::find(uses, entry) == uses.end()) {
    known.insert(known.begin(), uses.begin(), uses.end());
    return Unsupported(loaded.class_name + " has no such entry point").With("found", entry).With("wanted", Join(known, ", "));
  }
  if (own || entry == "forward") {
    CONFORMANCE_TRY(auto given, load::ReadCaseInputs(loaded.folder));
    if (given) {
      const std::string variant = own ? entry : "static";
      CONFORMANCE_TRY(const auto plan, load::InputPlan::FromInputs(*loaded.model, variant, given->tensors, given->kwargs));
      CONFORMANCE_TRY(auto tensors, plan.Make(plan.traced(), options.seed));
      return ports::ModelInputs{std::move(tensors), plan.kwargs()};
    }
  } else if (load::HasRecordings(loaded.folder)) {
    CONFORMANCE_TRY(auto recordings, load::ReadRecordings(loaded.folder));
    const auto recording = std::ranges::find(recordings, entry, &load::Recording::name);
    if (recording != recordings.end()) return ports::ModelInputs{std::move(recording->inputs), std::move(recording->kwargs)};
  }
  CONFORMANCE_TRY(const auto plan, load::InputPlan::Make(*loaded.model, entry == "forward" ? "static" : entry));
  CONFORMANCE_TRY(auto tensors, plan.Make(plan.traced(), options.seed));
  return ports::ModelInputs{std::move(tensors), plan.kwargs()};
}

Result<std::unique_ptr<ports::ExportConfig>> ConfigOf(const engine::Toolbox& toolbox, const ExportOptions& options) {
  Json json = Json::MakeObject();
  if (!options.config.empty()) {
    CONFORMANCE_TRY(json, formats::ReadJson(options.config));
    if (!json.IsObject()) {
      return Invalid("an export config is a JSON object").With("file", options.config).With("found", std::string(Json::KindName(json.kind())));
    }
    if (const Json* format = json.Find("export_format"); format != nullptr && *format != Json(options.format)) {
      return Invalid("the config is for another format")
          .With("file", options.config)
          .With("found", formats::WriteJson(*format))
          .With("wanted", options.format);
    }
  }
  json["export_format"] = options.format;
  if (options.dynamic) json["dynamic"] = true;
  if (options.opset) json["opset_version"] = *options.opset;
  json["output_path"] = options.output;
  auto config = toolbox.export_configs.FromJson(json);
  if (!config.ok() && !options.config.empty()) return std::move(config).error().With("file", options.config);
  return config;
}

// A program of torch.export enters at Lower; its sizes are as dynamic as they were exported.
Result<ports::Artifact> ExportPt2(const ports::Exporter& exporter, const ports::ExportConfig& config, const fs::path& file) {
  if (!exporter.Capabilities().lowers_programs) {
    return Unsupported("the exporter takes checkpoint folders, not programs").With("exporter", std::string(exporter.Name()));
  }
  if (config.dynamic || config.dynamic_shapes) {
    return Invalid("the dimensions of a .pt2 were settled when it was exported: --dynamic changes nothing").With("file", file.string());
  }
  CONFORMANCE_TRY(const ir::Pt2Program read, ir::ReadPt2(file));
  CONFORMANCE_TRY(auto tensors, read.Weights());
  return exporter.Lower(read.program, weights::TensorWeights(std::move(tensors)), config);
}

Result<ports::Artifact> Export(const engine::Toolbox& toolbox, const ExportOptions& options) {
  const auto exporter = std::ranges::find_if(toolbox.exporters.All(), [&](const auto& e) { return e->Capabilities().format == options.format; });
  if (exporter == toolbox.exporters.All().end()) {
    return Invalid("unknown --format").With("found", options.format).With("wanted", Join(toolbox.export_configs.Formats(), ", "));
  }
  CONFORMANCE_TRY(const auto config, ConfigOf(toolbox, options));
  if (fs::path(options.model).extension() == ".pt2" && !fs::is_directory(options.model)) return ExportPt2(**exporter, *config, options.model);
  CONFORMANCE_TRY(const load::LoadedModel loaded, load::LoadModel(options.model, toolbox.models));
  CONFORMANCE_TRY(const ports::ModelInputs inputs, InputsOf(loaded, options));
  if (!(*exporter)->Capabilities().lowers_programs) return (*exporter)->ExportCheckpoint({.folder = loaded.folder, .spec = {}}, inputs, *config);
  return exporters::ExportModel(**exporter, *loaded.model, *loaded.weights, inputs, *config);
}

std::string ValueText(const ports::ValueInfo& value) {
  return value.name + " " + std::string(ToString(value.dtype)) + "[" + Join(value.dims, ", ") + "]";
}

}  // namespace

int ExportCommand(const engine::Toolbox& toolbox, const ExportOptions& options, const Invocation&) {
  const auto artifact = Export(toolbox, options);
  if (!artifact.ok()) {
    Complain(artifact.error());
    return artifact.error().kind() == ErrorKind::kUnsupported ? 1 : 2;
  }
  for (const fs::path& file : artifact->files) {
    std::error_code ignored;
    std::printf("wrote   %s (%ju bytes)\n", file.c_str(), static_cast<uintmax_t>(fs::file_size(file, ignored)));
  }
  for (const auto& value : artifact->inputs) std::printf("input   %s\n", ValueText(value).c_str());
  for (const auto& value : artifact->outputs) std::printf("output  %s\n", ValueText(value).c_str());
  for (const std::string& note : artifact->notes) std::printf("note    %s\n", note.c_str());
  return 0;
}

}  // namespace conformance::cli
