#pragma once

#include <memory>
#include <string_view>

#include "framework/ports/comparator.h"

namespace conformance::compare {

/// The factors of the default bound. A candidate passes where, for each output,
///   max |y − f64| ≤ max(max_factor · max |f32 − f64|, floor)   and
///   rms(y − f64)  ≤ max(rms_factor · rms(f32 − f64), floor):
/// the reference's own rounding error sets the budget, so that the bound neither hides a fault nor flakes.
struct BudgetFactors {
  double max_factor = 10;
  double rms_factor = 4;
  double floor = 1e-5;  ///< in units of the output; outputs whose f32 error is zero are not held to zero
};

/// torch.testing.assert_close's defaults. Source: docs of torch.testing.assert_close, table of dtypes.
ports::PlainTolerance AssertCloseDefaults(DType dtype);

/// Structure first (names, order, shapes, dtypes), then NaN and infinity positions, then values; integers and booleans exactly.
/// With a PlainTolerance: |y − reference| ≤ atol + rtol · |reference| instead of the budget; likewise by AssertCloseDefaults where there
/// is neither a tolerance nor an oracle.
class BudgetComparator : public ports::Comparator {
 public:
  explicit BudgetComparator(BudgetFactors factors = {}) : factors_(factors) {}
  std::string_view Name() const override { return "budget"; }
  Result<ports::Comparison> Compare(const ports::ComparisonRequest& request) const override;

 private:
  BudgetFactors factors_;
};

/// Difference in units of the last place of `dtype` (f64, f32, f16, bf16) at `reference`: |y − reference| / ulp(reference). 0 where both
/// are equal (+0 and −0 are), infinite where just one is NaN or infinite.
double UlpDistance(double y, double reference, DType dtype);

}  // namespace conformance::compare
