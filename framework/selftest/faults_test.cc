#include "framework/selftest/faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "framework/ir/builder.h"
#include "framework/ir/text.h"
#include "framework/selftest/rescale.h"
#include "framework/selftest/selftest.h"

namespace conformance::selftest {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

ir::TensorMeta Meta(std::vector<int64_t> sizes) { return ir::MakeTensorMeta(DType::kF32, ToSymInts(sizes)); }

/// layer_norm, a linear with bias, gelu and attention over a cache of three slots.
ir::Program Block() {
  ir::ProgramBuilder builder;
  const auto op = [&](const char* target, std::vector<ir::NamedArgument> inputs, std::vector<int64_t> sizes, const char* name) {
    return builder.AddOp({}, target, std::move(inputs), Meta(std::move(sizes)), {}, name);
  };
  const ir::ValueId w = builder.AddParameter("w", Meta({4, 4})), b = builder.AddParameter("b", Meta({4}));
  const ir::ValueId x = builder.AddUserInput("x", Meta({1, 2, 1, 4})), past = builder.AddUserInput("past_key_values.layers.0.keys", Meta({1, 2, 3, 4}));
  const ir::ValueId norm = op("aten.layer_norm.default", {{"input", ir::Argument(x)}, {"normalized_shape", ir::Argument(std::vector<int64_t>{4})}}, {1, 2, 1, 4}, "norm");
  const ir::ValueId linear =
      op("aten.linear.default", {{"input", ir::Argument(norm)}, {"weight", ir::Argument(w)}, {"bias", ir::Argument(b)}}, {1, 2, 1, 4}, "linear");
  const ir::ValueId gelu = op("aten.gelu.default", {{"self", ir::Argument(linear)}}, {1, 2, 1, 4}, "gelu");
  const ir::ValueId keys = op("aten.cat.default", {{"tensors", ir::Argument(std::vector<ir::ValueId>{past, gelu})}, {"dim", ir::Argument(2)}}, {1, 2, 4, 4}, "keys");
  const ir::ValueId y = op("aten.scaled_dot_product_attention.default",
                           {{"query", ir::Argument(gelu)}, {"key", ir::Argument(keys)}, {"value", ir::Argument(keys)}, {"is_causal", ir::Argument(true)}},
                           {1, 2, 1, 4}, "y");
  builder.AddOutput({ir::OutputSpec::Kind::kUserOutput, ""}, ir::Argument(y));
  return std::move(builder).Finish();
}
TensorTable Weights() {
  std::vector<float> w;
  for (int i = 0; i < 16; ++i) w.push_back(static_cast<float>(i) * 0.01f);
  return {{"w", Tensor::Of<float>({4, 4}, w)}, {"b", Tensor::Of<float>({4}, {0, 0, 0, 0})}};
}
const Fault* Of(const std::vector<Fault>& faults, std::string_view kind) {
  for (const Fault& fault : faults) {
    if (fault.kind == kind) return &fault;
  }
  return nullptr;
}

TEST(Faults, AreAllOfNumericsMdsDozen) {
  std::vector<std::string> names;
  for (const FaultKind& kind : FaultKinds()) names.emplace_back(kind.name);
  EXPECT_THAT(names, ElementsAre("wrong_eps", "missing_bias", "stale_cache_slot", "off_by_one_position", "wrong_scale", "lost_mask", "tanh_for_erf",
                                 "half_product", "swapped_rows", "duplicated_column", "one_wrong_weight", "transposed_projection"));
}

TEST(Faults, EachKindChangesItsPlaceAndKeepsTheNamesOfValues) {
  const ir::Program program = Block();
  const auto faults = InjectFaults(program, Weights(), 1, 7);
  ASSERT_TRUE(faults.ok()) << faults.error().ToString();
  EXPECT_EQ(faults->size(), FaultKinds().size());
  for (const Fault& fault : *faults) {
    for (const char* value : {"norm", "linear", "gelu", "keys", "y"}) {
      EXPECT_NE(fault.program.graph.FindValue(value), ir::ValueId::kNone) << fault.kind << " lost " << value;
    }
    EXPECT_EQ(fault.program == program, !fault.weights.empty()) << fault.kind;  // one or the other
  }
  const auto text = [&](const char* kind) { return ir::PrintProgram(Of(*faults, kind)->program); };
  EXPECT_THAT(text("wrong_eps"), HasSubstr("1e-12"));
  EXPECT_EQ(Of(*faults, "missing_bias")->program.graph.FindNode("linear")->Find("bias")->IsNone(), true);
  EXPECT_THAT(text("stale_cache_slot"), HasSubstr("stale"));
  EXPECT_THAT(text("off_by_one_position"), HasSubstr("aten.roll.default"));
  EXPECT_THAT(text("tanh_for_erf"), HasSubstr("tanh"));
  EXPECT_EQ(Of(*faults, "lost_mask")->program.graph.FindNode("y")->Find("is_causal"), nullptr);
  EXPECT_THAT(text("half_product"), HasSubstr("aten.round.default"));
  const auto* scale = Of(*faults, "wrong_scale")->program.graph.FindNode("y")->Find("scale");
  ASSERT_NE(scale, nullptr);
  EXPECT_DOUBLE_EQ(*scale->As<double>(), 1 / std::sqrt(5.0));  // of width 4
}

TEST(Faults, OfWeightsAreWhatTheirNamesSay) {
  const auto faults = InjectFaults(Block(), Weights(), 1, 7);
  ASSERT_TRUE(faults.ok());
  const auto changed = [&](const char* kind) { return Of(*faults, kind)->weights.at("w").ToDoubles(); };
  const std::vector<double> w = Weights().at("w").ToDoubles(), transposed = changed("transposed_projection");
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = 0; j < 4; ++j) EXPECT_EQ(transposed[i * 4 + j], w[j * 4 + i]);
  }
  const auto rows_changed = [&](const std::vector<double>& values) {
    int rows = 0;
    for (size_t i = 0; i < 4; ++i) rows += !std::equal(values.begin() + static_cast<long>(i) * 4, values.begin() + static_cast<long>(i) * 4 + 4, w.begin() + static_cast<long>(i) * 4);
    return rows;
  };
  EXPECT_EQ(rows_changed(changed("swapped_rows")), 2);
  EXPECT_EQ(rows_changed(changed("duplicated_column")), 1);
  int elements = 0;
  for (size_t i = 0; i < 16; ++i) elements += changed("one_wrong_weight")[i] != w[i];
  EXPECT_EQ(elements, 1);
}

TEST(Faults, TheSameSeedGivesTheSame) {
  const auto first = InjectFaults(Block(), Weights(), 2, 7), again = InjectFaults(Block(), Weights(), 2, 7);
  ASSERT_EQ(first->size(), again->size());
  for (size_t i = 0; i < first->size(); ++i) {
    EXPECT_EQ(ir::FirstDifference((*first)[i].program, (*again)[i].program), "");
    for (const auto& [name, tensor] : (*first)[i].weights) EXPECT_TRUE(BitEqual(tensor, (*again)[i].weights.at(name)));
  }
}

TEST(Rescaled, MatricesHaveDeviationOneOverTheRootOfTheirFanIn) {
  const TensorTable rescaled = Rescaled(Block(), Weights(), 1);
  const std::vector<double> before = Weights().at("w").ToDoubles(), after = rescaled.at("w").ToDoubles();
  EXPECT_EQ(after[1] / before[1], 8);  // from 0.088 by the power of two that is nearest to 1/√4
  EXPECT_THAT(rescaled.at("b").ToDoubles(), Not(Contains(0.0)));
}

TEST(ClopperPearson, UpperBoundsAreThoseOfTheTables) {
  EXPECT_NEAR(ClopperPearsonUpper(0, 1000), 1 - std::pow(0.05, 1.0 / 1000), 1e-12);  // no failure: 1 − α^(1/n)
  EXPECT_NEAR(ClopperPearsonUpper(0, 100), 0.029513, 1e-6);
  EXPECT_NEAR(ClopperPearsonUpper(3, 100), 0.0757108, 1e-6);  // qbeta(0.95, 4, 97)
  EXPECT_EQ(ClopperPearsonUpper(5, 5), 1);
  EXPECT_EQ(ClopperPearsonUpper(0, 0), 1);
}

}  // namespace
}  // namespace conformance::selftest
