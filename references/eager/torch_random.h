#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>

namespace conformance::eager {

/// PyTorch's generator on the CPU, bit for bit: what torch.manual_seed(seed) sets, and the distributions that its operators draw by.
///
/// Sources: ATen/CPUGeneratorImpl.cpp (mt19937, seeded by the low 32 bits of the seed; 64 bits are two draws, high word first; the second
/// normal of a pair is kept), ATen/core/TransformationHelper.h and DistributionsHelper.h (what a draw becomes), ATen/native/cpu/
/// DistributionTemplates.h and avx_mathfun.h (normals in sixteens); measured against PyTorch 2.13 by tools/fixturegen/op_grid_random.py.
/// One thing depends on the machine there: normals in sixteens of f32 and halves come from polynomials where the processor has AVX2 or
/// AVX-512, as here, and from the C library elsewhere (ATEN_CPU_CAPABILITY=default), which differs in the last digits.
class TorchGenerator {
 public:
  explicit TorchGenerator(uint64_t seed) : engine_(static_cast<uint32_t>(seed)) {}

  uint32_t Bits32() { return static_cast<uint32_t>(engine_()); }
  uint64_t Bits64() {
    const uint64_t high = Bits32();
    return high << 32 | Bits32();
  }
  /// In [0, 1): 24 bits of one draw.
  float UniformF32() { return static_cast<float>(Bits32() & 0xFFFFFFU) * 0x1p-24F; }
  /// In [0, 1): 53 bits of two draws.
  double UniformF64() { return static_cast<double>(Bits64() & ((uint64_t{1} << 53) - 1)) * 0x1p-53; }
  /// Of the standard normal distribution, by Box and Muller in f64; every other one is what the last call kept.
  double Normal();
  /// In [base, base + range); range > 0. Two draws for ranges from 2^28 on.
  int64_t Integer(uint64_t range, int64_t base);
  /// Of the exponential distribution with that rate; from a double whatever the type of the result.
  double Exponential(double rate);

 private:
  std::mt19937 engine_;
  std::optional<double> kept_;
};

/// Normals as PyTorch fills a contiguous tensor of 16 elements or more: uniforms first, made normal in sixteens; where the size is no
/// multiple of 16, the last sixteen are drawn anew. Fewer than 16 are an error of the caller's.
void FillNormal(TorchGenerator& generator, float mean, float std, std::span<float> out);
void FillNormal(TorchGenerator& generator, double mean, double std, std::span<double> out);
/// As above for the halves: the tail's uniforms are not drawn before the last sixteen are. f32 until they are rounded.
void FillNormalOfHalves(TorchGenerator& generator, float mean, float std, std::span<float> out);

}  // namespace conformance::eager
