#include "framework/models/decoder_layout.h"

#include <algorithm>

namespace conformance::models {
namespace {

using nn::Fill;
using nn::InputSpec;

/// Batches that a plan may make; models have no bound of their own.
constexpr int64_t kMaxBatch = 64;

/// `kept` is what layers with a window have of the `past`.
void AddCache(const DecoderShape& shape, const SymInt& batch, const SymInt& past, const SymInt& kept, std::vector<InputSpec>& inputs) {
  for (int64_t layer = 0; layer < shape.layers; ++layer)
    for (const std::string_view part : {"keys", "values"})
      inputs.push_back({"past_key_values.layers." + std::to_string(layer) + "." + std::string(part), DType::kF32,
                        {batch, shape.kv_heads, shape.window(layer) ? kept : past, shape.head_dim}, Fill::kNormal});
}

/// Layers with a window beside others without one.
bool IsMixed(const DecoderShape& shape) {
  if (!shape.sliding_window) return false;
  const auto windows = std::count(shape.windowed.begin(), shape.windowed.end(), true);
  return !shape.windowed.empty() && windows > 0 && windows < std::ssize(shape.windowed);
}

}  // namespace

std::vector<nn::CacheLayer> CacheWindows(const DecoderShape& shape) {
  std::vector<nn::CacheLayer> layers;
  for (int64_t layer = 0; layer < shape.layers; ++layer) layers.emplace_back(shape.window(layer));
  return layers;
}

Result<nn::InputLayout> DecoderLayout(const DecoderShape& shape, std::string_view use) {
  const bool more = use == "continue";  // several new tokens after a cache
  const bool decode = use == "decode" || more;
  if (!decode && use != "forward" && use != "prefill")
    return Unsupported("a decoder has no such use").With("found", std::string(use)).With("wanted", "forward, prefill, decode, continue");
  const SymInt batch = SymInt::Symbol("batch");
  const bool mixed = IsMixed(shape);
  const bool window = shape.sliding_window && (mixed || shape.layers == 0 || shape.window(0));
  const SymInt past = SymInt::Symbol("past");
  const SymInt seen = SymInt::Symbol("seen");
  const SymInt kept = mixed ? SymInt::Symbol("kept") : past;
  const SymInt length = use == "decode" ? SymInt(1) : SymInt::Symbol("sequence");

  nn::InputLayout layout;
  layout.kwargs["use_cache"] = true;
  layout.left_padded = use != "forward";
  layout.symbols.push_back({"batch", 1, kMaxBatch});
  SymInt counted = length;
  if (decode) {
    // A window keeps at most its size less one; beyond that the mask is longer than the cache.
    const int64_t most_kept = window ? std::max<int64_t>(*shape.sliding_window - 1, 1) : shape.max_positions - 1;
    const int64_t most = std::max<int64_t>(std::min(most_kept, shape.max_positions - 1), 1);
    counted = past + length;
    if (mixed) {
      // What a window keeps is never more than what the other layers do.
      layout.symbols.push_back({"kept", 1, most});
      layout.symbols.push_back({"past", 1, std::max<int64_t>(shape.max_positions - 1, 1), "kept", 2});
    } else {
      layout.symbols.push_back({"past", 1, most});
    }
    if (window && !mixed) {
      counted = seen;
      layout.symbols.push_back({"seen", 2, std::max<int64_t>(shape.max_positions, 2), "past", more ? 3 : 1});
    }
  }
  if (use != "decode") layout.symbols.push_back({"sequence", 1, shape.max_positions});

  const InputSpec ids{"input_ids", DType::kI64, {batch, length}, Fill::kTokenIds, shape.vocab_size};
  const InputSpec mask{"attention_mask", DType::kI64, {batch, counted}, Fill::kAttentionMask};
  const InputSpec positions{"position_ids", DType::kI64, {batch, length}, Fill::kPositions, shape.max_positions};
  layout.inputs = {ids, mask};
  if (shape.positions) (use == "forward" ? layout.optional : layout.inputs).push_back(positions);
  if (decode) AddCache(shape, batch, past, kept, layout.inputs);
  layout.optional.push_back({"inputs_embeds", DType::kF32, {batch, length, shape.hidden_size}, Fill::kNormal});
  if (shape.token_types)
    layout.optional.push_back({"token_type_ids", DType::kI64, {batch, length}, Fill::kTokenTypes, shape.vocab_size});
  return layout;
}

}  // namespace conformance::models
