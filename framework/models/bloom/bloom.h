#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// BloomForCausalLM: pre-normalised blocks whose attention knows places by a slope of each head, not by a table or rotation.
/// Source: BigScience, arXiv:2211.05100; Press et al., arXiv:2108.12409; transformers.models.bloom.
ModelClass BloomForCausalLmClass();

}  // namespace conformance::models
