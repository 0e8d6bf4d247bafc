// `bisect`, `reduce`, `repro` and `verify` on a backend that is wrong in one operator.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "framework/formats/file.h"
#include "framework/formats/onnx.h"
#include "framework/ir/builder.h"
#include "framework/testing/temp_folder.h"
#include "tools/conformance/cli.h"
#include "tools/conformance/default_toolbox.h"

namespace conformance::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kGuilty = "aten.silu.default";

/// Runs Programs as backend `program` does, but takes silu for gelu.
class WrongBackend : public ports::Backend {
 public:
  explicit WrongBackend(std::shared_ptr<const ports::Backend> inner) : inner_(std::move(inner)) {}
  std::string_view Name() const override { return "wrong"; }
  ports::BackendCapabilities Capabilities() const override { return inner_->Capabilities(); }
  Result<std::string> Version() const override { return std::string("1"); }
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override {
    ports::Artifact changed = artifact;
    changed.program = Faulty(*artifact.program);
    return inner_->Prepare(changed, options);
  }

 private:
  static std::shared_ptr<const ir::Program> Faulty(const ir::Program& program) {
    ir::ProgramBuilder builder(program);
    std::vector<ir::NodeId> guilty;
    for (const ir::Node& node : builder.graph().nodes()) {
      if (node.op() == kGuilty) guilty.push_back(node.id());
    }
    for (const ir::NodeId id : guilty) builder.SetTarget(id, ir::TargetOf("aten.gelu.default"));
    return std::make_shared<const ir::Program>(std::move(builder).Finish());
  }

  const std::shared_ptr<const ports::Backend> inner_;
};

/// A session that does not have the value `a` any more.
class Forgetful : public ports::Session {
 public:
  explicit Forgetful(std::unique_ptr<ports::Session> inner) : inner_(std::move(inner)) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override { return inner_->Run(inputs); }
  Result<NamedTensors> RunCapturing(const NamedTensors& inputs, const std::vector<std::string>& values) override {
    if (std::find(values.begin(), values.end(), "a") != values.end()) return NotFound("no such value").With("found", "a");
    return inner_->RunCapturing(inputs, values);
  }

 private:
  const std::unique_ptr<ports::Session> inner_;
};

/// Runs .onnx files as `onnx-reference` does, but takes Softmax for LogSoftmax.
class WrongOnnxBackend : public ports::Backend {
 public:
  WrongOnnxBackend(std::shared_ptr<const ports::Backend> inner, std::filesystem::path folder, std::string name = "wrong-onnx")
      : inner_(std::move(inner)), folder_(std::move(folder)), name_(std::move(name)) {}
  std::string_view Name() const override { return name_; }
  ports::BackendCapabilities Capabilities() const override { return inner_->Capabilities(); }
  Result<std::string> Version() const override { return std::string("1"); }
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override {
    CONFORMANCE_TRY(formats::OnnxModel model, formats::ReadOnnx(artifact.path));
    for (formats::OnnxNode& node : model.graph.nodes) {
      if (node.op_type == "Softmax") node.op_type = "LogSoftmax";
    }
    ports::Artifact changed = artifact;
    changed.path = folder_ / "changed.onnx";
    CONFORMANCE_TRY(const std::string bytes, formats::SerializeOnnx(model));
    CONFORMANCE_RETURN_IF_ERROR(formats::WriteFileAtomic(changed.path, bytes));
    if (name_ != "forgetful") return inner_->Prepare(changed, options);
    CONFORMANCE_TRY(auto session, inner_->Prepare(changed, options));
    return std::unique_ptr<ports::Session>(std::make_unique<Forgetful>(std::move(session)));
  }

 private:
  const std::shared_ptr<const ports::Backend> inner_;
  const std::filesystem::path folder_;
  const std::string name_;
};

/// y = exp(softmax(neg(x))).
formats::OnnxModel ThreeNodes() {
  formats::OnnxModel model;
  model.ir_version = 8;
  model.opset_imports = {{"", 17}};
  model.graph.name = "g";
  const auto value = [](const char* name) {
    formats::OnnxValueInfo info;
    info.name = name;
    info.type.elem = formats::OnnxElem::kFloat;
    info.type.shape = std::vector<formats::OnnxDim>{{2, ""}, {3, ""}};
    return info;
  };
  const auto node = [](const char* name, const char* op, const char* input, const char* output) {
    formats::OnnxNode made;
    made.name = name;
    made.op_type = op;
    made.inputs = {input};
    made.outputs = {output};
    return made;
  };
  model.graph.inputs = {value("x")};
  model.graph.outputs = {value("y")};
  model.graph.nodes = {node("first", "Neg", "x", "a"), node("second", "Softmax", "a", "b"), node("third", "Exp", "b", "y")};
  return model;
}

class TriageCommands : public ::testing::Test {
 protected:
  TriageCommands() : toolbox_(DefaultToolbox()), model_(std::string(CONFORMANCE_FIXTURES_DIR) + "/golden/llama_gqa") {
    toolbox_.backends.Add(std::make_shared<const WrongBackend>(toolbox_.backends.Share("program")));
    toolbox_.backends.Add(std::make_shared<const WrongOnnxBackend>(toolbox_.backends.Share("onnx-reference"), folder_.path()));
  }
  int Call(const std::string& command, const std::string& backend, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"conformance", command, model_, "--variant", "static", "--exporter", "none", "--backend", backend};
    words.insert(words.end(), more.begin(), more.end());
    return Words(words);
  }
  int Words(const std::vector<std::string>& words) {
    std::vector<const char*> argv;
    for (const std::string& word : words) argv.push_back(word.c_str());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = RunCli(static_cast<int>(argv.size()), argv.data(), toolbox_);
    out_ = ::testing::internal::GetCapturedStdout();
    err_ = ::testing::internal::GetCapturedStderr();
    return code;
  }

  testing::TempFolder folder_;
  engine::Toolbox toolbox_;
  const std::string model_;
  std::string out_, err_;
};

TEST_F(TriageCommands, BisectNamesTheOperatorAndWhatItRead) {
  EXPECT_EQ(Call("bisect", "wrong"), 1) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("first divergence: silu"), HasSubstr("module: model.layers.0.mlp"), HasSubstr("input linear"),
                          HasSubstr("patches and fixes: none touched it")));
  EXPECT_EQ(Call("bisect", "program"), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("no operator is over its bound"));
}

TEST_F(TriageCommands, AnOnnxFilesFirstDivergenceIsNamedByItsOwnNodes) {
  const std::string file = (folder_.path() / "three.onnx").string();
  ASSERT_TRUE(formats::WriteFileAtomic(file, formats::SerializeOnnx(ThreeNodes()).value()).ok());
  EXPECT_EQ(Words({"conformance", "run", file, "--backend", "wrong-onnx,onnx-reference", "--reruns", "0"}), 1) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("diverges first in second (Softmax): error"), HasSubstr("1 pass, 1 fail")));
  EXPECT_EQ(Words({"conformance", "bisect", file, "--backend", "wrong-onnx"}), 1) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("first divergence: second (Softmax)"), HasSubstr("input a = f32[2, 3]")));
  EXPECT_EQ(Words({"conformance", "bisect", file, "--backend", "onnx-reference"}), 0) << err_;
}

TEST_F(TriageCommands, AValueThatTheRuntimeFoldedAwayHidesNoOther) {
  toolbox_.backends.Add(std::make_shared<const WrongOnnxBackend>(toolbox_.backends.Share("onnx-reference"), folder_.path(), "forgetful"));
  const std::string file = (folder_.path() / "three.onnx").string();
  ASSERT_TRUE(formats::WriteFileAtomic(file, formats::SerializeOnnx(ThreeNodes()).value()).ok());
  EXPECT_EQ(Words({"conformance", "bisect", file, "--backend", "forgetful"}), 1) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("first divergence: second (Softmax)"), Not(HasSubstr("input a"))));
}

TEST_F(TriageCommands, ABundleOfAGivenFileHoldsACopyOfIt) {
  const std::string file = (folder_.path() / "three.onnx").string(), to = (folder_.path() / "bundle").string();
  ASSERT_TRUE(formats::WriteFileAtomic(file, formats::SerializeOnnx(ThreeNodes()).value()).ok());
  const auto inner = toolbox_.backends.Share("onnx-reference");
  toolbox_.backends = {};
  toolbox_.backends.Add(std::make_shared<const WrongOnnxBackend>(inner, folder_.path(), "openvino"));  // a name that the script knows
  EXPECT_EQ(Words({"conformance", "repro", file, "--backend", "openvino", "--to", to}), 0) << err_;
  EXPECT_EQ(*formats::ReadFileText(to + "/three.onnx"), *formats::ReadFileText(file));
  for (const char* name : {"/repro.py", "/inputs/0.npy", "/expected/0.npy"}) EXPECT_TRUE(std::filesystem::exists(to + name)) << name;
  EXPECT_THAT(*formats::ReadFileText(to + "/bundle.json"), AllOf(HasSubstr("\"model\": \"three.onnx\""), HasSubstr("\"bound\"")));
}

TEST_F(TriageCommands, ReduceLeavesTheGuiltyOperatorAlone) {
  const std::string to = (folder_.path() / "small").string();
  EXPECT_EQ(Call("reduce", "wrong", {"--to", to}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr(": 1 nodes,"));
  const std::string program = formats::ReadFileText(to + "/reduced.program").value();
  EXPECT_THAT(program, AllOf(HasSubstr(kGuilty), Not(HasSubstr("aten.linear.default"))));
  EXPECT_THAT(*formats::ReadFileText(to + "/README.md"), HasSubstr("Reduced to 1 nodes"));
  // Again: nothing is tried twice.
  EXPECT_EQ(Call("reduce", "wrong", {"--to", to}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("answers of an earlier reduction are kept"));
}

TEST_F(TriageCommands, WhatPassesOrHasNoPublicToolIsRefused) {
  const std::string to = (folder_.path() / "bundle").string();
  EXPECT_EQ(Call("reduce", "program", {"--to", to}), 2);
  EXPECT_THAT(err_, HasSubstr("the cell passes"));
  EXPECT_EQ(Call("repro", "wrong", {"--to", to + "2"}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("no public tool runs this backend"), HasSubstr("onnxruntime")));
  EXPECT_EQ(Words({"conformance", "bisect", model_, "--exporter", "none", "--backend", "program"}), 2);
  EXPECT_THAT(err_, HasSubstr("one cell is wanted"));
}

TEST_F(TriageCommands, VerifyJudgesStoredTensorsAgain) {
  const std::string seen = (folder_.path() / "seen").string();
  EXPECT_EQ(Call("run", "program,wrong", {"--tensors", seen, "-q"}), 1) << err_;
  EXPECT_EQ(Words({"conformance", "verify", seen}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("holds    llama_gqa/static/none/wrong/f32"), HasSubstr(" 0 verdicts changed")));
  EXPECT_EQ(Words({"conformance", "verify", folder_.path().string()}), 2);
  EXPECT_THAT(err_, HasSubstr("no stored comparison"));
}

}  // namespace
}  // namespace conformance::cli
