// The inner loops for avx2; CMakeLists.txt gives this file its flags.
#include "references/eager/isa/real_kernels.inc"

namespace conformance::eager {

// isa_avx2_gemm.cc
void Gemm_avx2(const Matrix<const float>& a, const Matrix<const float>& b, const Matrix<float>& c, float alpha);
void Gemm_avx2(const Matrix<const double>& a, const Matrix<const double>& b, const Matrix<double>& c, double alpha);

namespace {

bool Usable() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

constexpr IsaKernels kKernels = {
    "avx2", Usable, MakeReal<float>(Gemm_avx2), MakeReal<double>(Gemm_avx2),
    HalfToFloatBulk, FloatToHalfBulk, BFloatToFloatBulk, FloatToBFloatBulk,
};

}  // namespace

const IsaKernels& Avx2Kernels() { return kKernels; }

}  // namespace conformance::eager
