#pragma once

#include <string>
#include <vector>

#include "framework/compare/elements.h"

namespace conformance::compare {

/// Names, order, shapes, dtypes; positions of NaN and infinities. No tolerance: the first difference in words, or empty.
inline constexpr std::string_view kStructureRule =
    "structure: names, order, shapes and dtypes as the reference's; NaN and ±inf at the same places (an overflow is legal where the oracle "
    "lies within the error radius of the largest number); ±0 counted, not judged";

std::string NamesDiffer(const NamedTensors& candidate, const NamedTensors& reference);
std::string TypesDiffer(const Tensor& y, const Tensor& reference);

/// An element that is NaN or infinite on one side alone, or another infinity.
struct ClassDifference {
  size_t index = 0;
  double found = 0, wanted = 0;
  /// Both are what rounding may make of the oracle: finite and infinite, of the same sign, and the oracle within `radius` of the largest
  /// finite number.
  bool IsOverflow(double oracle, double radius, DType dtype) const;
  std::string Text(const Shape& shape) const;  ///< "at [0, 3] found NaN, wanted 1.5"
};
std::vector<ClassDifference> ClassDifferences(const Elements& elements);

}  // namespace conformance::compare
