#include "framework/nn/cache.h"

#include <string>

#include "framework/base/strings.h"
#include "framework/ops/add.h"
#include "framework/ops/arange.h"
#include "framework/ops/cat.h"
#include "framework/ops/clamp.h"
#include "framework/ops/index_add.h"
#include "framework/ops/index_select.h"
#include "framework/ops/slice.h"
#include "framework/ops/sub.h"
#include "framework/ops/zeros.h"

namespace conformance::nn {
namespace {

/// Keys or values of an attention layer, or how many entries of its buffers are written.
Status ReadEntries(const Tree::Member& part, const std::string& place, Cache::Layer& layer) {
  if (part.name != "keys" && part.name != "values" && part.name != "cumulative_length")
    return Invalid("a cache layer has keys, values and cumulative_length only").With("found", place + "." + part.name);
  if (part.name == "cumulative_length" && !part.tree.IsNone()) {
    const std::string found = place + "." + part.name + ": " + Describe(part.tree);
    if (part.tree.kind() != Tree::Kind::kTensor || part.tree.value().rank() != 0)
      return ShapeError("the length of a static cache layer is no single number").With("found", found).With("wanted", "i64[]");
    if (part.tree.value().dtype() != DType::kI64)
      return TypeError("the length of a static cache layer has the wrong type").With("found", found).With("wanted", "i64[]");
    layer.cumulative_length = part.tree.value();
    return Ok();
  }
  if (part.tree.IsNone()) return Ok();
  if (part.tree.kind() != Tree::Kind::kTensor || part.tree.value().rank() != 4)
    return ShapeError("a cache entry is no tensor [batch, heads, time, head_dim]")
        .With("found", place + "." + part.name + ": " + Describe(part.tree));
  (part.name == "keys" ? layer.keys : layer.values) = part.tree.value();
  return Ok();
}

/// conv_states or recurrent_states of a recurrent layer: tensors by their number.
Status ReadStates(const Tree::Member& part, const std::string& place, Cache::Layer& layer) {
  if (part.name != "conv_states" && part.name != "recurrent_states")
    return Invalid("a recurrent cache layer has conv_states and recurrent_states only").With("found", place + "." + part.name);
  std::vector<ops::Value>& states = part.name == "conv_states" ? layer.conv_states : layer.recurrent_states;
  const std::vector<Tree>& items = part.tree.items();
  const bool fits = part.tree.IsNone() || (part.tree.kind() == Tree::Kind::kList && items.size() == states.size());
  if (!fits)
    return Invalid("a cache layer has another number of states than the model")
        .With("found", place + "." + part.name + ": " + Describe(part.tree))
        .With("wanted", std::to_string(states.size()));
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].IsNone()) continue;
    if (items[i].kind() != Tree::Kind::kTensor || items[i].value().rank() < 1)
      return ShapeError("a state is no tensor").With("found", place + "." + part.name + "." + std::to_string(i) + ": " + Describe(items[i]));
    states[i] = items[i].value();
  }
  return Ok();
}

}  // namespace

CacheLayer CacheLayer::States(size_t count) {
  CacheLayer layer;
  layer.states = count;
  return layer;
}

Cache::Cache(const std::vector<CacheLayer>& layers) {
  for (const CacheLayer& layer : layers)
    layers_.push_back({.kind = layer,
                       .keys = {},
                       .values = {},
                       .conv_states = std::vector<ops::Value>(layer.states),
                       .recurrent_states = std::vector<ops::Value>(layer.states)});
}

Result<Cache> Cache::FromTree(const Tree& tree, const std::vector<CacheLayer>& wanted, std::string_view name) {
  Cache cache(wanted);
  for (const Tree::Member& member : tree.members())
    if (member.name != "layers" && !StartsWith(member.name, "_"))
      return Invalid("a cache has the part `layers` only").With("found", std::string(name) + "." + member.name);
  const Tree* layers = tree.Find("layers");
  if (layers == nullptr || layers->IsNone()) return cache;
  // Layers by number; numbers that are not dense come as a dict.
  for (size_t i = 0; i < layers->items().size() + layers->members().size(); ++i) {
    const bool list = layers->kind() == Tree::Kind::kList;
    const std::string number = list ? std::to_string(i) : layers->members()[i].name;
    const Tree& layer = list ? layers->items()[i] : layers->members()[i].tree;
    const std::string place = std::string(name) + ".layers." + number;
    const std::optional<int64_t> index = ParseInt(number);
    if (!index || *index < 0 || *index >= static_cast<int64_t>(wanted.size()))
      return Invalid("a cache layer that the model doesn't have")
          .With("found", place)
          .With("wanted", std::to_string(wanted.size()) + " layers");
    Layer& target = cache.layers_[static_cast<size_t>(*index)];
    for (const Tree::Member& part : layer.members()) {
      if (StartsWith(part.name, "_")) continue;
      CONFORMANCE_RETURN_IF_ERROR(target.kind.states > 0 ? ReadStates(part, place, target) : ReadEntries(part, place, target));
    }
    if (target.keys.defined() != target.values.defined())
      return Invalid("a cache layer has keys or values, wanted both or neither").With("found", place);
    if (target.cumulative_length.defined() && !target.keys.defined())
      return Invalid("a static cache layer needs its buffers").With("found", place).With("wanted", "keys, values");
  }
  for (size_t i = 0; i < cache.layers_.size(); ++i)
    if (cache.IsStatic(i) != cache.IsStatic(0))
      return Invalid("layers of fixed length stand beside others")
          .With("found", std::string(name) + ".layers." + std::to_string(i))
          .With("wanted", "cumulative_length in all layers or in none");
  return cache;
}

std::pair<ops::Value, ops::Value> Cache::Update(ops::OpContext& context, const ops::Value& keys, const ops::Value& values,
                                                size_t layer) {
  Layer& kept = layers_[layer];
  if (IsStatic(layer)) return UpdateStatic(context, keys, values, kept);
  const bool empty = !kept.keys.defined();
  const ops::Value all_keys = empty ? keys : ops::Cat(context, {kept.keys, keys}, -2);
  const ops::Value all_values = empty ? values : ops::Cat(context, {kept.values, values}, -2);
  kept.keys = all_keys;
  kept.values = all_values;
  // A window of 1 keeps everything, because Python's [-0:] is the whole axis. The start is not written as a negative number, which
  // would hold only where there is enough to cut.
  const std::optional<int64_t> window = kept.kind.sliding_window;
  if (window && *window != 1) {
    const SymInt start = Max(all_keys.size(2) - (*window - 1), 0);
    kept.keys = ops::Slice(context, all_keys, 2, start);
    kept.values = ops::Slice(context, all_values, 2, start);
  }
  return {all_keys, all_values};
}

bool Cache::Rolls(ops::OpContext& context, const Layer& layer) const {
  const std::optional<int64_t> window = layer.kind.sliding_window;
  return window && context.Guard(Le(layer.keys.size(2), *window), "a buffer is no longer than its layer's window");
}

std::pair<ops::Value, ops::Value> Cache::UpdateStatic(ops::OpContext& context, const ops::Value& keys, const ops::Value& values, Layer& layer) {
  const SymInt fresh = keys.size(2);
  const ops::Value seen = layer.cumulative_length;
  layer.cumulative_length = ops::Add(context, seen, fresh);
  if (!Rolls(context, layer)) {
    const ops::Value places = ops::Add(context, ops::Arange(context, fresh), seen);
    layer.keys = ops::IndexCopy(context, layer.keys, 2, places, keys);
    layer.values = ops::IndexCopy(context, layer.values, 2, places, values);
    return {layer.keys, layer.values};
  }
  // Room for the new ones is made behind the buffer; then the last of those written are kept. Nothing depends on whether it is full.
  const SymInt room = layer.keys.size(2);
  const ops::Value held = ops::ClampMax(context, seen, room);
  const ops::Value places = ops::Add(context, ops::Arange(context, fresh), held);
  const ops::Value over = ops::ClampMin(context, ops::Sub(context, ops::Add(context, held, fresh), room), 0);
  const ops::Value last = ops::Add(context, ops::Arange(context, room), over);
  const auto update = [&](ops::Value& buffer, const ops::Value& added) {
    const ops::Value space = ops::Zeros(context, {buffer.size(0), buffer.size(1), fresh, buffer.size(3)}, buffer.dtype());
    const ops::Value all = ops::IndexCopy(context, ops::Cat(context, {buffer, space}, 2), 2, places, added);
    buffer = ops::IndexSelect(context, all, 2, last);
    return all;
  };
  const ops::Value all_keys = update(layer.keys, keys);
  return {all_keys, update(layer.values, values)};
}

ops::Value Cache::Positions(ops::OpContext& context, const SymInt& count, size_t layer) const {
  const ops::Value positions = ops::Arange(context, count);
  if (IsStatic(layer)) return ops::Add(context, positions, layers_[layer].cumulative_length);
  const SymInt past = Length(layer);
  return past.AsInt() == 0 ? positions : ops::Add(context, positions, past);
}

ops::Value Cache::KeyPositions(ops::OpContext& context, const SymInt& count, size_t layer) const {
  const SymInt room = Length(layer);
  if (!Rolls(context, layers_[layer])) return ops::Arange(context, room);
  const ops::Value forgotten = ops::ClampMin(context, ops::Sub(context, layers_[layer].cumulative_length, room), 0);
  return ops::Add(context, ops::Arange(context, room + count), forgotten);
}

void Cache::Set(const ops::Value& keys, const ops::Value& values, size_t layer) {
  layers_[layer].keys = keys;
  layers_[layer].values = values;
}

SymInt Cache::Length(size_t layer) const {
  return IsEmpty(layer) ? SymInt(0) : layers_[layer].keys.size(2);
}

Tree Cache::ToTree() const {
  std::vector<Tree> layers;
  for (const Layer& layer : layers_) {
    if (layer.kind.states > 0) {
      const auto list = [](const std::vector<ops::Value>& states) { return Tree::List({states.begin(), states.end()}); };
      layers.push_back(Tree::Dict({{"conv_states", list(layer.conv_states)}, {"recurrent_states", list(layer.recurrent_states)}},
                                  "LinearAttentionLayer"));
    } else if (layer.cumulative_length.defined()) {
      layers.push_back(Tree::Dict({{"keys", layer.keys}, {"values", layer.values}, {"cumulative_length", layer.cumulative_length}},
                                  layer.kind.sliding_window ? "StaticSlidingWindowLayer" : "StaticLayer"));
    } else {
      layers.push_back(Tree::Dict({{"keys", layer.keys}, {"values", layer.values}},
                                  layer.kind.sliding_window ? "DynamicSlidingWindowLayer" : "DynamicLayer"));
    }
  }
  const bool is_static = !layers_.empty() && IsStatic(0);
  return Tree::Dict({{"layers", Tree::List(std::move(layers))}}, is_static ? "StaticCache" : "DynamicCache");
}

void Cache::AppendLeaves(std::string_view prefix, NamedValues& leaves) const {
  for (const auto& [name, value] : GetLeafTensors(ToTree())) leaves.emplace_back(std::string(prefix) + "." + name, value);
}

EncoderDecoderCache::EncoderDecoderCache(size_t layers)
    : self_attention(std::vector<CacheLayer>(layers)), cross_attention(std::vector<CacheLayer>(layers)) {}

Result<EncoderDecoderCache> EncoderDecoderCache::FromTree(const Tree& tree, size_t layers) {
  EncoderDecoderCache cache(layers);
  const std::vector<CacheLayer> wanted(layers);
  for (const Tree::Member& member : tree.members()) {
    if (StartsWith(member.name, "_") || member.tree.IsNone()) continue;
    if (member.name != "self_attention_cache" && member.name != "cross_attention_cache")
      return Invalid("an encoder-decoder cache has self_attention_cache and cross_attention_cache only").With("found", "past_key_values." + member.name);
    CONFORMANCE_TRY((member.name == "self_attention_cache" ? cache.self_attention : cache.cross_attention),
                    Cache::FromTree(member.tree, wanted, "past_key_values." + member.name));
  }
  return cache;
}

Tree EncoderDecoderCache::ToTree() const {
  return Tree::Dict({{"self_attention_cache", self_attention.ToTree()}, {"cross_attention_cache", cross_attention.ToTree()}},
                    "EncoderDecoderCache");
}

void EncoderDecoderCache::AppendLeaves(std::string_view prefix, NamedValues& leaves) const {
  self_attention.AppendLeaves(std::string(prefix) + ".self_attention_cache", leaves);
  cross_attention.AppendLeaves(std::string(prefix) + ".cross_attention_cache", leaves);
}

}  // namespace conformance::nn
