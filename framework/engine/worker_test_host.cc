// A worker whose backends misbehave, and an exporter that writes a file, for the tests of those who start workers.

#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <vector>

#include "framework/engine/worker_host.h"

namespace conformance::engine {
namespace {

using Behaviour = Result<NamedTensors> (*)(const NamedTensors& inputs);

class TestSession : public ports::Session {
 public:
  explicit TestSession(Behaviour behaviour) : behaviour_(behaviour) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override { return behaviour_(inputs); }

 private:
  Behaviour behaviour_;
};

class TestBackend : public ports::Backend {
 public:
  TestBackend(std::string name, Behaviour behaviour) : name_(std::move(name)), behaviour_(behaviour) {}
  std::string_view Name() const override { return name_; }
  ports::BackendCapabilities Capabilities() const override { return {.formats = {"test"}, .dtypes = {}}; }
  Result<std::string> Version() const override {
    if (name_.starts_with("absent")) return Unavailable("no such library");
    return std::string("1.5");
  }
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact,
                                                  const ports::SessionOptions&) const override {
    if (!artifact.format.empty() && artifact.format != "test")
      return Unsupported("only tests").With("found", artifact.format);
    if (artifact.path == "refused") return Unsupported("this artifact is refused").With("file", "refused");
    return std::unique_ptr<ports::Session>(std::make_unique<TestSession>(behaviour_));
  }

 private:
  std::string name_;
  Behaviour behaviour_;
};

Result<NamedTensors> Die(int signal) {
  std::fprintf(stderr, "about to raise %d\n", signal);
  ::signal(signal, SIG_DFL);
  raise(signal);
  return Internal("survived");
}

struct TestConfig : ports::ExportConfig {
  std::string_view export_format() const override { return "test"; }
  std::unique_ptr<ports::ExportConfig> Clone() const override { return std::make_unique<TestConfig>(*this); }
  Json to_json() const override {
    Json json = Json::MakeObject();
    json["export_format"] = "test";
    WriteCommon(json);
    return json;
  }
  static Result<std::unique_ptr<ports::ExportConfig>> FromJson(const Json& json) {
    auto config = std::make_unique<TestConfig>();
    Json rest = json;
    CONFORMANCE_RETURN_IF_ERROR(config->ReadCommon(rest));
    return std::unique_ptr<ports::ExportConfig>(std::move(config));
  }
};

/// Writes one file into the folder that it is given; x in, y out.
class TestExporter : public ports::Exporter {
 public:
  std::string_view Name() const override { return "writer"; }
  ports::ExporterCapabilities Capabilities() const override {
    ports::ExporterCapabilities capabilities;
    capabilities.format = "test";
    capabilities.exports_checkpoints = true;
    return capabilities;
  }
  std::unique_ptr<ports::ExportConfig> DefaultConfig() const override {
    return std::make_unique<TestConfig>();
  }
  Result<ports::Artifact> ExportCheckpoint(const ports::ModelSource&, const ports::ModelInputs& inputs,
                                           const ports::ExportConfig& config) const override {
    ports::Artifact artifact;
    artifact.format = "test";
    artifact.path = config.output_path / "artifact";
    artifact.files = {artifact.path};
    for (const auto& [name, tensor] : inputs.tensors) artifact.inputs.push_back({name, tensor.dtype(), {}});
    artifact.outputs = {{"y", DType::kF32, {}}};
    if (!(std::ofstream(artifact.path) << "made by a worker\n"))
      return IoError("cannot write").With("file", artifact.path.string());
    return artifact;
  }
  Result<ports::ModelInputs> PrepareInputs(const ports::ModelSource&, const ports::ModelInputs& inputs,
                                           const ports::ExportConfig&) const override {
    ports::ModelInputs prepared = inputs;
    prepared.tensors.emplace_back("lengths", Tensor::Of<int64_t>({1}, {3}));
    return prepared;
  }
};

/// Doubles what it is given, in f64 where it is the oracle; its spec says how it fails.
class TestReference : public ports::Reference {
 public:
  std::string_view Name() const override { return "doubles"; }
  Result<std::string> Version() const override { return std::string("2.5"); }
  Result<NamedTensors> Run(const ports::ReferenceRequest& request) const override {
    if (request.source.spec.Has("refused")) return Unsupported("this class is refused");
    NamedTensors outputs;
    const Json* ignored = request.source.spec.Find("ignores");
    for (const auto& [name, tensor] : request.inputs->tensors) {
      if (ignored != nullptr && ignored->AsString() == name) continue;
      std::vector<double> values = tensor.ToDoubles();
      for (double& value : values) value *= 2;
      const bool oracle = request.numerics.compute == ops::Numerics::Compute::kF64;
      outputs.emplace_back("y", Cast(Tensor::Of<double>(tensor.shape(), values), oracle ? DType::kF64 : tensor.dtype()));
    }
    return outputs;
  }
};

Toolbox TestToolbox() {
  Toolbox toolbox;
  toolbox.references.Add(std::make_shared<TestReference>());
  toolbox.exporters.Add(std::make_shared<TestExporter>());
  toolbox.export_configs.Add("test", TestConfig::FromJson);
  // Of each a dozen, so that a sweep can have many of a kind: "segv", "segv0", …
  const auto add = [&](const std::string& name, Behaviour behaviour) {
    toolbox.backends.Add(std::make_shared<const TestBackend>(name, behaviour));
    for (int i = 0; i < 12; ++i)
      toolbox.backends.Add(std::make_shared<const TestBackend>(name + std::to_string(i), behaviour));
  };
  add("echo", [](const NamedTensors& inputs) -> Result<NamedTensors> {
    std::puts("a library that prints on standard output");
    std::fflush(stdout);
    return inputs;
  });
  // What one session breaks, the next ones in the same process suffer from.
  static bool poisoned = false;
  add("poison", [](const NamedTensors& inputs) -> Result<NamedTensors> {
    poisoned = true;
    return inputs;
  });
  add("double", [](const NamedTensors& inputs) -> Result<NamedTensors> {
    if (poisoned) return Die(SIGSEGV);
    NamedTensors outputs;
    for (const auto& [name, x] : inputs) {
      std::vector<double> values = x.ToDoubles();
      for (double& value : values) value *= 2;
      outputs.emplace_back("y", Cast(Tensor::Of<double>(x.shape(), values), x.dtype()));
    }
    return outputs;
  });
  add("segv", [](const NamedTensors&) { return Die(SIGSEGV); });
  add("abort", [](const NamedTensors&) { return Die(SIGABRT); });
  add("exit", [](const NamedTensors&) -> Result<NamedTensors> { _exit(3); });
  add("hang", [](const NamedTensors&) -> Result<NamedTensors> {
    while (true) std::this_thread::sleep_for(std::chrono::seconds(1));
  });
  add("absent", [](const NamedTensors& inputs) -> Result<NamedTensors> { return inputs; });
  add("environment", [](const NamedTensors&) -> Result<NamedTensors> {
    const char* value = std::getenv("CONFORMANCE_TEST_VALUE");
    return NamedTensors{{value ? value : "not set", Tensor::Of<float>({}, {0})}};
  });
  // Copies of standard output that the host keeps for itself have the first number above standard error's.
  static constexpr int kProtocol = STDERR_FILENO + 1;
  static const auto print = [](int fd, std::string_view text) {
    return write(fd, text.data(), text.size()) >= 0;
  };
  add("garbage", [](const NamedTensors& inputs) -> Result<NamedTensors> {
    print(kProtocol, "this is no frame");
    return inputs;
  });
  add("flood-output", [](const NamedTensors&) -> Result<NamedTensors> {
    while (print(kProtocol, "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n")) {
    }
    return Internal("survived");
  });
  add("flood-error", [](const NamedTensors&) -> Result<NamedTensors> {
    while (print(STDERR_FILENO, "a warning that is never enough\n")) {
    }
    return Internal("survived");
  });
  // Answers well, and writes on when nobody asks any more.
  add("late", [](const NamedTensors& inputs) -> Result<NamedTensors> {
    std::thread([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      print(kProtocol, "one thing more");
    }).detach();
    return inputs;
  });
  add("large", [](const NamedTensors&) -> Result<NamedTensors> {
    return NamedTensors{{"y", Tensor::Zeros(DType::kF32, {int64_t{1} << 20})}};
  });
  add("grow", [](const NamedTensors&) -> Result<NamedTensors> {
    std::fprintf(stderr, "about to grow\n");
    while (true) {
      // Populated by the kernel in one go, so that it gets there in time on a busy machine too.
      mmap(nullptr, size_t{8} << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
           0);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  // What one session leaves behind makes the next ones hang.
  static bool stuck = false;
  add("stick", [](const NamedTensors& inputs) -> Result<NamedTensors> {
    stuck = true;
    return inputs;
  });
  add("stuck", [](const NamedTensors& inputs) -> Result<NamedTensors> {
    while (stuck) std::this_thread::sleep_for(std::chrono::seconds(1));
    return inputs;
  });
  add("throw",
      [](const NamedTensors&) -> Result<NamedTensors> { throw std::runtime_error("thrown inside"); });
  add("memory", [](const NamedTensors&) -> Result<NamedTensors> {
    return NamedTensors{{"y", Tensor::Zeros(DType::kF32, {int64_t{1} << 40})}};
  });
  return toolbox;
}

}  // namespace
}  // namespace conformance::engine

int main() { return conformance::engine::RunWorkerHost(conformance::engine::TestToolbox()); }
