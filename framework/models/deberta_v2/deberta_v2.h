#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// DebertaV2Model (He et al., arXiv:2006.03654 and 2111.09543): attention in which content and relative positions have scores of their
/// own. Source: transformers.models.deberta_v2.
ModelClass DebertaV2ModelClass();

}  // namespace conformance::models
