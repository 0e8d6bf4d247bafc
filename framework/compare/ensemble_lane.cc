#include "framework/compare/ensemble_lane.h"

#include <algorithm>
#include <cmath>

#include "framework/compare/exact_lane.h"
#include "framework/compare/plain_lane.h"
#include "framework/compare/tolerance.h"

namespace conformance::compare {
namespace {

/// One answer alone does not say how far others may lie: what assert_close takes for equal is no failure then.
bool IsClose(const Elements& elements) {
  const auto n = static_cast<int64_t>(elements.got.size());
  std::vector<double> truth(elements.got.size());
  for (size_t i = 0; i < truth.size(); ++i) truth[i] = elements.Truth(i);
  const uint8_t* mask = elements.mask.empty() ? nullptr : elements.mask.data();
  const std::vector<double> sizes = SizesOf(elements, truth);
  return CountOutside(elements.got.data(), truth.data(), mask, n, AssertCloseDefaults(elements.reference->dtype()), sizes.empty() ? nullptr : sizes.data())
             .count == 0;
}

/// What rounding the exact answer once may cost: no legal answer can be asked for less.
ports::Spread OneRounding(const Elements& elements) {
  const DType dtype = elements.reference->dtype();
  const double u = UnitRoundoff(dtype), least = SmallestNormalOf(dtype);
  ports::Spread spread;
  double square = 0;
  int64_t finite = 0;
  for (size_t i = 0; i < elements.exact.size(); ++i) {
    if (!elements.Counts(i) || !std::isfinite(elements.exact[i])) continue;
    const double size = elements.Size(elements.exact, i);
    const double error = u * std::max(size, size == 0 ? 0 : least);
    spread.max_abs = std::max(spread.max_abs, error);
    square += error * error;
    ++finite;
  }
  if (finite > 0) spread.rms = std::sqrt(square / static_cast<double>(finite));
  return spread;
}

void Widen(ports::Spread& worst, const ports::Spread& other) {
  worst.rms = std::max(worst.rms, other.rms);
  worst.max_abs = std::max(worst.max_abs, other.max_abs);
}

std::string Of(const record::OutputFigures& figures) {
  return figures.members == 1 ? "the reference's own error" : "the worst of " + std::to_string(figures.members) + " legal answers";
}

}  // namespace

size_t MembersFor(int64_t elements) {
  const int64_t errors = static_cast<int64_t>(kMostMembers) + 1, n = std::max<int64_t>(elements, 1);
  return std::max(kEnsembleMembers, static_cast<size_t>((errors + n - 1) / n - 1));
}

ports::Spreads SpreadsOf(const NamedTensors& member, const NamedTensors& oracle) {
  ports::Spreads spreads;
  for (const auto& [name, exact] : oracle) {
    const Tensor* y = Find(member, name);
    if (y == nullptr || IsIntegral(exact.dtype()) || exact.dtype() == DType::kBool || y->shape() != exact.shape()) continue;
    const std::vector<double> got = ViewAsReal(*y).ToDoubles(), truth = ViewAsReal(exact).ToDoubles();
    ports::Spread spread;
    double square = 0;
    int64_t finite = 0;
    for (size_t i = 0; i < got.size(); ++i) {
      if (!std::isfinite(got[i]) || !std::isfinite(truth[i])) continue;
      const double error = std::fabs(got[i] - truth[i]);
      spread.max_abs = std::max(spread.max_abs, error);
      square += error * error;
      ++finite;
    }
    if (finite > 0) spread.rms = std::sqrt(square / static_cast<double>(finite));
    spreads.emplace(name, spread);
  }
  return spreads;
}

Status JudgeByEnsemble(const Elements& elements, const ports::Ensemble* ensemble, const EnsembleLimits& limits,
                       record::OutputFigures& figures) {
  figures.lane = "ensemble";
  figures.members = 1;
  ports::Spread worst{.rms = figures.reference_rms, .max_abs = figures.reference_max_abs};
  const auto no_worse = [&] { return figures.rms <= worst.rms && figures.max_abs <= worst.max_abs; };
  const size_t members = ensemble == nullptr ? 0 : std::min(ensemble->size(), MembersFor(elements.reference->num_elements()));
  for (size_t k = 0; k < members && !no_worse(); ++k) {
    CONFORMANCE_TRY(const ports::Spreads* member, ensemble->Member(k));
    const auto found = member->find(figures.output);
    if (found == member->end()) return Internal("a member of the ensemble lacks an output").With("output", figures.output);
    Widen(worst, found->second);
    ++figures.members;
  }
  const bool whole = ensemble != nullptr && figures.members == static_cast<int64_t>(members) + 1;
  if (whole && worst.max_abs == 0 && figures.max_abs > 0) {
    JudgeNumbersExactly(elements, figures);
    return Ok();
  }
  figures.worst_rms = worst.rms;
  figures.worst_max_abs = worst.max_abs;
  ports::Spread allowed = worst;
  Widen(allowed, OneRounding(elements));
  figures.budget_rms = limits.rms * allowed.rms;
  figures.budget_max_abs = limits.max_abs * allowed.max_abs;
  const bool over = figures.max_abs > figures.budget_max_abs || figures.rms > figures.budget_rms;
  if (over && (ensemble == nullptr || ensemble->size() == 0) && IsClose(elements)) {
    figures.lane = "plain";
    figures.warning = "errors above twice the reference's own, which is the only legal answer that is known; within assert_close's bounds";
    return Ok();
  }
  if (figures.max_abs > figures.budget_max_abs) {
    Fail(figures, "largest error " + FigureText(figures.max_abs) + " at " + PlaceText(figures.worst_index, elements.reference->shape()) +
                      " is over " + FigureText(figures.budget_max_abs) + ", " + FigureText(limits.max_abs) + " times " + Of(figures));
  } else if (figures.rms > figures.budget_rms) {
    Fail(figures, "RMS error " + FigureText(figures.rms) + " is over " + FigureText(figures.budget_rms) + ", " + FigureText(limits.rms) +
                      " times " + Of(figures));
  } else if (figures.rms > allowed.rms || figures.max_abs > allowed.max_abs) {
    figures.warning = "errors above those of " + Of(figures) + ": RMS " + FigureText(allowed.rms > 0 ? figures.rms / allowed.rms : 0) +
                      " times, largest " + FigureText(allowed.max_abs > 0 ? figures.max_abs / allowed.max_abs : 0) + " times";
  }
  return Ok();
}

}  // namespace conformance::compare
