#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "framework/ports/backend.h"
#include "framework/ports/clock.h"
#include "framework/ports/comparator.h"
#include "framework/ports/decomposer.h"
#include "framework/ports/exporter.h"
#include "framework/ports/fusion.h"
#include "framework/ports/process_launcher.h"
#include "framework/ports/quantizer.h"
#include "framework/ports/reference.h"
#include "framework/ports/report_writer.h"

/// A gmock mock of every port. A method that returns a Result answers a kInternal error that names it, until a test says otherwise; so
/// does Status. Names are given to the constructor.
namespace conformance::testing {

namespace internal {
inline Error NotExpected(const char* method) { return Internal(std::string("the mock was not told what ") + method + " does"); }
}  // namespace internal

class MockSession : public ports::Session {
 public:
  MockSession() {
    ON_CALL(*this, Run).WillByDefault([](const NamedTensors&) -> Result<NamedTensors> { return internal::NotExpected("Session::Run"); });
    ON_CALL(*this, RunCapturing).WillByDefault([](const NamedTensors&, const std::vector<std::string>&) -> Result<NamedTensors> {
      return internal::NotExpected("Session::RunCapturing");
    });
  }
  MOCK_METHOD(Result<NamedTensors>, Run, (const NamedTensors& inputs), (override));
  MOCK_METHOD(Result<NamedTensors>, RunCapturing, (const NamedTensors& inputs, const std::vector<std::string>& values), (override));
};

class MockBackend : public ports::Backend {
 public:
  explicit MockBackend(std::string name = "mock-backend", std::string format = "mock") : name_(std::move(name)) {
    ON_CALL(*this, Name).WillByDefault([this]() -> std::string_view { return name_; });
    ON_CALL(*this, Capabilities).WillByDefault([format = std::move(format)] {
      ports::BackendCapabilities capabilities;
      capabilities.formats = {format};
      return capabilities;
    });
    ON_CALL(*this, Version).WillByDefault([]() -> Result<std::string> { return std::string("1.0"); });
    ON_CALL(*this, QualifiedVersion).WillByDefault([] { return std::string(); });
    ON_CALL(*this, Prepare).WillByDefault([](const ports::Artifact&, const ports::SessionOptions&) -> Result<std::unique_ptr<ports::Session>> {
      return internal::NotExpected("Backend::Prepare");
    });
  }
  MOCK_METHOD(std::string_view, Name, (), (const, override));
  MOCK_METHOD(ports::BackendCapabilities, Capabilities, (), (const, override));
  MOCK_METHOD(Result<std::string>, Version, (), (const, override));
  MOCK_METHOD(std::string, QualifiedVersion, (), (const, override));
  MOCK_METHOD(Result<std::unique_ptr<ports::Session>>, Prepare, (const ports::Artifact& artifact, const ports::SessionOptions& options),
              (const, override));

 private:
  std::string name_;
};

/// A config with the common fields alone, for exporters that are mocks.
class PlainExportConfig : public ports::ExportConfig {
 public:
  explicit PlainExportConfig(std::string format) : format_(std::move(format)) {}
  std::string_view export_format() const override { return format_; }
  std::unique_ptr<ports::ExportConfig> Clone() const override { return std::make_unique<PlainExportConfig>(*this); }
  Json to_json() const override {
    Json json = Json::MakeObject();
    json["export_format"] = format_;
    json["optimize"] = optimize;
    WriteCommon(json);
    return json;
  }
  /// A reader for ExportConfigTable.
  static Result<std::unique_ptr<ports::ExportConfig>> FromJson(const Json& json) {
    CONFORMANCE_TRY(const std::string format, json.GetString("export_format"));
    auto config = std::make_unique<PlainExportConfig>(format);
    Json rest = json;
    rest.Erase("export_format");
    if (rest.Has("optimize")) {
      CONFORMANCE_TRY(config->optimize, rest.GetBool("optimize"));
      rest.Erase("optimize");
    }
    CONFORMANCE_RETURN_IF_ERROR(config->ReadCommon(rest));
    if (!rest.AsObject().empty()) return Invalid("unknown field '" + rest.AsObject().front().first + "'");
    return std::unique_ptr<ports::ExportConfig>(std::move(config));
  }

  bool optimize = true;

 private:
  std::string format_;
};

class MockExporter : public ports::Exporter {
 public:
  explicit MockExporter(std::string name = "mock-exporter", std::string format = "mock") : name_(std::move(name)) {
    ON_CALL(*this, Name).WillByDefault([this]() -> std::string_view { return name_; });
    ON_CALL(*this, Capabilities).WillByDefault([format] {
      ports::ExporterCapabilities capabilities;
      capabilities.format = format;
      capabilities.lowers_programs = true;
      return capabilities;
    });
    ON_CALL(*this, DefaultConfig).WillByDefault([format] { return std::make_unique<PlainExportConfig>(format); });
    ON_CALL(*this, Prepare).WillByDefault([](const nn::Model&, const ports::ModelInputs& inputs, const ports::ExportConfig&) -> Result<ports::TraceRequest> {
      ports::TraceRequest request;
      request.inputs = inputs;
      return request;
    });
    ON_CALL(*this, Lower).WillByDefault([](const ir::Program&, const weights::Weights&, const ports::ExportConfig&) -> Result<ports::Artifact> {
      return internal::NotExpected("Exporter::Lower");
    });
    ON_CALL(*this, Check).WillByDefault([](const ports::Artifact&) { return Ok(); });
    ON_CALL(*this, ExportCheckpoint).WillByDefault([](const ports::ModelSource&, const ports::ModelInputs&, const ports::ExportConfig&) -> Result<ports::Artifact> {
      return internal::NotExpected("Exporter::ExportCheckpoint");
    });
    ON_CALL(*this, PrepareInputs).WillByDefault([](const ports::ModelSource&, const ports::ModelInputs& inputs, const ports::ExportConfig&) {
      return Result<ports::ModelInputs>(inputs);
    });
  }
  MOCK_METHOD(std::string_view, Name, (), (const, override));
  MOCK_METHOD(ports::ExporterCapabilities, Capabilities, (), (const, override));
  MOCK_METHOD(std::unique_ptr<ports::ExportConfig>, DefaultConfig, (), (const, override));
  MOCK_METHOD((std::vector<std::pair<std::string, std::string>>), QualifiedVersions, (), (const, override));
  MOCK_METHOD(Result<ports::TraceRequest>, Prepare,
              (const nn::Model& model, const ports::ModelInputs& inputs, const ports::ExportConfig& config), (const, override));
  MOCK_METHOD(Result<ports::Artifact>, Lower,
              (const ir::Program& program, const weights::Weights& weights, const ports::ExportConfig& config), (const, override));
  MOCK_METHOD(Status, Check, (const ports::Artifact& artifact), (const, override));
  MOCK_METHOD(Result<ports::Artifact>, ExportCheckpoint,
              (const ports::ModelSource& source, const ports::ModelInputs& inputs, const ports::ExportConfig& config), (const, override));
  MOCK_METHOD(Result<ports::ModelInputs>, PrepareInputs,
              (const ports::ModelSource& source, const ports::ModelInputs& inputs, const ports::ExportConfig& config), (const, override));

 private:
  std::string name_;
};

class MockReference : public ports::Reference {
 public:
  explicit MockReference(std::string name = "eager") : name_(std::move(name)) {
    ON_CALL(*this, Name).WillByDefault([this]() -> std::string_view { return name_; });
    ON_CALL(*this, Version).WillByDefault([]() -> Result<std::string> { return std::string(); });
    ON_CALL(*this, HasOracle).WillByDefault([] { return true; });
    ON_CALL(*this, Run).WillByDefault([](const ports::ReferenceRequest&) -> Result<NamedTensors> { return internal::NotExpected("Reference::Run"); });
  }
  MOCK_METHOD(std::string_view, Name, (), (const, override));
  MOCK_METHOD(Result<std::string>, Version, (), (const, override));
  MOCK_METHOD(bool, HasOracle, (), (const, override));
  MOCK_METHOD(Result<NamedTensors>, Run, (const ports::ReferenceRequest& request), (const, override));

 private:
  std::string name_;
};

class MockComparator : public ports::Comparator {
 public:
  MockComparator() {
    ON_CALL(*this, Name).WillByDefault([]() -> std::string_view { return "mock-comparator"; });
    ON_CALL(*this, Compare).WillByDefault([](const ports::ComparisonRequest&) -> Result<ports::Comparison> {
      return internal::NotExpected("Comparator::Compare");
    });
  }
  MOCK_METHOD(std::string_view, Name, (), (const, override));
  MOCK_METHOD(Result<ports::Comparison>, Compare, (const ports::ComparisonRequest& request), (const, override));
};

class MockDecomposer : public ports::Decomposer {
 public:
  explicit MockDecomposer(std::string name = "mock-decomposer") : name_(std::move(name)) {
    ON_CALL(*this, Name).WillByDefault([this]() -> std::string_view { return name_; });
    ON_CALL(*this, Decompose)
        .WillByDefault([](std::shared_ptr<const nn::Model>, const weights::Weights&, const ports::ModelInputs&) -> Result<std::vector<ports::Component>> {
          return internal::NotExpected("Decomposer::Decompose");
        });
  }
  MOCK_METHOD(std::string_view, Name, (), (const, override));
  MOCK_METHOD(Result<std::vector<ports::Component>>, Decompose,
              (std::shared_ptr<const nn::Model> model, const weights::Weights& weights, const ports::ModelInputs& inputs),
              (const, override));

 private:
  std::string name_;
};

class MockFusion : public ports::Fusion {
 public:
  explicit MockFusion(std::string name = "mock-fusion") : name_(std::move(name)) {
    ON_CALL(*this, Name).WillByDefault([this]() -> std::string_view { return name_; });
    ON_CALL(*this, Discover).WillByDefault([](const nn::Model&) -> Result<std::vector<ports::FusionMatch>> {
      return internal::NotExpected("Fusion::Discover");
    });
    ON_CALL(*this, Validate).WillByDefault([](const Json&) -> Status { return internal::NotExpected("Fusion::Validate"); });
    ON_CALL(*this, Apply).WillByDefault([](const std::vector<ports::FusionMatch>&, nn::Model&, weights::LoadPlan&) -> Status {
      return internal::NotExpected("Fusion::Apply");
    });
  }
  MOCK_METHOD(std::string_view, Name, (), (const, override));
  MOCK_METHOD(Status, Validate, (const Json& value), (const, override));
  MOCK_METHOD(Result<std::vector<ports::FusionMatch>>, Discover, (const nn::Model& model), (const, override));
  MOCK_METHOD(Status, Apply, (const std::vector<ports::FusionMatch>& matches, nn::Model& model, weights::LoadPlan& plan), (const, override));

 private:
  std::string name_;
};

class MockQuantizer : public ports::Quantizer {
 public:
  explicit MockQuantizer(std::string name = "mock-quantizer") : name_(std::move(name)) {
    ON_CALL(*this, Name).WillByDefault([this]() -> std::string_view { return name_; });
    ON_CALL(*this, Validate).WillByDefault([](const Json&) -> Status { return internal::NotExpected("Quantizer::Validate"); });
    ON_CALL(*this, Apply).WillByDefault([](const Json&, nn::Model&, weights::LoadPlan&) -> Result<std::vector<std::string>> {
      return internal::NotExpected("Quantizer::Apply");
    });
  }
  MOCK_METHOD(std::string_view, Name, (), (const, override));
  MOCK_METHOD(std::vector<std::string>, Parameters, (), (const, override));
  MOCK_METHOD(Status, Validate, (const Json& kwargs), (const, override));
  MOCK_METHOD(Result<std::vector<std::string>>, Apply, (const Json& kwargs, nn::Model& model, weights::LoadPlan& plan), (const, override));

 private:
  std::string name_;
};

class MockReportWriter : public ports::ReportWriter {
 public:
  explicit MockReportWriter(std::string name = "mock-report", std::string extension = ".mock")
      : name_(std::move(name)), extension_(std::move(extension)) {
    ON_CALL(*this, Name).WillByDefault([this]() -> std::string_view { return name_; });
    ON_CALL(*this, FileExtension).WillByDefault([this]() -> std::string_view { return extension_; });
    ON_CALL(*this, Render).WillByDefault([](const record::RunRecord&) -> Result<std::string> { return internal::NotExpected("ReportWriter::Render"); });
  }
  MOCK_METHOD(std::string_view, Name, (), (const, override));
  MOCK_METHOD(std::string_view, FileExtension, (), (const, override));
  MOCK_METHOD(Result<std::string>, Render, (const record::RunRecord& run), (const, override));

 private:
  std::string name_, extension_;
};

class MockProcess : public ports::Process {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  MockProcess() {
    ON_CALL(*this, Write).WillByDefault([](std::span<const std::byte>, TimePoint) -> Status { return internal::NotExpected("Process::Write"); });
    ON_CALL(*this, Read).WillByDefault([](std::span<std::byte>, TimePoint) -> Status { return internal::NotExpected("Process::Read"); });
  }
  MOCK_METHOD(int64_t, pid, (), (const, override));
  MOCK_METHOD(Status, Write, (std::span<const std::byte> bytes, TimePoint deadline), (override));
  MOCK_METHOD(Status, Read, (std::span<std::byte> bytes, TimePoint deadline), (override));
  MOCK_METHOD(void, CloseInput, (), (override));
  MOCK_METHOD(bool, HasOutput, (), (override));
  MOCK_METHOD(std::string, StandardErrorTail, (), (override));
  MOCK_METHOD(void, BoundStandardError, (uint64_t bytes), (override));
  MOCK_METHOD(void, Kill, (), (override));
  MOCK_METHOD(std::optional<ports::ExitStatus>, Wait, (TimePoint deadline), (override));
};

class MockProcessLauncher : public ports::ProcessLauncher {
 public:
  MockProcessLauncher() {
    ON_CALL(*this, Launch).WillByDefault([](const ports::LaunchRequest&) -> Result<std::unique_ptr<ports::Process>> {
      return internal::NotExpected("ProcessLauncher::Launch");
    });
  }
  MOCK_METHOD(Result<std::unique_ptr<ports::Process>>, Launch, (const ports::LaunchRequest& request), (override));
};

class MockClock : public ports::Clock {
 public:
  MOCK_METHOD(std::chrono::steady_clock::time_point, Now, (), (const, override));
  MOCK_METHOD(std::string, WallTime, (), (const, override));
};

}  // namespace conformance::testing
