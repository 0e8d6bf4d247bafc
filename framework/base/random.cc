#include "framework/base/random.h"

#include <cmath>
#include <numbers>

#include "framework/base/hash.h"

namespace conformance {

Random Random::For(uint64_t seed, std::string_view name) { return Random(seed ^ Hash64(name)); }

uint64_t Random::Next() {
  state_ += 0x9E3779B97F4A7C15ULL;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

uint64_t Random::Below(uint64_t bound) {
  // Multiply-shift keeps the bias under 2^-64 · bound without a rejection loop.
  return static_cast<uint64_t>((static_cast<unsigned __int128>(Next()) * bound) >> 64);
}

int64_t Random::Between(int64_t low, int64_t high) {
  const uint64_t count = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;  // 0: the whole range of int64
  const uint64_t step = count == 0 ? Next() : Below(count);
  return static_cast<int64_t>(static_cast<uint64_t>(low) + step);
}

double Random::Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

double Random::Normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * Uniform());
}

}  // namespace conformance
