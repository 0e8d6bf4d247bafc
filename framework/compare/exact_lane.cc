#include "framework/compare/exact_lane.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "framework/base/strings.h"
#include "framework/compare/tolerance.h"

namespace conformance::compare {
namespace {

using ports::Decision;

/// Where an element of an output of indices looks into the scores: scores as [outer, n, inner], the output as [outer, k, inner].
struct Lookup {
  int64_t outer = 0, inner = 0, n = 0, stride = 0;
  int64_t At(int64_t index) const { return (outer * n + index) * stride + inner; }
};
std::optional<Lookup> LookupOf(const Shape& scores, int64_t axis, const Shape& shape, int64_t element) {
  const auto rank = static_cast<int64_t>(scores.size());
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return std::nullopt;
  int64_t outer = 1, inner = 1;
  for (int64_t i = 0; i < axis; ++i) outer *= scores[static_cast<size_t>(i)];
  for (int64_t i = axis + 1; i < rank; ++i) inner *= scores[static_cast<size_t>(i)];
  const int64_t count = NumElements(shape);
  if (outer * inner == 0 || count % (outer * inner) != 0) return std::nullopt;
  const int64_t k = count / (outer * inner);
  Lookup lookup;
  lookup.n = scores[static_cast<size_t>(axis)];
  lookup.stride = inner;
  lookup.inner = element % inner;
  lookup.outer = element / (inner * k);
  return lookup;
}

/// Indices of one row must still be different ones.
bool HasRepeats(const Decision& decision, const Shape& shape, const std::vector<int64_t>& got) {
  std::set<std::pair<int64_t, int64_t>> seen;
  for (int64_t i = 0; i < static_cast<int64_t>(got.size()); ++i) {
    const auto lookup = LookupOf(decision.scores.shape(), decision.axis, shape, i);
    if (lookup && !seen.insert({lookup->outer * lookup->stride + lookup->inner, got[static_cast<size_t>(i)]}).second) return true;
  }
  return false;
}

}  // namespace

bool IsLegalChoice(const Decision& decision, const Shape& shape, int64_t index, int64_t found, int64_t wanted) {
  if (decision.kind == Decision::Kind::kIndex) {
    const auto lookup = LookupOf(decision.scores.shape(), decision.axis, shape, index);
    if (!lookup || found < 0 || found >= lookup->n || wanted < 0 || wanted >= lookup->n) return false;
    return std::fabs(decision.scores.At(lookup->At(found)) - decision.scores.At(lookup->At(wanted))) <= 2 * decision.radius;
  }
  if (decision.scores.shape() != shape) return false;
  const double score = decision.scores.At(index);
  if (decision.kind == Decision::Kind::kRound) {
    const double middle = (static_cast<double>(found) + static_cast<double>(wanted)) / 2;
    return std::llabs(found - wanted) == 1 && std::fabs(score - middle) <= decision.radius;
  }
  const double other = decision.other && decision.other->shape() == shape ? decision.other->At(index) : 0;
  return std::fabs(score - other) <= 2 * decision.radius;
}

void JudgeNumbersExactly(const Elements& elements, record::OutputFigures& figures) {
  figures.lane = "exact";
  if (figures.max_abs == 0) return;
  const auto at = static_cast<size_t>(figures.worst_index);
  Fail(figures, "at " + PlaceText(figures.worst_index, elements.reference->shape()) + " found " + FigureText(elements.got[at]) + ", wanted " +
                    FigureText(elements.Truth(at)) + " (off by " + FigureText(figures.max_abs) + "), where every legal answer is exact");
}

Status JudgeExactly(const Elements& elements, const ports::Deciding& decide, record::OutputFigures& figures) {
  const std::vector<int64_t> got = elements.y->ToInts(), want = elements.reference->ToInts();
  std::vector<int64_t> different;
  for (size_t i = 0; i < want.size(); ++i) {
    if (elements.Counts(i) && got[i] != want[i]) different.push_back(static_cast<int64_t>(i));
  }
  figures.lane = "exact";
  figures.close_mismatched = static_cast<int64_t>(different.size());
  if (different.empty()) return Ok();
  std::optional<Decision> decision;
  if (decide) {
    CONFORMANCE_TRY(decision, decide(figures.output));
  }
  const int64_t counted = elements.Counted();
  const Shape& shape = elements.reference->shape();
  int64_t illegal = 0;
  for (const int64_t i : different) {
    const auto at = static_cast<size_t>(i);
    if (decision && IsLegalChoice(*decision, shape, i, got[at], want[at])) continue;
    const double difference = std::fabs(static_cast<double>(got[at]) - static_cast<double>(want[at]));
    if (illegal++ == 0 || difference > figures.max_abs) figures.worst_index = i;
    figures.max_abs = std::max(figures.max_abs, difference);
  }
  const std::string what = std::to_string(counted) + " " + std::string(ToString(elements.reference->dtype())) + " values";
  if (illegal > 0) {
    const auto worst = static_cast<size_t>(figures.worst_index);
    Fail(figures, std::to_string(illegal) + " of " + what + " differ; at " + PlaceText(figures.worst_index, shape) + " found " +
                      std::to_string(got[worst]) + ", wanted " + std::to_string(want[worst]));
    return Ok();
  }
  figures.lane = "decision";
  figures.legal_choices = static_cast<int64_t>(different.size());
  const auto most = std::max<int64_t>(1, static_cast<int64_t>(kLegalChoices * static_cast<double>(counted)));
  if (decision->kind == Decision::Kind::kIndex && HasRepeats(*decision, shape, got)) {
    Fail(figures, "an index appears twice in a row of " + what);
  } else if (figures.legal_choices > most) {
    Fail(figures, std::to_string(different.size()) + " of " + what + " differ, each where the oracle hardly decides; at most " +
                      std::to_string(most) + " may");
  } else {
    figures.warning = std::to_string(different.size()) + " of " + what + " are other choices, where the oracle's scores are nearly equal";
  }
  return Ok();
}

}  // namespace conformance::compare
