#pragma once

#include <string>

#include "framework/ports/comparator.h"
#include "framework/tensor/tensor.h"

namespace conformance::compare {

/// torch.testing.assert_close's defaults; zero for integers and bool. Source: docs of torch.testing.assert_close, table of dtypes.
ports::PlainTolerance AssertCloseDefaults(DType dtype);

/// Difference in units of the last place of `dtype` (f64, f32, f16, bf16) at `reference`: |y − reference| / ulp(reference). 0 where both
/// are equal (+0 and −0 are), infinite where just one is NaN or infinite.
double UlpDistance(double y, double reference, DType dtype);

/// One unit in the last place of `dtype` at `value`; subnormals' spacing below the smallest normal number.
double UlpAt(double value, DType dtype);

/// The largest relative error of one rounding: 2^-53, 2^-24, 2^-11, 2^-8 for f64, f32, f16, bf16.
double UnitRoundoff(DType dtype);

/// Largest finite number, smallest normal number.
double LargestOf(DType dtype);
double SmallestNormalOf(DType dtype);

/// "0.00122"; "[0, 3]" of a row-major index.
std::string FigureText(double value);
std::string PlaceText(int64_t index, const Shape& shape);

}  // namespace conformance::compare
