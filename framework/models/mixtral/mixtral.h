#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// MixtralForCausalLM (Jiang et al., arXiv:2401.04088): Mistral's decoder with a mixture of experts in each layer.
/// Source: transformers.models.mixtral.
ModelClass MixtralForCausalLmClass();

}  // namespace conformance::models
