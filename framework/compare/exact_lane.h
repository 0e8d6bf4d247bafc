#pragma once

#include "framework/compare/elements.h"

namespace conformance::compare {

inline constexpr std::string_view kExactRule =
    "exact: integers and booleans are equal; numbers are equal where every member of the ensemble equals the oracle (integer-valued weights "
    "and inputs, power-of-two scales, data that is only moved)";
inline constexpr std::string_view kDecisionRule =
    "decision: another index, side of a comparison or rounding is legal where the oracle's scores are within twice the radius of each other "
    "(comparisons too; roundings within the radius of the middle), radius = 3 × the worst member's error of the scores; at most 5 % of an "
    "output (but one) may differ so";

/// Share of an output's choices that may be other legal ones; one always may.
inline constexpr double kLegalChoices = 0.05;

/// Integers and booleans. Where some differ `decide` (may be empty) is asked how the output came about. Errors: of `decide`.
Status JudgeExactly(const Elements& elements, const ports::Deciding& decide, record::OutputFigures& figures);

/// Floating values of which every legal answer is the oracle: equal, or wrong. `figures` are measured already.
void JudgeNumbersExactly(const Elements& elements, record::OutputFigures& figures);

/// Whether `found` is as good a choice as the reference's `wanted` at this element of the output. Shapes that do not fit: false.
bool IsLegalChoice(const ports::Decision& decision, const Shape& shape, int64_t index, int64_t found, int64_t wanted);

}  // namespace conformance::compare
