#include "framework/cases/operator_use.h"

#include <algorithm>
#include <vector>

#include "framework/formats/json.h"

namespace conformance::cases {
namespace {

namespace fs = std::filesystem;

void AddAll(const std::vector<formats::OnnxNode>& nodes, OperatorUse& use) {
  for (const formats::OnnxNode& node : nodes) {
    ++use[node.domain.empty() || node.domain == "ai.onnx" ? node.op_type : node.domain + " " + node.op_type];
    for (const formats::OnnxAttribute& attribute : node.attributes) {
      for (const formats::OnnxGraph& graph : attribute.graphs) AddAll(graph.nodes, use);
    }
  }
}

}  // namespace

void AddNodes(const formats::OnnxModel& model, OperatorUse& use) {
  AddAll(model.graph.nodes, use);
  for (const formats::OnnxFunction& function : model.functions) AddAll(function.nodes, use);
}

Result<CountedModels> CountModels(const fs::path& root) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->path().extension() == ".onnx" && it->is_regular_file(ignored)) files.push_back(it->path());
  }
  if (error) return IoError("cannot list a folder of models: " + error.message()).With("folder", root.string());
  if (files.empty()) return NotFound("the folder holds no .onnx file").With("folder", root.string());
  std::sort(files.begin(), files.end());
  CountedModels counted;
  for (const fs::path& file : files) {
    CONFORMANCE_TRY(const formats::OnnxModel model, formats::ReadOnnx(file));
    AddNodes(model, counted.nodes);
    ++counted.models;
  }
  return counted;
}

Json ToJson(const CountedModels& counted) {
  Json json = Json::MakeObject();
  json["models"] = counted.models;
  Json& nodes = json["nodes"] = Json::MakeObject();
  for (const auto& [name, count] : counted.nodes) nodes[name] = count;
  return json;
}

Result<OperatorUse> ReadOperatorUse(const fs::path& file) {
  CONFORMANCE_TRY(const Json json, formats::ReadJson(file));
  const Json* nodes = json.Find("nodes");
  if (nodes == nullptr || !nodes->IsObject()) {
    return Corrupt("a file of operators' use has no object 'nodes'").With("file", file.string()).With("wanted", R"({"nodes": {"Add": 3}})");
  }
  OperatorUse use;
  for (const auto& [name, count] : nodes->AsObject()) {
    if (!count.IsInt() || count.AsInt() < 0) {
      return Corrupt("an operator's use is no count").With("file", file.string()).With("place", name).With("found", formats::WriteJson(count));
    }
    use[name] = count.AsInt();
  }
  return use;
}

}  // namespace conformance::cases
