#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// WhisperForConditionalGeneration (Radford et al., arXiv:2212.04356). Source: transformers.models.whisper.
ModelClass WhisperForConditionalGenerationClass();

}  // namespace conformance::models
