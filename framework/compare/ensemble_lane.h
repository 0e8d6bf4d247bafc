#pragma once

#include "framework/compare/elements.h"

namespace conformance::compare {

/// Limits of the ensemble lane, in units of the worst member's errors. Source: docs/verdicts.md, measured by `conformance selftest`; the
/// idea of judging against an f64 run is PyTorch's (torch._dynamo.utils.same).
struct EnsembleLimits {
  double rms = 2;
  double max_abs = 3;
};
inline constexpr std::string_view kEnsembleRule =
    "ensemble: RMS of y − f64 at most 2 × and largest |y − f64| at most 3 × the worst of the reference's legal answers (its own run and 8 in "
    "seeded orders of summation, with ±2 ULP on transcendentals and random fusion of stores; of an output of few elements so many that 64 errors "
    "are seen), or of one rounding of the exact answer; a warning above 1 ×";

/// Members beside the reference's own run.
inline constexpr size_t kEnsembleMembers = 8;
/// As many as an output of one element is given. The worst of nine errors says little about how large a legal one may be: of 64 it does,
/// which eight elements show in eight answers, and one in 63 and the reference's own.
inline constexpr size_t kMostMembers = 63;
/// How many an output of so many elements is judged by.
size_t MembersFor(int64_t elements);

/// Errors of a legal answer to the oracle, by floating output; what NaN and infinities are not part of.
ports::Spreads SpreadsOf(const NamedTensors& member, const NamedTensors& oracle);

/// Judges one measured output. Members are asked for in order and only until the candidate is no worse than one of them, which leaves the
/// verdict, the figures and the warning what the whole ensemble would give: a worst member only grows. Without an ensemble the reference's
/// own run stands alone, and what assert_close takes for equal to the oracle passes too, with a warning. Where all members equal the oracle the exact lane holds. Errors: of the ensemble.
Status JudgeByEnsemble(const Elements& elements, const ports::Ensemble* ensemble, const EnsembleLimits& limits,
                       record::OutputFigures& figures);

}  // namespace conformance::compare
