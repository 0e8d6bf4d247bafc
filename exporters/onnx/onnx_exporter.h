#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "exporters/common/input_preparers.h"
#include "exporters/onnx/config.h"
#include "exporters/onnx/lower/translate.h"
#include "framework/ports/exporter.h"
#include "framework/rewrite/patches.h"

namespace conformance::onnx {

/// Program -> .onnx, in five stages (see Lower). Takes OnnxConfig.
class OnnxExporter : public ports::Exporter {
 public:
  /// `patches`: method patches of "onnx" among these hold while this exporter's models are traced. `preparers` run on their inputs before.
  explicit OnnxExporter(const rewrite::PatchRegistry& patches = {}, exporters::InputPreparers preparers = {});

  std::string_view Name() const override { return "onnx"; }
  ports::ExporterCapabilities Capabilities() const override;
  std::unique_ptr<ports::ExportConfig> DefaultConfig() const override { return std::make_unique<OnnxConfig>(); }
  std::vector<std::pair<std::string, std::string>> QualifiedVersions() const override;

  Result<ports::TraceRequest> Prepare(const nn::Model& model, const ports::ModelInputs& inputs,
                                      const ports::ExportConfig& config) const override;
  Result<ports::Artifact> Lower(const ir::Program& program, const weights::Weights& weights,
                                const ports::ExportConfig& config) const override;

 private:
  nn::MethodPatches method_patches_;
  exporters::InputPreparers preparers_;
};

/// Stages 1 to 5 without writing: what a test or a tool looks at. Hits and counts go into `manifest`.
Result<LoweredModel> LowerToModel(const ir::Program& program, const OnnxConfig& config, Json* manifest = nullptr);

}  // namespace conformance::onnx
