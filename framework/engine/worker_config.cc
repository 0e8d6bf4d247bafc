#include "framework/engine/worker_config.h"

#include <utility>
#include <vector>

#include "framework/base/strings.h"

namespace conformance::engine {
namespace {

/// The common part's reader is for those who derive.
struct ReadConfig : WorkerConfig {
  using WorkerConfig::WorkerConfig;
  Status Read(const Json& json) {
    Json rest = json;
    CONFORMANCE_RETURN_IF_ERROR(ReadCommon(rest));
    for (const auto& [field, value] : rest.AsObject()) {
      if (field == "export_format") continue;
      Json* own = fields.Find(field);
      if (own == nullptr) return Unknown(field);
      *own = value;
    }
    return Ok();
  }
  Error Unknown(const std::string& field) const {
    std::vector<std::string> names;
    for (const auto& [name, value] : fields.AsObject()) names.push_back(name);
    return Invalid("exporter '" + format + "' has no config field '" + field + "'")
        .With("field", field)
        .With("wanted", names.empty() ? "none of its own" : Join(names, ", "));
  }
};

}  // namespace

Json WorkerConfig::to_json() const {
  Json json = Json::MakeObject();
  WriteCommon(json);
  for (const auto& [field, value] : fields.AsObject()) json[field] = value;
  return json;
}

void AddWorkerConfig(const WorkerConfig& defaults, ports::ExportConfigTable& table) {
  table.Add(defaults.format, [defaults](const Json& json) -> Result<std::unique_ptr<ports::ExportConfig>> {
    ReadConfig config(defaults.format, defaults.fields);
    CONFORMANCE_RETURN_IF_ERROR(config.Read(json));
    return config.Clone();
  });
}

}  // namespace conformance::engine
