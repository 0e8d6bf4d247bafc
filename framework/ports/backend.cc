#include "framework/ports/backend.h"

#include "framework/formats/onnx_elements.h"

namespace conformance::ports {

Json SessionOptions::ToJson() const {
  Json json = Json::MakeObject();
  json["threads"] = threads;
  json["optimize"] = optimize;
  json["seed"] = static_cast<int64_t>(seed);
  json["extra"] = extra;
  return json;
}

Result<SessionOptions> SessionOptions::FromJson(const Json& json) {
  SessionOptions options;
  CONFORMANCE_TRY(const int64_t threads, json.GetInt("threads"));
  if (threads < 1 || threads > 4096) return Invalid("threads is " + std::to_string(threads) + ", want 1 to 4096");
  options.threads = static_cast<int>(threads);
  CONFORMANCE_TRY(options.optimize, json.GetBool("optimize"));
  if (json.Has("seed")) {  // newer than the protocol's first version
    CONFORMANCE_TRY(const int64_t seed, json.GetInt("seed"));
    options.seed = static_cast<uint64_t>(seed);
  }
  if (const Json* extra = json.Find("extra")) options.extra = *extra;
  return options;
}

Result<NamedTensors> Session::RunCapturing(const NamedTensors&, const std::vector<std::string>&) {
  return Unsupported("this backend does not show intermediate values");
}

Result<formats::NamedOnnxValues> Session::RunOnnx(const formats::NamedOnnxValues& inputs) {
  NamedTensors tensors;
  for (const auto& [name, value] : inputs) {
    using Kind = formats::OnnxValue::Kind;
    if (value.kind == Kind::kNone) continue;
    if (value.kind != Kind::kTensor || !formats::DTypeFromOnnx(value.tensor.elem)) {
      return Unsupported("the backend's session carries tensors of plain types alone").With("input", name).With("found", formats::Describe(value));
    }
    CONFORMANCE_TRY(Tensor tensor, formats::TensorOf(value.tensor));
    tensors.emplace_back(name, std::move(tensor));
  }
  CONFORMANCE_TRY(const NamedTensors outputs, Run(tensors));
  formats::NamedOnnxValues values;
  for (const auto& [name, tensor] : outputs) values.emplace_back(name, formats::OnnxValue{.tensor = formats::OnnxTensorOf(name, tensor), .items = {}});
  return values;
}

}  // namespace conformance::ports
