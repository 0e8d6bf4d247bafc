#pragma once

#include "framework/selftest/faults.h"

namespace conformance::selftest {

/// Weights at which every block of a random model contributes about as much as what it is added to. Tiny models are initialised with
/// deviations of 0.02, so that their blocks hardly move their outputs and a fault in one is lost in rounding. Matrices that products read
/// become of deviation 1/√(fan in) and tables of embeddings of deviation 1, by powers of two, so that nothing else changes; biases of
/// products that are nearly zero become seeded numbers of deviation 1/4.
TensorTable Rescaled(const ir::Program& program, const TensorTable& weights, uint64_t seed);

}  // namespace conformance::selftest
