#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "framework/base/json.h"
#include "framework/tensor/tensor.h"

namespace conformance::compare {

/// Elements of one tensor by the size of their error.
struct ErrorHistogram {
  int64_t exact = 0;      ///< equal; both NaN; the same infinity
  int64_t nonfinite = 0;  ///< NaN or infinite in one of the two, or other infinities
  std::map<int, int64_t> ulp;   ///< k: errors in (2^(k−1), 2^k] units of the last place; 0: up to one. Empty for integers
  std::map<int, int64_t> abs;   ///< k: errors in [10^k, 10^(k+1))
  Json ToJson() const;
  /// Lines "  ≤ 4 ULP      128  ████": one a class that is not empty, with `indent` before each.
  std::string Text(const std::string& indent) const;
};

/// |y − reference| by element; units of the last place are those of y's dtype at the reference. Shapes: equal.
ErrorHistogram HistogramOf(const Tensor& y, const Tensor& reference);

}  // namespace conformance::compare
