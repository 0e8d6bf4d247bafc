#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// GPT2LMHeadModel (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019).
/// Source: transformers.models.gpt2.
ModelClass Gpt2LmHeadModelClass();

}  // namespace conformance::models
