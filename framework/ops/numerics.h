#pragma once

#include <cstdint>

namespace conformance::ops {

/// How a reference computes: passed to every kernel, so that an f64 oracle and an ensemble of legal f32 answers come
/// from the same code.
struct Numerics {
  enum class Compute : uint8_t {
    kDeclared,  ///< in the declared dtype (halves in f32), as PyTorch's CPU kernels do
    kF64,       ///< in f64 whatever is declared: the oracle
  };
  Compute compute = Compute::kDeclared;
  /// true: every op's result is rounded to its declared dtype. false (with kF64): values stay wide between ops.
  bool round_stores = true;
  /// 0: natural order of summation. Else reduction axes are permuted and split by this seed.
  uint64_t order_seed = 0;
  /// Seeded noise on transcendentals, in units of the last place of the declared dtype.
  double noise_ulp = 0;
  /// Share of the halves' stores that stay in the compute type although `round_stores`, as in a compiler that fuses
  /// neighbours; in [0, 1], drawn by `order_seed`.
  double fused_stores = 0;
  /// Seed of the run's generator (torch.manual_seed): what a program draws. Oracle, ensemble and candidate of a cell have the same.
  uint64_t draw_seed = 0;

  static Numerics Oracle() { return {.compute = Compute::kF64, .round_stores = false}; }
  /// Member `seed` ≥ 1 of the ensemble of legal answers: other orders, ±2 units of noise, some stores fused.
  static Numerics Ensemble(uint64_t seed) {
    return {.order_seed = seed, .noise_ulp = 2, .fused_stores = 0.5};
  }
  friend bool operator==(const Numerics&, const Numerics&) = default;
};

}  // namespace conformance::ops
