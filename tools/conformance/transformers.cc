#include "tools/conformance/transformers.h"

#include <memory>
#include <utility>
#include <vector>

#include "framework/engine/worker_config.h"
#include "framework/engine/worker_exporter.h"
#include "framework/engine/worker_reference.h"
#include "references/runtimes/python_backends.h"

namespace conformance::cli {
namespace {

constexpr const char* kCatalogue = "suites/catalogue/transformers.json";

struct Row {
  const char* name;
  const char* format;
  std::vector<std::pair<const char*, Json>> options;  ///< fields of its own with their defaults
};

const std::vector<Row>& Rows() {
  static const std::vector<Row> rows = {
      {"transformers:dynamo", "pt2", {}},
      {"transformers:onnx", "onnx", {{"opset_version", Json()}, {"optimize", true}, {"ort_fusions", Json()}}},
      {"transformers:executorch",
       "pte",
       {{"backend", "xnnpack"},
        {"alloc_graph_input", true},
        {"alloc_graph_output", true},
        {"alloc_mutable_buffers", true}}},
      {"transformers:openvino", "openvino", {{"compress_to_fp16", false}, {"stateful", true}}},
      {"torch-onnx", "onnx", {{"opset_version", Json()}, {"optimize", true}}},
  };
  return rows;
}

}  // namespace

void AddTransformers(engine::Toolbox& toolbox) {
  const auto program = std::make_shared<engine::WorkerProgram>(
      runtimes::PythonWorker("transformers", "transformers_worker.py"));
  for (const Row& row : Rows()) {
    Json options = Json::MakeObject();
    for (const auto& [field, value] : row.options) options[field] = value;
    const auto config = std::make_shared<engine::WorkerConfig>(row.name, options);
    engine::AddWorkerConfig(*config, toolbox.export_configs);
    engine::WorkerExporterInfo info;
    info.name = row.name;
    info.format = row.format;
    info.config = config;
    info.optimises = options.Has("optimize");
    info.suite = kCatalogue;
    toolbox.exporters.Add(std::make_shared<const engine::WorkerExporter>(std::move(info), program));
  }
  toolbox.references.Add(std::make_shared<const engine::WorkerReference>("pytorch", program));
}

}  // namespace conformance::cli
