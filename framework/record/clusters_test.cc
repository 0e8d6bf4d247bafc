#include "framework/record/clusters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conformance::record {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CellRecord Cell(const std::string& model, Outcome outcome, Stage stage, const std::string& reason) {
  CellRecord cell;
  cell.id = {model, "static", "onnx", "onnxruntime", "f32"};
  cell.model_class = "C";
  cell.outcome = outcome;
  cell.stage = stage;
  cell.reason = reason;
  return cell;
}

CellRecord Diverging(const std::string& model, const std::string& target) {
  CellRecord cell = Cell(model, Outcome::kFail, Stage::kCompare, "logits: error 0.5");
  Json entry = Json::MakeObject();
  entry["target"] = target;
  Json call = Json::MakeObject();
  call["diverging"] = Json::MakeArray();
  call["diverging"].Append(entry);
  cell.facts = Json::MakeObject();
  cell.facts["local"] = Json::MakeArray();
  cell.facts["local"].Append(call);
  return cell;
}

RunRecord RunOf(std::vector<CellRecord> cells) {
  RunRecord run;
  run.cells = std::move(cells);
  return run;
}

TEST(Clusters, MessagesThatDifferInNumbersAndShapesHaveOneCause) {
  const auto clusters = Clusters(RunOf({Cell("a", Outcome::kFail, Stage::kRun, "at batch=3: Add node. Name:'node_add_18' refuses [2, 12]"),
                                      Cell("b", Outcome::kPass, Stage::kCompare, ""),
                                      Cell("c", Outcome::kFail, Stage::kRun, "Add node. Name:'node_add_7' refuses [4]; baked in: x axis 1"),
                                      Cell("d", Outcome::kFail, Stage::kRun, "Mul node. Name:'node_mul_7' refuses [4]"),
                                      Cell("e", Outcome::kFail, Stage::kPrepare, "Add node. Name:'node_add_7' refuses [4]")}));
  ASSERT_EQ(clusters.size(), 3u);
  EXPECT_THAT(clusters[0].cells, ElementsAre(0, 2));
  EXPECT_THAT(clusters[1].cells, ElementsAre(3));
  EXPECT_THAT(clusters[2].cells, ElementsAre(4));
  EXPECT_EQ(CountText(clusters), "3 causes, 4 cells");
}

TEST(Clusters, TheFirstDivergenceIsTheCause) {
  auto run = RunOf({Diverging("a", "aten.gelu.default"), Diverging("b", "aten.gelu.default"), Diverging("c", "aten.add.Tensor")});
  run.cells[1].model_class = "D";
  const auto clusters = Clusters(run);
  ASSERT_EQ(clusters.size(), 2u);
  EXPECT_THAT(clusters[0].cells, ElementsAre(0, 1));
  EXPECT_THAT(clusters[0].cause, HasSubstr("diverges first in aten.gelu.default"));
  EXPECT_THAT(clusters[1].cells, ElementsAre(2));
  run.cells[1].id.backend = "openvino";  // another runtime's fault
  EXPECT_EQ(Clusters(run).size(), 3u);
}

TEST(Clusters, NumbersAloneJoinOnlyCellsOfOneClassAndExporter) {
  auto run = RunOf({Cell("a", Outcome::kFail, Stage::kCompare, "logits: error 0.5"), Cell("b", Outcome::kFail, Stage::kCompare, "logits: error 0.25")});
  EXPECT_EQ(CountText(Clusters(run)), "1 cause, 2 cells");
  run.cells[1].model_class = "D";
  EXPECT_EQ(CountText(Clusters(run)), "2 causes, 2 cells");
  for (CellRecord& cell : run.cells) cell.model_class.clear();  // files: nothing says that they are of one kind
  EXPECT_EQ(CountText(Clusters(run)), "2 causes, 2 cells");
}

TEST(Clusters, AnOutputOfAnotherShapeJoinsClasses) {
  auto run = RunOf({Cell("a", Outcome::kFail, Stage::kCompare, "layers.0.keys: shape [2, 12], wanted [2, 7]"),
                    Cell("b", Outcome::kFail, Stage::kCompare, "layers.1.keys: shape [3, 14], wanted [3, 7]"),
                    Cell("c", Outcome::kFail, Stage::kCompare, "logits: shape [3, 14], wanted [3, 7]")});
  run.cells[1].model_class = "D";
  EXPECT_EQ(CountText(Clusters(run)), "2 causes, 3 cells");
}

TEST(Clusters, ExpectedAndUnavailableCellsAreNone) {
  auto run = RunOf({Cell("a", Outcome::kFail, Stage::kCompare, "x"), Cell("b", Outcome::kUnavailable, Stage::kPrepare, "x")});
  run.cells[0].expected = "expected_fail:a/*";
  run.cells[0].expected_kind = "expected_fail";
  EXPECT_TRUE(Clusters(run).empty());
}

TEST(ReasonShape, KeepsWhatIsNoNumber) {
  EXPECT_EQ(ReasonShape("op_12 [1, 2] at 0.5: x[y] 3"), "op_# [#] at #: x[y] #");
  EXPECT_EQ(ReasonShape("at the end: 4"), "at the end: #");
  EXPECT_EQ(ReasonShape("no kernel for Expand(13) (file: /tmp/a b/model.onnx)"), "no kernel for Expand(#) (file: / /)");
  EXPECT_EQ(ReasonShape("Load from /tmp/a/model.onnx failed: 1/2"), "Load from / failed: #/#");
  EXPECT_EQ(ReasonShape("Load from _bert-3f2c/model.onnx failed: node_1/Split and s0/2"), "Load from / failed: node_#/Split and s#/#");
}

}  // namespace
}  // namespace conformance::record
