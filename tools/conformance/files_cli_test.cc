// What a user brings, through the command line: .pt2 and .onnx files, ONNX's backend tests, one artifact against another, and files
// that mean harm.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "framework/base/strings.h"
#include "framework/formats/json.h"
#include "framework/formats/npy.h"
#include "framework/formats/onnx.h"
#include "framework/formats/safetensors.h"
#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "references/runtimes/onnxruntime.h"
#include "tools/conformance/cli.h"
#include "tools/conformance/default_toolbox.h"

namespace conformance::cli {
namespace {

using namespace conformance::testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

namespace fs = std::filesystem;

fs::path Fixtures() { return CONFORMANCE_FIXTURES_DIR; }
bool HasOnnxRuntime() { return runtimes::OnnxRuntimeBackend().Version().ok(); }

class FilesCli : public ::testing::Test {
 protected:
  /// `conformance run WORDS…`; the record's cells are kept.
  int Run(std::vector<std::string> words) {
    const std::string record = (folder_.path() / "record.json").string();
    fs::remove(record);
    words.insert(words.begin(), "run");
    words.insert(words.end(), {"--quiet", "--json", record});
    const int code = Call(std::move(words));
    cells_ = Json::MakeArray();
    if (const auto read = formats::ReadJson(record); read.ok()) cells_ = *read->Find("cells");
    return code;
  }
  /// `conformance WORDS…`.
  int Call(std::vector<std::string> words) {
    std::vector<const char*> argv = {"conformance"};
    for (const std::string& word : words) argv.push_back(word.c_str());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = RunCli(static_cast<int>(argv.size()), argv.data(), toolbox_);
    errors_ = ::testing::internal::GetCapturedStderr();
    ::testing::internal::GetCapturedStdout();
    return code;
  }
  std::vector<std::string> Ids() const {
    std::vector<std::string> ids;
    for (const Json& cell : cells_.AsArray())
      ids.push_back(cell.Find("id")->AsString() + " " + cell.Find("verdict")->AsString());
    return ids;
  }
  std::string Reasons() const {
    std::string text;
    for (const Json& cell : cells_.AsArray())
      text += cell.Find("id")->AsString() + ": " + cell.Find("reason")->AsString() + "\n";
    return text;
  }
  const Json& Cell(size_t i = 0) const { return cells_.AsArray()[i]; }
  /// The shapes that a cell was judged at.
  std::set<std::string> Assignments(size_t i = 0) const {
    std::set<std::string> found;
    for (const Json& figures : Cell(i).Find("figures")->AsArray())
      found.insert(figures.Find("assignment")->AsString());
    return found;
  }
  std::string Notes() const {
    std::string text;
    for (const Json& cell : cells_.AsArray()) {
      for (const Json& note : cell.Find("notes")->AsArray()) text += note.AsString() + "\n";
    }
    return text;
  }
  std::string Golden(const std::string& file) const { return (Fixtures() / "golden" / file).string(); }
  std::string Path(const std::string& file) const { return (folder_.path() / file).string(); }

  engine::Toolbox toolbox_ = DefaultToolbox();
  TempFolder folder_;
  Json cells_ = Json::MakeArray();
  std::string errors_;
};

TEST_F(FilesCli, AStaticProgramRunsAsItIs) {
  EXPECT_EQ(Run({Golden("bert/torch_export.pt2"), "--backend", "program"}), 0) << errors_ << Reasons();
  EXPECT_THAT(Ids(), ElementsAre("torch_export.pt2/static/none/program/f32 pass"));
  EXPECT_EQ(Cell().Find("facts")->Find("judged_by")->AsString(), "program");
  EXPECT_THAT(Assignments(), ElementsAre(""));
}

TEST_F(FilesCli, ADynamicProgramRunsAtThreeUnseenShapes) {
  for (const std::string model :
       {"bert", "gpt2", "llama_gqa", "modernbert", "patchtst", "resnet", "vit_cls", "wav2vec2_ctc"}) {
    EXPECT_EQ(Run({Golden(model + "/torch_export_dynamic.pt2"), "--backend", "program"}), 0)
        << model << errors_ << Reasons();
    EXPECT_THAT(Assignments(), SizeIs(4)) << model;
  }
}

TEST_F(FilesCli, AProgramIsExportedByOurs) {
  if (!HasOnnxRuntime()) GTEST_SKIP();
  EXPECT_EQ(Run({Golden("gpt2/torch_export_dynamic.pt2"), "--exporter", "onnx", "--backend", "onnxruntime"}),
            0)
      << errors_ << Reasons();
  EXPECT_THAT(Ids(), ElementsAre("torch_export_dynamic.pt2/dynamic/onnx/onnxruntime/f32 pass"));
  EXPECT_THAT(Assignments(), SizeIs(4));
}

// An int of forward that was traced, and sizes among the outputs: i64[] on both sides, at values that the trace did not see.
TEST_F(FilesCli, SizesAreInputsAndOutputs) {
  if (!HasOnnxRuntime()) GTEST_SKIP();
  const std::string file = (std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "programs/sizes.pt2").string();
  EXPECT_EQ(Run({file, "--exporter", "none,onnx", "--backend", "program,onnxruntime"}), 0) << errors_ << Reasons();
  EXPECT_THAT(Ids(), ElementsAre("sizes.pt2/dynamic/none/program/f32 pass", "sizes.pt2/dynamic/onnx/onnxruntime/f32 pass"));
}

TEST_F(FilesCli, OpsThatAreOthersPutTogetherAreExported) {
  if (!HasOnnxRuntime()) GTEST_SKIP();
  const auto folder = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "programs";
  for (const std::string name : {"composites", "layers", "losses", "moves", "wrapped"}) {
    EXPECT_EQ(Run({(folder / (name + ".pt2")).string(), "--exporter", "none,onnx", "--backend", "program,onnxruntime"}), 0) << errors_ << Reasons();
    EXPECT_THAT(Ids(), ElementsAre(name + ".pt2/dynamic/none/program/f32 pass", name + ".pt2/dynamic/onnx/onnxruntime/f32 pass"));
  }
}

TEST_F(FilesCli, WritesIntoViewsAreExported) {
  if (!HasOnnxRuntime()) GTEST_SKIP();
  const std::string file = (std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "programs/writes.pt2").string();
  EXPECT_EQ(Run({file, "--exporter", "none,onnx", "--backend", "program,onnxruntime"}), 0) << errors_ << Reasons();
  EXPECT_THAT(Ids(), ElementsAre("writes.pt2/dynamic/none/program/f32 pass", "writes.pt2/dynamic/onnx/onnxruntime/f32 pass"));
}

TEST_F(FilesCli, InputsComeFromFiles) {
  const std::string inputs = Golden("bert/inputs.safetensors");
  EXPECT_EQ(Run({"--inputs", inputs, Golden("bert/torch_export.pt2"), "--backend", "program"}), 0)
      << errors_ << Reasons();
  EXPECT_THAT(Cell().Find("command")->AsString(), HasSubstr("--inputs " + inputs));
  EXPECT_EQ(Run({Golden("gpt2/torch_export.pt2"), "--inputs", inputs, "--backend", "program"}), 1);
  EXPECT_THAT(Reasons(), AllOf(HasSubstr("no such input"), HasSubstr("token_type_ids")));
  EXPECT_EQ(Run({Golden("bert"), "--inputs", inputs}), 2);
  EXPECT_THAT(errors_, HasSubstr("are for files"));
}

TEST_F(FilesCli, SizesCanBeChosen) {
  EXPECT_EQ(Run({Golden("bert/torch_export_dynamic.pt2"), "--size", "s41=17", "--backend", "program"}), 0)
      << errors_ << Reasons();
  EXPECT_EQ(Run({Golden("bert/torch_export_dynamic.pt2"), "--size", "s41=41", "--backend", "program"}), 1);
  EXPECT_THAT(Reasons(), HasSubstr("at most 40"));
  EXPECT_EQ(Run({Golden("bert/torch_export_dynamic.pt2"), "--size", "s41", "--backend", "program"}), 2);
  EXPECT_THAT(errors_, HasSubstr("DIMENSION=SIZE"));
}

TEST_F(FilesCli, AnOnnxFileIsJudgedByOurInterpreter) {
  const std::string model = (Fixtures() / "formats/onnx/small.onnx").string();
  const std::string backends = HasOnnxRuntime() ? "onnx-reference,onnxruntime" : "onnx-reference";
  EXPECT_EQ(Run({model, "--backend", backends}), 0) << errors_ << Reasons();
  EXPECT_EQ(Cell().Find("facts")->Find("judged_by")->AsString(), "onnx-reference");
  EXPECT_EQ(Run({model, "--backend", "onnx-reference", "--reference", "nobody"}), 2);
  EXPECT_THAT(errors_, HasSubstr("no reference 'nobody'"));
}

TEST_F(FilesCli, OnnxBackendTestsAreJudgedByTheirOutputs) {
  if (!HasOnnxRuntime()) GTEST_SKIP();
  EXPECT_EQ(Run({"--onnx-tests", (Fixtures() / "onnx_tests").string(), "--backend", "onnxruntime"}), 0)
      << errors_ << Reasons();
  EXPECT_THAT(Ids(), UnorderedElementsAre(
                         "node/test_abs/test_data_set_0/none/onnxruntime/f32 pass",
                         "node/test_add_uint8/test_data_set_0/none/onnxruntime/f32 pass",
                         "node/test_and2d/test_data_set_0/none/onnxruntime/f32 pass",
                         "node/test_gather_0/test_data_set_0/none/onnxruntime/f32 pass",
                         "node/test_cast_FLOAT_to_INT4/test_data_set_0/none/onnxruntime/f32 pass",
                         "node/test_identity_sequence/test_data_set_0/none/onnxruntime/f32 pass",
                         "node/test_identity_opt/test_data_set_0/none/onnxruntime/f32 pass",
                         "node/test_string_concat/test_data_set_0/none/onnxruntime/f32 pass",
                         "node/test_training_dropout/test_data_set_0/none/onnxruntime/f32 pass",
                         "simple/test_single_relu_model/test_data_set_0/none/onnxruntime/f32 pass"))
      << Reasons();
  // A folder of one case, as its repeat command names it; and outputs that differ.
  fs::copy(Fixtures() / "onnx_tests/node/test_abs", folder_.path() / "test_abs", fs::copy_options::recursive);
  const fs::path data = folder_.path() / "test_abs/test_data_set_0";
  EXPECT_EQ(Run({"--onnx-tests", Path("test_abs"), "--backend", "onnxruntime"}), 0) << errors_;
  fs::copy(data / "input_0.pb", data / "output_0.pb", fs::copy_options::overwrite_existing);  // |x| is not x
  EXPECT_EQ(Run({"--onnx-tests", Path("test_abs"), "--backend", "onnxruntime"}), 1);
  EXPECT_THAT(Ids(), ElementsAre("test_abs/test_data_set_0/none/onnxruntime/f32 fail"));
  EXPECT_EQ(Run({"--onnx-tests", Golden("bert")}), 2);
  EXPECT_THAT(errors_, HasSubstr("no ONNX backend test"));
}

TEST_F(FilesCli, OnnxBackendTestsThatDrawAtRandomAreJudgedByTheDistribution) {
  const std::string folder = (Fixtures() / "onnx_tests/node/test_training_dropout").string();
  EXPECT_EQ(Run({"--onnx-tests", folder, "--backend", "onnx-reference"}), 0) << errors_ << Reasons();
  EXPECT_TRUE(Cell().Find("facts")->Find("rules")->Has("contract"));
  // Another size than the recorded one is none of its draws.
  fs::copy(folder, folder_.path() / "dropout", fs::copy_options::recursive);
  const fs::path data = folder_.path() / "dropout/test_data_set_0";
  fs::copy(data / "input_1.pb", data / "output_0.pb", fs::copy_options::overwrite_existing);
  EXPECT_EQ(Run({"--onnx-tests", Path("dropout"), "--backend", "onnx-reference"}), 1);
  EXPECT_THAT(Reasons(), HasSubstr("wanted FLOAT[]"));
}

TEST_F(FilesCli, OnnxBackendTestsCountTheirOperators) {
  const std::string folder = (Fixtures() / "onnx_tests").string();
  std::ofstream(Path("use.json")) << R"({"models": 1, "nodes": {"Abs": 3, "Gather": 1}})";
  EXPECT_EQ(Run({"--onnx-tests", folder, "--operator-use", Path("use.json"), "--backend", "onnx-reference"}), 0) << errors_ << Reasons();
  const Json record = *formats::ReadJson(Path("record.json"));
  const Json* operators = record.Find("operators");
  ASSERT_NE(operators, nullptr);
  EXPECT_EQ(operators->Find("backends")->Find("onnx-reference")->GetDouble("weighted").value_or(0), 1);
  int64_t uses = 0;
  for (const Json& row : operators->Find("rows")->AsArray()) uses += row.GetInt("use").value_or(0);
  EXPECT_EQ(uses, 4);
  std::ofstream(Path("use.json")) << "[]";
  EXPECT_EQ(Run({"--onnx-tests", folder, "--operator-use", Path("use.json")}), 2);
  EXPECT_THAT(errors_, HasSubstr("no object 'nodes'"));
}

/// y = factor · x, x f32 [n].
formats::OnnxModel Scaling(float factor, const std::string& input, const std::string& output) {
  formats::OnnxModel model;
  model.ir_version = 9;
  model.opset_imports.push_back({.domain = "", .version = 20});
  model.graph.name = "scaling";
  const auto value = [](const std::string& name) {
    formats::OnnxValueInfo info;
    info.name = name;
    info.type.elem = formats::OnnxElem::kFloat;
    info.type.shape = std::vector<formats::OnnxDim>{{.size = {}, .symbol = "n"}};
    return info;
  };
  model.graph.inputs = {value(input)};
  model.graph.outputs = {value(output)};
  model.graph.initializers = {formats::OnnxTensorOf("factor", Tensor::Of<float>({}, {factor}))};
  formats::OnnxNode node;
  node.op_type = "Mul";
  node.inputs = {input, "factor"};
  node.outputs = {output};
  model.graph.nodes = {node};
  return model;
}

TEST_F(FilesCli, AnOnnxFileOfOtherOperatorsIsJudgedByTheRuntimeUnoptimised) {
  if (!HasOnnxRuntime()) GTEST_SKIP();
  formats::OnnxModel model = Scaling(2, "x", "y");
  model.opset_imports.push_back({.domain = "com.microsoft", .version = 1});
  formats::OnnxNode node;
  node.op_type = "QuickGelu";
  node.domain = "com.microsoft";
  node.inputs = {"x"};
  node.outputs = {"y"};
  model.graph.nodes = {node};
  model.graph.initializers.clear();
  const auto bytes = formats::SerializeOnnx(model);
  ASSERT_THAT(bytes, IsOk());
  std::ofstream(Path("other.onnx"), std::ios::binary) << *bytes;
  EXPECT_EQ(Run({Path("other.onnx"), "--backend", "onnxruntime"}), 0) << errors_ << Reasons();
  EXPECT_EQ(Cell().Find("facts")->Find("judged_by")->AsString(), "onnxruntime");
  EXPECT_THAT(Notes(), HasSubstr("judged by onnxruntime, which has no f64"));
}

TEST_F(FilesCli, OneArtifactIsHeldAgainstAnother) {
  if (!HasOnnxRuntime()) GTEST_SKIP();
  const auto write = [&](const std::string& file, const formats::OnnxModel& model) {
    const auto bytes = formats::SerializeOnnx(model);
    ASSERT_THAT(bytes, IsOk());
    std::ofstream(Path(file), std::ios::binary) << *bytes;
  };
  write("before.onnx", Scaling(2, "x", "y"));
  write("same.onnx", Scaling(2, "input", "output"));  // called differently
  write("other.onnx", Scaling(2.001f, "x", "y"));
  EXPECT_EQ(Run({Path("same.onnx"), "--against", Path("before.onnx"), "--backend", "onnxruntime"}), 0)
      << errors_ << Reasons();
  EXPECT_EQ(Cell().Find("facts")->Find("against")->AsString(), Path("before.onnx"));
  EXPECT_THAT(Assignments(), SizeIs(4));
  EXPECT_EQ(Run({Path("other.onnx"), "--against", Path("before.onnx"), "--backend", "onnxruntime"}), 1);
  EXPECT_THAT(Ids(), ElementsAre("other.onnx/dynamic/none/onnxruntime/f32 fail"));
  EXPECT_THAT(Cell().Find("command")->AsString(), HasSubstr("--against"));
}

TEST_F(FilesCli, AnArtifactIsHeldAgainstTheProgramItCameFrom) {
  if (!HasOnnxRuntime()) GTEST_SKIP();
  const std::string program = Golden("patchtst/torch_export_dynamic.pt2"), model = Path("patchtst.onnx");
  ASSERT_EQ(Call({"export", program, "--format", "onnx", "--output", model}), 0) << errors_;
  EXPECT_EQ(Run({model, "--against", program, "--backend", "onnxruntime"}), 0) << errors_ << Reasons();
  EXPECT_EQ(Cell().Find("facts")->Find("judged_by")->AsString(), "program");
  EXPECT_THAT(Assignments(), SizeIs(4));
  // The static twin computes the same, at its own shape.
  EXPECT_EQ(Run({Golden("patchtst/torch_export.pt2"), "--against", program, "--backend", "program"}), 0)
      << errors_ << Reasons();
  EXPECT_EQ(Run({Golden("bert/torch_export.pt2"), "--against", Golden("bert"), "--backend", "program"}), 0)
      << errors_ << Reasons();
  EXPECT_EQ(Cell().Find("facts")->Find("judged_by")->AsString(), "eager");
  EXPECT_EQ(Run({Golden("bert/torch_export.pt2"), "--against", Golden("patchtst/torch_export.pt2"),
                 "--backend", "program"}),
            1);
}

TEST_F(FilesCli, RecordedOutputsJudge) {
  const std::string inputs = Golden("bert/inputs.safetensors"),
                    expected = Golden("bert/expected.safetensors");
  const std::string model = Golden("bert/torch_export.pt2");
  EXPECT_EQ(Run({model, "--inputs", inputs, "--expected", expected, "--backend", "program"}), 0)
      << errors_ << Reasons();
  EXPECT_THAT(Ids(), ElementsAre("torch_export.pt2/recorded/none/program/f32 pass"));
  EXPECT_THAT(Cell().Find("command")->AsString(), HasSubstr("--expected"));
  EXPECT_EQ(Run({model, "--inputs", inputs, "--expected", inputs, "--backend", "program"}), 1);
  EXPECT_THAT(Reasons(), HasSubstr("missing outputs: "));
  EXPECT_EQ(Run({model, "--expected", expected}), 2);
  EXPECT_THAT(errors_, HasSubstr("needs --inputs"));
  // A run goes on with the same inputs alone.
  const std::vector<std::string> again = {"--backend", "program", "--run-dir", Path("run"), "--resume"};
  const auto resume = [&](std::vector<std::string> words) {
    words.insert(words.end(), again.begin(), again.end());
    return Run(std::move(words));
  };
  EXPECT_EQ(resume({model, "--inputs", inputs, "--expected", expected}), 0) << errors_;
  EXPECT_EQ(resume({model, "--inputs", inputs, "--expected", expected}), 0) << errors_;
  EXPECT_EQ(resume({model, "--inputs", inputs, "--expected", inputs}), 2);
}

TEST_F(FilesCli, AFileThatNamesNothingIsJudgedByRecordedOutputsOrAnotherModel) {
  toolbox_.backends.Add(std::make_shared<FakeBackend>(
      "runner", std::vector<std::string>{"pte"},
      [](const auto&, const auto&, const NamedTensors& inputs) -> Result<NamedTensors> {
        return NamedTensors{{"0", Doubled(inputs[0].second)}};
      }));
  std::ofstream(Path("model.pte")) << "read by its runtime alone";
  ASSERT_THAT(formats::WriteSafetensors(Path("in.safetensors"), {{"0", Tensor::Of<float>({2}, {1, 2})}}),
              IsOk());
  ASSERT_THAT(formats::WriteSafetensors(Path("out.safetensors"), {{"0", Tensor::Of<float>({2}, {2, 4})}}),
              IsOk());
  const std::vector<std::string> model = {Path("model.pte"), "--inputs", Path("in.safetensors"), "--backend",
                                          "runner"};
  const auto with = [&](const std::string& flag, const std::string& file) {
    std::vector<std::string> words = model;
    words.insert(words.end(), {flag, Path(file)});
    return words;
  };
  EXPECT_EQ(Run(with("--expected", "out.safetensors")), 0) << errors_ << Reasons();
  EXPECT_THAT(Ids(), ElementsAre("model.pte/recorded/none/runner/f32 pass"));
  EXPECT_EQ(Run(with("--expected", "in.safetensors")), 1);
  EXPECT_THAT(Ids(), ElementsAre("model.pte/recorded/none/runner/f32 fail"));
  EXPECT_EQ(Run({Path("model.pte"), "--expected", Path("out.safetensors"), "--backend", "runner"}), 2);
  EXPECT_THAT(errors_, HasSubstr("needs --inputs"));
  EXPECT_EQ(Run(model), 2);
  EXPECT_THAT(errors_, HasSubstr("--expected outputs, or what it is held --against"));
  if (!HasOnnxRuntime()) return;
  std::ofstream(Path("model.onnx"), std::ios::binary) << *formats::SerializeOnnx(Scaling(2, "x", "y"));
  EXPECT_EQ(Run(with("--against", "model.onnx")), 0) << errors_ << Reasons();
  EXPECT_THAT(Ids(), ElementsAre("model.pte/static/none/runner/f32 pass"));
}

// --- Files that mean harm ------------------------------------------------------------------------------------------------

TEST_F(FilesCli, BrokenFilesCostTheirOwnCells) {
  for (const auto& [folder, extension] : {std::pair("pt2", ".pt2"), std::pair("onnx", ".onnx")}) {
    std::vector<std::string> words;
    size_t count = 0;
    for (const auto& entry : fs::directory_iterator(Fixtures() / "malformed" / folder)) {
      if (entry.path().extension() != extension || entry.path().stem() == "good")
        continue;  // what the others change
      words.push_back(entry.path().string());
      ++count;
    }
    words.insert(words.end(), {"--backend", "program,onnxruntime"});
    EXPECT_EQ(Run(words), 1) << errors_;
    ASSERT_GE(cells_.AsArray().size(), count) << folder;
    for (const Json& cell : cells_.AsArray()) {
      const std::string verdict = cell.Find("verdict")->AsString();
      if (verdict == "unavailable") continue;
      EXPECT_TRUE(verdict == "error" || verdict == "unsupported")
          << cell.Find("id")->AsString() << " " << verdict;
      EXPECT_EQ(cell.Find("stage")->AsString(), "load") << cell.Find("id")->AsString();
      EXPECT_THAT(cell.Find("reason")->AsString(), HasSubstr(extension))
          << cell.Find("id")->AsString();  // the file is named
    }
  }
}

TEST_F(FilesCli, AZipThatLeavesItsFolderIsRefused) {
  for (const std::string name : {"name_parent", "name_absolute", "bomb"}) {
    fs::copy(Fixtures() / "malformed/zip" / (name + ".zip"), Path(name + ".pt2"));
    EXPECT_EQ(Run({Path(name + ".pt2"), "--backend", "program"}), 1) << errors_;
    EXPECT_THAT(Ids(), ElementsAre(name + ".pt2/static/none/program/f32 error")) << Reasons();
  }
}

TEST_F(FilesCli, ExternalDataThatIsMissingIsSaid) {
  if (!HasOnnxRuntime()) GTEST_SKIP();
  fs::copy(Fixtures() / "formats/onnx/external.onnx", Path("external.onnx"));  // without its .data
  EXPECT_EQ(Run({Path("external.onnx"), "--backend", "onnxruntime"}), 1) << errors_;
  ASSERT_THAT(cells_.AsArray(), SizeIs(1));
  EXPECT_NE(Cell().Find("verdict")->AsString(), "pass");
  EXPECT_THAT(Reasons() + Notes(), HasSubstr("external.onnx.data"));
}

TEST_F(FilesCli, WhatIsNoModelIsRefused) {
  EXPECT_EQ(Run({Path("nothing.onnx")}), 2);
  EXPECT_THAT(errors_, AllOf(HasSubstr("no such file"), HasSubstr("nothing.onnx")));
  std::ofstream(Path("text.txt")) << "text";
  EXPECT_EQ(Run({Path("text.txt")}), 2);
  EXPECT_THAT(errors_, HasSubstr("a checkpoint folder, a .pt2, .onnx or .pte file"));
  EXPECT_EQ(Run({"--against", Path("nothing.onnx")}), 2);
  EXPECT_THAT(errors_, HasSubstr("need a model"));
}

}  // namespace
}  // namespace conformance::cli
