#include "exporters/onnx/config.h"

#include <array>
#include <string>
#include <utility>

#include "framework/base/strings.h"
#include "framework/formats/json.h"

namespace conformance::onnx {
namespace {

constexpr std::array<std::pair<std::string_view, bool OnnxConfig::*>, 4> kSwitches = {{
    {"external_data", &OnnxConfig::external_data},
    {"optimize", &OnnxConfig::optimize},
    {"export_params", &OnnxConfig::export_params},
    {"keep_initializers_as_inputs", &OnnxConfig::keep_initializers_as_inputs},
}};

}  // namespace

Json OnnxConfig::to_json() const {
  Json json = Json::MakeObject();
  WriteCommon(json);
  json["opset_version"] = opset_version ? Json(*opset_version) : Json();
  for (const auto& [name, member] : kSwitches) json[name] = this->*member;
  return json;
}

Result<OnnxConfig> OnnxConfig::from_json(const Json& json) {
  OnnxConfig config;
  Json rest = json;
  CONFORMANCE_RETURN_IF_ERROR(config.ReadCommon(rest));
  if (const Json* opset = rest.Find("opset_version")) {
    const std::string range = std::to_string(kMinOpset) + " to " + std::to_string(kMaxOpset);
    if (!opset->IsNull() && !opset->IsInt()) {
      return Invalid("export config field 'opset_version' is " + formats::WriteJson(*opset) + ", want a number from " + range + " or null")
          .With("field", "opset_version");
    }
    if (opset->IsInt()) {
      if (opset->AsInt() < kMinOpset || opset->AsInt() > kMaxOpset) {
        return Unsupported("export config field 'opset_version' is " + std::to_string(opset->AsInt()) + ", want one from " + range)
            .With("field", "opset_version");
      }
      config.opset_version = opset->AsInt();
    }
    rest.Erase("opset_version");
  }
  for (const auto& [name, member] : kSwitches) {
    const Json* value = rest.Find(name);
    if (value == nullptr) continue;
    if (!value->IsBool()) {
      return Invalid("export config field '" + std::string(name) + "' is " + formats::WriteJson(*value) + ", want true or false")
          .With("field", std::string(name));
    }
    config.*member = value->AsBool();
    rest.Erase(name);
  }
  if (!rest.AsObject().empty()) {
    const Json fields = OnnxConfig().to_json();
    std::vector<std::string> known;
    for (const auto& [name, value] : fields.AsObject()) known.push_back(name);
    const std::string& field = rest.AsObject().front().first;
    return Invalid("export config field '" + field + "' is unknown, want one of " + Join(known, ", ")).With("field", field);
  }
  return config;
}

void AddOnnxConfig(ports::ExportConfigTable& table) {
  table.Add("onnx", [](const Json& json) -> Result<std::unique_ptr<ports::ExportConfig>> {
    CONFORMANCE_TRY(OnnxConfig config, OnnxConfig::from_json(json));
    return std::unique_ptr<ports::ExportConfig>(std::make_unique<OnnxConfig>(std::move(config)));
  });
}

}  // namespace conformance::onnx
