#include "framework/engine/list_import.h"

#include <gmock/gmock.h>

#include <fstream>

#include "framework/testing/matchers.h"
#include "framework/testing/temp_folder.h"

namespace conformance::engine {
namespace {

using conformance::testing::IsError;
using conformance::testing::IsOk;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::filesystem::path kLists = std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / "lists";

ImportOptions Options(std::string format, ListKind kind = ListKind::kSkip) {
  ImportOptions options;
  options.format = std::move(format);
  options.kind = kind;
  options.reference = "https://github.com/huggingface/transformers/blob/main/tests/exporters/test_export.py";
  options.date = "2026-08-01";
  options.model_change_needed = "not said there";
  return options;
}
std::vector<std::string> Patterns(const ImportedList& list) {
  std::vector<std::string> patterns;
  for (const ListEntry& entry : list.entries) patterns.push_back(entry.pattern);
  return patterns;
}

TEST(ListImport, HuggingFaceSkips) {
  const auto list = ImportList(kLists / "hf_skips.py", Options("hf-skips"));
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(Patterns(*list),
              ElementsAre("*/VideoMAEForPreTraining/*/transformers:*/*", "*/GlmImageModel/*/transformers:*/*",
                          "*/Blip2ForConditionalGeneration/prefill/transformers:*/*", "*/Blip2ForConditionalGeneration/decode/transformers:*/*",
                          "*/Sam2Model/dynamic/transformers:*/*", "*/GroundingDinoModel/dynamic/transformers:onnx/*",
                          "*/VideoMAEForPreTraining/dynamic/transformers:onnx/*"));
  const ListEntry& first = list->entries[0];
  EXPECT_EQ(first.kind, ListKind::kSkip);
  EXPECT_THAT(first.reason, StartsWith("The loss is computed unasked, and `mse_loss` brings a guard on data."));
  EXPECT_EQ(first.model_change_needed, "no loss where there are no labels.");  // theirs, from the reason
  EXPECT_EQ(list->entries[1].model_change_needed, "not said there");               // the flag's
  EXPECT_EQ(first.date, "2026-08-01");
  EXPECT_EQ(first.reference, Options("hf-skips").reference + " EXPORT_SKIPS[all]");
  // generate and generate.dynamic are the same cells here.
  EXPECT_THAT(list->entries[2].reason, HasSubstr("(generate.dynamic: Dynamic prefill fails too.)"));
  EXPECT_THAT(list->notes, Contains(HasSubstr("the reasons were put together")));
}

TEST(ListImport, HuggingFaceDisableOptimize) {
  ImportOptions options = Options("hf-skips", ListKind::kDisableOptimize);
  EXPECT_THAT(ImportList(kLists / "hf_skips.py", options), IsError(ErrorKind::kInvalid, HasSubstr("'upstream_bug'")));
  options.upstream_bug = "https://github.com/microsoft/onnxscript/issues";
  const auto list = ImportList(kLists / "hf_skips.py", options);
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(Patterns(*list), ElementsAre("*/LayoutLMv2Model/*/transformers:*/*", "*/ProphetNetModel/dynamic/transformers:*/*"));
  EXPECT_EQ(list->entries[1].upstream_bug, options.upstream_bug);
  options.map["all"] = "{name}/*/transformers:onnx/*/f32";
  options.scopes = {"all"};
  const auto mapped = ImportList(kLists / "hf_skips.py", options);
  ASSERT_THAT(mapped, IsOk());
  EXPECT_THAT(Patterns(*mapped), ElementsAre("LayoutLMv2Model/*/transformers:onnx/*/f32"));
  EXPECT_THAT(mapped->notes, Contains("1 entries of other scopes were left out"));
}

TEST(ListImport, ScopesOfHuggingFace) {
  EXPECT_THAT(HfPatterns("all"), ElementsAre("*/{name}/*/transformers:*/*"));
  EXPECT_THAT(HfPatterns("executorch.static"), ElementsAre("*/{name}/static/transformers:executorch/*"));
  EXPECT_THAT(HfPatterns("onnx.generate"), ElementsAre("*/{name}/prefill/transformers:onnx/*", "*/{name}/decode/transformers:onnx/*"));
  EXPECT_THAT(HfPatterns("generate.runtime"), ElementsAre());
  EXPECT_THAT(HfPatterns("onnx.somewhere"), ElementsAre());
}

TEST(ListImport, WhatIsMissingIsAskedForNotMadeUp) {
  ImportOptions options = Options("hf-skips");
  options.model_change_needed.clear();
  EXPECT_THAT(ImportList(kLists / "hf_skips.py", options),
              IsError(ErrorKind::kInvalid, AllOf(HasSubstr("change in the model"), HasSubstr("--model-change-needed"))));
  options = Options("hf-skips");
  options.reference.clear();
  EXPECT_THAT(ImportList(kLists / "hf_skips.py", options), IsError(ErrorKind::kInvalid, HasSubstr("'reference'")));
  options = Options("hf-skips");
  options.date = "yesterday";
  EXPECT_THAT(ImportList(kLists / "hf_skips.py", options), IsError(ErrorKind::kInvalid, HasSubstr("'date'")));
  options = Options("json", ListKind::kExpectedFail);
  options.scopes = {"expected_*"};
  options.pattern = "{name}/*";
  EXPECT_THAT(ImportList(kLists / "iree_old.json", options), IsError(ErrorKind::kInvalid, HasSubstr("--reason")));
  options.kind = ListKind::kTolerance;
  EXPECT_THAT(ImportList(kLists / "iree_old.json", options), IsError(ErrorKind::kInvalid, HasSubstr("'atol' and 'rtol'")));
}

TEST(ListImport, PytestLines) {
  ImportOptions options = Options("pytest", ListKind::kExpectedFail);
  EXPECT_THAT(ImportList(kLists / "pytest.txt", options), IsError(ErrorKind::kInvalid, HasSubstr("--pattern")));
  options.pattern = "{param}/*";
  const auto refused = ImportList(kLists / "pytest.txt", options);
  EXPECT_THAT(refused, IsError(ErrorKind::kInvalid, HasSubstr("no {param}")));
  EXPECT_THAT(refused.error().ToString(), AllOf(HasSubstr("line 7"), HasSubstr("test_plain")));
  options.scopes = {"", "XFAIL"};
  options.map["XFAIL"] = "{param}/dynamic/executorch/*";
  options.reason = "not said there";
  const auto list = ImportList(kLists / "pytest.txt", options);
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(Patterns(*list), ElementsAre("canine/*", "mamba2/*", "swin/dynamic/executorch/*"));
  EXPECT_EQ(list->entries[0].reason, "The exporter cannot trace data-dependent loops yet. (: length baked in)");
  EXPECT_EQ(list->entries[1].reason, "only lengths that divide by the chunk");
  EXPECT_EQ(list->entries[2].reason, "std::bad_alloc at load");
}

TEST(ListImport, PytestIdsHaveParts) {
  const auto entries = ReadForeignList("pytest", "", "a/b.py::Case::test_x[m[0]*]\n", "list.txt");
  ASSERT_THAT(entries, IsOk());
  conformance::testing::TempFolder folder;
  std::ofstream(folder.path() / "list.txt") << "a/b.py::Case::test_x[m[0]*]\n";
  ImportOptions options = Options("pytest", ListKind::kExpectedFail);
  options.reason = "r";
  options.pattern = "{param}/{test}/{class}/*";
  const auto list = ImportList(folder.path() / "list.txt", options);
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(Patterns(*list), ElementsAre("m[[]0][*]/test_x/Case/*"));  // taken literally
  options.pattern = "{model}/*";
  EXPECT_THAT(ImportList(folder.path() / "list.txt", options), IsError(ErrorKind::kInvalid, HasSubstr("placeholder")));
  EXPECT_THAT(ReadForeignList("pytest", "", "SKIPPED [3] a.py:12: why\n", "list.txt"), IsError(ErrorKind::kUnsupported, HasSubstr("--no-fold-skipped")));
}

TEST(ListImport, ListsByOutcomeInJson) {
  ImportOptions options = Options("json", ListKind::kExpectedFail);
  options.pattern = "{name}/*";
  options.reason = "fails in their list";
  const auto refused = ImportList(kLists / "iree_old.json", options);
  EXPECT_THAT(refused, IsError(ErrorKind::kInvalid, HasSubstr("--scope")));
  EXPECT_THAT(refused.error().ToString(), HasSubstr("expected_run_failures"));
  options.scopes = {"expected_run_failures"};
  options.outcome = "fail";
  options.stage = "compare";
  auto list = ImportList(kLists / "iree_old.json", options);
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(Patterns(*list), ElementsAre("onnx/node/generated/test_add_uint8/*"));
  EXPECT_EQ(list->entries[0].outcome, record::Outcome::kFail);
  options.scopes = {"tests_and_expected_outcomes.fail*"};
  options.pattern = "{param}/*";
  list = ImportList(kLists / "iree.json", options);
  ASSERT_THAT(list, IsOk());
  EXPECT_THAT(Patterns(*list), ElementsAre("resnet50/*", "yolov4/*"));
  options.scopes = {"nothing"};
  EXPECT_THAT(ImportList(kLists / "iree.json", options), IsError(ErrorKind::kInvalid, HasSubstr("nothing to import")));
}

TEST(ListImport, WhatTheSuiteDoesNotHaveCanBeLeftOut) {
  auto list = ImportList(kLists / "hf_skips.py", Options("hf-skips"));
  ASSERT_THAT(list, IsOk());
  DropUnmatched({"sam2/Sam2Model/dynamic/transformers:onnx/onnxruntime/f32", "sam2/Sam2Model/static/transformers:onnx/onnxruntime/f32"}, *list);
  EXPECT_THAT(Patterns(*list), ElementsAre("*/Sam2Model/dynamic/transformers:*/*"));
  EXPECT_THAT(list->notes, Contains("6 entries match no cell of the suite and were left out"));
}

TEST(ListImport, UnknownFormatsAreNamed) {
  EXPECT_THAT(ImportList(kLists / "iree.json", Options("yaml")), IsError(ErrorKind::kInvalid, HasSubstr("unknown format")));
  EXPECT_THAT(ReadForeignList("hf-skips", "X", "X = [1]", "x.py"), IsError(ErrorKind::kInvalid, HasSubstr("no dict")));
  EXPECT_THAT(ReadForeignList("hf-skips", "X", "X = {'all': 3}", "x.py"), IsError(ErrorKind::kInvalid, HasSubstr("'all' is no dict")));
  EXPECT_THAT(ReadForeignList("json", "", "[", "x.json"), IsError(ErrorKind::kCorrupt, ::testing::_));
}

}  // namespace
}  // namespace conformance::engine
