#include "framework/engine/artifact_maker.h"

#include <system_error>

#include "framework/base/hash.h"
#include "framework/base/strings.h"
#include "framework/engine/guarded.h"
#include "framework/engine/program_files.h"
#include "framework/engine/untouched.h"
#include "framework/formats/json.h"
#include "framework/ir/program.h"

namespace conformance::engine {
namespace {

std::string DimText(const DimSpec& spec) {
  struct Visitor {
    std::string operator()(const DimAuto&) const { return "auto"; }
    std::string operator()(const DimStatic&) const { return "static"; }
    std::string operator()(const DimNamed& dim) const {
      return dim.name + ':' + std::to_string(dim.range.min) + ':' + (dim.range.max ? std::to_string(*dim.range.max) : "");
    }
    std::string operator()(const DimDerived& dim) const { return dim.expression.ToString(); }
  };
  return std::visit(Visitor{}, spec);
}

Result<std::shared_ptr<const MadeArtifact>> FromProgram(const SweepContext& context, const PlannedCell& cell, const LoadedCase& loaded,
                                                        const Traced& traced) {
  auto made = std::make_shared<MadeArtifact>();
  ports::Artifact& artifact = made->artifact;
  artifact.format = "program";
  artifact.program = traced.program;
  artifact.weights = loaded.weights();
  artifact.options["checkpoint"] = cell.model->Info().source.string();
  artifact.options["dtype"] = cell.id.dtype;
  CONFORMANCE_RETURN_IF_ERROR(DescribeValues(*traced.program, artifact));
  if (context.writes_programs) CONFORMANCE_RETURN_IF_ERROR(context.WriteProgram(cell, artifact));
  made->specialisations = traced.specialisations;
  made->program = traced.program;
  return std::shared_ptr<const MadeArtifact>(std::move(made));
}

/// A case whose offer promised more than it has once loaded.
Status CheckWhole(const PlannedCell& cell, const LoadedCase& loaded) {
  if (cell.entry == Entry::kModule && !loaded.model()) return Unsupported("the case has no module that could be traced");
  if (cell.entry == Entry::kProgram && !loaded.program()) return Unsupported("the case has no Program");
  if (!loaded.weights()) return Unsupported("the case has no weights");
  return Ok();
}

/// What exporter `none` traces.
Result<ports::TraceRequest> RequestFor(const PlannedCell& cell, const LoadedCase& loaded, const Call& traced_call) {
  CONFORMANCE_RETURN_IF_ERROR(CheckWhole(cell, loaded));
  ports::TraceRequest request;
  if (cell.entry != Entry::kModule) return request;
  request.inputs = traced_call.inputs;
  if (cell.variant.dynamic) {
    CONFORMANCE_TRY(request.dynamic_shapes, loaded.Shapes(cell.variant));
  }
  return request;
}

/// The case's own Program, or a trace of its module.
Result<Traced> ProgramOf(const SweepContext& context, const PlannedCell& cell, const LoadedCase& loaded,
                         const ports::TraceRequest& request, VariantWork& work, StageTimer& timer) {
  if (cell.entry == Entry::kProgram) return Traced{.program = loaded.program(), .specialisations = {}};
  timer.Enter(record::Stage::kTrace);
  return work.traces[TraceKey(request)].Get(
      timer, [&] { return Guarded("the tracer", [&] { return context.toolbox.tracer(*loaded.model(), request); }); });
}

Result<std::shared_ptr<const MadeArtifact>> Given(const PlannedCell& cell, const LoadedCase& loaded, const Call& call) {
  auto made = std::make_shared<MadeArtifact>();
  CONFORMANCE_TRY(made->artifact, Guarded("the case", [&] { return GivenArtifact(cell, loaded); }));
  if (cell.format == "checkpoint") made->artifact.options["kwargs"] = call.inputs.kwargs;
  return std::shared_ptr<const MadeArtifact>(std::move(made));
}

}  // namespace

std::string PlainName(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    name += plain ? c : '_';
  }
  const bool changed = name != text || name.empty() || name.front() == '.' || name.size() > 100;
  if (!changed) return name;
  return "_" + name.substr(0, 80) + "-" + Hex64(Hash64(text));
}

std::string TraceKey(const ports::TraceRequest& request) {
  std::string key = request.cache_key + '\n' + formats::WriteJson(request.inputs.kwargs) + '\n';
  key += request.strict ? "strict " : "";
  key += request.defer_runtime_asserts ? "deferred" : "";
  for (const auto& [name, tensor] : request.inputs.tensors) key += '\n' + name + ' ' + Describe(tensor);
  for (const auto& [leaf, specs] : request.dynamic_shapes) {
    key += '\n' + leaf;
    for (const DimSpec& spec : specs) key += ' ' + DimText(spec);
  }
  return key;
}

Result<std::unique_ptr<ports::ExportConfig>> ConfigFor(const SweepContext& context, const PlannedCell& cell, bool optimize) {
  const ports::ExporterCapabilities capabilities = cell.exporter->Capabilities();
  const std::string name(cell.exporter->Name());
  auto config = cell.exporter->DefaultConfig();
  if (!config) return Internal("exporter '" + name + "' gives no default config");
  const auto overlay = context.options.export_configs.find(name);
  const bool switched_off = !optimize && capabilities.optimises;
  if (overlay != context.options.export_configs.end() || switched_off) {
    Json json = config->to_json();
    if (overlay != context.options.export_configs.end()) {
      if (!overlay->second.IsObject()) return Invalid("the config of exporter '" + name + "' is no object");
      for (const auto& [key, value] : overlay->second.AsObject()) json[key] = value;
    }
    if (switched_off) json["optimize"] = false;
    CONFORMANCE_TRY(config, context.toolbox.export_configs.FromJson(json));
  }
  config->dynamic = cell.variant.dynamic;
  config->output_path = ArtifactPath(context, cell, optimize);
  if (cell.entry != Entry::kSource) config->output_path += '.' + capabilities.format;
  return config;
}

// Plain files side by side: a folder for each would cost more than a small model's export.
std::filesystem::path ArtifactPath(const SweepContext& context, const PlannedCell& cell, bool optimize) {
  return context.artifacts / PlainName(cell.id.model + '-' + cell.variant.name + '-' + cell.id.exporter + '-' + cell.id.dtype +
                                       (optimize ? "" : "-plain"));
}

ports::ModelSource SourceOf(const CaseInfo& info) { return {.folder = info.source, .spec = info.spec}; }

Result<ports::Artifact> GivenArtifact(const PlannedCell& cell, const LoadedCase& loaded) {
  if (cell.format != "checkpoint") return loaded.Artifact(cell.variant, cell.format);
  ports::Artifact artifact;
  artifact.format = cell.format;
  artifact.path = cell.model->Info().source;
  artifact.options = Json::MakeObject();
  artifact.options["dtype"] = cell.id.dtype;
  if (!cell.model->Info().spec.IsNull()) artifact.options["spec"] = cell.model->Info().spec;
  artifact.model = loaded.model();
  artifact.weights = loaded.weights();
  return artifact;
}

Result<std::shared_ptr<const MadeArtifact>> MakeArtifact(const SweepContext& context, const PlannedCell& cell, bool optimize,
                                                         const LoadedCase& loaded, const Call& traced_call, VariantWork& work,
                                                         StageTimer& timer) {
  if (cell.entry == Entry::kGiven) {
    timer.Enter(record::Stage::kLoad);
    return work.artifacts["given " + cell.format].Get(timer, [&] { return Given(cell, loaded, traced_call); });
  }
  if (!cell.exporter) {
    timer.Enter(record::Stage::kTrace);
    CONFORMANCE_TRY(const ports::TraceRequest request, RequestFor(cell, loaded, traced_call));
    CONFORMANCE_TRY(const Traced traced, ProgramOf(context, cell, loaded, request, work, timer));
    timer.Enter(record::Stage::kExport);
    return work.artifacts["none"].Get(timer, [&] { return FromProgram(context, cell, loaded, traced); });
  }

  timer.Enter(record::Stage::kExport);
  const std::string name(cell.exporter->Name());
  const std::string who = "exporter '" + name + "'";
  CONFORMANCE_TRY(const auto config, ConfigFor(context, cell, optimize));
  Traced traced;
  if (cell.entry != Entry::kSource) {
    CONFORMANCE_RETURN_IF_ERROR(CheckWhole(cell, loaded));
    ports::TraceRequest request;
    if (cell.entry == Entry::kModule) {
      CONFORMANCE_TRY(request, Guarded(who, [&] { return cell.exporter->Prepare(*loaded.model(), traced_call.inputs, *config); }));
    }
    CONFORMANCE_TRY(traced, ProgramOf(context, cell, loaded, request, work, timer));
    timer.Enter(record::Stage::kExport);
  }
  const std::string key = name + (optimize ? "" : " without optimisation");
  return work.artifacts[key].Get(timer, [&]() -> Result<std::shared_ptr<const MadeArtifact>> {
    if (cell.entry == Entry::kSource) {
      std::error_code error;
      std::filesystem::create_directories(config->output_path, error);
      if (error) return IoError("cannot make a folder for artifacts: " + error.message()).With("folder", config->output_path.string());
    }
    auto made = std::make_shared<MadeArtifact>();
    const Untouched inputs(traced_call.inputs.tensors);
    CONFORMANCE_TRY(made->artifact, Guarded(who, [&] {
                      return cell.entry == Entry::kSource
                                 ? cell.exporter->ExportCheckpoint(SourceOf(cell.model->Info()), traced_call.inputs, *config)
                                 : cell.exporter->Lower(*traced.program, *loaded.weights(), *config);
                    }));
    CONFORMANCE_RETURN_IF_ERROR(inputs.Check(who));
    timer.Enter(record::Stage::kCheck);
    made->check = Guarded(who, [&] { return cell.exporter->Check(made->artifact); });
    timer.Enter(record::Stage::kExport);
    made->specialisations = traced.specialisations;
    made->program = traced.program;
    return std::shared_ptr<const MadeArtifact>(std::move(made));
  });
}

}  // namespace conformance::engine
