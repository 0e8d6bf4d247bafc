// Integers for weights and inputs: parts of shipped models that compute without rounding, so that one unit in the last place is a failure.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "exporters/onnx/config.h"
#include "exporters/onnx/onnx_exporter.h"
#include "framework/compare/lanes_comparator.h"
#include "framework/engine/checkpoint_case.h"
#include "framework/engine/sweep.h"
#include "framework/reduce/exact_case.h"
#include "framework/testing/matchers.h"
#include "references/eager/model.h"
#include "references/program/interpreter.h"
#include "references/runtimes/onnx_reference.h"
#include "references/runtimes/program_backend.h"

namespace conformance {
namespace {

using namespace conformance::testing;
using record::CellRecord;
using record::Outcome;
using ::testing::HasSubstr;

/// The first element that is not zero of each output is one unit in the last place further from it.
class OneUnitOff : public runtimes::ProgramBackend {
 public:
  using ProgramBackend::ProgramBackend;
  std::string_view Name() const override { return "one-unit-off"; }
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override {
    CONFORMANCE_TRY(auto session, ProgramBackend::Prepare(artifact, options));
    return std::unique_ptr<ports::Session>(std::make_unique<Session>(std::move(session)));
  }

 private:
  class Session : public ports::Session {
   public:
    explicit Session(std::unique_ptr<ports::Session> session) : session_(std::move(session)) {}
    Result<NamedTensors> Run(const NamedTensors& inputs) override {
      CONFORMANCE_TRY(NamedTensors outputs, session_->Run(inputs));
      for (auto& [name, tensor] : outputs) {
        if (tensor.dtype() != DType::kF32) continue;
        tensor = tensor.Clone();
        float* y = tensor.mutable_data<float>();
        for (int64_t i = 0; i < tensor.num_elements(); ++i) {
          if (y[i] == 0) continue;
          y[i] = std::nextafter(y[i], y[i] * 2);
          break;
        }
      }
      return outputs;
    }

   private:
    std::unique_ptr<ports::Session> session_;
  };
};

/// Plain bounds alone, whatever a case knows of itself.
class Plainly : public ports::Comparator {
 public:
  std::string_view Name() const override { return "plain"; }
  Result<ports::Comparison> Compare(const ports::ComparisonRequest& request) const override {
    ports::ComparisonRequest plain = request;
    plain.oracle = nullptr;
    plain.ensemble = nullptr;
    plain.exact = false;
    return compare::LanesComparator().Compare(plain);
  }
};

class Exact : public ::testing::Test {
 protected:
  Exact() {
    toolbox_.models = models::DefaultModels();
    toolbox_.exporters.Add(std::make_unique<onnx::OnnxExporter>());
    onnx::AddOnnxConfig(toolbox_.export_configs);
    toolbox_.references.Add(std::make_unique<eager::EagerReference>());
    toolbox_.references.Add(std::make_unique<program::ProgramReference>());
    toolbox_.comparator = std::make_shared<compare::LanesComparator>();
    options_.threads = 1;
  }
  CellRecord Cell(const std::string& checkpoint, bool exact) {
    auto opened = engine::OpenCheckpointCase(std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "checkpoints" / checkpoint, toolbox_.models);
    EXPECT_THAT(opened, IsOk());
    if (!opened.ok()) return {};
    const auto model = exact ? reduce::ExactCaseOf(*opened, toolbox_) : *opened;
    options_.selection.variants = {exact ? "exact" : "static"};
    const auto run = engine::RunSweep(toolbox_, {model}, options_);
    EXPECT_THAT(run, IsOk());
    return run.ok() && !run->cells.empty() ? run->cells[0] : CellRecord{};
  }

  engine::Toolbox toolbox_ = engine::BareToolbox();
  engine::SweepOptions options_;
};

TEST_F(Exact, OneUnitIsFoundThatPlainBoundsAndTheEnsembleLetPass) {
  toolbox_.backends.Add(std::make_unique<OneUnitOff>(toolbox_.models));
  for (const char* checkpoint : {"gpt2_left", "resnet_basic"}) {
    const CellRecord found = Cell(checkpoint, true);
    EXPECT_EQ(found.outcome, Outcome::kFail) << checkpoint;
    EXPECT_THAT(found.reason, HasSubstr("where every legal answer is exact")) << checkpoint;
    for (const auto& figures : found.figures) {
      if (figures.dtype == "f32") EXPECT_EQ(figures.lane, "exact") << checkpoint << " " << figures.output;
    }
    EXPECT_EQ(Cell(checkpoint, false).outcome, Outcome::kPass) << checkpoint;  // the whole model, by its ensemble
    toolbox_.comparator = std::make_shared<Plainly>();
    EXPECT_EQ(Cell(checkpoint, true).outcome, Outcome::kPass) << checkpoint;  // the same numbers, by assert_close's bounds
    toolbox_.comparator = std::make_shared<compare::LanesComparator>();
  }
}

TEST_F(Exact, ASoundExportIsEqualToTheLastBit) {
  toolbox_.backends.Add(std::make_unique<runtimes::OnnxReferenceBackend>());
  for (const char* checkpoint : {"gpt2_left", "bert_left", "llama_mha_bias", "t5_gated", "mamba_bias", "resnet_basic", "swin_odd", "wav2vec2_stable"}) {
    const CellRecord cell = Cell(checkpoint, true);
    EXPECT_EQ(cell.outcome, Outcome::kPass) << checkpoint << ": " << cell.reason;
    for (const auto& figures : cell.figures) {
      EXPECT_EQ(figures.lane, "exact") << checkpoint << " " << figures.output;
      EXPECT_EQ(figures.max_abs, 0) << checkpoint << " " << figures.output;
    }
  }
}

}  // namespace
}  // namespace conformance
