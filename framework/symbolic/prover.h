#pragma once

// The inside of ShapeEnv: only this folder's .cc files include it.

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "framework/symbolic/shape_env.h"
#include "framework/symbolic/sym_expr.h"

namespace conformance {

/// Inclusive bounds; the extreme numbers stand for infinity, and arithmetic saturates to them.
struct Interval {
  static constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();
  int64_t lo = kLowest;
  int64_t hi = kHighest;
};
Interval AddIntervals(Interval a, Interval b);
Interval MultiplyIntervals(Interval a, Interval b);

/// Bounds and proofs from what a ShapeEnv knows. Sound and incomplete: a search of bounded effort.
class Prover {
 public:
  explicit Prover(const ShapeEnv& env) : env_(env) {}

  Interval Bounds(const SymInt& value) const;
  Interval AtomBounds(const SymAtom& atom) const;
  /// value <= 0 for all values of the symbols?
  bool AtMostZero(const SymInt& value);
  std::optional<bool> IsZero(const SymInt& value);
  std::optional<bool> Decide(const SymBool& condition);
  /// Atoms rewritten by rules and bounds: max(1, s0) with s0 >= 2 is s0, mod(s0, 4) is 0 where that was learnt.
  SymInt SimplifyAtoms(const SymInt& value);
  SymBool SimplifyAtoms(const SymBool& value);
  /// Divided by every atom of all terms that is at least 1: the sign stays.
  SymInt CancelPositive(const SymInt& value) const;

 private:
  bool AtMostZero(const SymInt& value, int depth);
  bool ByFact(const SymInt& value, const SymInt& fact, int depth);
  bool BySplitting(const SymInt& value, int depth);
  std::vector<SymInt> FactsOfAtoms(const SymInt& value) const;
  SymInt ReduceByEqualities(SymInt value) const;
  std::optional<SymInt> SimplifyAtom(const AtomPtr& atom);

  const ShapeEnv& env_;
  int steps_ = 0;
  int nesting_ = 0;
};

}  // namespace conformance
