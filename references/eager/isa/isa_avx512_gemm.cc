// The matrix product for avx512; CMakeLists.txt gives this file its flags.
#define Eigen Eigen_conformance_avx512  // see gemm.inc
#define CONFORMANCE_GEMM Gemm_avx512
#include "references/eager/isa/gemm.inc"
