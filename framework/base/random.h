#pragma once

#include <cstdint>
#include <string_view>

namespace conformance {

/// The one source of randomness: a counter-based generator (splitmix64 of seed and position), so that the same
/// seed gives the same numbers on any machine, compiler and number of threads.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  /// A generator for a named part of a seeded whole ("input_ids" of case 7): independent of what was drawn before.
  static Random For(uint64_t seed, std::string_view name);

  uint64_t Next();
  /// Uniform in [0, bound); bound > 0.
  uint64_t Below(uint64_t bound);
  /// Uniform in [low, high].
  int64_t Between(int64_t low, int64_t high);
  /// Uniform in [0, 1), 53 bits.
  double Uniform();
  /// Standard normal (Box-Muller, one draw of two kept).
  double Normal();

 private:
  uint64_t state_;
};

}  // namespace conformance
