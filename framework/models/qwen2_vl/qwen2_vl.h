#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// Qwen2VLForConditionalGeneration: images and videos of any size as tokens among words, every token at a time, a height and a width.
/// Source: Wang et al., arXiv:2409.12191; transformers.models.qwen2_vl.
ModelClass Qwen2VlForConditionalGenerationClass();

}  // namespace conformance::models
