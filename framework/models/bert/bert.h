#pragma once

#include "framework/models/registry.h"

namespace conformance::models {

/// BertModel (Devlin et al., arXiv:1810.04805), as an encoder or, with `is_decoder`, as a decoder with a cache.
/// Source: transformers.models.bert.
ModelClass BertModelClass();

}  // namespace conformance::models
