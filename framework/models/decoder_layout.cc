#include "framework/models/decoder_layout.h"

#include <algorithm>
#include <utility>

#include "framework/base/strings.h"

namespace conformance::models {
namespace {

using nn::Fill;
using nn::InputSpec;

/// Batches that a plan may make; models have no bound of their own.
constexpr int64_t kMaxBatch = 64;

/// Entries that plans give a static cache.
constexpr int64_t kStaticLength = 16;

/// `kept` is what layers with a window have of the `past`.
void AddCache(const DecoderShape& shape, const DecoderUse& use, const SymInt& batch, const SymInt& past, const SymInt& kept, nn::InputLayout& layout) {
  for (int64_t layer = 0; layer < shape.layers; ++layer) {
    const std::optional<int64_t> window = shape.window(layer);
    const SymInt length = !window ? past : use.fixed_length ? Min(past, *window) : kept;
    use.AddCacheLayer("past_key_values.layers." + std::to_string(layer), {batch, shape.kv_heads, length, shape.head_dim}, use.fixed_length, layout);
  }
}

/// Layers with a window beside others without one.
bool IsMixed(const DecoderShape& shape) {
  if (!shape.sliding_window) return false;
  const auto windows = std::count(shape.windowed.begin(), shape.windowed.end(), true);
  return !shape.windowed.empty() && windows > 0 && windows < std::ssize(shape.windowed);
}

}  // namespace

Result<DecoderUse> DecoderUse::Parse(std::string_view use, std::string_view what) {
  static constexpr std::pair<std::string_view, DecoderUse> kUses[] = {
      {"forward", {}},
      {"prefill", {}},
      {"decode", {.cached = true, .one_token = true}},
      {"continue", {.cached = true}},
      {"decode_static_cache", {.cached = true, .one_token = true, .fixed_length = true}},
      {"continue_static_cache", {.cached = true, .fixed_length = true}}};
  std::vector<std::string> known;
  for (const auto& [name, parts] : kUses) {
    if (name == use) return parts;
    known.emplace_back(name);
  }
  return Unsupported(std::string(what) + " has no such use").With("found", std::string(use)).With("wanted", Join(known, ", "));
}

void DecoderUse::AddStaticSymbols(int64_t max_positions, nn::InputLayout& layout) const {
  // Plans pad up to a third of a row, and the new tokens are none of those.
  const int64_t length = std::min(kStaticLength, max_positions);
  const int64_t least = length / 3 + 1;
  const int64_t most = std::max(one_token ? length - 1 : length / 2, least);
  layout.symbols.push_back({"cache", length, length});
  layout.symbols.push_back({.name = "written", .min = least, .max = most});
  if (!one_token) layout.symbols.push_back({.name = "sequence", .min = 1, .max = std::max<int64_t>(length - most, 1), .wanted = 3});
}

void DecoderUse::AddCacheLayer(const std::string& place, std::vector<SymInt> sizes, bool fixed, nn::InputLayout& layout) const {
  for (const char* part : {".keys", ".values"}) layout.inputs.push_back({place + part, DType::kF32, sizes, Fill::kNormal});
  if (fixed) layout.inputs.push_back({place + ".cumulative_length", DType::kI64, {}, Fill::kCacheLength});
}

std::vector<nn::CacheLayer> CacheWindows(const DecoderShape& shape) {
  std::vector<nn::CacheLayer> layers;
  for (int64_t layer = 0; layer < shape.layers; ++layer) layers.emplace_back(shape.window(layer));
  return layers;
}

Result<nn::InputLayout> DecoderLayout(const DecoderShape& shape, std::string_view use) {
  CONFORMANCE_TRY(const DecoderUse parts, DecoderUse::Parse(use, "a decoder"));
  const bool fixed = parts.fixed_length;
  const bool decode = parts.cached && !fixed;
  const bool more = decode && !parts.one_token;
  const SymInt batch = SymInt::Symbol("batch");
  const bool mixed = IsMixed(shape);
  const bool window = shape.sliding_window && (mixed || shape.layers == 0 || shape.window(0));
  const SymInt past = SymInt::Symbol(fixed ? "cache" : "past");
  const SymInt kept = mixed ? SymInt::Symbol("kept") : past;
  const SymInt length = parts.one_token ? SymInt(1) : SymInt::Symbol("sequence");

  nn::InputLayout layout;
  layout.kwargs["use_cache"] = true;
  layout.left_padded = use != "forward";
  layout.symbols.push_back({"batch", 1, kMaxBatch});
  SymInt counted = fixed ? past : length;
  if (fixed) parts.AddStaticSymbols(shape.max_positions, layout);
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
      if (more) {
        // Behind what the window keeps come the new tokens, before it what it has dropped.
        counted = counted + SymInt::Symbol("dropped");
        layout.symbols.push_back({.name = "dropped", .min = 0, .max = shape.max_positions, .wanted = 2});
      } else {
        counted = SymInt::Symbol("seen");
        layout.symbols.push_back({"seen", 2, std::max<int64_t>(shape.max_positions, 2), "past", 1});
      }
    }
  }
  if (!parts.one_token && !fixed) layout.symbols.push_back({"sequence", 1, shape.max_positions});

  const InputSpec ids{"input_ids", DType::kI64, {batch, length}, Fill::kTokenIds, shape.vocab_size};
  const InputSpec mask{"attention_mask", DType::kI64, {batch, counted}, Fill::kAttentionMask};
  const InputSpec positions{"position_ids", DType::kI64, {batch, length}, Fill::kPositions, shape.max_positions};
  layout.inputs = {ids, mask};
  if (shape.positions) (use == "forward" ? layout.optional : layout.inputs).push_back(positions);
  if (parts.cached) AddCache(shape, parts, batch, past, kept, layout);
  layout.optional.push_back({"inputs_embeds", DType::kF32, {batch, length, shape.hidden_size}, Fill::kNormal});
  if (shape.token_types)
    layout.optional.push_back({"token_type_ids", DType::kI64, {batch, length}, Fill::kTokenTypes, shape.vocab_size});
  return layout;
}

}  // namespace conformance::models
