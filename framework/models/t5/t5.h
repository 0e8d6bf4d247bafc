#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// T5ForConditionalGeneration (Raffel et al., arXiv:1910.10683; T5 1.1 with its gated layers).
/// Source: transformers.models.t5.
ModelClass T5ForConditionalGenerationClass();

}  // namespace conformance::models
