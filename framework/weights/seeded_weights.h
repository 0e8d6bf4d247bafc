#pragma once

#include <cstdint>
#include <memory>

#include "framework/nn/model.h"
#include "framework/weights/weights.h"

namespace conformance::weights {

/// Random weights for a model without a checkpoint: uniform around zero with the spread 1/√(last axis) that keeps activations of
/// order one, norms near one, biases near zero. Each element is a function of seed, name and position, so any block can be made on
/// its own and nothing is kept but what Load was asked for.
std::shared_ptr<const Weights> WeightsFromSeed(const nn::Model& model, uint64_t seed);

}  // namespace conformance::weights
