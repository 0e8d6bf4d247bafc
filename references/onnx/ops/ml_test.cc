#include <gmock/gmock.h>

#include <cmath>

#include "framework/testing/matchers.h"
#include "references/onnx/ops/one_node.h"

namespace conformance::onnx_reference {
namespace {

using conformance::testing::IsError;
using formats::OnnxAttribute;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using testing::Evaluate;
using ::testing::HasSubstr;
using testing::Kind;
using testing::Numbers;
using ::testing::Pointwise;
using testing::Texts;

Array Floats(Shape dims, std::vector<float> values) { return Array::Of<float>(std::move(dims), values); }
testing::OneNode Ml(std::string op, std::vector<OnnxAttribute> attributes, size_t outputs = 1,
                    int64_t opset = 5) {
  return {std::move(op), std::move(attributes), outputs, opset, "ai.onnx.ml"};
}
const Array kRow = Floats({1, 2}, {3, -4});

TEST(Ml, Features) {
  EXPECT_THAT(Numbers(Evaluate(Ml("ArrayFeatureExtractor", {}), {kRow, Array::Of<int64_t>({3}, {1, 0, 1})})),
              ElementsAre(-4, 3, -4));
  EXPECT_THAT(Evaluate(Ml("ArrayFeatureExtractor", {}), {kRow, Array::Of<int64_t>({1}, {2})}),
              IsError(ErrorKind::kInvalid, HasSubstr("below 2")));
  EXPECT_THAT(Numbers(Evaluate(Ml("Binarizer", {OnnxAttribute::Float("threshold", 3)}), {kRow})),
              ElementsAre(0, 0));
  EXPECT_THAT(Numbers(Evaluate(Ml("FeatureVectorizer", {OnnxAttribute::Ints("inputdimensions", {1, 3})}),
                               {kRow, kRow})),
              ElementsAre(3, 3, -4, 0));
  EXPECT_THAT(Numbers(Evaluate(Ml("Imputer", {OnnxAttribute::Floats("imputed_value_floats", {7, 8}),
                                              OnnxAttribute::Float("replaced_value_float", NAN)}),
                               {Floats({1, 2}, {NAN, NAN})})),
              ElementsAre(7, 8));
  EXPECT_THAT(Evaluate(Ml("Imputer", {OnnxAttribute::Floats("imputed_value_floats", {7, 8, 9})}), {kRow}),
              IsError(ErrorKind::kInvalid, HasSubstr("imputed_value_floats")));
  EXPECT_THAT(Numbers(Evaluate(Ml("Scaler", {OnnxAttribute::Floats("offset", {1, 0}),
                                             OnnxAttribute::Floats("scale", {2})}),
                               {kRow})),
              ElementsAre(4, -8));
  const auto normalized = [](const char* norm, Array x) {
    return Numbers(Evaluate(Ml("Normalizer", {OnnxAttribute::String("norm", norm)}), {x}));
  };
  EXPECT_THAT(normalized("L2", kRow), Pointwise(DoubleNear(1e-6), {0.6, -0.8}));
  EXPECT_THAT(normalized("L1", kRow), Pointwise(DoubleNear(1e-6), {3.0 / 7, -4.0 / 7}));
  EXPECT_THAT(normalized("MAX", kRow), Pointwise(DoubleNear(1e-6), {1.0, -4.0 / 3}));
  EXPECT_THAT(normalized("L2", Floats({2}, {0, 0})), ElementsAre(0, 0));
}

TEST(Ml, Categories) {
  const auto one_hot = Evaluate(Ml("OneHotEncoder", {OnnxAttribute::Ints("cats_int64s", {3, -4})}), {kRow});
  EXPECT_EQ(Kind(one_hot), "float[1, 2, 2]");
  EXPECT_THAT(Numbers(one_hot), ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(
      Evaluate(Ml("OneHotEncoder", {OnnxAttribute::Ints("cats_int64s", {3}), OnnxAttribute::Int("zeros", 0)}),
               {kRow}),
      IsError(ErrorKind::kInvalid, HasSubstr("isn't listed")));
  const Array words = Array::Of<std::string>({3}, {"b", "a", "?"});
  const std::vector<OnnxAttribute> mapping = {OnnxAttribute::Strings("cats_strings", {"a", "b"}),
                                              OnnxAttribute::Ints("cats_int64s", {10, 20})};
  EXPECT_THAT(Numbers(Evaluate(Ml("CategoryMapper", mapping), {words})), ElementsAre(20, 10, -1));
  EXPECT_THAT(Texts(Evaluate(Ml("CategoryMapper", mapping), {Array::Of<int64_t>({2}, {20, 5})})),
              ElementsAre("b", "_Unused"));
  // Any NaN is the key NaN, and -0 is 0; the last of two keys counts.
  const auto labels = Evaluate(Ml("LabelEncoder",
                                  {OnnxAttribute::Floats("keys_floats", {NAN, 0, 0}),
                                   OnnxAttribute::Strings("values_strings", {"n", "x", "z"})},
                                  1, 4),
                               {Floats({3}, {-NAN, -0.0F, 1})});
  EXPECT_THAT(Texts(labels), ElementsAre("n", "z", "_Unused"));
  EXPECT_THAT(
      Evaluate(
          Ml("LabelEncoder",
             {OnnxAttribute::Ints("keys_int64s", {1}), OnnxAttribute::Ints("values_int64s", {1, 2})}, 1, 4),
          {Array::Of<int64_t>({1}, {1})}),
      IsError(ErrorKind::kInvalid, HasSubstr("two lengths")));
  EXPECT_THAT(
      Evaluate(Ml("LabelEncoder",
                  {OnnxAttribute::Ints("keys_int64s", {1}), OnnxAttribute::Ints("values_int64s", {1})}, 1, 4),
               {words}),
      IsError(ErrorKind::kType));
}

TEST(Ml, Maps) {
  const auto zipped =
      Evaluate(Ml("ZipMap", {OnnxAttribute::Strings("classlabels_strings", {"a", "b"})}), {kRow});
  ASSERT_TRUE(zipped.ok()) << zipped.error().ToString();
  const Map* map = zipped->at(0).sequence()->items.at(0).map();
  ASSERT_NE(map, nullptr);
  const auto row = Evaluate(
      Ml("DictVectorizer", {OnnxAttribute::Strings("string_vocabulary", {"z", "b", "a"})}), {Value(*map)});
  EXPECT_THAT(Numbers(row), ElementsAre(0, -4, 3));
  EXPECT_THAT(
      Evaluate(Ml("DictVectorizer", {OnnxAttribute::Strings("string_vocabulary", {"a"})}), {Value(*map)}),
      IsError(ErrorKind::kInvalid, HasSubstr("the vocabulary does not have")));
  EXPECT_THAT(Evaluate(Ml("ZipMap", {OnnxAttribute::Strings("classlabels_strings", {"a"})}), {kRow}),
              IsError(ErrorKind::kShape, HasSubstr("1 columns")));
  const Map numbers{.keys = Array::Of<int64_t>({2}, {2, 0}), .values = {Floats({}, {5}), Floats({}, {6})}};
  EXPECT_THAT(Numbers(Evaluate(Ml("CastMap", {}), {Value(numbers)})), ElementsAre(6, 5));
  EXPECT_THAT(Numbers(Evaluate(Ml("CastMap", {OnnxAttribute::String("map_form", "SPARSE"),
                                              OnnxAttribute::Int("max_map", 4)}),
                               {Value(numbers)})),
              ElementsAre(6, 0, 5, 0));
  EXPECT_THAT(Evaluate(Ml("CastMap", {OnnxAttribute::String("map_form", "SPARSE")}), {Value(numbers)}),
              IsError(ErrorKind::kInvalid, HasSubstr("a key out of range")));
  EXPECT_THAT(Evaluate(Ml("CastMap", {}), {kRow}), IsError(ErrorKind::kType, HasSubstr("no map")));
}

TEST(Ml, LinearModels) {
  EXPECT_THAT(Numbers(Evaluate(Ml("LinearRegressor", {OnnxAttribute::Floats("coefficients", {1, 2, 0, 1}),
                                                      OnnxAttribute::Int("targets", 2),
                                                      OnnxAttribute::Floats("intercepts", {10, 20})}),
                               {kRow})),
              ElementsAre(5, 16));
  // One line of coefficients for two classes; the score is -5.
  const auto two = Evaluate(Ml("LinearClassifier",
                               {OnnxAttribute::Floats("coefficients", {1, 2}),
                                OnnxAttribute::Strings("classlabels_strings", {"no", "yes"})},
                               2),
                            {kRow});
  EXPECT_THAT(Texts(two), ElementsAre("no"));
  EXPECT_THAT(Numbers(two, 1), ElementsAre(5, -5));
  const auto softmax = Evaluate(Ml("LinearClassifier",
                                   {OnnxAttribute::Floats("coefficients", {0, 0, 0, 0}),
                                    OnnxAttribute::Ints("classlabels_ints", {4, 9}),
                                    OnnxAttribute::String("post_transform", "SOFTMAX")},
                                   2),
                                {kRow});
  EXPECT_THAT(Numbers(softmax), ElementsAre(4));
  EXPECT_THAT(Numbers(softmax, 1), ElementsAre(0.5, 0.5));
  EXPECT_THAT(Evaluate(Ml("LinearRegressor", {OnnxAttribute::Floats("coefficients", {1})}), {kRow}),
              IsError(ErrorKind::kInvalid, HasSubstr("coefficients")));
  EXPECT_THAT(Evaluate(Ml("LinearClassifier", {OnnxAttribute::Floats("coefficients", {1, 2})}, 2), {kRow}),
              IsError(ErrorKind::kInvalid, HasSubstr("classlabels_ints or classlabels_strings")));
}

TEST(Ml, PostTransforms) {
  const auto with = [](const char* transform, float score) {
    return Numbers(Evaluate(Ml("LinearRegressor", {OnnxAttribute::Floats("coefficients", {score}),
                                                   OnnxAttribute::String("post_transform", transform)}),
                            {Floats({1, 1}, {1})}));
  };
  EXPECT_THAT(with("LOGISTIC", 0), ElementsAre(0.5));
  // The normal distribution's 97.5 % quantile.
  EXPECT_THAT(with("PROBIT", 0.975F), Pointwise(DoubleNear(1e-5), {1.959964}));
  EXPECT_THAT(with("SOFTMAX_ZERO", 0), ElementsAre(0.5));
  EXPECT_TRUE(with("CUBE", 0).empty());
}

TEST(Ml, SupportVectors) {
  const auto svm = Evaluate(
      Ml("SVMRegressor",
         {OnnxAttribute::String("kernel_type", "POLY"), OnnxAttribute::Floats("kernel_params", {1, 1, 2}),
          OnnxAttribute::Floats("coefficients", {0.5}), OnnxAttribute::Floats("support_vectors", {1, 1}),
          OnnxAttribute::Floats("rho", {3}), OnnxAttribute::Int("n_supports", 1)}),
      {Floats({1, 2}, {1, 2})});
  EXPECT_THAT(Numbers(svm), ElementsAre(0.5 * 16 + 3));
  // Two vectors, one of each class: 1 · 3 - 1 · 1 + 0 votes for the first.
  const std::vector<OnnxAttribute> attributes = {
      OnnxAttribute::Floats("coefficients", {1, -1}), OnnxAttribute::Floats("support_vectors", {1, 0, 0, 1}),
      OnnxAttribute::Ints("vectors_per_class", {1, 1}), OnnxAttribute::Floats("rho", {0}),
      OnnxAttribute::Ints("classlabels_ints", {7, 8})};
  const auto classes = Evaluate(Ml("SVMClassifier", attributes, 2), {Floats({2, 2}, {3, 1, 1, 3})});
  EXPECT_THAT(Numbers(classes), ElementsAre(7, 8));
  EXPECT_THAT(Numbers(classes, 1), ElementsAre(-2, 2, 2, -2));
  auto probable = attributes;
  probable.push_back(OnnxAttribute::Floats("prob_a", {0}));
  probable.push_back(OnnxAttribute::Floats("prob_b", {0}));
  EXPECT_THAT(Numbers(Evaluate(Ml("SVMClassifier", probable, 2), {Floats({1, 2}, {3, 1})}), 1),
              ElementsAre(0.5, 0.5));
  // Votes decide, whatever the probabilities say.
  probable[5] = OnnxAttribute::Floats("prob_a", {1});
  const auto voted = Evaluate(Ml("SVMClassifier", probable, 2), {Floats({1, 2}, {3, 1})});
  EXPECT_THAT(Numbers(voted), ElementsAre(7));
  EXPECT_THAT(Numbers(voted, 1),
              Pointwise(DoubleNear(1e-3), {1 / (1 + std::exp(2.0)), 1 / (1 + std::exp(-2.0))}));
  probable[3] = OnnxAttribute::Floats("rho", {0, 0});
  EXPECT_THAT(Evaluate(Ml("SVMClassifier", probable, 2), {kRow}),
              IsError(ErrorKind::kInvalid, HasSubstr("rho")));
}

std::vector<OnnxAttribute> Stump() {
  // x[0] <= 1 ? (10 for target 0) : (20 for target 0).
  return {OnnxAttribute::Ints("nodes_treeids", {0, 0, 0}),
          OnnxAttribute::Ints("nodes_nodeids", {0, 1, 2}),
          OnnxAttribute::Ints("nodes_featureids", {0, 0, 0}),
          OnnxAttribute::Ints("nodes_truenodeids", {1, 0, 0}),
          OnnxAttribute::Ints("nodes_falsenodeids", {2, 0, 0}),
          OnnxAttribute::Strings("nodes_modes", {"BRANCH_LEQ", "LEAF", "LEAF"}),
          OnnxAttribute::Floats("nodes_values", {1, 0, 0}),
          OnnxAttribute::Ints("nodes_missing_value_tracks_true", {1, 0, 0})};
}

TEST(Ml, Trees) {
  auto regressor = Stump();
  for (auto& each :
       {OnnxAttribute::Ints("target_treeids", {0, 0}), OnnxAttribute::Ints("target_nodeids", {1, 2}),
        OnnxAttribute::Ints("target_ids", {0, 0}), OnnxAttribute::Floats("target_weights", {10, 20}),
        OnnxAttribute::Floats("base_values", {1})})
    regressor.push_back(each);
  EXPECT_THAT(Numbers(Evaluate(Ml("TreeEnsembleRegressor", regressor, 1, 3), {Floats({3, 1}, {1, 2, NAN})})),
              ElementsAre(11, 21, 11));
  auto classifier = Stump();
  for (auto& each :
       {OnnxAttribute::Ints("class_treeids", {0, 0}), OnnxAttribute::Ints("class_nodeids", {1, 2}),
        OnnxAttribute::Ints("class_ids", {0, 1}), OnnxAttribute::Floats("class_weights", {1, 1}),
        OnnxAttribute::Strings("classlabels_strings", {"low", "high"})})
    classifier.push_back(each);
  EXPECT_THAT(Texts(Evaluate(Ml("TreeEnsembleClassifier", classifier, 2, 3), {Floats({2, 1}, {1, 2})})),
              ElementsAre("low", "high"));
  // Nodes 1 and 2 lead to each other.
  const std::vector<OnnxAttribute> circle = {
      OnnxAttribute::Ints("nodes_treeids", {0, 0, 0, 0}),
      OnnxAttribute::Ints("nodes_nodeids", {0, 1, 2, 3}),
      OnnxAttribute::Ints("nodes_featureids", {0, 0, 0, 0}),
      OnnxAttribute::Ints("nodes_truenodeids", {1, 2, 1, 0}),
      OnnxAttribute::Ints("nodes_falsenodeids", {3, 3, 3, 0}),
      OnnxAttribute::Strings("nodes_modes", {"BRANCH_LEQ", "BRANCH_LEQ", "BRANCH_LEQ", "LEAF"}),
      OnnxAttribute::Floats("nodes_values", {1, 1, 1, 0}),
      OnnxAttribute::Ints("target_treeids", {0}),
      OnnxAttribute::Ints("target_nodeids", {3}),
      OnnxAttribute::Ints("target_ids", {0}),
      OnnxAttribute::Floats("target_weights", {5})};
  EXPECT_THAT(Numbers(Evaluate(Ml("TreeEnsembleRegressor", circle, 1, 3), {Floats({1, 1}, {2})})),
              ElementsAre(5));
  EXPECT_THAT(Evaluate(Ml("TreeEnsembleRegressor", circle, 1, 3), {Floats({1, 1}, {0})}),
              IsError(ErrorKind::kInvalid, HasSubstr("round in a circle")));
  auto missing = regressor;
  missing[3] = OnnxAttribute::Ints("nodes_truenodeids", {9, 0, 0});
  EXPECT_THAT(Evaluate(Ml("TreeEnsembleRegressor", missing, 1, 3), {Floats({1, 1}, {1})}),
              IsError(ErrorKind::kInvalid));
  EXPECT_THAT(Evaluate(Ml("TreeEnsembleRegressor", regressor, 1, 3), {Floats({1, 0}, {})}),
              IsError(ErrorKind::kInvalid, HasSubstr("a feature out of range")));
}

}  // namespace
}  // namespace conformance::onnx_reference
