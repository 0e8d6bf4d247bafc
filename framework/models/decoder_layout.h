#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/nn/cache.h"
#include "framework/nn/model.h"

namespace conformance::models {

/// Sizes that the inputs of a decoder follow from.
struct DecoderShape {
  int64_t vocab_size = 0;
  int64_t hidden_size = 0;
  int64_t layers = 0;
  int64_t kv_heads = 0;
  int64_t head_dim = 0;
  int64_t max_positions = 0;
  std::optional<int64_t> sliding_window = {};
  bool token_types = false;  ///< takes token_type_ids
  bool positions = true;     ///< takes position_ids
  std::vector<bool> windowed = {};  ///< layers that have the window; empty: all

  /// The window of one layer.
  std::optional<int64_t> window(int64_t layer) const {
    return windowed.empty() || windowed[static_cast<size_t>(layer)] ? sliding_window : std::nullopt;
  }
};

/// What a use of a decoder passes.
struct DecoderUse {
  bool cached = false;      ///< a cache of earlier tokens
  bool one_token = false;   ///< one new token, else several
  bool fixed_length = false;  ///< the cache is static: buffers of `cache` entries, `written` of which hold tokens

  /// "forward", "prefill", "decode", "continue", "decode_static_cache", "continue_static_cache". Errors: kUnsupported names another use.
  static Result<DecoderUse> Parse(std::string_view use, std::string_view what);

  /// Adds what a static cache's sizes follow from. `max_positions` bounds them.
  void AddStaticSymbols(int64_t max_positions, nn::InputLayout& layout) const;
  /// One layer of a cache: keys and values [batch, heads, length, head_dim], and how much of a static one is written.
  void AddCacheLayer(const std::string& place, std::vector<SymInt> sizes, bool fixed, nn::InputLayout& layout) const;
};

/// Inputs of a decoder with a cache. "forward": ids and a mask; "prefill": what generate() passes first (ids, mask, positions);
/// "decode": one new token, the mask of all tokens, its position, and the cache; "continue": as decode with several; "decode_static_cache" and "continue_static_cache": the same with buffers
/// of a fixed length and a mask over all of it. Errors: kUnsupported for another use.
Result<nn::InputLayout> DecoderLayout(const DecoderShape& shape, std::string_view use);

/// Layers of a decoder's cache.
std::vector<nn::CacheLayer> CacheWindows(const DecoderShape& shape);

}  // namespace conformance::models
