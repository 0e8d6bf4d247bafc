#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// ViTForImageClassification (Dosovitskiy et al., arXiv:2010.11929): a transformer over patches and a class token.
/// Source: transformers.models.vit.
ModelClass VitForImageClassificationClass();

}  // namespace conformance::models
