// What becomes of special values, in every type: docs/verdicts_special_values.md is this test's own text.
// CONFORMANCE_WRITE_TABLE=docs/verdicts_special_values.md writes it anew.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include "framework/compare/lanes_comparator.h"
#include "framework/compare/tolerance.h"

namespace conformance::compare {
namespace {

struct Named {
  std::string name;
  double value;
};
std::vector<Named> Lattice(DType dtype) {
  const double inf = std::numeric_limits<double>::infinity(), least = UlpAt(0, dtype), normal = SmallestNormalOf(dtype), largest = LargestOf(dtype);
  const double next = 1 + UlpAt(1, dtype);
  return {{"NaN", std::nan("")}, {"-inf", -inf},   {"-largest", -largest}, {"-1", -1},  {"-normal", -normal}, {"-least", -least}, {"-0", -0.0},
          {"+0", 0.0},           {"+least", least}, {"+normal", normal},    {"1", 1},    {"next of 1", next},  {"largest", largest}, {"+inf", inf}};
}

Tensor One(double value, DType dtype) { return Cast(Tensor::Of<double>({1}, {value}), dtype); }

/// Eight members that are exact.
class Exact : public ports::Ensemble {
 public:
  size_t size() const override { return 8; }
  Result<const ports::Spreads*> Member(size_t) const override { return &spreads_; }

 private:
  const ports::Spreads spreads_ = {{"y", {}}};
};

bool Passes(double y, double reference, DType dtype, bool with_oracle) {
  const NamedTensors candidate = {{"y", One(y, dtype)}}, wanted = {{"y", One(reference, dtype)}}, oracle = {{"y", One(reference, DType::kF64)}};
  ports::ComparisonRequest request;
  request.candidate = &candidate;
  request.reference = &wanted;
  const Exact exact;
  if (with_oracle) {
    request.oracle = &oracle;
    request.ensemble = &exact;
  }
  const auto comparison = LanesComparator().Compare(request);
  EXPECT_TRUE(comparison.ok());
  return comparison.ok() && comparison->outcome == record::Outcome::kPass;
}

std::string Table(DType dtype, bool with_oracle) {
  const std::vector<Named> lattice = Lattice(dtype);
  std::string text = "| y \\ reference |";
  for (const Named& reference : lattice) text += " " + reference.name + " |";
  text += "\n|---|";
  for (size_t i = 0; i < lattice.size(); ++i) text += "---|";
  text += "\n";
  for (const Named& y : lattice) {
    text += "| **" + y.name + "** |";
    for (const Named& reference : lattice) text += Passes(y.value, reference.value, dtype, with_oracle) ? " pass |" : " · |";
    text += "\n";
  }
  return text;
}

std::string Page() {
  std::string text =
      "# What becomes of special values\n"
      "Made by `framework/compare/truth_table_test.cc`, which fails where this page and the comparator disagree. Each cell is one element, y against\n"
      "the reference; `·` is a failure. *least* is the smallest number above zero, *normal* the smallest normal one, *largest* the largest finite\n"
      "one. ±0 are equal (and counted); NaN equals NaN, whatever its bits; an infinity equals itself. Integers and booleans are equal or fail.\n";
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16}) {
    const std::string name(ToString(dtype));
    const ports::PlainTolerance close = AssertCloseDefaults(dtype);
    text += "\n## " + name + "\nAgainst an oracle that is the reference itself, where every legal answer is exact:\n\n" + Table(dtype, true);
    text += "\nBy the plain tolerance of the type (atol " + FigureText(close.atol) + ", rtol " + FigureText(close.rtol) + "):\n\n" + Table(dtype, false);
  }
  return text;
}

TEST(SpecialValues, AreJudgedAsThePageSays) {
  const std::string page = Page();
  if (const char* file = std::getenv("CONFORMANCE_WRITE_TABLE")) {
    std::ofstream(file) << page;
    return;
  }
  std::ifstream file(std::string(CONFORMANCE_FIXTURES_DIR) + "/../docs/verdicts_special_values.md");
  std::stringstream found;
  found << file.rdbuf();
  EXPECT_EQ(found.str(), page) << "write it anew: CONFORMANCE_WRITE_TABLE=docs/verdicts_special_values.md";
}

// By hand, whatever the page says.
TEST(SpecialValues, FollowTheRules) {
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16}) {
    const auto lattice = Lattice(dtype);
    for (const Named& y : lattice) {
      for (const Named& reference : lattice) {
        const bool same = y.value == reference.value || (std::isnan(y.value) && std::isnan(reference.value));
        const bool finite = std::isfinite(y.value) && std::isfinite(reference.value);
        for (const bool oracle : {true, false}) {
          const bool passes = Passes(y.value, reference.value, dtype, oracle);
          if (same) EXPECT_TRUE(passes) << ToString(dtype) << " " << y.name << " " << reference.name;
          else if (!finite && oracle && std::fabs(reference.value) != LargestOf(dtype)) EXPECT_FALSE(passes) << ToString(dtype) << " " << y.name << " " << reference.name;
          else if (!finite && !oracle) EXPECT_FALSE(passes) << ToString(dtype) << " " << y.name << " " << reference.name;
        }
      }
    }
    EXPECT_FALSE(Passes(-1, 1, dtype, true));
    EXPECT_FALSE(Passes(-1, 1, dtype, false));
    EXPECT_FALSE(Passes(LargestOf(dtype), 1, dtype, false));
  }
  const NamedTensors yes = {{"y", Tensor::Of<bool>({1}, {true})}}, no = {{"y", Tensor::Of<bool>({1}, {false})}};
  ports::ComparisonRequest request;
  request.candidate = &yes;
  request.reference = &no;
  EXPECT_EQ(LanesComparator().Compare(request)->outcome, record::Outcome::kFail);
}

}  // namespace
}  // namespace conformance::compare
