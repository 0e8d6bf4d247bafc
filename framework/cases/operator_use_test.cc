#include "framework/cases/operator_use.h"

#include <gmock/gmock.h>

#include <fstream>

#include "framework/formats/json.h"
#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::cases {
namespace {

using conformance::testing::IsError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

formats::OnnxNode NodeOf(const std::string& op, const std::string& domain = "") {
  formats::OnnxNode node;
  node.op_type = op;
  node.domain = domain;
  return node;
}

formats::OnnxModel Model() {
  formats::OnnxModel model;
  model.ir_version = 10;
  model.opset_imports = {{"", 20}};
  formats::OnnxGraph branch;
  branch.name = "branch";
  branch.nodes = {NodeOf("Add")};
  formats::OnnxNode choice = NodeOf("If");
  choice.attributes = {formats::OnnxAttribute::Graph("then_branch", branch)};
  model.graph.name = "g";
  model.graph.nodes = {NodeOf("Add"), NodeOf("Scaler", "ai.onnx.ml"), choice};
  formats::OnnxFunction function;
  function.name = "F";
  function.domain = "own";
  function.nodes = {NodeOf("Mul", "ai.onnx")};
  model.functions = {function};
  return model;
}

TEST(OperatorUse, CountsNodesOfNestedGraphsAndFunctions) {
  OperatorUse use;
  AddNodes(Model(), use);
  EXPECT_THAT(use, ElementsAre(Pair("Add", 2), Pair("If", 1), Pair("Mul", 1), Pair("ai.onnx.ml Scaler", 1)));
}

TEST(OperatorUse, OfAFolderIsReadBack) {
  const testing::TempFolder folder;
  std::filesystem::create_directories(folder.path() / "a/b");
  for (const char* name : {"x.onnx", "a/b/y.onnx"}) std::ofstream(folder.path() / name) << *formats::SerializeOnnx(Model());
  const auto counted = CountModels(folder.path());
  ASSERT_TRUE(counted.ok()) << counted.error().ToString();
  EXPECT_EQ(counted->models, 2);
  const auto file = folder.path() / "use.json";
  std::ofstream(file) << formats::WriteJson(ToJson(*counted));
  EXPECT_EQ(*ReadOperatorUse(file), counted->nodes);
}

TEST(OperatorUse, NamesWhatIsNoCount) {
  const testing::TempFolder folder;
  EXPECT_THAT(CountModels(folder.path()).status(), IsError(ErrorKind::kNotFound, HasSubstr("no .onnx file")));
  const auto file = folder.path() / "use.json";
  std::ofstream(file) << R"({"nodes": {"Add": -1}})";
  EXPECT_THAT(ReadOperatorUse(file).status(), IsError(ErrorKind::kCorrupt, HasSubstr("place: Add")));
  std::ofstream(file) << R"({"Add": 1})";
  EXPECT_THAT(ReadOperatorUse(file).status(), IsError(ErrorKind::kCorrupt, HasSubstr("no object 'nodes'")));
}

}  // namespace
}  // namespace conformance::cases
