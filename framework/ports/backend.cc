#include "framework/ports/backend.h"

namespace conformance::ports {

Json SessionOptions::ToJson() const {
  Json json = Json::MakeObject();
  json["threads"] = threads;
  json["optimize"] = optimize;
  json["extra"] = extra;
  return json;
}

Result<SessionOptions> SessionOptions::FromJson(const Json& json) {
  SessionOptions options;
  CONFORMANCE_TRY(const int64_t threads, json.GetInt("threads"));
  if (threads < 1 || threads > 4096) return Invalid("threads is " + std::to_string(threads) + ", want 1 to 4096");
  options.threads = static_cast<int>(threads);
  CONFORMANCE_TRY(options.optimize, json.GetBool("optimize"));
  if (const Json* extra = json.Find("extra")) options.extra = *extra;
  return options;
}

Result<NamedTensors> Session::RunCapturing(const NamedTensors&, const std::vector<std::string>&) {
  return Unsupported("this backend does not show intermediate values");
}

}  // namespace conformance::ports
