// The inner loops for x86-64; CMakeLists.txt gives this file its flags.
#include "references/eager/isa/real_kernels.inc"

namespace conformance::eager {

// isa_baseline_gemm.cc
void Gemm_baseline(const Matrix<const float>& a, const Matrix<const float>& b, const Matrix<float>& c, float alpha);
void Gemm_baseline(const Matrix<const double>& a, const Matrix<const double>& b, const Matrix<double>& c, double alpha);

namespace {

bool Usable() {
  return true;
}

constexpr IsaKernels kKernels = {
    "x86-64", Usable, MakeReal<float>(Gemm_baseline), MakeReal<double>(Gemm_baseline),
    HalfToFloatBulk, FloatToHalfBulk, BFloatToFloatBulk, FloatToBFloatBulk,
};

}  // namespace

const IsaKernels& BaselineKernels() { return kKernels; }

}  // namespace conformance::eager
