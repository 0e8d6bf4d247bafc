#include "exporters/onnx/onnx_exporter.h"

#include "exporters/common/prepare.h"
#include "exporters/onnx/decompose/decompose.h"
#include "exporters/onnx/fixes/fixes.h"
#include "exporters/onnx/model_fixes/model_fixes.h"
#include "exporters/onnx/optimize/optimize.h"
#include "exporters/onnx/patches/patches.h"
#include "exporters/onnx/write/write.h"
#include "framework/base/strings.h"
#include "framework/rewrite/complex_pairs.h"
#include "framework/rewrite/composites.h"

namespace conformance::onnx {
namespace {

Json ToJson(const rewrite::Hits& hits) {
  Json json = Json::MakeObject();
  for (const auto& [name, count] : hits) {
    if (count > 0) json[name] = count;
  }
  return json;
}

Result<const OnnxConfig*> ConfigOf(const ports::ExportConfig& config) {
  const auto* onnx = dynamic_cast<const OnnxConfig*>(&config);
  if (onnx == nullptr) return Invalid("the exporter onnx was given a config for " + std::string(config.export_format()));
  if (onnx->opset() < kMinOpset || onnx->opset() > kMaxOpset) {
    return Unsupported("opset " + std::to_string(onnx->opset()) + " is not supported, want one from " + std::to_string(kMinOpset) + " to " +
                       std::to_string(kMaxOpset))
        .With("field", "opset_version");
  }
  return onnx;
}

}  // namespace

OnnxExporter::OnnxExporter(const rewrite::PatchRegistry& patches, exporters::InputPreparers preparers)
    : method_patches_(patches.TableOf("onnx")), preparers_(std::move(preparers)) {}

ports::ExporterCapabilities OnnxExporter::Capabilities() const {
  ports::ExporterCapabilities capabilities;
  capabilities.format = "onnx";
  capabilities.lowers_programs = true;
  capabilities.optimises = true;
  return capabilities;
}

std::vector<std::pair<std::string, std::string>> OnnxExporter::QualifiedVersions() const {
  return {{"onnx", "1.23.2"}, {"onnxruntime", "1.32.0"}};
}

Result<ports::TraceRequest> OnnxExporter::Prepare(const nn::Model& model, const ports::ModelInputs& inputs,
                                                  const ports::ExportConfig& config) const {
  CONFORMANCE_RETURN_IF_ERROR(ConfigOf(config));
  CONFORMANCE_TRY(ports::TraceRequest request, exporters::PrepareForExport(model, inputs, config, preparers_));
  if (!method_patches_.empty()) {
    request.method_patches = static_cast<const ops::PatchTable*>(&method_patches_);
    request.cache_key += "+onnx";
  }
  return request;
}

Result<LoweredModel> LowerToModel(const ir::Program& traced, const OnnxConfig& config, Json* manifest) {
  rewrite::Hits hits;
  const int64_t opset = config.opset();
  CONFORMANCE_TRY(ir::Program program, rewrite::WriteOutComposites(traced));
  if (rewrite::HasComplexValues(program)) {  // what writes in place first: views of a complex tensor are none of its pairs
    CONFORMANCE_TRY(program, rewrite::ApplyNodeFixes(NodeFixes(opset), std::move(program), &hits));
    CONFORMANCE_TRY(program, rewrite::ComplexAsPairs(std::move(program)));
  }
  CONFORMANCE_TRY(program, rewrite::ApplyPatches(OperatorPatches(), std::move(program), &hits));  // stage 1; stage 2 is the second NodeFixes
  CONFORMANCE_TRY(program, rewrite::ApplyNodeFixes(NodeFixes(opset), std::move(program), &hits));  // the verifier runs before and after
  CONFORMANCE_TRY(program, Decompose(std::move(program), opset, &hits));
  CONFORMANCE_TRY(program, rewrite::ApplyNodeFixes(NodeFixes(opset), std::move(program), &hits));  // decompositions bring new ones
  CONFORMANCE_TRY(LoweredModel model, Translate(program, opset));
  OptimizeCounts counts;
  if (config.optimize) counts = Optimize(model);
  CONFORMANCE_RETURN_IF_ERROR(ApplyModelFixes(ModelFixes(), model.model, &hits));
  if (manifest != nullptr) {
    (*manifest)["hits"] = ToJson(hits);
    Json& optimized = (*manifest)["optimized"];
    optimized["folded"] = counts.folded;
    optimized["merged"] = counts.merged;
    optimized["dropped"] = counts.dropped;
  }
  return model;
}

Result<ports::Artifact> OnnxExporter::Lower(const ir::Program& program, const weights::Weights& weights,
                                            const ports::ExportConfig& config) const {
  CONFORMANCE_TRY(const OnnxConfig* onnx, ConfigOf(config));
  ports::Artifact artifact;
  artifact.format = "onnx";
  artifact.options = Json::MakeObject();
  artifact.manifest = Json::MakeObject();
  CONFORMANCE_TRY(LoweredModel model, LowerToModel(program, *onnx, &artifact.manifest));
  CONFORMANCE_RETURN_IF_ERROR(formats::CheckOnnx(model.model));  // what leaves here is a model that the checker takes
  CONFORMANCE_TRY(const Written written, Write(model, weights, *onnx));
  artifact.path = onnx->output_path;
  artifact.files = written.files;
  artifact.inputs = std::move(model.inputs);
  artifact.outputs = std::move(model.outputs);
  artifact.value_map = std::move(model.value_map);
  artifact.manifest["export_config"] = onnx->to_json();
  artifact.manifest["opset"] = onnx->opset();
  artifact.manifest["ir_version"] = model.model.ir_version;
  artifact.manifest["nodes"] = model.model.graph.nodes.size();
  artifact.manifest["bytes"] = written.model_bytes + written.sidecar_bytes;
  Json& versions = artifact.manifest["qualified_versions"];
  versions = Json::MakeObject();
  for (const auto& [library, version] : QualifiedVersions()) versions[library] = version;
  if (const auto found = program.metadata.find("specialisations"); found != program.metadata.end()) {
    for (const std::string& note : Split(found->second, '\n')) artifact.notes.push_back(note);
  }
  return artifact;
}

}  // namespace conformance::onnx
