#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// UNet2DConditionModel, the denoiser of Stable Diffusion (Rombach et al., arXiv:2112.10752) and SDXL (arXiv:2307.01952).
/// Source: diffusers.models.unets.unet_2d_condition.
ModelClass UNet2DConditionModelClass();

}  // namespace conformance::models
