#include "framework/nn/rope.h"

#include <gmock/gmock.h>

#include <cmath>

#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"
#include "references/eager/eager.h"

namespace conformance::nn {
namespace {

using namespace conformance::testing;
using ops::Value;
using ::testing::HasSubstr;

/// The constants of the module itself.
class Constants : public eager::WeightProvider {
 public:
  Result<Tensor> Load(const ops::WeightInfo& info) override { return *info.constant; }
};

RopeConfig Config(std::string type) {
  RopeConfig config;
  config.type = std::move(type);
  config.head_dim = 8;
  config.max_position_embeddings = 64;
  return config;
}

/// Tables below are transformers 5.23's ROPE_INIT_FUNCTIONS at theta 10000, head_dim 8, 64 positions.
void ExpectTable(const RopeConfig& config, const std::vector<float>& frequencies, double scaling = 1.0) {
  const Result<RopeTable> table = MakeRopeTable(config);
  ASSERT_THAT(table, IsOk());
  EXPECT_THAT(table->inv_freq, IsTensorNear(F32Of({4}, frequencies), Ulps(2)));
  EXPECT_NEAR(table->attention_scaling, scaling, 1e-12);
}

TEST(Rope, DefaultFrequenciesFallGeometrically) { ExpectTable(Config("default"), {1.0f, 0.1f, 0.01f, 0.001f}); }

TEST(Rope, DefaultIgnoresAPartialFactor) {
  RopeConfig config = Config("default");
  config.partial_rotary_factor = 0.5;
  ExpectTable(config, {1.0f, 0.1f, 0.01f, 0.001f});
}

TEST(Rope, LinearDivides) {
  RopeConfig config = Config("linear");
  config.factor = 4.0;
  ExpectTable(config, {0.25f, 0.0250000004f, 0.00249999994f, 0.000250000012f});
}

TEST(Rope, YarnBlends) {
  RopeConfig config = Config("yarn");
  config.factor = 4.0;
  config.original_max_position_embeddings = 16;
  ExpectTable(config, {1.0f, 0.0250000004f, 0.00249999994f, 0.000250000012f}, 1.138629436111989);
  config.factor = std::nullopt;  // 64 / 16
  ExpectTable(config, {1.0f, 0.0250000004f, 0.00249999994f, 0.000250000012f}, 1.138629436111989);
  config.attention_factor = 0.5;
  ExpectTable(config, {1.0f, 0.0250000004f, 0.00249999994f, 0.000250000012f}, 0.5);
}

TEST(Rope, YarnTakesItsOptions) {
  RopeConfig config = Config("yarn");
  config.factor = 8.0;
  config.original_max_position_embeddings = 8;
  config.beta_fast = 16.0;
  config.beta_slow = 2.0;
  config.mscale = 0.7;
  config.mscale_all_dim = 1.3;
  config.truncate = false;
  ExpectTable(config, {1.0f, 0.100000001f, 0.00999999978f, 0.00100000005f}, 0.9017839869787123);
}

TEST(Rope, Llama3SlowsLongWavesDown) {
  RopeConfig config = Config("llama3");
  config.factor = 8.0;
  config.low_freq_factor = 1.0;
  config.high_freq_factor = 4.0;
  config.original_max_position_embeddings = 32;
  ExpectTable(config, {1.0f, 0.0125000002f, 0.00124999997f, 0.000125000006f});
}

TEST(Rope, ProportionalTurnsAShare) {
  RopeConfig config = Config("proportional");
  config.partial_rotary_factor = 0.5;
  config.factor = 2.0;
  ExpectTable(config, {0.5f, 0.0500000007f, 0.0f, 0.0f});
}

RopeConfig Long() {
  RopeConfig config = Config("longrope");
  config.original_max_position_embeddings = 16;
  config.short_factor = {1.0, 1.1, 1.2, 1.3};
  config.long_factor = {2.0, 3.0, 4.0, 5.0};
  return config;
}

TEST(Rope, LongRopeHasTwoTables) {
  ExpectTable(Long(), {1.0f, 0.0909090936f, 0.00833333284f, 0.00076923077f}, 1.224744871391589);
  EXPECT_THAT(*MakeRopeTable(Long())->long_inv_freq,
              IsTensorNear(F32({0.5f, 0.0333333351f, 0.00249999994f, 0.000199999995f}), Ulps(2)));
}

/// Cosines of the largest of `positions`, as the module computes them.
std::vector<double> LastCosines(const RopeConfig& config, std::vector<int64_t> positions) {
  RotaryEmbedding rotary("LlamaRotaryEmbedding", config, *MakeRopeTable(config));
  rotary.Finish();
  Constants constants;
  eager::EagerContext context(eager::DefaultKernels(), {}, constants);
  const auto count = static_cast<int64_t>(positions.size());
  const auto [cos, sin] = rotary.Forward(context, Value::Eager(Ones({1})), Value::Eager(Tensor::Of<int64_t>({1, count}, positions)));
  EXPECT_THAT(context.status(), IsOk());
  std::vector<double> all = cos.tensor().ToDoubles();
  return {all.end() - config.head_dim, all.end()};
}

TEST(Rope, CosinesOfBothHalvesAreEqual) {
  const std::vector<double> cosines = LastCosines(Config("default"), {0, 3});
  ASSERT_EQ(cosines.size(), 8u);
  const double frequencies[] = {1.0, 0.1, 0.01, 0.001};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(cosines[i], std::cos(3 * frequencies[i]), 1e-6);
    EXPECT_EQ(cosines[i], cosines[i + 4]);
  }
}

TEST(Rope, LongRopeChoosesByTheLargestPosition) {
  const double scaling = 1.224744871391589;
  EXPECT_NEAR(LastCosines(Long(), {0, 15})[0], scaling * std::cos(15 * 1.0), 1e-5);
  EXPECT_NEAR(LastCosines(Long(), {0, 16})[0], scaling * std::cos(16 * 0.5), 1e-5);
}

TEST(Rope, DynamicGrowsItsBaseBeyondTheMaximum) {
  RopeConfig config = Config("dynamic");
  config.factor = 2.0;
  EXPECT_NEAR(LastCosines(config, {0, 63})[1], std::cos(63 * 0.1), 1e-5);
  // Length 100: the second frequency is transformers' 0.0777822211.
  EXPECT_NEAR(LastCosines(config, {0, 99})[1], std::cos(99 * 0.0777822211), 1e-5);
}

TEST(Rope, SectionsFollowTheirOwnPositions) {
  RopeConfig config = Config("default");
  config.sections = {1, 2, 1};  // time, height twice, width
  Result<RopeTable> table = MakeRopeTable(config);
  ASSERT_THAT(table, IsOk());
  RotaryEmbedding rotary("Qwen2VLRotaryEmbedding", config, std::move(*table));
  rotary.Finish();
  Constants constants;
  eager::EagerContext context(eager::DefaultKernels(), {}, constants);
  const Value positions = Value::Eager(Tensor::Of<int64_t>({3, 1, 1}, {2, 30, 400}));
  const auto [cos, sin] = rotary.Forward(context, Value::Eager(F32({0})), positions);
  ASSERT_THAT(context.status(), IsOk());
  // Frequencies 1, 0.1, 0.01, 0.001: angles 2, 3, 0.3, 0.4.
  const auto turned = [](float (*f)(float)) { return F32Of({1, 1, 8}, {f(2), f(3), f(0.3f), f(0.4f), f(2), f(3), f(0.3f), f(0.4f)}); };
  EXPECT_THAT(cos, IsTensorNear(turned(std::cos), Within(1e-6, 1e-6)));
  EXPECT_THAT(sin, IsTensorNear(turned(std::sin), Within(1e-6, 1e-6)));
  config.sections = {1, 2};
  EXPECT_THAT(MakeRopeTable(config), IsError(ErrorKind::kInvalid, HasSubstr("a sum of 4")));
}

TEST(Rope, RefusesByName) {
  EXPECT_THAT(MakeRopeTable(Config("su")), IsError(ErrorKind::kUnsupported, HasSubstr("\"su\"")));
  EXPECT_THAT(MakeRopeTable(Config("linear")), IsError(ErrorKind::kInvalid, HasSubstr("factor")));
  EXPECT_THAT(MakeRopeTable(Config("llama3")), IsError(ErrorKind::kInvalid));
  RopeConfig odd = Config("default");
  odd.head_dim = 5;
  EXPECT_THAT(MakeRopeTable(odd), IsError(ErrorKind::kInvalid, HasSubstr("even head_dim")));
  RopeConfig partial = Config("linear");
  partial.factor = 2.0;
  partial.partial_rotary_factor = 0.5;
  EXPECT_THAT(MakeRopeTable(partial), IsError(ErrorKind::kUnsupported, HasSubstr("partial_rotary_factor")));
  RopeConfig few = Long();
  few.long_factor.pop_back();
  EXPECT_THAT(MakeRopeTable(few), IsError(ErrorKind::kInvalid, HasSubstr("long_factor")));
}

}  // namespace
}  // namespace conformance::nn
