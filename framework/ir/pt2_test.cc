#include "framework/ir/pt2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "framework/ir/text.h"
#include "framework/ir/verify.h"
#include "framework/symbolic/sympy_text.h"

namespace conformance::ir {
namespace {

using ::testing::HasSubstr;

const std::filesystem::path kGolden = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "golden";

const std::filesystem::path kPrograms = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "programs";

std::vector<std::filesystem::path> GoldenFiles() {
  std::vector<std::filesystem::path> out;
  for (const auto& folder : std::filesystem::directory_iterator(kGolden)) {
    if (!folder.is_directory()) continue;
    for (const char* name : {"torch_export.pt2", "torch_export_dynamic.pt2"}) {
      if (std::filesystem::exists(folder.path() / name)) out.push_back(folder.path() / name);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}
std::vector<std::filesystem::path> SmallFiles() {
  std::vector<std::filesystem::path> out;
  for (const auto& file : std::filesystem::directory_iterator(kPrograms)) {
    if (file.path().extension() == ".pt2") out.push_back(file.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}
std::string TestName(const ::testing::TestParamInfo<std::filesystem::path>& info) {
  return info.param.parent_path().filename().string() + "_" + info.param.stem().string();
}

// Objects sorted by key: their order means nothing. Expressions read by torch's functions and written in our normal form, so that
// two ways of writing one size compare equal.
Json Canonical(const Json& json) {
  if (json.IsArray()) {
    Json out = Json::MakeArray();
    for (const Json& element : json.AsArray()) out.Append(Canonical(element));
    return out;
  }
  if (!json.IsObject()) return json;
  Json::Object members;
  for (const auto& [key, value] : json.AsObject()) {
    if (key != "expr_str") {
      members.emplace_back(key, Canonical(value));
      continue;
    }
    const std::string& text = value.AsString();
    const auto size = ParseSympy(text);
    const auto condition = ParseSympyBool(text);
    members.emplace_back(key, size.ok() ? size->ToString() : (condition.ok() ? condition->ToString() : text));
  }
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return Json(std::move(members));
}

class AnyPt2 : public ::testing::TestWithParam<std::filesystem::path> {};

TEST_P(AnyPt2, IsReadVerifiedPrintedAndReadBack) {
  const auto read = ReadPt2(GetParam());
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  const Program& program = read->program;
  const bool golden = GetParam().string().starts_with(kGolden.string());
  EXPECT_GE(program.graph.node_count(), golden ? 50u : 2u);
  const Status verified = Verify(program, {&ops::DefaultOps(), golden});
  EXPECT_TRUE(verified.ok()) << verified.error().ToString();

  const std::string text = PrintProgram(program);
  const auto back = ParseProgram(text);
  ASSERT_TRUE(back.ok()) << back.error().ToString();
  EXPECT_EQ(FirstDifference(*back, program), "");
  EXPECT_TRUE(*back == program);
}

TEST_P(AnyPt2, ModelJsonIsWrittenAsItWasRead) {
  const auto archive = formats::OpenPt2(GetParam());
  ASSERT_TRUE(archive.ok()) << archive.error().ToString();
  const auto program = ProgramFromJson(archive->model());
  ASSERT_TRUE(program.ok()) << program.error().ToString();
  const Json written = ProgramToJson(*program);
  EXPECT_TRUE(Canonical(written) == Canonical(archive->model()));
  const auto again = ProgramFromJson(written);
  ASSERT_TRUE(again.ok()) << again.error().ToString();
  EXPECT_EQ(FirstDifference(*again, *program), "");
}

INSTANTIATE_TEST_SUITE_P(Golden, AnyPt2, ::testing::ValuesIn(GoldenFiles()), TestName);
INSTANTIATE_TEST_SUITE_P(Small, AnyPt2, ::testing::ValuesIn(SmallFiles()), TestName);

TEST(Pt2, GoldenFilesCoverTheTargets) {
  std::set<std::string> targets;
  for (const auto& path : GoldenFiles()) {
    const auto read = ReadPt2(path);
    ASSERT_TRUE(read.ok()) << path << read.error().ToString();
    for (const Node& node : read->program.graph.nodes()) targets.insert(node.target);
  }
  EXPECT_EQ(targets.size(), 71u);
}

TEST(Pt2, HoldsWhatTheFileSays) {
  const auto read = ReadPt2(kGolden / "gpt2" / "torch_export_dynamic.pt2");
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  const Program& program = read->program;
  EXPECT_EQ(program.torch_version, "2.13.0+cpu");
  EXPECT_EQ(program.schema_version, (SchemaVersion{8, 20}));
  EXPECT_EQ(program.UserInputs(), (std::vector<std::string>{"input_ids", "attention_mask"}));
  EXPECT_EQ(program.UserOutputs().front(), "linear");
  EXPECT_EQ(program.range_constraints.at("s70"), (RangeConstraint{2, std::nullopt}));
  EXPECT_EQ(program.symbols.at("s70").hint, 9);
  EXPECT_THAT(program.guards_code, ::testing::Contains("L['input_ids'].size()[0] == L['attention_mask'].size()[0]"));
  const Node* split = program.graph.FindNode("split");
  ASSERT_NE(split, nullptr);
  EXPECT_EQ(split->op(), "aten.split.Tensor");
  EXPECT_EQ(split->OutputValues().size(), 3u);
  EXPECT_EQ(ModulePath(*split), "transformer.h.0.attn");
  const auto weight = read->Weight("transformer.wte.weight");
  ASSERT_TRUE(weight.ok()) << weight.error().ToString();
  EXPECT_EQ(weight->rank(), 2);
  EXPECT_EQ(read->Weight("nothing").error().kind(), ErrorKind::kNotFound);
  const auto weights = read->Weights();
  ASSERT_TRUE(weights.ok());
  EXPECT_GT(weights->size(), 20u);
}

TEST(Pt2, NestedGraphsAndConditions) {
  const auto read = ReadPt2(kPrograms / "cond.pt2");
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  const Graph& graph = read->program.graph;
  const Value& gt = graph.value(graph.FindValue("gt"));
  EXPECT_EQ(Describe(gt.meta), "bool s77 >= 5");
  const Node* cond = graph.FindNode("cond");
  ASSERT_NE(cond, nullptr);
  size_t nested = 0;
  for (const NamedArgument& input : cond->inputs) {
    if (const auto* inner = input.arg.As<GraphRef>()) nested += inner->graph->node_count();
  }
  EXPECT_EQ(nested, 4u);
}

TEST(Pt2, UnbackedSizesHaveNoHint) {
  const auto read = ReadPt2(kPrograms / "data_dependent.pt2");
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_EQ(read->program.symbols.at("u0"), (SymbolFacts{std::nullopt, false}));
  EXPECT_EQ(read->program.range_constraints.at("u0"), (RangeConstraint{2, 64}));
}

TEST(Pt2, ConstantInputsAndOutputs) {
  const auto read = ReadPt2(kPrograms / "constant_inputs.pt2");
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  const GraphSignature& signature = read->program.signature;
  EXPECT_EQ(signature.inputs[1].kind, InputSpec::Kind::kConstantInput);
  EXPECT_EQ(signature.inputs[1].target, "nothing");
  EXPECT_EQ(signature.inputs[2].constant, ConstantValue(int64_t{3}));
  EXPECT_EQ(signature.inputs[5].constant, ConstantValue(std::string("add")));
  EXPECT_TRUE(read->program.graph.outputs()[1].IsNone());
  EXPECT_EQ(*read->program.graph.outputs()[2].As<int64_t>(), 3);
}

TEST(Pt2, BuffersInsideAndOutside) {
  const auto read = ReadPt2(kPrograms / "mutations.pt2");
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  const auto weights = read->Weights();
  ASSERT_TRUE(weights.ok()) << weights.error().ToString();
  EXPECT_EQ(weights->size(), 2u);  // weight and the persistent count
  EXPECT_EQ(read->program.constants.size(), 2u);
  EXPECT_EQ(read->program.constants.at("state").ToDoubles(), (std::vector<double>{1, 1, 1}));
}

// model.json of a file with one change: what the reader says.
class Pt2Errors : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto archive = formats::OpenPt2(kGolden / "llama_gqa" / "torch_export_dynamic.pt2");
    ASSERT_TRUE(archive.ok());
    model_ = archive->model();
  }
  Json& Graph() { return *model_.Find("graph_module")->Find("graph"); }
  Json& Node(size_t index) { return Graph().Find("nodes")->AsArray()[index]; }
  std::string Said() const {
    const auto program = ProgramFromJson(model_);
    EXPECT_FALSE(program.ok());
    return program.ok() ? "" : program.error().ToString();
  }
  Json model_;
};

TEST_F(Pt2Errors, UnknownKindOfArgument) {
  Node(3).Find("inputs")->AsArray()[0]["arg"] = Json(Json::Object{{"as_mystery", Json(1)}});
  EXPECT_THAT(Said(), AllOf(HasSubstr("model.json: graph_module.graph.nodes[3]("), HasSubstr(").inputs[0]"), HasSubstr(".arg"),
                            HasSubstr("as_mystery"), HasSubstr("wanted a kind of argument")));
}
TEST_F(Pt2Errors, UnknownValue) {
  Node(0).Find("inputs")->AsArray()[0]["arg"] = Json(Json::Object{{"as_tensor", Json(Json::Object{{"name", Json("nobody")}})}});
  EXPECT_THAT(Said(), AllOf(HasSubstr("nodes[0](sym_size_int_12).inputs[0](self).arg.as_tensor.name"), HasSubstr("nobody")));
}
TEST_F(Pt2Errors, ValueWithoutMeta) {
  Graph().Find("tensor_values")->Erase("embedding");
  EXPECT_THAT(Said(), AllOf(HasSubstr("tensor_values"), HasSubstr("embedding")));
}
TEST_F(Pt2Errors, NameTwice) {
  Node(1)["name"] = *Node(0).Find("name");
  EXPECT_THAT(Said(), HasSubstr("nodes[1]"));
}
TEST_F(Pt2Errors, WrongTypes) {
  Node(2)["target"] = Json(5);
  EXPECT_THAT(Said(), AllOf(HasSubstr("nodes[2]"), HasSubstr("target: found int 5, wanted a string")));
}
TEST_F(Pt2Errors, UnknownDtype) {
  (*Graph().Find("tensor_values")->Find("embedding"))["dtype"] = Json(99);
  EXPECT_THAT(Said(), AllOf(HasSubstr("tensor_values.embedding.dtype: found int 99"), HasSubstr("dtype of schema 8")));
}
TEST_F(Pt2Errors, StrangeExpression) {
  (*Graph().Find("sym_int_values")->Find("sym_size_int_12"))["as_expr"]["expr_str"] = Json("Gamma(Integer(2))");
  EXPECT_THAT(Said(), AllOf(HasSubstr("Gamma"), HasSubstr("sym_size_int_12")));
}
TEST_F(Pt2Errors, SignatureOutOfStep) {
  model_.Find("graph_module")->Find("signature")->Find("input_specs")->AsArray().pop_back();
  EXPECT_THAT(Said(), HasSubstr("signature.input_specs"));
}
TEST_F(Pt2Errors, SignatureNamesAnotherValue) {
  auto& specs = model_.Find("graph_module")->Find("signature")->Find("input_specs")->AsArray();
  std::swap(specs[0], specs[1]);
  EXPECT_THAT(Said(), HasSubstr("input_specs[0]"));
}
TEST_F(Pt2Errors, OtherSchemaVersion) {
  model_["schema_version"]["major"] = Json(9);
  const auto program = ProgramFromJson(model_);
  ASSERT_FALSE(program.ok());
  EXPECT_EQ(program.error().kind(), ErrorKind::kUnsupported);
}
TEST_F(Pt2Errors, EveryMissingMemberIsAnErrorOrOptional) {
  // No member of the first nodes may be absent without an answer; none crashes.
  for (size_t node = 0; node < 6; ++node) {
    for (const auto& [key, value] : Json::Object(Node(node).AsObject())) {
      const Json kept = Node(node);
      Node(node).Erase(key);
      const auto program = ProgramFromJson(model_);
      const bool optional = key == "metadata" || key == "is_hop_single_tensor_return" || key == "name";
      EXPECT_EQ(program.ok(), optional) << key;
      Node(node) = kept;
    }
  }
}

}  // namespace
}  // namespace conformance::ir
