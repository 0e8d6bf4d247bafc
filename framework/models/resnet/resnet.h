#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// ResNetForImageClassification (He et al., arXiv:1512.03385), of basic or bottleneck blocks.
/// Source: transformers.models.resnet.
ModelClass ResNetForImageClassificationClass();

}  // namespace conformance::models
