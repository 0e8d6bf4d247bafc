#include <fstream>

#include "framework/ir/program.h"
#include "framework/weights/weights.h"
#include "listing.h"

namespace consumer {
namespace {

using namespace conformance;  // NOLINT: an example

/// Weights read once and kept, for an artifact that outlives those it was given.
class HeldWeights : public weights::Weights {
 public:
  static Result<std::shared_ptr<const weights::Weights>> From(const weights::Weights& other) {
    auto held = std::make_shared<HeldWeights>();
    for (const auto& info : other.All()) {
      CONFORMANCE_TRY(Tensor tensor, other.Load(info.name));
      held->infos_.push_back(info);
      held->tensors_.emplace_back(info.name, std::move(tensor));
    }
    return std::shared_ptr<const weights::Weights>(std::move(held));
  }
  const std::vector<weights::WeightInfo>& All() const override { return infos_; }
  Result<Tensor> Load(std::string_view name) const override {
    const Tensor* tensor = conformance::Find(tensors_, name);
    if (!tensor) return NotFound("no such weight").With("name", std::string(name));
    return *tensor;
  }
  std::optional<weights::ByteRange> Range(std::string_view) const override { return std::nullopt; }
  Status Stream(std::string_view name, const Sink& sink, size_t) const override {
    CONFORMANCE_TRY(const Tensor tensor, Load(name));
    return sink(tensor.Contiguous().bytes());
  }

 private:
  std::vector<weights::WeightInfo> infos_;
  NamedTensors tensors_;
};

struct ListingConfig : ports::ExportConfig {
  std::string_view export_format() const override { return kFormat; }
  std::unique_ptr<ports::ExportConfig> Clone() const override { return std::make_unique<ListingConfig>(*this); }
  Json to_json() const override {
    Json json = Json::Object{{"export_format", std::string(kFormat)}};
    WriteCommon(json);
    return json;
  }
};

class ListingExporter : public ports::Exporter {
 public:
  std::string_view Name() const override { return kFormat; }
  ports::ExporterCapabilities Capabilities() const override {
    ports::ExporterCapabilities capabilities;
    capabilities.format = kFormat;
    capabilities.lowers_programs = true;
    return capabilities;
  }
  std::unique_ptr<ports::ExportConfig> DefaultConfig() const override { return MakeListingConfig(); }

  Result<ports::TraceRequest> Prepare(const nn::Model&, const ports::ModelInputs& inputs,
                                      const ports::ExportConfig& config) const override {
    ports::TraceRequest request;
    request.inputs = inputs;
    if (config.dynamic_shapes) request.dynamic_shapes = *config.dynamic_shapes;
    return request;
  }

  Result<ports::Artifact> Lower(const ir::Program& program, const weights::Weights& weights,
                                const ports::ExportConfig& config) const override {
    ports::Artifact artifact;
    artifact.format = kFormat;
    artifact.program = std::make_shared<const ir::Program>(program);
    CONFORMANCE_TRY(artifact.weights, HeldWeights::From(weights));
    if (!config.output_path.empty()) {
      std::ofstream file(config.output_path);
      for (const auto& node : program.graph.nodes()) file << node.target << '\n';
      if (!file.flush()) return IoError("cannot write the listing").With("file", config.output_path.string());
      artifact.path = config.output_path;
      artifact.files = {config.output_path};
    }
    return artifact;
  }
};

}  // namespace

std::unique_ptr<ports::Exporter> MakeListingExporter() { return std::make_unique<ListingExporter>(); }
std::unique_ptr<ports::ExportConfig> MakeListingConfig() { return std::make_unique<ListingConfig>(); }

}  // namespace consumer
