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

const Value kNone;
Array Floats(Shape dims, std::vector<float> values) { return Array::Of<float>(std::move(dims), values); }
Array Ints(std::vector<int64_t> values) {
  return Array::Of<int64_t>({static_cast<int64_t>(values.size())}, values);
}
const OnnxAttribute kLinear = OnnxAttribute::String("mode", "linear");

TEST(Resize, InterpolatesBetweenCentres) {
  const auto out = Evaluate({"Resize", {kLinear}}, {Floats({2}, {1, 2}), kNone, Floats({1}, {2})});
  EXPECT_THAT(Numbers(out), ElementsAre(1, 1.25, 1.75, 2));
  const auto corners = Evaluate(
      {"Resize", {kLinear, OnnxAttribute::String("coordinate_transformation_mode", "align_corners")}},
      {Floats({2}, {1, 4}), kNone, kNone, Ints({4})});
  EXPECT_THAT(Numbers(corners), Pointwise(DoubleNear(1e-6), {1, 2, 3, 4}));
}

TEST(Resize, WidensItsFilterAgainstAliasing) {
  // At 0.5 the triangle of width 4 takes 1, 3, 3 and 1 eighths of places -1 to 2; place -1 is the edge.
  const auto out = Evaluate({"Resize", {kLinear, OnnxAttribute::Int("antialias", 1)}},
                            {Floats({4}, {1, 2, 3, 4}), kNone, kNone, Ints({2})});
  EXPECT_THAT(Numbers(out), ElementsAre(1.625, 3.375));
}

TEST(Resize, TakesTheNearest) {
  const Array x = Floats({4}, {1, 2, 3, 4});
  const auto with = [&](const char* mode) {
    return Numbers(Evaluate({"Resize",
                             {OnnxAttribute::String("nearest_mode", mode),
                              OnnxAttribute::String("coordinate_transformation_mode", "asymmetric")}},
                            {x, kNone, Floats({1}, {2})}));
  };
  EXPECT_THAT(with("round_prefer_floor"), ElementsAre(1, 1, 2, 2, 3, 3, 4, 4));
  EXPECT_THAT(with("round_prefer_ceil"), ElementsAre(1, 2, 2, 3, 3, 4, 4, 4));
  EXPECT_THAT(with("ceil"), ElementsAre(1, 2, 2, 3, 3, 4, 4, 4));
}

TEST(Resize, CropsWithAValueOutside) {
  const auto out =
      Evaluate({"Resize",
                {kLinear, OnnxAttribute::String("coordinate_transformation_mode", "tf_crop_and_resize"),
                 OnnxAttribute::Float("extrapolation_value", 9)}},
               {Floats({3}, {1, 2, 3}), Floats({2}, {0.5, 1.5}), kNone, Ints({3})});
  EXPECT_THAT(Numbers(out), ElementsAre(2, 3, 9));
}

TEST(Resize, KeepsTheAspectRatio) {
  const auto out = Evaluate({"Resize", {OnnxAttribute::String("keep_aspect_ratio_policy", "not_larger")}},
                            {Floats({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}), kNone, kNone, Ints({4, 6})});
  EXPECT_EQ(Kind(out), "float[3, 6]");
}

TEST(Resize, RefusesWhatIsNoSize) {
  const Array x = Floats({2}, {1, 2});
  EXPECT_THAT(Evaluate({"Resize"}, {x, kNone, Floats({1}, {1e12F})}), IsError(ErrorKind::kOutOfMemory));
  EXPECT_THAT(Evaluate({"Resize"}, {x, kNone, Floats({1}, {-1})}),
              IsError(ErrorKind::kInvalid, HasSubstr("a scale out of range")));
  EXPECT_THAT(Evaluate({"Resize"}, {x, kNone, Floats({1}, {NAN})}),
              IsError(ErrorKind::kInvalid, HasSubstr("a scale out of range")));
  EXPECT_THAT(Evaluate({"Resize"}, {x, kNone, Floats({2}, {1, 1})}),
              IsError(ErrorKind::kShape, HasSubstr("found: 2, wanted: 1")));
  EXPECT_THAT(Evaluate({"Resize"}, {x, kNone, Floats({1}, {1}), Ints({2})}),
              IsError(ErrorKind::kInvalid, HasSubstr("scales and sizes")));
  EXPECT_THAT(Evaluate({"Resize"}, {Floats({0}, {}), kNone, kNone, Ints({2})}),
              IsError(ErrorKind::kInvalid, HasSubstr("a size out of range")));
  EXPECT_THAT(Evaluate({"Resize", {OnnxAttribute::String("mode", "sinc")}}, {x, kNone, Floats({1}, {1})}),
              IsError(ErrorKind::kInvalid, HasSubstr("nearest, linear, cubic")));
}

TEST(GridSample, PadsByItsMode) {
  // A row of 1 and 2; places half a pixel and three pixels beyond the right one.
  const Array x = Floats({1, 1, 1, 2}, {1, 2}), grid = Floats({1, 1, 2, 2}, {1, 0, 3.5, 0});
  const auto with = [&](const char* padding) {
    return Numbers(Evaluate({"GridSample", {OnnxAttribute::String("padding_mode", padding)}}, {x, grid}));
  };
  EXPECT_THAT(with("zeros"), ElementsAre(1, 0));
  EXPECT_THAT(with("border"), ElementsAre(2, 2));
  // 4 is 2.5 beyond the edge at 1.5: back to -1 and from the edge at -0.5 to 0.
  EXPECT_THAT(with("reflection"), ElementsAre(2, 1));
  // Half a pixel out, the cubic filter takes 1, 2, 2, 2 by -3/32, 19/32, 19/32 and -3/32.
  EXPECT_THAT(Numbers(Evaluate(
                  {"GridSample",
                   {OnnxAttribute::String("mode", "cubic"), OnnxAttribute::String("padding_mode", "border")}},
                  {x, Floats({1, 1, 1, 2}, {1, 0})})),
              ElementsAre(2.09375));
  EXPECT_THAT(Evaluate({"GridSample"}, {x, Floats({1, 1, 1, 3}, {0, 0, 0})}),
              IsError(ErrorKind::kShape, HasSubstr("a grid that doesn't fit")));
  EXPECT_THAT(Numbers(Evaluate({"GridSample"}, {x, Floats({1, 1, 1, 2}, {NAN, INFINITY})})), ElementsAre(0));
}

TEST(AffineGrid, OfTheIdentityIsTheCentres) {
  const auto out = Evaluate({"AffineGrid"}, {Floats({1, 2, 3}, {1, 0, 0, 0, 1, 0}), Ints({1, 1, 1, 2})});
  EXPECT_THAT(Numbers(out), ElementsAre(-0.5, 0, 0.5, 0));
  EXPECT_THAT(Evaluate({"AffineGrid"}, {Floats({1, 2, 3}, {1, 0, 0, 0, 1, 0}), Ints({2, 1, 1, 2})}),
              IsError(ErrorKind::kShape));
}

TEST(RoiAlign, AveragesItsSamples) {
  const Array x = Floats({1, 1, 2, 2}, {1, 2, 3, 4}), all = Floats({1, 4}, {0, 0, 2, 2});
  const std::vector<OnnxAttribute> attributes = {OnnxAttribute::Int("sampling_ratio", 2)};
  EXPECT_THAT(Numbers(Evaluate({"RoiAlign", attributes}, {x, all, Ints({0})})), ElementsAre(2.5));
  EXPECT_THAT(Evaluate({"RoiAlign", attributes}, {x, all, Ints({1})}),
              IsError(ErrorKind::kInvalid, HasSubstr("below 1")));
  EXPECT_THAT(Evaluate({"RoiAlign"}, {x, Floats({1, 4}, {0, 0, 1e30F, 1e30F}), Ints({0})}),
              IsError(ErrorKind::kInvalid, HasSubstr("too many samples")));
  EXPECT_EQ(Kind(Evaluate({"RoiAlign"}, {x, Floats({0, 4}, {}), Ints({})})), "float[0, 1, 1, 1]");
}

TEST(MaxRoiPool, TakesTheLargestOfEachBin) {
  const auto out =
      Evaluate({"MaxRoiPool", {OnnxAttribute::Ints("pooled_shape", {1, 2})}},
               {Floats({1, 1, 2, 4}, {1, 2, 3, 4, 8, 7, 6, 5}), Floats({1, 5}, {0, 0, 0, 3, 1})});
  EXPECT_THAT(Numbers(out), ElementsAre(8, 6));
  EXPECT_THAT(Evaluate({"MaxRoiPool", {OnnxAttribute::Ints("pooled_shape", {1, 2})}},
                       {Floats({1, 1, 1, 1}, {1}), Floats({1, 5}, {NAN, 0, 0, 1, 1})}),
              IsError(ErrorKind::kInvalid, HasSubstr("an index out of range")));
}

TEST(NonMaxSuppression, DropsWhatOverlapsABetterBox) {
  // The second box covers half of the first and as much beside it: a third of their union.
  const Array boxes = Floats({1, 3, 4}, {0, 0, 1, 2, 0, 1, 1, 3, 5, 5, 6, 6}),
              scores = Floats({1, 1, 3}, {0.9F, 0.8F, 0.1F});
  const auto with = [&](float overlap, float least) {
    return Numbers(Evaluate({"NonMaxSuppression"},
                            {boxes, scores, Ints({9}), Floats({1}, {overlap}), Floats({1}, {least})}));
  };
  EXPECT_THAT(with(0.3F, 0), ElementsAre(0, 0, 0, 0, 0, 2));
  EXPECT_THAT(with(0.34F, 0), ElementsAre(0, 0, 0, 0, 0, 1, 0, 0, 2));
  EXPECT_THAT(with(0.3F, 0.1F), ElementsAre(0, 0, 0));
  EXPECT_EQ(Kind(Evaluate({"NonMaxSuppression"}, {boxes, scores})), "int64[0, 3]");
  EXPECT_THAT(Evaluate({"NonMaxSuppression"}, {boxes, scores, Ints({1}), Floats({1}, {2})}),
              IsError(ErrorKind::kInvalid, HasSubstr("[0, 1]")));
}

TEST(Col2Im, SumsWhatOverlaps) {
  // Windows of two in a row of three: the middle is in both.
  EXPECT_THAT(Numbers(Evaluate({"Col2Im"}, {Floats({1, 2, 2}, {1, 2, 10, 20}), Ints({3}), Ints({2})})),
              ElementsAre(1, 12, 20));
  EXPECT_THAT(Evaluate({"Col2Im"}, {Floats({1, 2, 3}, {1, 2, 3, 4, 5, 6}), Ints({3}), Ints({2})}),
              IsError(ErrorKind::kShape, HasSubstr("[n, c · 2, 2]")));
  EXPECT_THAT(Evaluate({"Col2Im"}, {Floats({1, 2, 3}, {1, 2, 3, 4, 5, 6}), Ints({-3}), Ints({2})}),
              IsError(ErrorKind::kShape));
}

TEST(DeformConv, MovesItsTaps) {
  // One tap of weight 2, moved half a pixel right: between the two elements, then between the last and nothing.
  const Array x = Floats({1, 1, 1, 2}, {1, 3}), w = Floats({1, 1, 1, 1}, {2}),
              offset = Floats({1, 2, 1, 2}, {0, 0, 0.5, 0.5});
  EXPECT_THAT(Numbers(Evaluate({"DeformConv"}, {x, w, offset})), ElementsAre(4, 3));
  EXPECT_THAT(
      Numbers(Evaluate({"DeformConv"}, {x, w, offset, Floats({1}, {1}), Floats({1, 1, 1, 2}, {0, 1})})),
      ElementsAre(1, 4));
  EXPECT_THAT(Evaluate({"DeformConv"}, {x, w, Floats({1, 1, 1, 2}, {0, 0})}),
              IsError(ErrorKind::kShape, HasSubstr("offsets that don't fit")));
}

}  // namespace
}  // namespace conformance::onnx_reference
