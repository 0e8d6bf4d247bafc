// The matrix product for x86-64; CMakeLists.txt gives this file its flags.
#define Eigen Eigen_conformance_baseline  // see gemm.inc
#define CONFORMANCE_GEMM Gemm_baseline
#include "references/eager/isa/gemm.inc"
