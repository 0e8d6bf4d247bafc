#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// Gemma2ForCausalLM: Llama's build with soft-capped scores and logits, norms after attention and MLP, and windows in some layers.
/// Source: Gemma Team, arXiv:2408.00118; transformers.models.gemma2.
ModelClass Gemma2ForCausalLmClass();

}  // namespace conformance::models
