// The inner loops for avx512; CMakeLists.txt gives this file its flags.
#include "references/eager/isa/real_kernels.inc"

namespace conformance::eager {

// isa_avx512_gemm.cc
void Gemm_avx512(const Matrix<const float>& a, const Matrix<const float>& b, const Matrix<float>& c, float alpha);
void Gemm_avx512(const Matrix<const double>& a, const Matrix<const double>& b, const Matrix<double>& c, double alpha);

namespace {

bool Usable() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("fma");
}

constexpr IsaKernels kKernels = {
    "avx512", Usable, MakeReal<float>(Gemm_avx512), MakeReal<double>(Gemm_avx512),
    HalfToFloatBulk, FloatToHalfBulk, BFloatToFloatBulk, FloatToBFloatBulk,
};

}  // namespace

const IsaKernels& Avx512Kernels() { return kKernels; }

}  // namespace conformance::eager
