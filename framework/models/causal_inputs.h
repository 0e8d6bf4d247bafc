#pragma once

#include <optional>
#include <string>
#include <vector>

#include "framework/nn/arguments.h"
#include "framework/nn/cache.h"
#include "framework/nn/tree.h"

namespace conformance::models {

/// What the forwards of causal language models take alike, read. position_ids are [batch, time]; of a rope with sections also
/// [3, batch, time], or four of which the first tells where sequences start anew.
struct CausalInputs {
  ops::Value input_ids, inputs_embeds, attention_mask, position_ids, token_type_ids;
  std::optional<nn::Cache> cache;
  bool use_cache = false;
  bool output_hidden_states = false;
  nn::Arguments::Keep keep;  ///< positions whose logits are asked for

  /// The tensors by the argument's name, the cache's under past_key_values.
  nn::NamedValues Leaves() const;
};

/// input_ids or inputs_embeds, attention_mask, the cache under past_key_values with `layers`, logits_to_keep, and the flags, absent ones
/// being what the config says. Positions and token types are read by the classes that have them, before this: every argument is known in
/// the end. False where the context has failed.
bool ReadCausalInputs(ops::OpContext& context, nn::Arguments& arguments, bool use_cache, bool output_hidden_states,
                      const std::vector<nn::CacheLayer>& layers, CausalInputs& inputs);

/// The head's answer: `logits`, and of what the decoder gave ({last_hidden_state, past_key_values, hidden_states}) the parts that a caller sees.
nn::Tree CausalOutput(std::string class_name, const ops::Value& logits, const nn::Tree& decoded);

/// last_hidden_state of what the decoder gave, at the positions that are asked for.
ops::Value KeptStates(ops::OpContext& context, const nn::Tree& decoded, const nn::Arguments::Keep& keep);

}  // namespace conformance::models
