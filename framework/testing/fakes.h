#pragma once

#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framework/engine/case.h"
#include "framework/engine/toolbox.h"
#include "framework/ir/program.h"
#include "framework/nn/model.h"
#include "framework/ports/backend.h"
#include "framework/ports/clock.h"
#include "framework/ports/comparator.h"
#include "framework/ports/exporter.h"
#include "framework/ports/reference.h"
#include "framework/testing/mock_ports.h"
#include "framework/testing/tensors.h"
#include "framework/weights/weights.h"

/// Small things that work, for tests that are about something else: a model that doubles, a case of it, and the parts of a toolbox
/// that judge it. All compute y = 2 x.
namespace conformance::testing {

/// y = 2 x, element by element, in x's dtype; in f64 where `wide`.
inline Tensor Doubled(const Tensor& x, bool wide = false) {
  std::vector<double> values = x.ToDoubles();
  for (double& value : values) value *= 2;
  const Tensor y = Tensor::Of<double>(x.shape(), values);
  return wide ? y : Cast(y, x.dtype());
}
inline NamedTensors DoubledAll(const NamedTensors& inputs, bool wide = false) {
  NamedTensors outputs;
  for (const auto& [name, x] : inputs) outputs.emplace_back(name == "x" ? "y" : name + "_doubled", Doubled(x, wide));
  return outputs;
}

/// A module without code: for engines that are driven by mocks, which pass it on and never call it.
class FakeModel : public nn::Model {
 public:
  FakeModel() : nn::Model("FakeModel", Json::MakeObject(), {}) {}
  nn::Tree Forward(ops::OpContext& context, const nn::Tree&, const Json&) const override {
    context.Fail(Unsupported("FakeModel has no code"));
    return {};
  }
  Result<nn::InputLayout> Layout(std::string_view) const override { return Unsupported("FakeModel has no layout"); }
};

/// No weights at all.
class FakeWeights : public weights::Weights {
 public:
  const std::vector<weights::WeightInfo>& All() const override { return none_; }
  Result<Tensor> Load(std::string_view name) const override { return NotFound("no weight '" + std::string(name) + "'"); }
  std::optional<weights::ByteRange> Range(std::string_view) const override { return std::nullopt; }
  Status Stream(std::string_view name, const Sink&, size_t) const override { return NotFound("no weight '" + std::string(name) + "'"); }

 private:
  std::vector<weights::WeightInfo> none_;
};

/// A case in memory: variants static and dynamic (two unseen shapes); any variant can be added, recordings too. Inputs: x f32 [batch, 3].
/// By default it has a module; with an `offer` what that says: a module, a Program, artifacts without a file.
class FakeCase : public engine::Case {
 public:
  explicit FakeCase(std::string name, std::string model_class = "FakeModel", std::filesystem::path source = {}) {
    info.name = std::move(name);
    info.model_class = std::move(model_class);
    info.source = std::move(source);
    variants = {{.name = "static", .recording = false, .dynamic = false}, {.name = "dynamic", .recording = false, .dynamic = true}};
  }
  const engine::CaseInfo& Info() const override { return info; }
  std::vector<engine::Variant> Variants() const override { return variants; }
  Result<std::shared_ptr<const engine::LoadedCase>> Load(DType) const override {
    ++loads;
    if (!failure.ok()) return failure.error();
    return std::make_shared<const Loaded>(offer.value_or(Case::Offers({})));
  }
  engine::Offer Offers(const engine::Variant& variant) const override { return offer ? *offer : Case::Offers(variant); }

  engine::CaseInfo info;
  std::vector<engine::Variant> variants;
  std::optional<engine::Offer> offer;
  Status failure;               ///< what loading ends with
  mutable std::atomic<int> loads = 0;

 private:
  class Loaded : public engine::LoadedCase {
   public:
    explicit Loaded(engine::Offer offer) : offer_(std::move(offer)) {}
    std::shared_ptr<const nn::Model> model() const override { return offer_.module ? model_ : nullptr; }
    std::shared_ptr<const ir::Program> program() const override { return offer_.program ? program_ : nullptr; }
    std::shared_ptr<const weights::Weights> weights() const override {
      return offer_.module || offer_.program ? weights_ : nullptr;
    }
    Result<ports::Artifact> Artifact(const engine::Variant&, std::string_view format) const override {
      ports::Artifact artifact;
      artifact.format = format;
      return artifact;
    }
    Result<std::vector<engine::Call>> Calls(const engine::Variant& variant, uint64_t) const override {
      std::vector<engine::Call> calls;
      const std::vector<int64_t> batches = variant.dynamic ? std::vector<int64_t>{2, 3, 5} : std::vector<int64_t>{2};
      for (const int64_t batch : batches) {
        engine::Call call;
        if (batch != 2) call.assignment = "batch=" + std::to_string(batch);
        call.inputs.kwargs = Json::MakeObject();
        call.inputs.tensors = {{"x", X(batch)}};
        calls.push_back(std::move(call));
      }
      return calls;
    }
    Result<DynamicShapes> Shapes(const engine::Variant&) const override {
      DynamicShapes shapes;
      shapes["x"] = {DimAuto{}, DimStatic{}};
      return shapes;
    }
    Result<engine::Recorded> Recall(const engine::Variant& variant) const override {
      engine::Recorded recorded;
      recorded.inputs.tensors = {{"x", X(2)}};
      recorded.expected = DoubledAll(recorded.inputs.tensors);
      recorded.tolerance = ports::PlainTolerance{.atol = 1e-5, .rtol = 0};
      recorded.options["recording"] = variant.name;
      return recorded;
    }

   private:
    static Tensor X(int64_t batch) {
      std::vector<float> values;
      for (int64_t i = 0; i < batch * 3; ++i) values.push_back(static_cast<float>(i) + 0.5f);
      return F32Of({batch, 3}, values);
    }
    const engine::Offer offer_;
    std::shared_ptr<const ir::Program> program_ = std::make_shared<const ir::Program>();
    std::shared_ptr<const nn::Model> model_ = std::make_shared<FakeModel>();
    std::shared_ptr<const weights::Weights> weights_ = std::make_shared<FakeWeights>();
  };

};

/// The reference `eager` for fake cases.
class FakeReference : public ports::Reference {
 public:
  std::string_view Name() const override { return "eager"; }
  Result<NamedTensors> Run(const ports::ReferenceRequest& request) const override {
    ++runs;
    return DoubledAll(request.inputs->tensors, request.numerics == ops::Numerics::Oracle());
  }
  mutable std::atomic<int> runs = 0;
};

/// Exporter that writes no file: its artifact lists x and y.
class FakeExporter : public ports::Exporter {
 public:
  explicit FakeExporter(std::string name = "fake", std::string format = "fake") : name_(std::move(name)), format_(std::move(format)) {}
  std::string_view Name() const override { return name_; }
  ports::ExporterCapabilities Capabilities() const override {
    ports::ExporterCapabilities capabilities;
    capabilities.format = format_;
    capabilities.lowers_programs = true;
    capabilities.optimises = true;
    return capabilities;
  }
  std::unique_ptr<ports::ExportConfig> DefaultConfig() const override { return std::make_unique<PlainExportConfig>(format_); }
  Result<ports::TraceRequest> Prepare(const nn::Model&, const ports::ModelInputs& inputs, const ports::ExportConfig&) const override {
    ports::TraceRequest request;
    request.inputs = inputs;
    return request;
  }
  Result<ports::Artifact> Lower(const ir::Program&, const weights::Weights&, const ports::ExportConfig& config) const override {
    ++lowered;
    ports::Artifact artifact;
    artifact.format = format_;
    artifact.inputs = {{"x", DType::kF32, {config.dynamic ? "batch" : "2", "3"}}};
    artifact.outputs = {{"y", DType::kF32, {config.dynamic ? "batch" : "2", "3"}}};
    artifact.options["optimize"] = static_cast<const PlainExportConfig&>(config).optimize;
    return artifact;
  }
  mutable std::atomic<int> lowered = 0;

 private:
  std::string name_, format_;
};

/// Backend whose sessions do what a function says; by default they double.
class FakeBackend : public ports::Backend {
 public:
  using Behaviour = std::function<Result<NamedTensors>(const ports::Artifact& artifact, const ports::SessionOptions& options,
                                                       const NamedTensors& inputs)>;
  explicit FakeBackend(std::string name = "double", std::vector<std::string> formats = {"fake"}, Behaviour behaviour = {})
      : name_(std::move(name)), formats_(std::move(formats)), behaviour_(std::move(behaviour)) {}
  std::string_view Name() const override { return name_; }
  ports::BackendCapabilities Capabilities() const override {
    ports::BackendCapabilities capabilities;
    capabilities.formats = formats_;
    return capabilities;
  }
  Result<std::string> Version() const override { return std::string("1.0"); }
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override {
    return std::unique_ptr<ports::Session>(std::make_unique<Session>(behaviour_, artifact, options));
  }

 private:
  class Session : public ports::Session {
   public:
    Session(const Behaviour& behaviour, const ports::Artifact& artifact, const ports::SessionOptions& options)
        : behaviour_(behaviour), artifact_(artifact), options_(options) {}
    Result<NamedTensors> Run(const NamedTensors& inputs) override {
      return behaviour_ ? behaviour_(artifact_, options_, inputs) : DoubledAll(inputs);
    }

   private:
    Behaviour behaviour_;
    ports::Artifact artifact_;
    ports::SessionOptions options_;
  };
  std::string name_;
  std::vector<std::string> formats_;
  Behaviour behaviour_;
};

/// Same names, shapes, dtypes, and every element within the bound (1e-5 by default) of the reference.
class FakeComparator : public ports::Comparator {
 public:
  std::string_view Name() const override { return "fake"; }
  Result<ports::Comparison> Compare(const ports::ComparisonRequest& request) const override {
    ports::Comparison comparison;
    comparison.outcome = record::Outcome::kPass;
    const ports::PlainTolerance bound = request.tolerance.value_or(ports::PlainTolerance{.atol = 1e-5, .rtol = 0});
    const auto fail = [&](record::OutputFigures& figures, std::string reason) {
      figures.outcome = "fail";
      figures.reason = reason;
      comparison.outcome = record::Outcome::kFail;
      if (comparison.reason.empty()) comparison.reason = figures.output + ": " + reason;
    };
    for (const auto& [name, want] : *request.reference) {
      record::OutputFigures figures;
      figures.output = name;
      figures.outcome = "pass";
      figures.dtype = ToString(want.dtype());
      figures.shape = want.shape();
      const Tensor* found = Find(*request.candidate, name);
      if (!found) {
        fail(figures, "is missing");
      } else if (found->shape() != want.shape() || found->dtype() != want.dtype()) {
        fail(figures, "is " + Describe(*found) + ", want " + Describe(want));
      } else {
        const auto ys = found->ToDoubles(), wants = want.ToDoubles();
        for (size_t i = 0; i < ys.size(); ++i) {
          const double off = std::abs(ys[i] - wants[i]);
          if (off <= bound.atol + bound.rtol * std::abs(wants[i])) continue;
          fail(figures, "element " + std::to_string(i) + " is off");
          break;
        }
      }
      comparison.figures.push_back(std::move(figures));
    }
    return comparison;
  }
};

/// Time that a test moves.
class FakeClock : public ports::Clock {
 public:
  std::chrono::steady_clock::time_point Now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  std::string WallTime() const override { return "2026-08-01T00:00:00Z"; }
  void Advance(std::chrono::steady_clock::duration time) {
    const std::lock_guard lock(mutex_);
    now_ += time;
  }

 private:
  mutable std::mutex mutex_;
  std::chrono::steady_clock::time_point now_{};
};

/// A toolbox of the above: exporter `fake`, reference `eager`, and no backend yet.
inline engine::Toolbox FakeToolbox() {
  engine::Toolbox toolbox;
  toolbox.exporters.Add(std::make_shared<FakeExporter>());
  toolbox.export_configs.Add("fake", PlainExportConfig::FromJson);
  toolbox.references.Add(std::make_shared<FakeReference>());
  toolbox.comparator = std::make_shared<FakeComparator>();
  toolbox.process_launcher = std::make_shared<::testing::NiceMock<MockProcessLauncher>>();
  toolbox.clock = std::make_shared<FakeClock>();
  toolbox.tracer = [](const nn::Model&, const ports::TraceRequest&) -> Result<engine::Traced> {
    engine::Traced traced;
    traced.program = std::make_shared<const ir::Program>();
    return traced;
  };
  return toolbox;
}

}  // namespace conformance::testing
