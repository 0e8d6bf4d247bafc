#include "tools/conformance/default_toolbox.h"

#include "exporters/onnx/config.h"
#include "exporters/onnx/fixes/fixes.h"
#include "exporters/onnx/lower/registry.h"
#include "exporters/onnx/model_fixes/model_fixes.h"
#include "exporters/onnx/onnx_exporter.h"
#include "exporters/onnx/patches/patches.h"
#include "framework/compare/lanes_comparator.h"
#include "framework/relations/relations.h"
#include "references/eager/model.h"
#include "references/program/interpreter.h"
#include "references/runtimes/eager_backend.h"
#include "references/runtimes/onnx_reference.h"
#include "references/runtimes/onnxruntime.h"
#include "references/runtimes/openvino_worker.h"
#include "references/runtimes/program_backend.h"
#include "references/runtimes/python_backends.h"
#include "reports/render/html.h"
#include "reports/render/json.h"
#include "reports/render/junit.h"
#include "reports/render/markdown.h"
#include "reports/render/sarif.h"
#include "tools/conformance/libraries.h"
#include "tools/conformance/transformers.h"

namespace conformance::cli {
namespace {

engine::FixInfo RowOf(const rewrite::FixInfo& info, const char* kind) {
  return {.format = info.backend,
          .name = info.name,
          .kind = info.by_construction ? "by construction" : kind,
          .reason = info.reason,
          .upstream = info.upstream,
          .versions = info.versions};
}

// What `conformance list patches|fixes|translations` shows of the ONNX exporter.
void DescribeOnnx(engine::Toolbox& toolbox) {
  for (const auto& patch : onnx::OperatorPatches()) toolbox.patches.push_back(patch.info);
  for (const auto& fix : onnx::NodeFixes(onnx::kDefaultOpset)) toolbox.fixes.push_back(RowOf(fix.info, "node"));
  for (const auto& fix : onnx::ModelFixes()) toolbox.fixes.push_back(RowOf(fix.info, "model"));
  for (const auto& entry : onnx::Translations()) toolbox.translations.push_back({"onnx", std::string(entry.target), ""});
}

}  // namespace

engine::Toolbox DefaultToolbox() {
  engine::Toolbox toolbox = engine::BareToolbox();
  toolbox.models = models::DefaultModels();
  toolbox.exporters.Add(std::make_unique<onnx::OnnxExporter>());
  onnx::AddOnnxConfig(toolbox.export_configs);
  DescribeOnnx(toolbox);
  AddTransformers(toolbox);
  toolbox.references.Add(std::make_unique<eager::EagerReference>());
  toolbox.references.Add(std::make_unique<program::ProgramReference>());
  toolbox.references.Add(std::make_unique<runtimes::OnnxReference>());
  for (const auto& relation : relations::All()) toolbox.relations.Add(relation);
  toolbox.backends.Add(std::make_unique<runtimes::EagerBackend>(toolbox.models));
  toolbox.backends.Add(std::make_unique<runtimes::ProgramBackend>(toolbox.models));
  toolbox.backends.Add(std::make_unique<runtimes::OnnxReferenceBackend>());
  toolbox.backends.Add(std::make_unique<runtimes::OnnxRuntimeBackend>());
  toolbox.backends.Add(runtimes::MakePytorchBackend());
  toolbox.backends.Add(runtimes::MakeExecutorchBackend());
  toolbox.backends.Add(runtimes::MakeOpenvinoBackend());
  toolbox.comparator = std::make_shared<compare::LanesComparator>();
  toolbox.report_writers.Add(std::make_unique<reports::JsonWriter>());
  toolbox.report_writers.Add(std::make_unique<reports::HtmlWriter>());
  toolbox.report_writers.Add(std::make_unique<reports::JunitWriter>());
  toolbox.report_writers.Add(std::make_unique<reports::MarkdownWriter>());
  toolbox.report_writers.Add(std::make_unique<reports::SarifWriter>());
  toolbox.libraries = LinkedLibraries();
  return toolbox;
}

}  // namespace conformance::cli
