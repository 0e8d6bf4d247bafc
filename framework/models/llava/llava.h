#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// LlavaForConditionalGeneration (Liu et al., arXiv:2304.08485): what a CLIP tower sees, projected into the places of image tokens of a
/// Llama or Mistral decoder. Source: transformers.models.llava.
ModelClass LlavaForConditionalGenerationClass();

}  // namespace conformance::models
