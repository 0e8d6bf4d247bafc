// The comparator's tests are tested: each way in which it might be wrong must be seen by one of the checks that the right one passes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <memory>

#include "framework/compare/ensemble_lane.h"
#include "framework/compare/lanes_comparator.h"
#include "framework/compare/tolerance.h"

namespace conformance::compare {
namespace {

using ports::Comparison;
using ports::ComparisonRequest;
using record::Outcome;

constexpr float kInf = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();

/// One comparison with the answer that is right.
struct Check {
  std::string name;
  NamedTensors y, reference;
  std::optional<NamedTensors> oracle;
  std::optional<ports::PlainTolerance> tolerance;
  NamedTensors mask;
  std::vector<ports::Spread> members;  ///< of output "y"
  Outcome wanted = Outcome::kFail;
};

class Members : public ports::Ensemble {
 public:
  explicit Members(const std::vector<ports::Spread>& spreads) {
    for (const auto& spread : spreads) members_.push_back({{"y", spread}});
  }
  size_t size() const override { return members_.size(); }
  Result<const ports::Spreads*> Member(size_t index) const override { return &members_[index]; }

 private:
  std::vector<ports::Spreads> members_;
};

Tensor F32(std::vector<float> values) {
  const auto n = static_cast<int64_t>(values.size());
  return Tensor::Of<float>({n}, values);
}
Tensor F64(std::vector<double> values) {
  const auto n = static_cast<int64_t>(values.size());
  return Tensor::Of<double>({n}, values);
}
Tensor I64(std::vector<int64_t> values) {
  const auto n = static_cast<int64_t>(values.size());
  return Tensor::Of<int64_t>({n}, values);
}
NamedTensors Y(Tensor tensor) { return {{"y", std::move(tensor)}}; }

std::vector<Check> Checks() {
  const Outcome pass = Outcome::kPass, fail = Outcome::kFail;
  const ports::PlainTolerance plain{.atol = 1e-3, .rtol = 1e-3};
  const auto plainly = [&](std::string name, std::vector<float> y, std::vector<float> reference, Outcome wanted) {
    return Check{std::move(name), Y(F32(std::move(y))), Y(F32(std::move(reference))), {}, plain, {}, {}, wanted};
  };
  // The oracle is 1, 1, 1, 1; members are off by 2^-20 on each of the four.
  const double unit = 0x1p-20;
  const std::vector<ports::Spread> members(kEnsembleMembers, {.rms = unit, .max_abs = unit});
  const auto by_ensemble = [&](std::string name, std::vector<double> off, Outcome wanted) {
    std::vector<float> y;
    for (const double units : off) y.push_back(static_cast<float>(1 + units * unit));
    return Check{std::move(name), Y(F32(y)), Y(F32({1, 1, 1, 1})), Y(F64({1, 1, 1, 1})), {}, {}, members, wanted};
  };
  std::vector<Check> checks = {
      plainly("equal", {1, 2, 3}, {1, 2, 3}, pass),
      plainly("inside", {1.0015f, 2}, {1, 2}, pass),
      plainly("above", {1.0025f, 2}, {1, 2}, fail),
      plainly("below", {0.9975f, 2}, {1, 2}, fail),
      plainly("the last element", {1, 2, 3.1f}, {1, 2, 3}, fail),
      plainly("the first element", {1.1f, 2, 3}, {1, 2, 3}, fail),
      plainly("another sign", {-1, 2}, {1, 2}, fail),
      plainly("signs of zero", {-0.0f, 0}, {0, -0.0f}, pass),
      plainly("NaN where NaN is", {kNan, 1}, {kNan, 1}, pass),
      plainly("NaN for a number", {kNan, 1}, {1, 1}, fail),
      plainly("a number for NaN", {1, 1}, {kNan, 1}, fail),
      plainly("infinity for the largest", {kInf}, {3.4e38f}, fail),
      plainly("the largest for infinity", {3.4e38f}, {kInf}, fail),
      plainly("the other infinity", {-kInf}, {kInf}, fail),
      plainly("infinity where infinity is", {kInf, -kInf}, {kInf, -kInf}, pass),
      plainly("relative to the reference, not to y", {2.0f}, {1000}, fail),
      plainly("absolute near zero", {0.0009f}, {0}, pass),
      plainly("nothing", {}, {}, fail),
      {"shape", Y(Tensor::Of<float>({1, 2}, {1, 2})), Y(F32({1, 2})), {}, plain, {}, {}, fail},
      {"dtype", Y(F64({1, 2})), Y(F32({1, 2})), {}, plain, {}, {}, fail},
      {"a missing output", Y(F32({1})), {{"y", F32({1})}, {"z", F32({1})}}, {}, plain, {}, {}, fail},
      {"one too many", {{"y", F32({1})}, {"z", F32({1})}}, Y(F32({1})), {}, plain, {}, {}, fail},
      {"the order of outputs", {{"z", F32({1})}, {"y", F32({1})}}, {{"y", F32({1})}, {"z", F32({1})}}, {}, plain, {}, {}, fail},
      {"the second output", {{"y", F32({1})}, {"z", F32({9})}}, {{"y", F32({1})}, {"z", F32({1})}}, {}, plain, {}, {}, fail},
      {"the first output", {{"y", F32({9})}, {"z", F32({1})}}, {{"y", F32({1})}, {"z", F32({1})}}, {}, plain, {}, {}, fail},
      {"integers off by one", Y(I64({1, 2, 4})), Y(I64({1, 2, 3})), {}, plain, {}, {}, fail},
      {"integers beyond 2^53", Y(I64({(int64_t{1} << 60) + 1})), Y(I64({int64_t{1} << 60})), {}, plain, {}, {}, fail},
      {"integers equal", Y(I64({1, 2})), Y(I64({1, 2})), {}, plain, {}, {}, pass},
      {"masked away", Y(F32({9, 2})), Y(F32({1, 2})), {}, plain, Y(Tensor::Of<bool>({2}, {false, true})), {}, pass},
      {"not masked away", Y(F32({9, 2})), Y(F32({1, 2})), {}, plain, Y(Tensor::Of<bool>({2}, {true, false})), {}, fail},
      {"masked whole", Y(F32({9, 2})), Y(F32({1, 2})), {}, plain, Y(Tensor::Of<bool>({2}, {false, false})), {}, fail},
      by_ensemble("as the worst member", {1, 0, 0, 0}, pass),
      by_ensemble("at the largest error's limit", {3, 0, 0, 0}, pass),       // RMS 1.5 × the worst
      by_ensemble("over the largest error's limit", {3.5, 0, 0, 0}, fail),   // RMS 1.75 ×
      by_ensemble("at the RMS's limit", {2, 2, 2, 2}, pass),                 // largest 2 ×
      by_ensemble("over the RMS's limit", {2.25, 2.25, 2.25, 2.25}, fail),   // largest 2.25 ×
      by_ensemble("a number that is none", {NAN, 0, 0, 0}, fail),
      {"against the oracle, not the reference", Y(F32({1 + 0x1p-12f, 1})), Y(F32({1 + 0x1p-12f, 1 + 0x1p-20f})), Y(F64({1, 1})), {}, {}, {}, pass},
      {"exact where every legal answer is", Y(F32({1 + 0x1p-23f, 1})), Y(F32({1, 1})), Y(F64({1, 1})), {}, {},
       std::vector<ports::Spread>(kEnsembleMembers, ports::Spread{}), fail},
  };
  std::vector<float> many(1000, 1.0f);
  many[500] = 2;
  checks.push_back({"one of a thousand", Y(F32(many)), Y(F32(std::vector<float>(1000, 1.0f))), {}, plain, {}, {}, fail});
  return checks;
}

/// Empty where the comparator answers each check rightly; else the first that it does not.
std::string FirstWrong(const ports::Comparator& comparator) {
  for (const Check& check : Checks()) {
    const Members members(check.members);
    ComparisonRequest request;
    request.candidate = &check.y;
    request.reference = &check.reference;
    request.oracle = check.oracle ? &*check.oracle : nullptr;
    request.tolerance = check.tolerance;
    request.mask = check.mask;
    request.ensemble = check.members.empty() ? nullptr : &members;
    const auto comparison = comparator.Compare(request);
    if (!comparison.ok() || comparison->outcome != check.wanted) return check.name;
  }
  return {};
}

/// The comparator with something wrong before or after it.
class Mutant : public ports::Comparator {
 public:
  using Before = std::function<void(NamedTensors& y, NamedTensors& reference, ComparisonRequest& request)>;
  using After = std::function<void(Comparison& comparison)>;
  Mutant(Before before, After after, EnsembleLimits limits = {}) : before_(std::move(before)), after_(std::move(after)), comparator_(limits) {}
  std::string_view Name() const override { return "mutant"; }
  Result<Comparison> Compare(const ComparisonRequest& given) const override {
    ComparisonRequest request = given;
    NamedTensors y = *given.candidate, reference = *given.reference;
    request.candidate = &y;
    request.reference = &reference;
    if (before_) before_(y, reference, request);
    CONFORMANCE_TRY(Comparison comparison, comparator_.Compare(request));
    if (after_) after_(comparison);
    return comparison;
  }

 private:
  Before before_;
  After after_;
  LanesComparator comparator_;
};

/// Applies to floating pairs of equal shape, element by element.
Mutant::Before Elementwise(std::function<double(double y, double reference, size_t i, size_t n)> change) {
  return [change = std::move(change)](NamedTensors& y, NamedTensors& reference, ComparisonRequest&) {
    for (auto& [name, tensor] : y) {
      const Tensor* other = Find(reference, name);
      if (other == nullptr || !IsFloating(tensor.dtype()) || tensor.shape() != other->shape()) continue;
      std::vector<double> values = tensor.ToDoubles();
      const std::vector<double> wanted = other->ToDoubles();
      for (size_t i = 0; i < values.size(); ++i) values[i] = change(values[i], wanted[i], i, values.size());
      tensor = Cast(Tensor::Of<double>(tensor.shape(), values), tensor.dtype());
    }
  };
}
Mutant::After PassWhere(std::function<bool(const record::OutputFigures&)> forgiven) {
  return [forgiven = std::move(forgiven)](Comparison& comparison) {
    for (const auto& figures : comparison.figures) {
      if (figures.outcome == "fail" && !forgiven(figures)) return;
    }
    if (!comparison.figures.empty()) comparison.outcome = Outcome::kPass;
  };
}

std::map<std::string, std::unique_ptr<Mutant>> Mutants() {
  std::map<std::string, std::unique_ptr<Mutant>> mutants;
  const auto add = [&](const char* name, Mutant::Before before, Mutant::After after = nullptr, EnsembleLimits limits = {}) {
    mutants.emplace(name, std::make_unique<Mutant>(std::move(before), std::move(after), limits));
  };
  const auto pass = [](Comparison& comparison) { comparison.outcome = Outcome::kPass; };
  add("always passes", nullptr, pass);
  add("always fails", nullptr, [](Comparison& comparison) { comparison.outcome = Outcome::kFail; });
  add("passes where nothing is compared", nullptr, [](Comparison& comparison) {
    if (comparison.reason == "nothing was compared") comparison.outcome = Outcome::kPass;
  });
  add("NaN equals everything", Elementwise([](double y, double r, size_t, size_t) { return std::isnan(y) || std::isnan(r) ? r : y; }));
  add("NaN of y equals everything", Elementwise([](double y, double r, size_t, size_t) { return std::isnan(y) ? r : y; }));
  add("NaN of the reference equals everything", Elementwise([](double y, double r, size_t, size_t) { return std::isnan(r) ? r : y; }));
  add("infinities equal each other", Elementwise([](double y, double r, size_t, size_t) { return std::isinf(y) && std::isinf(r) ? r : y; }));
  add("infinity equals large numbers", Elementwise([](double y, double r, size_t, size_t) { return std::fabs(y) > 1e38 && std::fabs(r) > 1e38 ? r : y; }));
  add("NaN equals no NaN", Elementwise([](double y, double, size_t, size_t) { return std::isnan(y) ? 0 : y; }));
  add("looks at magnitudes", Elementwise([](double y, double r, size_t, size_t) { return std::copysign(y, r); }));
  add("one-sided, above", Elementwise([](double y, double r, size_t, size_t) { return y > r ? r : y; }));
  add("one-sided, below", Elementwise([](double y, double r, size_t, size_t) { return y < r ? r : y; }));
  add("leaves out the last element", Elementwise([](double y, double r, size_t i, size_t n) { return i + 1 == n ? r : y; }));
  add("leaves out the first element", Elementwise([](double y, double r, size_t i, size_t) { return i == 0 ? r : y; }));
  add("judges zero by its sign", Elementwise([](double y, double r, size_t, size_t) { return y == 0 && std::signbit(y) != std::signbit(r) ? 1 : y; }));
  add("lets 5 % miss", nullptr, PassWhere([](const auto& figures) {
        return figures.close_mismatched * 20 <= figures.elements && std::isfinite(figures.max_abs) && figures.lane == "plain";
      }));
  add("judges the mean", nullptr, PassWhere([](const auto& figures) { return figures.rms < 0.1 && figures.lane == "plain" && figures.elements > 100; }));
  add("judges the first output alone", [](NamedTensors& y, NamedTensors& reference, ComparisonRequest&) {
    for (size_t i = 1; i < y.size() && i < reference.size(); ++i) y[i].second = reference[i].second;
  });
  add("judges the last output alone", [](NamedTensors& y, NamedTensors& reference, ComparisonRequest&) {
    for (size_t i = 0; i + 1 < y.size() && i < reference.size(); ++i) y[i].second = reference[i].second;
  });
  add("matches by place", [](NamedTensors& y, NamedTensors& reference, ComparisonRequest&) {
    for (size_t i = 0; i < y.size() && i < reference.size(); ++i) y[i].first = reference[i].first;
  });
  add("ignores missing outputs", [](NamedTensors& y, NamedTensors& reference, ComparisonRequest&) {
    std::erase_if(reference, [&](const auto& entry) { return Find(y, entry.first) == nullptr; });
  });
  add("ignores more outputs", [](NamedTensors& y, NamedTensors& reference, ComparisonRequest&) {
    std::erase_if(y, [&](const auto& entry) { return Find(reference, entry.first) == nullptr; });
  });
  add("ignores shapes", [](NamedTensors& y, NamedTensors& reference, ComparisonRequest&) {
    for (size_t i = 0; i < y.size() && i < reference.size(); ++i) {
      if (y[i].second.num_elements() == reference[i].second.num_elements()) y[i].second = y[i].second.Contiguous().Reshaped(reference[i].second.shape());
    }
  });
  add("ignores types", [](NamedTensors& y, NamedTensors& reference, ComparisonRequest&) {
    for (size_t i = 0; i < y.size() && i < reference.size(); ++i) y[i].second = Cast(y[i].second, reference[i].second.dtype());
  });
  add("reads integers as doubles", [](NamedTensors& y, NamedTensors& reference, ComparisonRequest&) {
    for (auto* tensors : {&y, &reference}) {
      for (auto& [name, tensor] : *tensors) {
        if (!IsFloating(tensor.dtype())) tensor = Cast(Cast(tensor, DType::kF64), tensor.dtype());
      }
    }
  });
  add("gives integers a tolerance", nullptr, PassWhere([](const auto& figures) { return figures.dtype == "i64" && figures.max_abs <= 1; }));
  add("ignores masks", [](NamedTensors&, NamedTensors&, ComparisonRequest& request) { request.mask.clear(); });
  add("inverts masks", [](NamedTensors&, NamedTensors&, ComparisonRequest& request) {
    for (auto& [name, mask] : request.mask) {
      std::vector<bool> flags;
      for (const int64_t flag : mask.ToInts()) flags.push_back(flag == 0);
      mask = Tensor::Of<bool>(mask.shape(), flags);
    }
  });
  add("swaps y and reference", [](NamedTensors& y, NamedTensors& reference, ComparisonRequest&) { std::swap(y, reference); });
  add("ignores the absolute bound", [](NamedTensors&, NamedTensors&, ComparisonRequest& request) {
    if (request.tolerance) request.tolerance->atol = 0;
  });
  add("ignores the relative bound", [](NamedTensors&, NamedTensors&, ComparisonRequest& request) {
    if (request.tolerance) request.tolerance->rtol = 0;
  });
  add("ten times the bound", [](NamedTensors&, NamedTensors&, ComparisonRequest& request) {
    if (request.tolerance) request.tolerance = ports::PlainTolerance{request.tolerance->atol * 10, request.tolerance->rtol * 10};
  });
  add("no oracle", [](NamedTensors&, NamedTensors&, ComparisonRequest& request) { request.oracle = nullptr; });
  add("no ensemble", [](NamedTensors&, NamedTensors&, ComparisonRequest& request) { request.ensemble = nullptr; });
  add("a wider RMS", nullptr, nullptr, {.rms = 2.5, .max_abs = 3});
  add("a narrower RMS", nullptr, nullptr, {.rms = 1.9, .max_abs = 3});
  add("a wider largest error", nullptr, nullptr, {.rms = 2, .max_abs = 4});
  add("a narrower largest error", nullptr, nullptr, {.rms = 2, .max_abs = 2.9});
  return mutants;
}

TEST(Comparator, AnswersEveryCheckRightly) { EXPECT_EQ(FirstWrong(LanesComparator()), ""); }

TEST(ComparatorMutants, AreAllFound) {
  const auto mutants = Mutants();
  for (const auto& [name, mutant] : mutants) EXPECT_NE(FirstWrong(*mutant), "") << "nobody sees the comparator that " << name;
  EXPECT_GE(mutants.size(), 30u);
}

}  // namespace
}  // namespace conformance::compare
