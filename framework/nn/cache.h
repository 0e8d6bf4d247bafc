#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/nn/tree.h"
#include "framework/ops/op_context.h"

namespace conformance::nn {

/// What one layer of a cache keeps: keys and values of attention, or the states of a recurrent layer.
struct CacheLayer {
  CacheLayer() = default;
  CacheLayer(std::optional<int64_t> sliding_window) : sliding_window(sliding_window) {}  // NOLINT: implicit on purpose, as both below
  CacheLayer(std::nullopt_t) {}                                                          // NOLINT
  CacheLayer(int64_t sliding_window) : sliding_window(sliding_window) {}                 // NOLINT
  /// A recurrent layer with `count` convolution states and as many recurrent ones.
  static CacheLayer States(size_t count);

  std::optional<int64_t> sliding_window;  ///< keeps the last window − 1 entries; none: keeps all
  size_t states = 0;                      ///< above 0: no keys and values
};

/// What layers have seen: transformers' DynamicCache, with sliding-window and recurrent (linear attention) layers, or its StaticCache.
/// Belongs to one forward: made from the input tree, updated by the layers in turn, returned as a tree; the caller's values are not
/// touched.
///
/// A layer that comes with `cumulative_length` is static: its keys and values are buffers of a fixed length, of which so many entries are
/// written; new ones are written behind them, and attention sees the whole buffer under a mask. How much is written is a value and no
/// size, so one trace of a step serves a whole generation. The buffer of a sliding layer that is no longer than its window (transformers'
/// StaticSlidingWindowLayer) keeps the last entries and forgets the first; a longer one has room for all, and the mask alone slides
/// (TorchExportableModuleWithStaticCache).
class Cache {
 public:
  struct Layer {
    CacheLayer kind;
    ops::Value keys;    ///< [batch, heads, cached, head_dim], undefined while nothing is cached
    ops::Value values;
    ops::Value cumulative_length = {};  ///< i64 []: tokens seen by a static layer; undefined: entries grow
    std::vector<ops::Value> conv_states, recurrent_states;  ///< kind.states of each, undefined while nothing was seen
  };

  /// An empty one.
  explicit Cache(const std::vector<CacheLayer>& layers);
  /// From `past_key_values` ({layers: [{keys, values}, …]}, {keys, values, cumulative_length} of a static layer, or {conv_states: [..],
  /// recurrent_states: [..]} of a recurrent one); names that start with "_" are bookkeeping and ignored, layers without tensors are empty.
  /// `name` is the argument's, for messages. Errors: kInvalid for other names, layers beyond `layers`, or static layers beside growing
  /// ones; kShape for keys or values that are not of rank 4, or a cumulative_length that is no single number; kType unless that is i64.
  static Result<Cache> FromTree(const Tree& tree, const std::vector<CacheLayer>& layers, std::string_view name = "past_key_values");

  /// Appends and returns what attention is to see: all kept entries with the new ones. A sliding layer keeps the last window − 1
  /// of them for the next call. Of a static layer that is the buffer, with what its KeyPositions says of each entry; tokens that
  /// no longer fit are an error of the kernel that writes them.
  std::pair<ops::Value, ops::Value> Update(ops::OpContext& context, const ops::Value& keys, const ops::Value& values, size_t layer);
  /// What attention to an encoder sees is computed once: the layer's entries from now on.
  void Set(const ops::Value& keys, const ops::Value& values, size_t layer);
  Layer& States(size_t layer) { return layers_[layer]; }

  /// Entries kept in a layer (0 while empty). Of a sliding layer that has overflowed these are fewer than have been seen; of a static one
  /// they are the length of its buffer.
  SymInt Length(size_t layer) const;
  bool IsEmpty(size_t layer) const { return !layers_[layer].keys.defined(); }
  bool IsStatic(size_t layer) const { return layers_[layer].cumulative_length.defined(); }
  /// Positions of the next `count` tokens, [count]: behind the kept entries, or behind all that a static layer has seen.
  ops::Value Positions(ops::OpContext& context, const SymInt& count, size_t layer) const;
  /// Positions of what attention sees of a static layer after `count` more tokens, [entries]. Those of entries that nothing has
  /// been written to lie behind the new tokens'.
  ops::Value KeyPositions(ops::OpContext& context, const SymInt& count, size_t layer) const;
  const std::vector<Layer>& layers() const { return layers_; }

  /// {layers: [{keys, values}, …]} of class DynamicCache, or with cumulative_length of class StaticCache.
  Tree ToTree() const;
  /// Leaves under `prefix` ("past_key_values.layers.0.keys"), appended.
  void AppendLeaves(std::string_view prefix, NamedValues& leaves) const;

 private:
  /// A buffer that keeps the last entries of a window.
  bool Rolls(ops::OpContext& context, const Layer& layer) const;
  std::pair<ops::Value, ops::Value> UpdateStatic(ops::OpContext& context, const ops::Value& keys, const ops::Value& values, Layer& layer);

  std::vector<Layer> layers_;
};

/// What a decoder with an encoder has seen: transformers' EncoderDecoderCache. Cross layers are filled once.
struct EncoderDecoderCache {
  Cache self_attention, cross_attention;

  explicit EncoderDecoderCache(size_t layers);
  /// {self_attention_cache: {layers: …}, cross_attention_cache: {layers: …}}. Errors: those of Cache::FromTree; kInvalid for other names.
  static Result<EncoderDecoderCache> FromTree(const Tree& tree, size_t layers);
  Tree ToTree() const;
  void AppendLeaves(std::string_view prefix, NamedValues& leaves) const;
};

}  // namespace conformance::nn
