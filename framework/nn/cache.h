#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/nn/tree.h"
#include "framework/ops/op_context.h"

namespace conformance::nn {

/// Keys and values that attention has seen: transformers' DynamicCache, with sliding-window layers. Belongs to one forward: made
/// from the input tree, updated by the layers in turn, returned as a tree; the caller's values are not touched.
class Cache {
 public:
  struct Layer {
    ops::Value keys;    ///< [batch, heads, cached, head_dim], undefined while nothing is cached
    ops::Value values;
    std::optional<int64_t> sliding_window;  ///< keeps the last window − 1 entries; none: keeps all
  };

  /// An empty one with a layer for each entry of `windows`.
  explicit Cache(const std::vector<std::optional<int64_t>>& windows);
  /// From `past_key_values` ({layers: [{keys, values}, …]}); names that start with "_" are bookkeeping and ignored, layers without
  /// tensors are empty. Errors: kInvalid for other names, or another number of layers than `windows`; kShape unless rank 4.
  static Result<Cache> FromTree(const Tree& tree, const std::vector<std::optional<int64_t>>& windows);

  /// Appends and returns what attention is to see: all kept entries with the new ones. A sliding layer keeps the last window − 1
  /// of them for the next call.
  std::pair<ops::Value, ops::Value> Update(ops::OpContext& context, const ops::Value& keys, const ops::Value& values, size_t layer);

  /// Entries kept in a layer (0 while empty). Of a sliding layer that has overflowed these are fewer than have been seen.
  SymInt Length(size_t layer) const;
  bool IsEmpty(size_t layer) const { return !layers_[layer].keys.defined(); }
  const std::vector<Layer>& layers() const { return layers_; }

  /// {layers: [{keys, values}, …]} of class DynamicCache.
  Tree ToTree() const;
  /// Leaves under `prefix` ("past_key_values.layers.0.keys"), appended.
  void AppendLeaves(std::string_view prefix, NamedValues& leaves) const;

 private:
  std::vector<Layer> layers_;
};

}  // namespace conformance::nn
