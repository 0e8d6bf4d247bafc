#include "framework/ports/artifact.h"

#include <algorithm>

namespace conformance::ports {
namespace {

Json ValuesToJson(const std::vector<ValueInfo>& values) {
  Json array = Json::MakeArray();
  for (const ValueInfo& value : values) {
    Json json = Json::MakeObject();
    json["name"] = value.name;
    json["dtype"] = ToString(value.dtype);
    Json dims = Json::MakeArray();
    for (const std::string& dim : value.dims) dims.Append(dim);
    json["dims"] = std::move(dims);
    array.Append(std::move(json));
  }
  return array;
}

Result<const Json::Array*> ArrayIn(const Json& json, std::string_view key) {
  const Json* array = json.Find(key);
  if (!array || !array->IsArray()) return Corrupt("an artifact's '" + std::string(key) + "' is missing or no array");
  return &array->AsArray();
}

Result<std::vector<ValueInfo>> ValuesFromJson(const Json& json, std::string_view key) {
  CONFORMANCE_TRY(const Json::Array* array, ArrayIn(json, key));
  std::vector<ValueInfo> values;
  for (const Json& entry : *array) {
    ValueInfo value;
    CONFORMANCE_TRY(value.name, entry.GetString("name"));
    CONFORMANCE_TRY(const std::string dtype, entry.GetString("dtype"));
    const auto known = DTypeFromString(dtype);
    if (!known) return Corrupt("unknown dtype '" + dtype + "'").With("value", value.name);
    value.dtype = *known;
    CONFORMANCE_TRY(value.dims, entry.GetStrings("dims"));
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace

Json Artifact::ToJson() const {
  Json json = Json::MakeObject();
  json["format"] = format;
  json["path"] = path.string();
  Json all = Json::MakeArray();
  for (const auto& file : files) all.Append(file.string());
  json["files"] = std::move(all);
  json["inputs"] = ValuesToJson(inputs);
  json["outputs"] = ValuesToJson(outputs);
  Json map = Json::MakeArray();
  for (const ValueMap::Entry& entry : value_map.entries) {
    map.Append(Json::Array{entry.program_value, entry.artifact_value, entry.node, entry.touched_by});
  }
  json["value_map"] = std::move(map);
  json["options"] = options;
  json["manifest"] = manifest;
  Json texts = Json::MakeArray();
  for (const std::string& note : notes) texts.Append(note);
  json["notes"] = std::move(texts);
  return json;
}

Result<Artifact> Artifact::FromJson(const Json& json) {
  if (!json.IsObject()) return Corrupt("an artifact is no object but " + std::string(Json::KindName(json.kind())));
  Artifact artifact;
  CONFORMANCE_TRY(artifact.format, json.GetString("format"));
  CONFORMANCE_TRY(artifact.path, json.GetString("path"));
  CONFORMANCE_TRY(const std::vector<std::string> files, json.GetStrings("files"));
  artifact.files.assign(files.begin(), files.end());
  CONFORMANCE_TRY(artifact.inputs, ValuesFromJson(json, "inputs"));
  CONFORMANCE_TRY(artifact.outputs, ValuesFromJson(json, "outputs"));
  CONFORMANCE_TRY(const Json::Array* map, ArrayIn(json, "value_map"));
  for (const Json& entry : *map) {
    const Json::Array none;
    const Json::Array& parts = entry.IsArray() ? entry.AsArray() : none;
    if (parts.size() < 3 || parts.size() > 4 || !std::ranges::all_of(parts, &Json::IsString)) {
      return Corrupt("an entry of an artifact's value_map is not three strings, or four");
    }
    artifact.value_map.entries.push_back({parts[0].AsString(), parts[1].AsString(), parts[2].AsString(), parts.size() > 3 ? parts[3].AsString() : ""});
  }
  if (const Json* options = json.Find("options")) artifact.options = *options;
  if (const Json* manifest = json.Find("manifest")) artifact.manifest = *manifest;
  CONFORMANCE_TRY(artifact.notes, json.GetStrings("notes"));
  return artifact;
}

}  // namespace conformance::ports
