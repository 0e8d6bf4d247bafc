// The matrix product for avx2; CMakeLists.txt gives this file its flags.
#define Eigen Eigen_conformance_avx2  // see gemm.inc
#define CONFORMANCE_GEMM Gemm_avx2
#include "references/eager/isa/gemm.inc"
