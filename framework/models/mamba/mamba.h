#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// MambaForCausalLM (Gu & Dao, arXiv:2312.00752): a state-space model with input-dependent steps.
/// Source: transformers.models.mamba.
ModelClass MambaForCausalLmClass();

}  // namespace conformance::models
