#include "framework/nn/cache.h"

#include <string>

#include "framework/base/strings.h"
#include "framework/ops/cat.h"
#include "framework/ops/slice.h"

namespace conformance::nn {

Cache::Cache(const std::vector<std::optional<int64_t>>& windows) {
  for (const auto& window : windows) layers_.push_back({{}, {}, window});
}

Result<Cache> Cache::FromTree(const Tree& tree, const std::vector<std::optional<int64_t>>& windows) {
  Cache cache(windows);
  for (const Tree::Member& member : tree.members())
    if (member.name != "layers" && !StartsWith(member.name, "_"))
      return Invalid("a cache has the part `layers` only").With("found", "past_key_values." + member.name);
  const Tree* layers = tree.Find("layers");
  if (layers == nullptr || layers->IsNone()) return cache;
  // Layers by number; numbers that are not dense come as a dict.
  for (size_t i = 0; i < layers->items().size() + layers->members().size(); ++i) {
    const bool list = layers->kind() == Tree::Kind::kList;
    const std::string name = list ? std::to_string(i) : layers->members()[i].name;
    const Tree& layer = list ? layers->items()[i] : layers->members()[i].tree;
    const std::string place = "past_key_values.layers." + name;
    const std::optional<int64_t> index = ParseInt(name);
    if (!index || *index < 0 || *index >= static_cast<int64_t>(windows.size()))
      return Invalid("a cache layer that the model doesn't have")
          .With("found", place)
          .With("wanted", std::to_string(windows.size()) + " layers");
    Layer& target = cache.layers_[static_cast<size_t>(*index)];
    for (const Tree::Member& part : layer.members()) {
      if (StartsWith(part.name, "_")) continue;
      if (part.name != "keys" && part.name != "values")
        return Invalid("a cache layer has keys and values only").With("found", place + "." + part.name);
      if (part.tree.IsNone()) continue;
      if (part.tree.kind() != Tree::Kind::kTensor || part.tree.value().rank() != 4)
        return ShapeError("a cache entry is no tensor [batch, heads, time, head_dim]")
            .With("found", place + "." + part.name + ": " + Describe(part.tree));
      (part.name == "keys" ? target.keys : target.values) = part.tree.value();
    }
    if (target.keys.defined() != target.values.defined())
      return Invalid("a cache layer has keys or values, wanted both or neither").With("found", place);
  }
  return cache;
}

std::pair<ops::Value, ops::Value> Cache::Update(ops::OpContext& context, const ops::Value& keys, const ops::Value& values,
                                                size_t layer) {
  Layer& kept = layers_[layer];
  const bool empty = !kept.keys.defined();
  const ops::Value all_keys = empty ? keys : ops::Cat(context, {kept.keys, keys}, -2);
  const ops::Value all_values = empty ? values : ops::Cat(context, {kept.values, values}, -2);
  kept.keys = all_keys;
  kept.values = all_values;
  // A window of 1 keeps everything, because Python's [-0:] is the whole axis. The start is not written as a negative number, which
  // would hold only where there is enough to cut.
  if (kept.sliding_window && *kept.sliding_window != 1) {
    const SymInt start = Max(all_keys.size(2) - (*kept.sliding_window - 1), 0);
    kept.keys = ops::Slice(context, all_keys, 2, start);
    kept.values = ops::Slice(context, all_values, 2, start);
  }
  return {all_keys, all_values};
}

SymInt Cache::Length(size_t layer) const {
  return IsEmpty(layer) ? SymInt(0) : layers_[layer].keys.size(2);
}

Tree Cache::ToTree() const {
  std::vector<Tree> layers;
  for (const Layer& layer : layers_)
    layers.push_back(Tree::Dict({{"keys", layer.keys}, {"values", layer.values}},
                                layer.sliding_window ? "DynamicSlidingWindowLayer" : "DynamicLayer"));
  return Tree::Dict({{"layers", Tree::List(std::move(layers))}}, "DynamicCache");
}

void Cache::AppendLeaves(std::string_view prefix, NamedValues& leaves) const {
  for (size_t i = 0; i < layers_.size(); ++i) {
    if (IsEmpty(i)) continue;
    const std::string place = std::string(prefix) + ".layers." + std::to_string(i) + ".";
    leaves.emplace_back(place + "keys", layers_[i].keys);
    leaves.emplace_back(place + "values", layers_[i].values);
  }
}

}  // namespace conformance::nn
