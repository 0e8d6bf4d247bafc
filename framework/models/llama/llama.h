#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// LlamaForCausalLM (Touvron et al., arXiv:2302.13971; Llama 2 and 3 with their grouped heads and rotary scalings).
/// Source: transformers.models.llama.
ModelClass LlamaForCausalLmClass();

}  // namespace conformance::models
