#pragma once

#include <string_view>

#include "framework/models/diffusion/unet_config.h"
#include "framework/nn/model.h"

namespace conformance::models {

/// Whether any stage has transformer blocks, whose attention_mask would fit one size of map alone.
bool HasTransformers(const UNetConfig& fields);
/// What a UNet's forward is called with. Errors: kUnsupported for another use than "forward".
Result<nn::InputLayout> UNetLayout(const UNetConfig& fields, std::string_view use);

}  // namespace conformance::models
