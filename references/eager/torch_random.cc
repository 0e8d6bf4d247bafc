#include "references/eager/torch_random.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace conformance::eager {
namespace {

constexpr size_t kGroup = 16;
constexpr size_t kHalf = kGroup / 2;

// log, sin and cos of Cephes (Moshier, single/logf.c and sinf.c) as avx_mathfun.h writes them for eight floats at a time, with the fused
// multiply-adds that GCC makes of them. For what Box and Muller ask: log of (0, 1], sin and cos of [0, 2π).
float CephesLog(float x) {
  const auto bits = std::bit_cast<uint32_t>(x);
  float exponent = static_cast<float>(static_cast<int>(bits >> 23) - 126);
  float m = std::bit_cast<float>((bits & 0x007FFFFFU) | 0x3F000000U);  // in [0.5, 1)
  const float below = m < 0.707106781186547524F ? m : 0.0F;
  if (below != 0) exponent -= 1;
  m = (m - 1) + below;
  const float z = m * m;
  float y = 7.0376836292E-2F;
  for (const float c : {-1.1514610310E-1F, 1.1676998740E-1F, -1.2420140846E-1F, 1.4249322787E-1F, -1.6668057665E-1F, 2.0000714765E-1F,
                        -2.4999993993E-1F, 3.3333331174E-1F}) {
    y = std::fma(y, m, c);
  }
  y = std::fma(y * m, z, exponent * -2.12194440e-4F);
  y = std::fma(-z, 0.5F, y);
  return std::fma(exponent, 0.693359375F, m + y);
}

struct SinCos {
  float sin, cos;
};

SinCos CephesSinCos(float x) {
  const int octant = (static_cast<int>(x * 1.27323954473516F) + 1) & ~1;
  const auto turns = static_cast<float>(octant);
  x = std::fma(turns, -0.78515625F, x);
  x = std::fma(turns, -2.4187564849853515625e-4F, x);
  x = std::fma(turns, -3.77489497744594108e-8F, x);
  const float z = x * x;
  float of_cos = std::fma(2.443315711809948E-005F, z, -1.388731625493765E-003F);
  of_cos = std::fma(of_cos, z, 4.166664568298827E-002F);
  of_cos = std::fma(of_cos * z, z, -(z * 0.5F)) + 1;
  float of_sin = std::fma(-1.9515295891E-4F, z, 8.3321608736E-3F);
  of_sin = std::fma(of_sin, z, -1.6666654611E-1F);
  of_sin = std::fma(of_sin * z, x, x);
  const bool straight = (octant & 2) == 0;
  SinCos answer{straight ? of_sin : of_cos, straight ? of_cos : of_sin};
  if ((octant & 4) != 0) answer.sin = -answer.sin;
  if (((octant - 2) & 4) == 0) answer.cos = -answer.cos;
  return answer;
}

// Sixteen uniforms become normals: [0, 8) are radii, [8, 16) angles.
void MakeNormal(float* data, float mean, float std) {
  constexpr auto kTwoPi = static_cast<float>(2.0 * std::numbers::pi);
  for (size_t j = 0; j < kHalf; ++j) {
    const float radius = std::sqrt(-2.0F * CephesLog(1.0F - data[j]));
    const auto [sin, cos] = CephesSinCos(kTwoPi * data[j + kHalf]);
    data[j] = std::fma(radius * cos, std, mean);
    data[j + kHalf] = std::fma(radius * sin, std, mean);
  }
}

void MakeNormal(double* data, double mean, double std) {
  for (size_t j = 0; j < kHalf; ++j) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - data[j]));
    const double angle = 2.0 * std::numbers::pi * data[j + kHalf];
    data[j] = std::fma(radius * std::cos(angle), std, mean);
    data[j + kHalf] = std::fma(radius * std::sin(angle), std, mean);
  }
}

void DrawUniforms(TorchGenerator& generator, std::span<float> out) {
  for (float& value : out) value = generator.UniformF32();
}
void DrawUniforms(TorchGenerator& generator, std::span<double> out) {
  for (double& value : out) value = generator.UniformF64();
}

// `drawn`: how many uniforms are drawn before the tail's, which are drawn last.
template <typename T>
void Fill(TorchGenerator& generator, T mean, T std, std::span<T> out, size_t drawn) {
  DrawUniforms(generator, out.first(drawn));
  for (size_t i = 0; i + kGroup <= out.size(); i += kGroup) MakeNormal(out.data() + i, mean, std);
  if (out.size() % kGroup == 0) return;
  const std::span<T> tail = out.last(kGroup);
  DrawUniforms(generator, tail);
  MakeNormal(tail.data(), mean, std);
}

}  // namespace

double TorchGenerator::Normal() {
  if (kept_) {
    const double kept = *kept_;
    kept_.reset();
    return kept;
  }
  const double angle = 2.0 * std::numbers::pi * UniformF64();
  const double radius = std::sqrt(-2.0 * std::log1p(-UniformF64()));
  kept_ = radius * std::sin(angle);
  return radius * std::cos(angle);
}

int64_t TorchGenerator::Integer(uint64_t range, int64_t base) {
  constexpr uint64_t kWide = uint64_t{1} << 28;
  const uint64_t bits = range >= kWide ? Bits64() : Bits32();
  return static_cast<int64_t>(bits % range + static_cast<uint64_t>(base));
}

double TorchGenerator::Exponential(double rate) { return -1.0 / rate * std::log1p(-UniformF64()); }

void FillNormal(TorchGenerator& generator, float mean, float std, std::span<float> out) { Fill(generator, mean, std, out, out.size()); }
void FillNormal(TorchGenerator& generator, double mean, double std, std::span<double> out) { Fill(generator, mean, std, out, out.size()); }
void FillNormalOfHalves(TorchGenerator& generator, float mean, float std, std::span<float> out) {
  Fill(generator, mean, std, out, out.size() / kGroup * kGroup);
}

}  // namespace conformance::eager
