#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/models/decoder_layout.h"
#include "framework/nn/arguments.h"
#include "framework/nn/attention.h"
#include "framework/nn/cache.h"
#include "framework/nn/model.h"

namespace conformance::models {

/// Sizes that the inputs of an encoder with a decoder follow from.
struct EncoderDecoderShape {
  int64_t vocab_size = 0;
  int64_t hidden_size = 0;
  int64_t decoder_layers = 0;
  int64_t decoder_heads = 0;
  int64_t head_dim = 0;
  int64_t max_source = 0;  ///< positions that the encoder has
  int64_t max_target = 0;
  /// The encoder's own inputs in place of input_ids and attention_mask (spectrograms), and the length of what it gives for them.
  std::vector<nn::InputSpec> features = {};
  SymInt encoded_length = SymInt::Symbol("sequence");
};

/// Inputs of such a model. "forward": what the encoder takes, and decoder ids; "prefill" and "decode": what generate() passes, with
/// encoder_outputs in place of the encoder's input, and the cache; "decode_static_cache": decode with buffers of a fixed length.
/// Errors: kUnsupported for another use.
Result<nn::InputLayout> EncoderDecoderLayout(const EncoderDecoderShape& shape, std::string_view use);

/// What such a class has in common: it generates, with arguments that its encoder replaces. `encoded` is what the encoder takes.
nn::ModelTraits EncoderDecoderTraits(std::string model_type, std::string task, std::string base_model_prefix,
                                     std::string encoded);

/// What such a model's forward takes, read. Members are absent where the call has none.
struct EncoderDecoderInputs {
  ops::Value input_ids, inputs_embeds, attention_mask;
  ops::Value decoder_input_ids, decoder_inputs_embeds, decoder_attention_mask;
  const nn::Tree* encoder_outputs = nullptr;  ///< {last_hidden_state, hidden_states}
  std::optional<nn::EncoderDecoderCache> cache;
  bool use_cache = false;
  bool output_hidden_states = false;
};
/// `layers` of the decoder's cache. False where the context has failed; `arguments` must not have been finished. With `shift_from`, a token,
/// a call without decoder_input_ids means input_ids behind that token (Bart).
bool ReadEncoderDecoderInputs(ops::OpContext& context, nn::Arguments& arguments, bool use_cache,
                              bool output_hidden_states, size_t layers, EncoderDecoderInputs& inputs,
                              std::optional<int64_t> shift_from = std::nullopt);

/// What an encoder gives: its last state, and all of them where they were asked for.
struct EncoderStates {
  ops::Value last;
  std::vector<nn::Tree> hidden_states;
};
/// What both stacks of one forward give.
struct EncoderDecoderPass {
  ops::Value hidden;  ///< the decoder's last state
  EncoderStates encoder;
  std::vector<nn::Tree> decoder_states;
};
/// encoder_outputs as forward was given them. Errors go to the context.
EncoderStates GivenEncoderStates(ops::OpContext& context, const nn::Tree& encoder_outputs);

/// Seq2SeqLMOutput in transformers' order.
nn::Tree EncoderDecoderOutput(const ops::Value& logits, const EncoderDecoderInputs& inputs,
                              std::vector<nn::Tree> decoder_states, EncoderStates encoder);

/// What `queries` decoder tokens may see of the encoder's states [batch, key, dim]: where attention_mask [batch, key] is not 0.
nn::AttentionMask CrossAttentionMask(ops::OpContext& context, const ops::Value& attention_mask,
                                     const SymInt& queries, const ops::Value& encoder_hidden_states,
                                     nn::AttentionKind kind);

}  // namespace conformance::models
