#include "framework/engine/plan.h"

#include <gmock/gmock.h>

#include "framework/testing/fakes.h"
#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::shared_ptr<FakeCase> Folder(std::string path) {
  const std::filesystem::path source = path;
  const auto trimmed = source.has_filename() ? source : source.parent_path();
  return std::make_shared<FakeCase>(trimmed.filename().string(), "FakeModel", source);
}

std::vector<std::string> Names(std::vector<std::string> folders) {
  std::vector<std::shared_ptr<const Case>> cases;
  for (std::string& folder : folders) cases.push_back(Folder(std::move(folder)));
  return CaseNames(cases);
}

std::vector<std::string> Ids(const Result<std::vector<PlannedCell>>& cells) {
  EXPECT_THAT(cells, IsOk());
  std::vector<std::string> ids;
  if (cells.ok()) {
    for (const PlannedCell& cell : *cells) ids.push_back(cell.id.ToString());
  }
  return ids;
}

TEST(CaseNames, AreFolderNamesAndGrowWhereTwoAreEqual) {
  EXPECT_THAT(Names({"x/gpt2", "bert"}), ElementsAre("gpt2", "bert"));
  EXPECT_THAT(Names({"x/gpt2/", "y/gpt2", "bert"}), ElementsAre("x/gpt2", "y/gpt2", "bert"));
  EXPECT_THAT(Names({"a/x/gpt2", "b/x/gpt2"}), ElementsAre("a/x/gpt2", "b/x/gpt2"));
  EXPECT_THAT(Names({"gpt2", "x/gpt2"}), ElementsAre("gpt2", "x/gpt2"));
  EXPECT_THAT(Names({"gpt2", "./gpt2", "gpt2/"}), ElementsAre("gpt2", "gpt2#2", "gpt2#3"));
  EXPECT_THAT(Names({"/abs/gpt2", "/other/gpt2"}), ElementsAre("abs/gpt2", "other/gpt2"));
}

TEST(Catalogue, IsTheProductOfWhatFitsTogether) {
  Toolbox toolbox = FakeToolbox();
  toolbox.backends.Add(std::make_shared<FakeBackend>("double", std::vector<std::string>{"fake"}));
  toolbox.backends.Add(std::make_shared<FakeBackend>("program", std::vector<std::string>{"program"}));
  toolbox.backends.Add(std::make_shared<FakeBackend>("eager", std::vector<std::string>{"checkpoint"}));
  toolbox.backends.Add(std::make_shared<FakeBackend>("unfit", std::vector<std::string>{"other"}));
  auto model = std::make_shared<FakeCase>("m");
  model->variants.push_back({.name = "static", .recording = true, .dynamic = false});
  EXPECT_THAT(Ids(Catalogue(toolbox, {model}, {DType::kF32})),
              ElementsAre("m/static/none/program/f32", "m/static/fake/double/f32", "m/dynamic/none/program/f32", "m/dynamic/fake/double/f32",
                          "m/static/none/eager/f32"));
  // Recordings are of f32; others of any dtype that the backend takes.
  EXPECT_THAT(Ids(Catalogue(toolbox, {model}, {DType::kF16})),
              ElementsAre("m/static/none/program/f16", "m/static/fake/double/f16", "m/dynamic/none/program/f16", "m/dynamic/fake/double/f16"));
}

TEST(Catalogue, OneIdTwiceIsRefused) {
  Toolbox toolbox = FakeToolbox();
  toolbox.backends.Add(std::make_shared<FakeBackend>());
  auto model = std::make_shared<FakeCase>("m");
  model->variants.push_back(model->variants[0]);
  EXPECT_THAT(Catalogue(toolbox, {model}, {DType::kF32}), IsError(ErrorKind::kInvalid, HasSubstr("'m/static/fake/double/f32'")));
}

TEST(Catalogue, AnExporterWithoutDynamicShapesHasNoDynamicCells) {
  auto exporter = std::make_shared<::testing::NiceMock<MockExporter>>("fixed", "fixed");
  ON_CALL(*exporter, Capabilities).WillByDefault([] {
    ports::ExporterCapabilities capabilities;
    capabilities.format = "fixed";
    capabilities.lowers_programs = true;
    capabilities.dynamic = false;
    return capabilities;
  });
  Toolbox toolbox = FakeToolbox();
  toolbox.exporters.Add(std::shared_ptr<const ports::Exporter>(exporter));
  toolbox.backends.Add(std::make_shared<FakeBackend>("runtime", std::vector<std::string>{"fixed"}));
  EXPECT_THAT(Ids(Catalogue(toolbox, {std::make_shared<FakeCase>("m")}, {DType::kF32})), ElementsAre("m/static/fixed/runtime/f32"));
}

TEST(Catalogue, AnExporterOfFoldersNeedsAFolder) {
  auto exporter = std::make_shared<::testing::NiceMock<MockExporter>>("outside", "fake");
  ON_CALL(*exporter, Capabilities).WillByDefault([] {
    ports::ExporterCapabilities capabilities;
    capabilities.format = "fake";
    capabilities.exports_checkpoints = true;
    return capabilities;
  });
  Toolbox toolbox = FakeToolbox();
  toolbox.exporters = {};
  toolbox.exporters.Add(std::shared_ptr<const ports::Exporter>(exporter));
  toolbox.backends.Add(std::make_shared<FakeBackend>());
  EXPECT_THAT(Ids(Catalogue(toolbox, {std::make_shared<FakeCase>("m")}, {DType::kF32})), IsEmpty());
  EXPECT_THAT(Ids(Catalogue(toolbox, {Folder("x/m")}, {DType::kF32})),
              ElementsAre("m/static/outside/double/f32", "m/dynamic/outside/double/f32"));
}

TEST(Catalogue, ACaseSaysWhatItOffers) {
  auto lowers = std::make_shared<FakeExporter>();
  auto outside = std::make_shared<::testing::NiceMock<MockExporter>>("outside", "fake");
  ON_CALL(*outside, Capabilities).WillByDefault([] {
    ports::ExporterCapabilities capabilities;
    capabilities.format = "fake";
    capabilities.exports_checkpoints = true;
    return capabilities;
  });
  Toolbox toolbox = FakeToolbox();
  toolbox.exporters = {};
  toolbox.exporters.Add(lowers);
  toolbox.exporters.Add(std::shared_ptr<const ports::Exporter>(outside));
  toolbox.backends.Add(std::make_shared<FakeBackend>("runtime", std::vector<std::string>{"fake"}));
  toolbox.backends.Add(std::make_shared<FakeBackend>("reader", std::vector<std::string>{"first", "second"}));
  auto model = std::make_shared<FakeCase>("m");
  model->variants.resize(1);
  const auto cells = [&](Offer offer, const std::vector<DType>& dtypes = {}) {
    model->offer = std::move(offer);
    return Catalogue(toolbox, {model}, dtypes);
  };
  EXPECT_THAT(Ids(cells({})), IsEmpty());
  // An artifact: in its own type, to the backends that read it, as the first format that they know.
  const auto given = cells({.formats = {"second", "first"}, .dtypes = {DType::kBF16}});
  EXPECT_THAT(Ids(given), ElementsAre("m/static/none/reader/bf16"));
  EXPECT_EQ((*given)[0].entry, Entry::kGiven);
  EXPECT_EQ((*given)[0].format, "second");
  EXPECT_THAT(Ids(cells({.formats = {"second"}, .dtypes = {DType::kBF16}}, {DType::kF32})), IsEmpty());
  // A Program: to exporters that lower.
  const auto program = cells({.formats = {}, .program = true, .dtypes = {}});
  EXPECT_THAT(Ids(program), ElementsAre("m/static/fake/runtime/f32"));
  EXPECT_EQ((*program)[0].entry, Entry::kProgram);
  // A class: to exporters that build it.
  const auto source = cells({.formats = {}, .source = true, .dtypes = {}});
  EXPECT_THAT(Ids(source), ElementsAre("m/static/outside/runtime/f32"));
  EXPECT_EQ((*source)[0].entry, Entry::kSource);
}

TEST(Selection, EveryFieldMustMatchByAnyOfItsPatterns) {
  const record::CellId id{"gpt2", "static", "onnx", "onnxruntime", "f32"};
  EXPECT_TRUE(Selection{}.Matches(id, "GPT2LMHeadModel"));
  Selection selection;
  selection.classes = {"Bert*", "GPT2*"};
  selection.variants = {"static"};
  selection.exporters = {"onnx"};
  selection.backends = {"onnx*"};
  selection.filters = {"gpt2/*/f32"};
  EXPECT_TRUE(selection.Matches(id, "GPT2LMHeadModel"));
  EXPECT_FALSE(selection.Matches(id, "LlamaForCausalLM"));
  EXPECT_FALSE(selection.Matches({"gpt2", "dynamic", "onnx", "onnxruntime", "f32"}, "GPT2LMHeadModel"));
  selection.filters = {"gpt2/*/f16"};
  EXPECT_FALSE(selection.Matches(id, "GPT2LMHeadModel"));
  EXPECT_FALSE(selection.NamesBackend("onnxruntime"));  // a pattern names nobody
  selection.backends = {"onnxruntime"};
  EXPECT_TRUE(selection.NamesBackend("onnxruntime"));
}

}  // namespace
}  // namespace conformance::engine
