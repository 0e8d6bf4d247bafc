#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// Wav2Vec2ForCTC: convolutions over a waveform, a transformer over what they give, and a row of token scores for each frame.
/// Source: Baevski et al., arXiv:2006.11477; transformers.models.wav2vec2.
ModelClass Wav2Vec2ForCtcClass();

}  // namespace conformance::models
