#pragma once

#include "framework/compare/elements.h"

namespace conformance::compare {

inline constexpr std::string_view kPlainRule =
    "plain: |y − reference| ≤ atol + rtol · |reference| for every element; where no list or recording says otherwise "
    "torch.testing.assert_close's bounds for the dtype; of complex numbers each part, with the modulus as |reference|";

/// How many of n pairs are outside, with the place of the largest excess (-1: none). Two NaNs are equal, an infinity only itself. `sizes`: what
/// rtol is relative to, where that isn't |reference|.
struct Outside {
  int64_t count = 0;
  int64_t worst = -1;
};
Outside CountOutside(const double* y, const double* reference, const uint8_t* mask, int64_t n, const ports::PlainTolerance& tolerance,
                     const double* sizes = nullptr);
/// For CountOutside: the moduli that parts of complex numbers are held against; empty for real ones.
std::vector<double> SizesOf(const Elements& elements, const std::vector<double>& values);

void JudgePlainly(const Elements& elements, const ports::PlainTolerance& tolerance, record::OutputFigures& figures);

}  // namespace conformance::compare
