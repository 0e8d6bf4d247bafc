// The local lane over .onnx files by their own interpreter, whole and in slices.

#include "framework/compare/onnx_local_lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/formats/file.h"
#include "framework/formats/onnx.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"
#include "references/runtimes/onnx_reference.h"

namespace conformance::runtimes {
namespace {

using namespace conformance::testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// y = exp(softmax(neg(x))) + neg(x).
formats::OnnxModel FourNodes() {
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
  const auto node = [](const char* name, const char* op, std::vector<std::string> inputs, const char* output) {
    formats::OnnxNode made;
    made.name = name;
    made.op_type = op;
    made.inputs = std::move(inputs);
    made.outputs = {output};
    return made;
  };
  model.graph.inputs = {value("x")};
  model.graph.outputs = {value("y")};
  model.graph.nodes = {node("first", "Neg", {"x"}, "a"), node("second", "Softmax", {"a"}, "b"), node("third", "Exp", {"b"}, "c"),
                       node("fourth", "Add", {"c", "a"}, "y")};
  return model;
}

/// A session that shows one value other than it is.
class Changed : public ports::Session {
 public:
  Changed(std::unique_ptr<ports::Session> inner, std::string value) : inner_(std::move(inner)), value_(std::move(value)) {}
  Result<NamedTensors> Run(const NamedTensors& inputs) override { return inner_->Run(inputs); }
  Result<NamedTensors> RunCapturing(const NamedTensors& inputs, const std::vector<std::string>& values) override {
    asked.push_back(values.size());
    CONFORMANCE_TRY(NamedTensors all, inner_->RunCapturing(inputs, values));
    for (auto& [name, tensor] : all) {
      if (name != value_) continue;
      tensor = tensor.Clone();
      tensor.mutable_data<float>()[4] += 0.25f;
    }
    return all;
  }
  std::vector<size_t> asked;

 private:
  std::unique_ptr<ports::Session> inner_;
  std::string value_;
};

TEST(OnnxLocalLane, SlicesComeToTheSameAsTheWhole) {
  const TempFolder folder;
  ports::Artifact artifact;
  artifact.format = "onnx";
  artifact.path = folder.path() / "four.onnx";
  ASSERT_THAT(formats::WriteFileAtomic(artifact.path, *formats::SerializeOnnx(FourNodes())), IsOk());
  const OnnxReference reference;
  const NamedTensors inputs = {{"x", Tensor::Of<float>({2, 3}, {1, 2, 3, -1, 0, 1})}};
  for (const std::string wrong : {"", "b", "c"}) {
    auto inner = OnnxReferenceBackend().Prepare(artifact, {});
    ASSERT_THAT(inner, IsOk());
    Changed session(*std::move(inner), wrong);
    const NamedTensors outputs = *session.Run(inputs);
    compare::OnnxLocalRequest request{.model = artifact.path, .session = &session, .inputs = &inputs, .outputs = &outputs, .reference = &reference};
    const auto whole = compare::JudgeOnnxLocally(request);
    request.first_slice = 1;
    request.memory_bytes = 1;
    session.asked.clear();
    const auto sliced = compare::JudgeOnnxLocally(request);
    ASSERT_THAT(whole, IsOk());
    ASSERT_THAT(sliced, IsOk());
    EXPECT_EQ(whole->unavailable + sliced->unavailable, "");
    EXPECT_EQ(whole->slices, 1);
    EXPECT_EQ(sliced->slices, 4);
    EXPECT_THAT(session.asked, ::testing::ElementsAre(1, 2, 2, 3));  // each its own and what it reads
    EXPECT_EQ(sliced->judged, whole->judged);
    ASSERT_EQ(sliced->over.size(), whole->over.size());
    for (size_t i = 0; i < whole->over.size(); ++i) EXPECT_EQ(sliced->over[i].reason, whole->over[i].reason);
    if (wrong.empty()) {
      EXPECT_THAT(whole->over, IsEmpty());
      continue;
    }
    // The wrong value's own node first, then what was computed from the true one.
    ASSERT_THAT(sliced->over, SizeIs(2));
    EXPECT_THAT(sliced->over[0].reason, HasSubstr(wrong == "b" ? "second (Softmax): error 0.25" : "third (Exp): error 0.25"));
    ASSERT_THAT(sliced->over[0].inputs, SizeIs(1));
    EXPECT_EQ(sliced->over[0].inputs[0].first, wrong == "b" ? "a" : "b");
  }
}

}  // namespace
}  // namespace conformance::runtimes
