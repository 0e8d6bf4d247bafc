#include "framework/formats/pt2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"

namespace conformance::formats {
namespace {
using namespace conformance::testing;
using ::testing::Contains;
using ::testing::ElementsAre;

std::filesystem::path Fixture(const std::string& name) {
  return std::filesystem::path(CONFORMANCE_FIXTURES_DIR) / name;
}

TEST(Pt2Archive, ReadsWeightsOfEveryKind) {
  // tools/fixturegen/formats.py, class Small.
  const Pt2Archive archive = *OpenPt2(Fixture("formats/pt2/small.pt2"));
  std::vector<std::string> names;
  for (const Pt2Tensor& tensor : archive.weights()) names.push_back(tensor.name);
  EXPECT_THAT(names,
              ::testing::UnorderedElementsAre("weight", "transposed", "tied", "brain", "steps", "flags"));

  const Pt2Tensor* weight = archive.FindWeight("weight");
  ASSERT_NE(weight, nullptr);
  EXPECT_TRUE(weight->is_param);
  EXPECT_FALSE(weight->use_pickle);
  EXPECT_EQ(weight->dtype, DType::kF32);
  EXPECT_EQ(weight->size, 24U);
  EXPECT_THAT(archive.Read(*weight), IsOkAnd(BitEqualTo(F32({{0, 1, 2}, {3, 4, 5}}))));

  const Pt2Tensor* transposed = archive.FindWeight("transposed");
  EXPECT_THAT(transposed->sizes, ElementsAre(3, 2));
  EXPECT_THAT(archive.Read(*transposed), IsOkAnd(BitEqualTo(F32({{0, 3}, {1, 4}, {2, 5}}))));
  EXPECT_EQ(archive.FindWeight("tied")->path_name, weight->path_name) << "one storage";
  EXPECT_THAT(archive.Read(*archive.FindWeight("brain")),
              IsOkAnd(BitEqualTo(Cast(F32({1.5, -2}), DType::kBF16))));
  EXPECT_FALSE(archive.FindWeight("steps")->is_param);
  EXPECT_THAT(archive.Read(*archive.FindWeight("steps")), IsOkAnd(BitEqualTo(I64({1LL << 40, 3}))));
  EXPECT_THAT(archive.Read(*archive.FindWeight("flags")), IsOkAnd(BitEqualTo(Bool({true, false}))));
  EXPECT_EQ(archive.FindWeight("scale"), nullptr) << "not persistent, so a constant";
  EXPECT_THAT(archive.Read(*archive.FindConstant("scale")),
              IsOkAnd(BitEqualTo(Tensor::Of<float>({}, {0.25}))));
  EXPECT_EQ(archive.FindConstant("absent"), nullptr);
}

TEST(Pt2Archive, OffsetsPointIntoTheFile) {
  const Pt2Archive archive = *OpenPt2(Fixture("formats/pt2/small.pt2"));
  const Pt2Tensor* weight = archive.FindWeight("weight");
  EXPECT_EQ(weight->offset % 64, 0U);
  EXPECT_EQ(archive.zip().file()->bytes().data() + weight->offset, archive.Read(*weight)->raw());
}

TEST(Pt2Archive, HasTheModelAsJson) {
  const Pt2Archive archive = *OpenPt2(Fixture("formats/pt2/small.pt2"));
  const Json* graph = archive.model().Find("graph_module");
  ASSERT_NE(graph, nullptr);
  EXPECT_FALSE(graph->Find("graph")->Find("nodes")->AsArray().empty());
  EXPECT_EQ(archive.model().GetString("torch_version")->substr(0, 2), "2.");
}

struct Golden {
  const char* file;
  size_t weights;
  size_t constants;
  double sum;  // of all elements, each storage as often as it is named: NumPy's, over the same bytes
};

class GoldenPt2 : public ::testing::TestWithParam<Golden> {};
TEST_P(GoldenPt2, OpensAndReadsWhole) {
  const Golden& golden = GetParam();
  const auto archive = OpenPt2(Fixture("golden") / golden.file);
  ASSERT_THAT(archive.status(), IsOk());
  EXPECT_EQ(archive->weights().size(), golden.weights);
  EXPECT_EQ(archive->constants().size(), golden.constants);
  double sum = 0;
  for (const auto* tensors : {&archive->weights(), &archive->constants()}) {
    for (const Pt2Tensor& tensor : *tensors) {
      const auto read = archive->Read(tensor);
      ASSERT_THAT(read, IsOk()) << tensor.name;
      for (const double x : read->ToDoubles()) sum += x;
    }
  }
  EXPECT_NEAR(sum, golden.sum, 1e-6);
}
INSTANTIATE_TEST_SUITE_P(Cases, GoldenPt2,
                         ::testing::ValuesIn(std::vector<Golden>{
                             {"bert/torch_export.pt2", 39, 2, 930.0712837525607},
                             {"bert/torch_export_dynamic.pt2", 39, 2, 930.0712837525607},
                             {"clip/torch_export.pt2", 78, 2, 594.07131576406},
                             {"gpt2/torch_export.pt2", 29, 4, 160.50701115488232},
                             {"gpt2/torch_export_dynamic.pt2", 29, 4, 160.50701115488232},
                             {"llama_gqa/torch_export.pt2", 21, 6, 138.609582732548},
                             {"llama_gqa/torch_export_dynamic.pt2", 21, 6, 138.609582732548},
                             {"modernbert/torch_export.pt2", 20, 4, 204.83472939882995},
                             {"modernbert/torch_export_dynamic.pt2", 20, 4, 204.83472939882995},
                             {"patchtst/torch_export.pt2", 47, 0, 168.6464039434286},
                             {"patchtst/torch_export_dynamic.pt2", 47, 0, 168.6464039434286},
                             {"resnet/torch_export.pt2", 98, 0, 514.8080741889462},
                             {"resnet/torch_export_dynamic.pt2", 98, 0, 514.8080741889462},
                             {"vit_cls/torch_export.pt2", 40, 0, 154.71163365923167},
                             {"vit_cls/torch_export_dynamic.pt2", 40, 0, 154.71163365923167},
                             {"wav2vec2_ctc/torch_export.pt2", 48, 0, 219.3421901989568},
                             {"wav2vec2_ctc/torch_export_dynamic.pt2", 48, 0, 219.3421901989568},
                         }),
                         [](const auto& info) {
                           std::string name = info.param.file;
                           for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

TEST(Pt2Codes, ReadBack) {
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32,
                            DType::kI16, DType::kI8, DType::kU8, DType::kBool}) {
    EXPECT_EQ(DTypeFromPt2(Pt2Code(dtype)), dtype);
  }
  EXPECT_EQ(Pt2Code(DType::kF32), 7);
  EXPECT_EQ(Pt2Code(DType::kBF16), 13);
  EXPECT_EQ(DTypeFromPt2(29), std::nullopt);
  EXPECT_EQ(DTypeFromPt2(0), std::nullopt);
}

}  // namespace
}  // namespace conformance::formats
