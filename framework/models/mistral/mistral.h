#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// MistralForCausalLM (Jiang et al., arXiv:2310.06825): Llama's build with a sliding window and no biases.
/// Source: transformers.models.mistral.
ModelClass MistralForCausalLmClass();

}  // namespace conformance::models
