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

/// Inputs of a decoder with a cache. "forward": ids and a mask; "prefill": what generate() passes first (ids, mask, positions);
/// "decode": one new token, the mask of all tokens, its position, and the cache; "continue": as decode with several. Errors: kUnsupported for another use.
Result<nn::InputLayout> DecoderLayout(const DecoderShape& shape, std::string_view use);

/// Layers of a decoder's cache.
std::vector<nn::CacheLayer> CacheWindows(const DecoderShape& shape);

}  // namespace conformance::models
