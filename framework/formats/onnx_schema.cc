#include "framework/formats/onnx_schema.h"

#include <algorithm>
#include <tuple>

#include <onnx/defs/schema.h>

#include "framework/base/strings.h"

namespace conformance::formats {
namespace {

/// "tensor(float16)" as FLOAT16; nothing for sequences, maps and the like.
std::vector<OnnxElem> TensorsAmong(const onnx::OpSchema::FormalParameter& input) {
  std::vector<OnnxElem> elems;
  for (const std::string* type : input.GetTypes()) {
    if (!StartsWith(*type, "tensor(") || !EndsWith(*type, ")")) continue;
    std::string name = type->substr(7, type->size() - 8);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    for (int32_t i = 1; i <= static_cast<int32_t>(OnnxElem::kFloat6E3M2); ++i) {
      if (OnnxElemName(static_cast<OnnxElem>(i)) == name) elems.push_back(static_cast<OnnxElem>(i));
    }
  }
  std::sort(elems.begin(), elems.end());
  return elems;
}

}  // namespace

std::vector<OnnxSchema> OnnxSchemas() {
  std::vector<OnnxSchema> schemas;
  for (const onnx::OpSchema& from : onnx::OpSchemaRegistry::get_all_schemas_with_history()) {
    OnnxSchema& to = schemas.emplace_back();
    to.domain = from.domain() == "ai.onnx" ? std::string() : std::string(from.domain());
    to.name = from.Name();
    to.since = from.SinceVersion();
    to.deprecated = from.Deprecated();
    for (const auto& input : from.inputs()) to.inputs.push_back({std::string(input.GetName()), TensorsAmong(input)});
  }
  const auto key = [](const OnnxSchema& s) { return std::tie(s.domain, s.name, s.since); };
  std::sort(schemas.begin(), schemas.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  return schemas;
}

}  // namespace conformance::formats
