#include "framework/compare/lanes_comparator.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "framework/compare/exact_lane.h"
#include "framework/compare/plain_lane.h"
#include "framework/compare/structure_lane.h"
#include "framework/compare/tolerance.h"

namespace conformance::compare {
namespace {

using ports::Comparison;
using ports::ComparisonRequest;
using record::OutputFigures;

/// NaN and infinities at other places; an overflow is legal within the radius that the values' lane has found.
void JudgeClasses(const Elements& elements, double radius, OutputFigures& figures) {
  const auto differences = ClassDifferences(elements);
  const DType dtype = elements.reference->dtype();
  int64_t illegal = 0;
  const ClassDifference* first = nullptr;
  for (const ClassDifference& difference : differences) {
    if (!elements.exact.empty() && difference.IsOverflow(elements.exact[difference.index], radius, dtype)) continue;
    if (illegal++ == 0) first = &difference;
  }
  if (first == nullptr) return;
  figures.lane = "structure";
  figures.outcome = "pass";  // NaN where a number should be is the graver cause
  figures.worst_index = static_cast<int64_t>(first->index);
  Fail(figures, first->Text(elements.reference->shape()) + (illegal > 1 ? " and " + std::to_string(illegal - 1) + " more" : ""));
}

Status JudgeValues(const ComparisonRequest& request, const EnsembleLimits& limits, const Elements& elements, OutputFigures& figures) {
  if (!IsFloating(elements.y->dtype())) return JudgeExactly(elements, request.decide, figures);
  Measure(elements, figures);
  if (request.tolerance || elements.oracle == nullptr) {
    JudgePlainly(elements, request.tolerance.value_or(AssertCloseDefaults(elements.reference->dtype())), figures);
  } else if (request.exact) {
    if (figures.reference_max_abs != 0) return Internal("a case that is to be exact has a reference that is not").With("output", figures.output);
    JudgeNumbersExactly(elements, figures);
  } else {
    CONFORMANCE_RETURN_IF_ERROR(JudgeByEnsemble(elements, request.ensemble, limits, figures));
  }
  JudgeClasses(elements, figures.budget_max_abs, figures);
  return Ok();
}

std::string_view RuleOf(std::string_view lane) {
  if (lane == "exact") return kExactRule;
  if (lane == "decision") return kDecisionRule;
  if (lane == "ensemble") return kEnsembleRule;
  if (lane == "plain") return kPlainRule;
  return kStructureRule;
}

}  // namespace

Result<Comparison> LanesComparator::Compare(const ComparisonRequest& request) const {
  if (request.candidate == nullptr || request.reference == nullptr) return Internal("a comparison needs candidate and reference");
  Comparison comparison;
  comparison.rules["structure"] = std::string(kStructureRule);
  if (std::string names = NamesDiffer(*request.candidate, *request.reference); !names.empty()) {
    comparison.reason = std::move(names);
    return comparison;
  }
  int64_t compared = 0;
  for (size_t i = 0; i < request.reference->size(); ++i) {
    const auto& [name, reference] = (*request.reference)[i];
    const Tensor& y = (*request.candidate)[i].second;
    const Tensor* oracle = request.oracle != nullptr ? conformance::Find(*request.oracle, name) : nullptr;
    OutputFigures figures;
    figures.output = name;
    figures.dtype = std::string(ToString(y.dtype()));
    figures.shape = y.shape();
    figures.assignment = request.assignment;
    figures.elements = y.num_elements();
    figures.outcome = "pass";
    figures.lane = "structure";
    if (std::string types = TypesDiffer(y, reference); !types.empty()) {
      Fail(figures, std::move(types));
    } else if (request.oracle != nullptr && (oracle == nullptr || oracle->shape() != reference.shape())) {
      return Internal("the oracle's outputs are not the reference's").With("output", name);
    } else {
      const Tensor y_parts = ViewAsReal(y), reference_parts = ViewAsReal(reference), oracle_parts = oracle != nullptr ? ViewAsReal(*oracle) : Tensor();
      CONFORMANCE_TRY(const Elements elements, ReadElements(request, name, y_parts, reference_parts, oracle != nullptr ? &oracle_parts : nullptr,
                                                            IsComplex(reference.dtype())));
      CONFORMANCE_RETURN_IF_ERROR(JudgeValues(request, limits_, elements, figures));
      compared += elements.Counted();
    }
    comparison.rules[figures.lane] = std::string(RuleOf(figures.lane));
    if (figures.outcome == "fail" && comparison.reason.empty()) comparison.reason = name + ": " + figures.reason;
    comparison.figures.push_back(std::move(figures));
  }
  if (comparison.reason.empty() && compared == 0) comparison.reason = "nothing was compared";
  comparison.outcome = comparison.reason.empty() ? record::Outcome::kPass : record::Outcome::kFail;
  return comparison;
}

}  // namespace conformance::compare
