#include "listing.h"

namespace consumer {
namespace {

using namespace conformance;  // NOLINT: an example

class OffsetSession : public ports::Session {
 public:
  OffsetSession(std::unique_ptr<ports::Session> inner, double offset) : inner_(std::move(inner)), offset_(offset) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override {
    CONFORMANCE_TRY(NamedTensors outputs, inner_->Run(inputs));
    if (offset_ == 0) return outputs;
    for (auto& [name, tensor] : outputs) {
      if (tensor.dtype() != DType::kF32) continue;
      tensor = tensor.Clone();
      for (int64_t i = 0; i < tensor.num_elements(); ++i) tensor.mutable_data<float>()[i] += static_cast<float>(offset_);
    }
    return outputs;
  }

 private:
  std::unique_ptr<ports::Session> inner_;
  double offset_;
};

class ListingBackend : public ports::Backend {
 public:
  ListingBackend(std::string name, std::shared_ptr<const ports::Backend> runner, double offset)
      : name_(std::move(name)), runner_(std::move(runner)), offset_(offset) {}
  std::string_view Name() const override { return name_; }
  ports::BackendCapabilities Capabilities() const override {
    ports::BackendCapabilities capabilities;
    capabilities.formats = {std::string(kFormat)};
    return capabilities;
  }
  Result<std::string> Version() const override { return std::string("1"); }
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact,
                                                  const ports::SessionOptions& options) const override {
    if (!artifact.program) return Unsupported("a listing runs only in the process that exported it");
    ports::Artifact program = artifact;
    program.format = "program";
    CONFORMANCE_TRY(auto inner, runner_->Prepare(program, options));
    return std::unique_ptr<ports::Session>(std::make_unique<OffsetSession>(std::move(inner), offset_));
  }

 private:
  std::string name_;
  std::shared_ptr<const ports::Backend> runner_;
  double offset_;
};

}  // namespace

std::unique_ptr<ports::Backend> MakeListingBackend(std::string name, std::shared_ptr<const ports::Backend> runner,
                                                   double offset) {
  return std::make_unique<ListingBackend>(std::move(name), std::move(runner), offset);
}

}  // namespace consumer
