#pragma once

#include <string>
#include <string_view>

namespace conformance::trace {

/// A graph input's name from a dotted path, PyTorch's way: "past_key_values.layers.0.keys" -> "past_key_values_layers_0_keys"; a
/// leading digit gets an underscore, an empty path is "input".
std::string InputName(std::string_view path);
/// "p_model_embed_tokens_weight", "b_model_rotary_emb_inv_freq".
std::string WeightName(std::string_view prefix, std::string_view target);

}  // namespace conformance::trace
