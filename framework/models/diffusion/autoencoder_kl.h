#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// AutoencoderKL, the autoencoder of latent diffusion (Rombach et al., arXiv:2112.10752). Its methods `encode` (sample -> the
/// distribution of latents) and `decode` (latent_sample -> sample) are entry points; forward decodes the mode of what it encoded.
/// Source: diffusers.models.autoencoders.autoencoder_kl.
ModelClass AutoencoderKlClass();

}  // namespace conformance::models
