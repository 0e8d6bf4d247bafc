#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// BartForConditionalGeneration (Lewis et al., arXiv:1910.13461). Source: transformers.models.bart.
ModelClass BartForConditionalGenerationClass();

}  // namespace conformance::models
