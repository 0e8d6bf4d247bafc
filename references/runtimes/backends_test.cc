// The backends `eager` and `program` on a real checkpoint: as the engine uses them, and as a worker does, from files alone.

#include <gmock/gmock.h>

#include <filesystem>

#include "framework/compare/lanes_comparator.h"
#include "framework/engine/checkpoint_case.h"
#include "framework/engine/program_files.h"
#include "framework/engine/sweep.h"
#include "framework/load/load.h"
#include "framework/load/recordings.h"
#include "framework/testing/matchers.h"
#include "framework/trace/trace.h"
#include "references/eager/model.h"
#include "references/runtimes/eager_backend.h"
#include "references/runtimes/program_backend.h"

namespace conformance::runtimes {
namespace {

using namespace conformance::testing;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(CONFORMANCE_FIXTURES_DIR) / "golden" / "gpt2";

void ExpectSame(const NamedTensors& found, const NamedTensors& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(found[i].first, wanted[i].first);
    EXPECT_THAT(found[i].second, BitEqualTo(wanted[i].second)) << wanted[i].first;
  }
}

TEST(EagerBackend, FromMemoryAndFromTheFolderAreTheSame) {
  const auto loaded = load::LoadModel(kFolder);
  ASSERT_THAT(loaded, IsOk());
  const auto recordings = load::ReadRecordings(kFolder);
  ASSERT_THAT(recordings, IsOk());
  const EagerBackend backend;
  for (const load::Recording& recording : *recordings) {
    ports::Artifact artifact;
    artifact.format = "checkpoint";
    artifact.path = kFolder;
    artifact.options["recording"] = recording.name;
    artifact.options["module"] = recording.module;
    artifact.options["outputs"] = Json::MakeArray();
    for (const std::string& name : recording.outputs) artifact.options["outputs"].Append(name);
    artifact.options["kwargs"] = recording.kwargs;
    artifact.options["generation_config"] = loaded->generation_config;
    auto from_folder = backend.Prepare(artifact, {});
    ASSERT_THAT(from_folder, IsOk()) << recording.name;
    const auto there = (*from_folder)->Run(recording.inputs);
    ASSERT_THAT(there, IsOk()) << recording.name;
    artifact.model = loaded->model;
    artifact.weights = loaded->weights;
    auto from_memory = backend.Prepare(artifact, {});
    ASSERT_THAT(from_memory, IsOk()) << recording.name;
    const auto here = (*from_memory)->Run(recording.inputs);
    ASSERT_THAT(here, IsOk()) << recording.name;
    ExpectSame(*there, *here);
    for (const auto& [name, wanted] : recording.expected) {
      const Tensor* found = Find(*here, name);
      ASSERT_NE(found, nullptr) << recording.name << ' ' << name;
      EXPECT_THAT(*found, IsTensorNear(wanted, Within(recording.atol, recording.rtol))) << recording.name << ' ' << name;
    }
  }
}

TEST(EagerBackend, RefusesWhatIsNoCheckpoint) {
  const EagerBackend backend;
  ports::Artifact artifact;
  artifact.format = "onnx";
  EXPECT_THAT(backend.Prepare(artifact, {}), IsError(ErrorKind::kInvalid, HasSubstr("'onnx'")));
  artifact.format = "checkpoint";
  artifact.path = "/nonexistent";
  EXPECT_THAT(backend.Prepare(artifact, {}), IsError(ErrorKind::kNotFound));
  artifact.options["dtype"] = "f33";
  EXPECT_THAT(backend.Prepare(artifact, {}), IsError(ErrorKind::kInvalid, HasSubstr("f33")));
  artifact.options = 3;
  EXPECT_THAT(backend.Prepare(artifact, {}), IsError(ErrorKind::kInvalid, HasSubstr("no object")));
}

TEST(ProgramBackend, FromMemoryAndFromFilesAreTheSame) {
  const auto loaded = load::LoadModel(kFolder);
  ASSERT_THAT(loaded, IsOk());
  const auto inputs = load::ReadCaseInputs(kFolder);
  ASSERT_THAT(inputs, IsOk());
  ports::TraceRequest request;
  request.inputs = {(*inputs)->tensors, (*inputs)->kwargs};
  auto traced = trace::Trace(*loaded->model, request);
  ASSERT_THAT(traced, IsOk());
  const auto program = std::make_shared<const ir::Program>(std::move(traced->program));

  const ProgramBackend backend;
  ports::Artifact artifact;
  artifact.format = "program";
  artifact.program = program;
  artifact.weights = loaded->weights;
  auto from_memory = backend.Prepare(artifact, {});
  ASSERT_THAT(from_memory, IsOk());
  const auto here = (*from_memory)->Run(request.inputs.tensors);
  ASSERT_THAT(here, IsOk());

  const fs::path file = fs::temp_directory_path() / ("backends_test." + std::to_string(::getpid()) + ".program");
  ASSERT_THAT(engine::WriteProgramFile(*program, file), IsOk());
  ports::Artifact serialised;
  serialised.format = "program";
  serialised.path = file;
  serialised.options["checkpoint"] = kFolder.string();
  serialised.options["dtype"] = "f32";
  auto from_files = backend.Prepare(serialised, {});
  ASSERT_THAT(from_files, IsOk());
  const auto there = (*from_files)->Run(request.inputs.tensors);
  ASSERT_THAT(there, IsOk());
  ExpectSame(*there, *here);

  std::string some_value;
  for (const ir::Node& node : program->graph.nodes()) {
    if (node.op() == "aten.layer_norm.default") some_value = node.name;
  }
  ASSERT_FALSE(some_value.empty());
  const auto captured = (*from_memory)->RunCapturing(request.inputs.tensors, {some_value});
  ASSERT_THAT(captured, IsOk());
  EXPECT_EQ(captured->size(), here->size() + 1);
  EXPECT_EQ(captured->back().first, some_value);

  fs::remove(file);
  EXPECT_THAT(backend.Prepare(serialised, {}), IsError(ErrorKind::kNotFound, HasSubstr(file.string())));
  serialised.format = "onnx";
  EXPECT_THAT(backend.Prepare(serialised, {}), IsError(ErrorKind::kInvalid, HasSubstr("'onnx'")));
}

TEST(Backends, ASweepOverARealCheckpointPasses) {
  engine::Toolbox toolbox = engine::BareToolbox();
  toolbox.models = models::DefaultModels();
  toolbox.references.Add(std::make_shared<eager::EagerReference>());
  toolbox.backends.Add(std::make_shared<EagerBackend>());
  toolbox.backends.Add(std::make_shared<ProgramBackend>());
  toolbox.comparator = std::make_shared<compare::LanesComparator>();
  const auto model = engine::OpenCheckpointCase(kFolder.string() + "/", toolbox.models);
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ((*model)->Info().name, "gpt2");
  EXPECT_EQ((*model)->Info().model_class, "GPT2LMHeadModel");
  engine::SweepOptions options;
  options.threads = 2;
  const auto run = engine::RunSweep(toolbox, {*model}, options);
  ASSERT_THAT(run, IsOk());
  std::vector<std::string> ids;
  for (const auto& cell : run->cells) {
    ids.push_back(cell.id.ToString());
    EXPECT_EQ(cell.shown_word(), "pass") << cell.id.ToString() << " at " << ToString(cell.stage) << ": " << cell.reason << '\n' << cell.detail;
    EXPECT_FALSE(cell.figures.empty()) << cell.id.ToString();
  }
  EXPECT_THAT(ids, ::testing::ElementsAre("gpt2/forward/none/eager/f32", "gpt2/hidden/none/eager/f32", "gpt2/prefill/none/eager/f32",
                                          "gpt2/decode/none/eager/f32", "gpt2/generate/none/eager/f32", "gpt2/generate_batch/none/eager/f32",
                                          "gpt2/static/none/program/f32", "gpt2/dynamic/none/program/f32", "gpt2/prefill/none/program/f32",
                                          "gpt2/decode/none/program/f32", "gpt2/decode_static_cache/none/program/f32"));
}

}  // namespace
}  // namespace conformance::runtimes
