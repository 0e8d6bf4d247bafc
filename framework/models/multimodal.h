#pragma once

#include <cstdint>
#include <string_view>

#include "framework/nn/tree.h"
#include "framework/ops/op_context.h"

namespace conformance::models {

/// pooler_output of one modality ("image", "video") in mm_encoder_outputs: a tensor [tokens, dim], or one for each image, joined; absent
/// where the outputs have no such modality. Errors go to the context.
ops::Value GivenFeatures(ops::OpContext& context, const nn::Tree& outputs, std::string_view modality);

/// `embeds` [batch, time, dim] with `features` [tokens, dim], cast to its type, in the places of `input_ids` [batch, time] that hold
/// `token_id`, in order. There must be as many of both (an assertion of a trace).
ops::Value MergeFeatures(ops::OpContext& context, const ops::Value& input_ids, const ops::Value& embeds,
                         const ops::Value& features, int64_t token_id);

}  // namespace conformance::models
