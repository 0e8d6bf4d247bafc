#include "references/runtimes/openvino/openvino_backend.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <openvino/frontend/manager.hpp>
#include <openvino/openvino.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "framework/base/strings.h"
#include "references/runtimes/openvino/refusal.h"

namespace conformance::runtimes {
namespace {

constexpr const char* kDevice = "CPU";

std::optional<DType> DTypeOf(const ov::element::Type& type) {
  if (type == ov::element::f64) return DType::kF64;
  if (type == ov::element::f32) return DType::kF32;
  if (type == ov::element::f16) return DType::kF16;
  if (type == ov::element::bf16) return DType::kBF16;
  if (type == ov::element::i64) return DType::kI64;
  if (type == ov::element::i32) return DType::kI32;
  if (type == ov::element::i16) return DType::kI16;
  if (type == ov::element::i8) return DType::kI8;
  if (type == ov::element::u8) return DType::kU8;
  if (type == ov::element::boolean) return DType::kBool;
  return std::nullopt;
}

std::vector<std::string> Names(const std::vector<ports::ValueInfo>& infos) {
  std::vector<std::string> names;
  for (const auto& info : infos) names.push_back(info.name);
  return names;
}

/// An input or output of a compiled model: what it is called, and what it takes or gives.
struct Port {
  std::string name;
  ov::element::Type type;
  ov::PartialShape shape;

  std::string Wanted() const {
    const auto dtype = DTypeOf(type);
    return (dtype ? std::string(ToString(*dtype)) : type.get_type_name()) + shape.to_string();
  }
};

/// A port may have several names, one for each value that became it, or none in some IRs; then its node's name stands in.
/// `wanted` are the names that the artifact lists, in its order: the one in the same place is taken first.
template <typename Nodes>
std::vector<Port> PortsOf(const Nodes& nodes, const std::vector<std::string>& wanted) {
  std::vector<Port> ports;
  std::set<std::string> taken;
  for (size_t i = 0; i < nodes.size(); ++i) {
    const auto& given = nodes[i].get_names();
    const std::set<std::string> names(given.begin(), given.end());
    const std::string& node_name = nodes[i].get_node()->get_friendly_name();
    std::string name;
    if (nodes.size() == wanted.size() && names.contains(wanted[i])) name = wanted[i];
    for (const std::string& candidate : wanted) {
      if (name.empty() && names.contains(candidate) && !taken.contains(candidate)) name = candidate;
    }
    if (name.empty() && std::find(wanted.begin(), wanted.end(), node_name) != wanted.end()) name = node_name;
    for (const std::string& candidate : names) {
      if (name.empty() && !taken.contains(candidate)) name = candidate;
    }
    if (name.empty()) name = node_name;
    taken.insert(name);
    ports.push_back({std::move(name), nodes[i].get_element_type(), nodes[i].get_partial_shape()});
  }
  return ports;
}

Result<ov::AnyMap> ConfigFrom(const ports::SessionOptions& options) {
  ov::AnyMap config;
  const auto set = [&](const std::pair<std::string, ov::Any>& property) { config[property.first] = property.second; };
  set(ov::hint::inference_precision(ov::element::f32));
  set(ov::hint::execution_mode(ov::hint::ExecutionMode::ACCURACY));
  set(ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY));
  set(ov::num_streams(1));
  set(ov::inference_num_threads(options.threads));
  set(ov::hint::enable_cpu_pinning(false));
  if (!options.optimize) config["SNIPPETS_MODE"] = "DISABLE";
  if (options.extra.IsNull()) return config;
  if (!options.extra.IsObject()) return Invalid("openvino's options are no object but " + std::string(Json::KindName(options.extra.kind())));
  for (const auto& [name, value] : options.extra.AsObject()) {
    if (name != "config" || !value.IsObject()) return Invalid("openvino has no option '" + name + "'").With("wanted", "config: {key: value}");
    for (const auto& [key, property] : value.AsObject()) {
      if (property.IsBool()) config[key] = property.AsBool();
      else if (property.IsInt()) config[key] = property.AsInt();
      else if (property.IsNumber()) config[key] = property.AsDouble();
      else if (property.IsString()) config[key] = property.AsString();
      else return Invalid("openvino's property '" + key + "' is no bool, number or string");
    }
  }
  return config;
}

/// Over the elements where there are any; `contiguous` must outlive it.
ov::Tensor ToOpenvino(const ov::element::Type& type, const Tensor& contiguous) {
  const ov::Shape shape(contiguous.shape().begin(), contiguous.shape().end());
  if (contiguous.byte_size() == 0) return ov::Tensor(type, shape);
  return ov::Tensor(type, shape, const_cast<std::byte*>(contiguous.raw()));
}

/// A copy: the runtime uses its memory again.
Result<Tensor> FromOpenvino(const std::string& name, const ov::Tensor& value) {
  const auto dtype = DTypeOf(value.get_element_type());
  if (!dtype) return Unsupported("output '" + name + "' has a type that tensors don't have here").With("found", value.get_element_type().get_type_name());
  const ov::Shape& shape = value.get_shape();
  Tensor tensor = Tensor::Empty(*dtype, Shape(shape.begin(), shape.end()));
  if (tensor.byte_size() > 0) value.copy_to(ov::Tensor(value.get_element_type(), shape, tensor.raw_mutable()));
  return tensor;
}

/// Calls of OpenVINO, whose exceptions end here.
template <typename Function>
auto Try(std::string_view doing, Function function) -> Result<decltype(function())> {
  try {
    return function();
  } catch (const std::exception& thrown) {
    return Refusal(doing, thrown);
  }
}

class OpenvinoSession : public ports::Session {
 public:
  static Result<std::unique_ptr<ports::Session>> Make(ov::Core& core, const ports::Artifact& artifact, ov::AnyMap config) {
    std::unique_ptr<OpenvinoSession> session(new OpenvinoSession(core, artifact, std::move(config)));
    CONFORMANCE_TRY(const auto model, session->Read());
    CONFORMANCE_TRY(session->model_, session->Compile(model));
    session->inputs_ = PortsOf(session->model_.inputs(), Names(artifact.inputs));
    session->RenameInputs();
    return std::unique_ptr<ports::Session>(std::move(session));
  }

  Result<NamedTensors> Run(const NamedTensors& given) override {
    CONFORMANCE_RETURN_IF_ERROR(CheckInputs(given));
    const std::vector<Port> outputs = PortsOf(model_.outputs(), Names(artifact_.outputs));
    std::vector<std::pair<std::string, size_t>> wanted;
    for (size_t i = 0; i < outputs.size(); ++i) wanted.emplace_back(outputs[i].name, i);
    return Infer(model_, given, wanted);
  }

  /// A second compilation of the same model, whose outputs the values are as well. OpenVINO fuses nothing across an output, so that
  /// observing may change the last digits.
  Result<NamedTensors> RunCapturing(const NamedTensors& given, const std::vector<std::string>& values) override {
    CONFORMANCE_TRY(NamedTensors outputs, Run(given));
    if (observed_.values != values) {
      CONFORMANCE_TRY(observed_, Observe(values));
    }
    CONFORMANCE_TRY(NamedTensors captured, Infer(observed_.model, given, observed_.places));
    std::move(captured.begin(), captured.end(), std::back_inserter(outputs));
    return outputs;
  }

 private:
  struct Observed {
    std::vector<std::string> values;
    ov::CompiledModel model;
    std::vector<std::pair<std::string, size_t>> places;  ///< value, output of the model
  };

  OpenvinoSession(ov::Core& core, ports::Artifact artifact, ov::AnyMap config)
      : core_(core), artifact_(std::move(artifact)), config_(std::move(config)) {}

  Result<std::shared_ptr<ov::Model>> Read() const {
    return Try("read the model", [&] { return core_.read_model(artifact_.path.string()); });
  }
  Result<ov::CompiledModel> Compile(const std::shared_ptr<const ov::Model>& model) const {
    return Try("compile the model", [&] { return core_.compile_model(model, kDevice, config_); });
  }

  Result<Observed> Observe(const std::vector<std::string>& values) const {
    CONFORMANCE_TRY(const auto model, Read());
    std::vector<ov::Output<ov::Node>> added;
    Error missing = NotFound("the model has no such value");
    for (const std::string& value : values) {
      try {
        added.push_back(model->add_output(value));
      } catch (const std::exception&) {
        missing.With("found", value);  // its reading folds constants and drops what nothing needs
      }
    }
    if (added.size() < values.size()) return missing;
    Observed observed;
    observed.values = values;
    for (size_t i = 0; i < values.size(); ++i) {
      const int64_t place = model->get_result_index(added[i]);
      if (place < 0) return Internal("openvino does not know its output again").With("value", values[i]);
      observed.places.emplace_back(values[i], static_cast<size_t>(place));
    }
    CONFORMANCE_TRY(observed.model, Compile(model));
    return observed;
  }

  Result<NamedTensors> Infer(ov::CompiledModel& model, const NamedTensors& given, const std::vector<std::pair<std::string, size_t>>& wanted) const {
    std::vector<Tensor> kept;  // contiguous copies must outlive the run
    kept.reserve(inputs_.size());
    std::vector<ov::Tensor> results;
    const Status status = [&]() -> Status {
      try {
        ov::InferRequest request = model.create_infer_request();  // none of an earlier run's inputs or state
        for (size_t i = 0; i < inputs_.size(); ++i) {
          kept.push_back(Find(given, inputs_[i].name)->Contiguous());
          request.set_input_tensor(i, ToOpenvino(inputs_[i].type, kept.back()));
        }
        request.infer();
        for (const auto& [name, place] : wanted) results.push_back(request.get_output_tensor(place));
      } catch (const std::exception& thrown) {
        return Refusal("run the model", thrown);
      }
      return Ok();
    }();
    CONFORMANCE_RETURN_IF_ERROR(status);
    NamedTensors outputs;
    for (size_t i = 0; i < wanted.size(); ++i) {
      CONFORMANCE_TRY(Tensor tensor, FromOpenvino(wanted[i].first, results[i]));
      outputs.emplace_back(wanted[i].first, std::move(tensor));
    }
    return outputs;
  }

  /// An input that is an output as well (Max of one tensor, Dropout) is called by the output's name alone in OpenVINO's reading. It has the name
  /// that the artifact lists, the file declares, and no other input has.
  void RenameInputs() {
    const std::vector<std::string> wanted = Names(artifact_.inputs);
    std::vector<std::string> unclaimed;
    for (const std::string& name : wanted) {
      if (std::none_of(inputs_.begin(), inputs_.end(), [&](const Port& port) { return port.name == name; })) unclaimed.push_back(name);
    }
    std::vector<Port*> renamed;
    for (Port& port : inputs_) {
      if (std::find(wanted.begin(), wanted.end(), port.name) == wanted.end()) renamed.push_back(&port);
    }
    if (renamed.size() != unclaimed.size() || !std::all_of(unclaimed.begin(), unclaimed.end(), [&](const std::string& name) { return Declares(name); })) return;
    for (size_t i = 0; i < renamed.size(); ++i) renamed[i]->name = unclaimed[i];
  }

  /// OpenVINO's own messages don't name the input.
  Status CheckInputs(const NamedTensors& given) {
    for (const auto& [name, tensor] : given) {
      const auto is_it = [&name = name](const Port& port) { return port.name == name; };
      if (std::any_of(inputs_.begin(), inputs_.end(), is_it) || Declares(name)) continue;
      std::vector<std::string> names;
      for (const Port& port : inputs_) names.push_back(port.name);
      return Invalid("the model has no input '" + name + "'").With("wanted", Join(names, ", "));
    }
    for (const Port& port : inputs_) {
      const Tensor* tensor = Find(given, port.name);
      if (tensor == nullptr) return Invalid("input '" + port.name + "' is missing");
      const auto mismatch = [&](Error error) {
        return std::move(error).With("input", port.name).With("found", Describe(*tensor)).With("wanted", port.Wanted());
      };
      if (DTypeOf(port.type) != tensor->dtype()) return mismatch(TypeError("an input of another type"));
      const ov::PartialShape shape(ov::Shape(tensor->shape().begin(), tensor->shape().end()));
      if (!port.shape.compatible(shape)) return mismatch(ShapeError("an input of another shape"));
    }
    return Ok();
  }

  /// Whether the file has an input of that name, which reading it may have lost. Asked only where the model knows none.
  bool Declares(const std::string& name) {
    if (!declared_) {
      declared_.emplace();
      try {
        const auto frontend = ov::frontend::FrontEndManager().load_by_framework(artifact_.format == "onnx" ? "onnx" : "ir");
        for (const auto& place : frontend->load(artifact_.path.string())->get_inputs()) {
          for (const std::string& declared : place->get_names()) declared_->insert(declared);
        }
      } catch (const std::exception&) {
        // A front end that shows no inputs (IR's is one) declares none beyond the model's.
      }
    }
    return declared_->contains(name);
  }

  ov::Core& core_;
  const ports::Artifact artifact_;
  const ov::AnyMap config_;
  ov::CompiledModel model_;
  std::vector<Port> inputs_;
  std::optional<std::set<std::string>> declared_;
  Observed observed_;
};

}  // namespace

OpenvinoBackend::OpenvinoBackend() = default;
OpenvinoBackend::~OpenvinoBackend() = default;

ov::Core& OpenvinoBackend::Core() const {
  std::call_once(once_, [&] { core_ = std::make_unique<ov::Core>(); });
  return *core_;
}

ports::BackendCapabilities OpenvinoBackend::Capabilities() const {
  ports::BackendCapabilities capabilities;
  capabilities.formats = {"onnx", "openvino"};
  capabilities.intermediates = true;
  return capabilities;
}

Result<std::string> OpenvinoBackend::Version() const {
  const std::string build = ov::get_openvino_version().buildNumber;  // "2026.4.1-22136-…"
  return build.substr(0, build.find('-'));
}

Result<std::unique_ptr<ports::Session>> OpenvinoBackend::Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const {
  const auto formats = Capabilities().formats;
  if (std::find(formats.begin(), formats.end(), artifact.format) == formats.end()) {
    return Invalid("openvino does not take format '" + artifact.format + "'").With("wanted", Join(formats, ", "));
  }
  std::error_code ignored;
  if (!std::filesystem::exists(artifact.path, ignored)) return NotFound("the artifact's file is not there").With("file", artifact.path.string());
  CONFORMANCE_TRY(ov::AnyMap config, ConfigFrom(options));
  return OpenvinoSession::Make(Core(), artifact, std::move(config));
}

}  // namespace conformance::runtimes
