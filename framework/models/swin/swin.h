#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// SwinModel (Liu et al., arXiv:2103.14030): attention within windows that shift from block to block.
/// Source: transformers.models.swin.
ModelClass SwinModelClass();

}  // namespace conformance::models
