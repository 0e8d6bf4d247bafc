#include "framework/ports/export_config.h"

#include <utility>

#include "framework/base/strings.h"

namespace conformance::ports {
namespace {

constexpr int64_t kMaxAxes = 64;

std::string Found(const Json& json) {
  switch (json.kind()) {
    case Json::Kind::kNull: return "null";
    case Json::Kind::kBool: return json.AsBool() ? "true" : "false";
    case Json::Kind::kInt: return std::to_string(json.AsInt());
    case Json::Kind::kDouble: return DoubleText(json.AsDouble());
    case Json::Kind::kString: return "\"" + json.AsString() + "\"";
    default: return "an " + std::string(Json::KindName(json.kind()));
  }
}

Error BadField(std::string_view field, const Json& found, std::string_view wanted) {
  return Invalid("export config field '" + std::string(field) + "' is " + Found(found) + ", want " + std::string(wanted))
      .With("field", std::string(field));
}

Status TakeBool(Json& rest, std::string_view field, bool& value) {
  const Json* json = rest.Find(field);
  if (json == nullptr) return Ok();
  if (!json->IsBool()) return BadField(field, *json, "true or false");
  value = json->AsBool();
  rest.Erase(field);
  return Ok();
}

constexpr std::string_view kWantedDim =
    R"("auto", "static", a Dim ({"name": "batch", "min": 1, "max": 32}), the name of one, or an expression ("2*seq + 1"))";

Result<DimSpec> ReadDim(const Json& json, std::string_view field) {
  if (json.IsNull()) return DimSpec(DimStatic{});
  if (json.IsString()) {
    const std::string& text = json.AsString();
    if (text == "auto") return DimSpec(DimAuto{});
    if (text == "static") return DimSpec(DimStatic{});
    const Result<SymInt> expression = ParseSymInt(text);
    if (!expression.ok() || expression->IsConstant()) return BadField(field, json, kWantedDim);
    if (auto name = expression->AsSymbol()) return DimSpec(DimNamed{*std::move(name), {}});
    return DimSpec(DimDerived{*expression});
  }
  if (!json.IsObject()) return BadField(field, json, kWantedDim);
  DimNamed dim;
  bool named = false;
  for (const auto& [key, value] : json.AsObject()) {
    const std::string member = std::string(field) + "." + key;
    if (key == "name") {
      const Result<SymInt> symbol = value.IsString() ? ParseSymInt(value.AsString()) : Result<SymInt>(SymInt());
      const auto name = symbol.ok() ? symbol->AsSymbol() : std::nullopt;
      if (!name) return BadField(member, value, "a name of letters, digits and underscores");
      dim.name = *name;
      named = true;
    } else if (key == "min") {
      if (!value.IsInt() || value.AsInt() < 0) return BadField(member, value, "an integer of at least 0");
      dim.range.min = value.AsInt();
    } else if (key == "max") {
      if (value.IsNull()) continue;
      if (!value.IsInt() || value.AsInt() < 0) return BadField(member, value, "an integer of at least 0");
      dim.range.max = value.AsInt();
    } else {
      return Invalid("export config field '" + member + "' is unknown, want one of name, min, max").With("field", member);
    }
  }
  if (!named) return BadField(field, json, kWantedDim);
  if (dim.range.max && *dim.range.max < dim.range.min) {
    return BadField(std::string(field) + ".max", Json(*dim.range.max), "at least its min, " + std::to_string(dim.range.min));
  }
  return DimSpec(std::move(dim));
}

Json WriteDim(const DimSpec& spec) {
  if (std::holds_alternative<DimAuto>(spec)) return "auto";
  if (std::holds_alternative<DimStatic>(spec)) return "static";
  if (const auto* derived = std::get_if<DimDerived>(&spec)) return derived->expression.ToString();
  const auto& dim = std::get<DimNamed>(spec);
  Json json = Json::MakeObject();
  json["name"] = dim.name;
  json["min"] = dim.range.min;
  if (dim.range.max) json["max"] = *dim.range.max;
  return json;
}

Result<std::vector<DimSpec>> ReadAxes(const Json& json, const std::string& field) {
  std::vector<DimSpec> axes;
  if (json.IsArray()) {
    for (const Json& item : json.AsArray()) {
      CONFORMANCE_TRY(DimSpec spec, ReadDim(item, field + "." + std::to_string(axes.size())));
      axes.push_back(std::move(spec));
    }
    return axes;
  }
  if (json.IsNull()) return axes;
  if (!json.IsObject()) return BadField(field, json, "an object from axis numbers to dims, or a list with one for each axis");
  for (const auto& [key, value] : json.AsObject()) {
    const auto axis = ParseInt(key);
    if (!axis || *axis < 0 || *axis >= kMaxAxes) {
      return Invalid("export config field '" + field + "' has the axis \"" + key + "\", want a number from 0 to " +
                     std::to_string(kMaxAxes - 1))
          .With("field", field);
    }
    CONFORMANCE_TRY(DimSpec spec, ReadDim(value, field + "." + key));
    if (axes.size() <= static_cast<size_t>(*axis)) axes.resize(static_cast<size_t>(*axis) + 1, DimStatic{});
    axes[static_cast<size_t>(*axis)] = std::move(spec);
  }
  return axes;
}

}  // namespace

void ExportConfig::WriteCommon(Json& json) const {
  json["export_format"] = std::string(export_format());
  json["dynamic"] = dynamic;
  json["strict"] = strict;
  json["dynamic_shapes"] = nullptr;
  if (dynamic_shapes) {
    Json shapes = Json::MakeObject();
    for (const auto& [leaf, axes] : *dynamic_shapes) {
      Json dims = Json::MakeObject();
      for (size_t axis = 0; axis < axes.size(); ++axis) dims[std::to_string(axis)] = WriteDim(axes[axis]);
      shapes[leaf] = std::move(dims);
    }
    json["dynamic_shapes"] = std::move(shapes);
  }
  json["prefer_deferred_runtime_asserts_over_guards"] = prefer_deferred_runtime_asserts_over_guards;
  json["output_path"] = output_path.empty() ? Json() : Json(output_path.string());
}

Status ExportConfig::ReadCommon(Json& rest) {
  if (!rest.IsObject()) return Invalid("an export config is " + Found(rest) + ", want an object");
  if (const Json* format = rest.Find("export_format")) {
    if (!format->IsString() || format->AsString() != export_format()) {
      return BadField("export_format", *format, "\"" + std::string(export_format()) + "\"");
    }
    rest.Erase("export_format");
  }
  CONFORMANCE_RETURN_IF_ERROR(TakeBool(rest, "dynamic", dynamic));
  CONFORMANCE_RETURN_IF_ERROR(TakeBool(rest, "strict", strict));
  if (const Json* shapes = rest.Find("dynamic_shapes")) {
    dynamic_shapes.reset();
    if (!shapes->IsNull()) {
      if (!shapes->IsObject()) return BadField("dynamic_shapes", *shapes, "null, or an object from input names to axes");
      dynamic_shapes.emplace();
      for (const auto& [leaf, axes] : shapes->AsObject()) {
        CONFORMANCE_TRY(std::vector<DimSpec> specs, ReadAxes(axes, "dynamic_shapes." + leaf));
        dynamic_shapes->insert_or_assign(leaf, std::move(specs));
      }
    }
    rest.Erase("dynamic_shapes");
  }
  CONFORMANCE_RETURN_IF_ERROR(
      TakeBool(rest, "prefer_deferred_runtime_asserts_over_guards", prefer_deferred_runtime_asserts_over_guards));
  if (const Json* path = rest.Find("output_path")) {
    if (!path->IsNull() && !path->IsString()) return BadField("output_path", *path, "a path or null");
    output_path = path->IsNull() ? std::string() : path->AsString();
    rest.Erase("output_path");
  }
  return Ok();
}

void ExportConfigTable::Add(std::string export_format, Reader reader) {
  readers_.insert_or_assign(std::move(export_format), std::move(reader));
}

Result<std::unique_ptr<ExportConfig>> ExportConfigTable::FromJson(const Json& json) const {
  const Json* format = json.Find("export_format");
  if (format == nullptr || !format->IsString()) {
    return Invalid(std::string(format == nullptr ? "an export config has no field 'export_format'"
                                                 : "export config field 'export_format' is " + Found(*format)) +
                   ", want one of " + Join(Formats(), ", "))
        .With("field", "export_format");
  }
  const auto reader = readers_.find(format->AsString());
  if (reader == readers_.end()) {
    return Invalid("export config field 'export_format' is \"" + format->AsString() + "\", want one of " + Join(Formats(), ", "))
        .With("field", "export_format");
  }
  return reader->second(json);
}

std::vector<std::string> ExportConfigTable::Formats() const {
  std::vector<std::string> formats;
  for (const auto& [format, reader] : readers_) formats.push_back(format);
  return formats;
}

}  // namespace conformance::ports
