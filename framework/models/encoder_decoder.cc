#include "framework/models/encoder_decoder.h"

#include <algorithm>
#include <utility>

#include "framework/ops/cat.h"
#include "framework/ops/expand.h"
#include "framework/ops/full.h"
#include "framework/ops/slice.h"
#include "framework/ops/to.h"
#include "framework/ops/unsqueeze.h"

namespace conformance::models {

using nn::Fill;
using nn::InputSpec;
using nn::Tree;
using ops::OpContext;
using ops::Value;

namespace {

/// What attention to the encoder sees is written once, whichever the cache.
void AddCache(const EncoderDecoderShape& shape, const DecoderUse& use, const SymInt& batch, const SymInt& past,
              nn::InputLayout& layout) {
  for (const bool own : {true, false})
    for (int64_t layer = 0; layer < shape.decoder_layers; ++layer)
      use.AddCacheLayer(std::string("past_key_values.") + (own ? "self" : "cross") + "_attention_cache.layers." +
                            std::to_string(layer),
                        {batch, shape.decoder_heads, own ? past : shape.encoded_length, shape.head_dim},
                        own && use.fixed_length, layout);
}

}  // namespace

Result<nn::InputLayout> EncoderDecoderLayout(const EncoderDecoderShape& shape, std::string_view use) {
  CONFORMANCE_TRY(const DecoderUse parts, DecoderUse::Parse(use, "an encoder with a decoder"));
  if (parts.fixed_length && !parts.one_token)
    return Unsupported("several new tokens beside a static cache are not planned for an encoder with a decoder")
        .With("found", std::string(use));
  const SymInt batch = SymInt::Symbol("batch"), source = SymInt::Symbol("sequence"),
               past = SymInt::Symbol(parts.fixed_length ? "cache" : "past");
  const SymInt target = parts.one_token ? SymInt(1) : SymInt::Symbol("target");
  nn::InputLayout layout;
  layout.kwargs["use_cache"] = true;
  layout.symbols.push_back({"batch", 1, 64});
  if (!shape.encoded_length.IsConstant()) layout.symbols.push_back({"sequence", 1, shape.max_source});
  if (parts.fixed_length)
    parts.AddStaticSymbols(shape.max_target, layout);
  else if (parts.cached)
    layout.symbols.push_back({"past", 1, std::max<int64_t>(shape.max_target - 1, 1)});
  // Another length than the source's, so that a confusion of the two shows.
  if (!parts.one_token)
    layout.symbols.push_back({.name = "target",
                              .min = 1,
                              .max = shape.max_target,
                              .wanted = std::min<int64_t>(5, shape.max_target)});

  const bool text = shape.features.empty();
  const InputSpec mask{"attention_mask", DType::kI64, {batch, shape.encoded_length}, Fill::kAttentionMask};
  const InputSpec encoded{"encoder_outputs.last_hidden_state",
                          DType::kF32,
                          {batch, shape.encoded_length, shape.hidden_size},
                          Fill::kNormal};
  std::vector<InputSpec> source_inputs = shape.features;
  if (text)
    source_inputs = {{"input_ids", DType::kI64, {batch, source}, Fill::kTokenIds, shape.vocab_size}, mask};
  if (use == "forward") {
    layout.inputs = source_inputs;
    layout.optional.push_back(encoded);
  } else {
    if (text) layout.inputs.push_back(mask);
    layout.optional = source_inputs;
  }
  layout.inputs.push_back(
      {"decoder_input_ids", DType::kI64, {batch, target}, Fill::kTokenIds, shape.vocab_size});
  if (use != "forward") layout.inputs.push_back(encoded);
  if (parts.cached) AddCache(shape, parts, batch, past, layout);
  if (text)
    layout.optional.push_back(
        {"inputs_embeds", DType::kF32, {batch, source, shape.hidden_size}, Fill::kNormal});
  layout.optional.push_back({"decoder_attention_mask",
                             DType::kI64,
                             {batch, parts.fixed_length ? past : parts.cached ? past + target : target},
                             Fill::kAttentionMask});
  layout.optional.push_back(
      {"decoder_inputs_embeds", DType::kF32, {batch, target, shape.hidden_size}, Fill::kNormal});
  return layout;
}

nn::ModelTraits EncoderDecoderTraits(std::string model_type, std::string task, std::string base_model_prefix,
                                     std::string encoded) {
  nn::ModelTraits traits;
  traits.model_type = std::move(model_type);
  traits.task = std::move(task);
  traits.base_model_prefix = std::move(base_model_prefix);
  traits.generates = true;
  traits.generation.ids = "decoder_input_ids";
  traits.generation.positions = false;
  traits.generation.encoded = {std::move(encoded)};
  traits.generation.encoder_decoder = true;
  return traits;
}

bool ReadEncoderDecoderInputs(OpContext& context, nn::Arguments& arguments, bool use_cache,
                              bool output_hidden_states, size_t layers, EncoderDecoderInputs& inputs,
                              std::optional<int64_t> shift_from) {
  inputs.attention_mask = arguments.Tensor("attention_mask");
  inputs.decoder_input_ids = arguments.Ids("decoder_input_ids");
  inputs.decoder_inputs_embeds = arguments.Tensor("decoder_inputs_embeds", 3);
  inputs.decoder_attention_mask = arguments.Tensor("decoder_attention_mask");
  inputs.encoder_outputs = arguments.Structure("encoder_outputs");
  inputs.use_cache = arguments.Flag("use_cache", use_cache);
  inputs.output_hidden_states = arguments.Flag("output_hidden_states", output_hidden_states);
  const Tree* past = arguments.Structure("past_key_values");
  nn::ReadCommonArguments(arguments);
  const bool given = inputs.decoder_input_ids.defined() || inputs.decoder_inputs_embeds.defined();
  if (!given && shift_from && inputs.input_ids.defined() && !inputs.input_ids.poisoned() && inputs.input_ids.rank() == 2) {
    const Value& ids = inputs.input_ids;
    const Value start = ops::Full(context, {ids.size(0), 1}, *shift_from, ids.dtype());
    inputs.decoder_input_ids = ops::Cat(context, {start, ops::Slice(context, ids, 1, 0, -1)}, 1);
  }
  arguments.ExactlyOne(inputs.decoder_input_ids, "decoder_input_ids", inputs.decoder_inputs_embeds,
                       "decoder_inputs_embeds");
  if (!arguments.Finish()) return false;
  if (past != nullptr) {
    auto cache = nn::EncoderDecoderCache::FromTree(*past, layers);
    if (!cache.ok()) {
      context.Fail(std::move(cache).error());
      return false;
    }
    inputs.cache = std::move(*cache);
  } else if (inputs.use_cache) {
    inputs.cache.emplace(layers);
  }
  return true;
}

EncoderStates GivenEncoderStates(OpContext& context, const Tree& encoder_outputs) {
  EncoderStates states;
  for (const Tree::Member& member : encoder_outputs.members()) {
    if (member.name == "last_hidden_state" && member.tree.kind() == Tree::Kind::kTensor)
      states.last = member.tree.value();
    else if (member.name == "hidden_states" && member.tree.kind() == Tree::Kind::kList)
      states.hidden_states = member.tree.items();
    else if (!member.tree.IsNone())
      context.Fail(Invalid("encoder_outputs has a part that is not known").With("found", member.name));
  }
  const bool fits = states.last.defined() && (states.last.poisoned() || states.last.rank() == 3);
  if (!fits)
    context.Fail(Invalid("encoder_outputs needs last_hidden_state [batch, time, dim]")
                     .With("found", nn::Describe(encoder_outputs)));
  if (!fits) states.last = Value::Poisoned();
  return states;
}

Tree EncoderDecoderOutput(const Value& logits, const EncoderDecoderInputs& inputs,
                          std::vector<Tree> decoder_states, EncoderStates encoder) {
  Tree output = Tree::Dict({{"logits", logits}}, "Seq2SeqLMOutput");
  if (inputs.cache) output.Set("past_key_values", inputs.cache->ToTree());
  if (inputs.output_hidden_states) output.Set("decoder_hidden_states", Tree::List(std::move(decoder_states)));
  output.Set("encoder_last_hidden_state", encoder.last);
  if (!encoder.hidden_states.empty())
    output.Set("encoder_hidden_states", Tree::List(std::move(encoder.hidden_states)));
  return output;
}

nn::AttentionMask CrossAttentionMask(OpContext& context, const Value& attention_mask, const SymInt& queries,
                                     const Value& encoder_hidden_states, nn::AttentionKind kind) {
  if (!attention_mask.defined() || attention_mask.rank() == 4) return {attention_mask, false, kind};
  if (attention_mask.rank() != 2) {
    context.Fail(ShapeError("attention_mask has neither 2 nor 4 axes")
                     .With("found", ops::Describe(attention_mask.meta())));
    return {Value::Poisoned(), false, kind};
  }
  const Value keys =
      ops::Unsqueeze(context, ops::Unsqueeze(context, ops::To(context, attention_mask, DType::kBool), 1), 1);
  const Value mask =
      ops::Expand(context, keys, {encoder_hidden_states.size(0), 1, queries, encoder_hidden_states.size(1)});
  return {kind == nn::AttentionKind::kEager ? nn::MaskAsAddend(context, mask, encoder_hidden_states.dtype())
                                            : mask,
          false, kind};
}

}  // namespace conformance::models
