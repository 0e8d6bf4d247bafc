#include "framework/relations/axes.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

namespace conformance::relations {
namespace {

using ports::LeafRole;
using ports::RelationLeaf;
using ports::RelationTerms;

int64_t Product(const Shape& shape, size_t begin, size_t end) {
  return std::accumulate(shape.begin() + static_cast<int64_t>(begin), shape.begin() + static_cast<int64_t>(end), int64_t{1}, std::multiplies<>());
}

std::string ShapeOf(const Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace

std::vector<int64_t> AxesOf(const RelationLeaf& leaf, std::string_view symbol) {
  std::vector<int64_t> axes;
  for (size_t i = 0; i < leaf.sizes.size(); ++i) {
    if (leaf.sizes[i].Symbols().contains(std::string(symbol))) axes.push_back(static_cast<int64_t>(i));
  }
  return axes;
}

std::optional<std::vector<int64_t>> AxesThatDiffer(const Shape& a, const Shape& b) {
  if (a.size() != b.size()) return std::nullopt;
  std::vector<int64_t> axes;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) axes.push_back(static_cast<int64_t>(i));
  }
  return axes;
}

Tensor Slice(const Tensor& tensor, int64_t axis, int64_t begin, int64_t count) {
  Shape shape = tensor.shape();
  shape[static_cast<size_t>(axis)] = count;
  return tensor.View(std::move(shape), tensor.strides(), tensor.offset() + begin * tensor.strides()[static_cast<size_t>(axis)]).Clone();
}

Result<Tensor> Concatenate(const std::vector<Tensor>& parts, int64_t axis) {
  const auto at = static_cast<size_t>(axis);
  Shape whole = parts.front().shape();
  whole[at] = 0;
  for (const Tensor& part : parts) {
    if (part.dtype() != parts.front().dtype()) return TypeError("parts of an output have different types").With("found", Describe(part)).With("wanted", Describe(parts.front()));
    const auto differ = AxesThatDiffer(part.shape(), parts.front().shape());
    if (!differ || std::ranges::any_of(*differ, [&](int64_t i) { return i != axis; })) {
      return ShapeError("parts of an output do not fit together").With("found", Describe(part)).With("wanted", Describe(parts.front()));
    }
    whole[at] += part.shape()[at];
  }
  const Tensor result = Tensor::Empty(parts.front().dtype(), whole);
  const int64_t outer = Product(whole, 0, at), inner = Product(whole, at + 1, whole.size()) * static_cast<int64_t>(ByteSize(result.dtype()));
  std::byte* to = result.raw_mutable();
  for (int64_t i = 0; i < outer; ++i) {
    for (const Tensor& part : parts) {
      const auto bytes = static_cast<size_t>(part.shape()[at] * inner);
      const Tensor plain = part.Contiguous();
      std::memcpy(to, plain.raw() + static_cast<size_t>(i) * bytes, bytes);
      to += bytes;
    }
  }
  return result;
}

Tensor Reorder(const Tensor& tensor, int64_t axis, const std::vector<int64_t>& order) {
  const int64_t block = tensor.dim(axis) / static_cast<int64_t>(order.size());
  std::vector<Tensor> parts;
  for (const int64_t from : order) parts.push_back(Slice(tensor, axis, from * block, block));
  return *Concatenate(parts, axis);  // slices of one tensor fit
}

Result<int64_t> BatchOf(const RelationTerms& terms, const NamedTensors& inputs) {
  for (const RelationLeaf& leaf : terms.leaves) {
    const Tensor* tensor = Find(inputs, leaf.name);
    for (size_t i = 0; tensor != nullptr && i < leaf.sizes.size(); ++i) {
      if (leaf.sizes[i].AsSymbol() == std::string(kBatch)) return tensor->dim(static_cast<int64_t>(i));
    }
  }
  return Invalid("no input has an axis that is the batch");
}

NamedTensors RowOf(const RelationTerms& terms, const NamedTensors& inputs, int64_t batch, int64_t row) {
  NamedTensors one = inputs;
  for (auto& [name, tensor] : one) {
    const auto leaf = std::ranges::find(terms.leaves, name, &RelationLeaf::name);
    if (leaf == terms.leaves.end()) continue;
    for (const int64_t axis : AxesOf(*leaf, kBatch)) {
      const int64_t share = tensor.dim(axis) / batch;
      tensor = Slice(tensor, axis, row * share, share);
    }
  }
  return one;
}

std::string BatchProblem(const RelationTerms& terms) {
  if (!terms.coupled.empty()) return terms.coupled;
  bool any = false;
  for (const RelationLeaf& leaf : terms.leaves) {
    if (AxesOf(leaf, kBatch).size() > 1) return "two axes of input " + leaf.name + " follow the batch";
    any = any || std::ranges::any_of(leaf.sizes, [](const SymInt& size) { return size.AsSymbol() == std::string(kBatch); });
  }
  return any ? "" : "no axis of its inputs is a batch that could change";
}

NamedTensors FullyAttended(const RelationTerms& terms, const NamedTensors& inputs) {
  NamedTensors full = inputs;
  for (auto& [name, tensor] : full) {
    const auto leaf = std::ranges::find(terms.leaves, name, &RelationLeaf::name);
    if (leaf == terms.leaves.end() || tensor.rank() == 0) continue;
    if (leaf->role != LeafRole::kMask && leaf->role != LeafRole::kPositions) continue;
    std::vector<int64_t> values(static_cast<size_t>(tensor.num_elements()), 1);
    const int64_t length = tensor.dim(-1);
    for (size_t i = 0; leaf->role == LeafRole::kPositions && i < values.size(); ++i) values[i] = static_cast<int64_t>(i) % length;
    tensor = Cast(Tensor::Of<int64_t>(tensor.shape(), values), tensor.dtype());
  }
  return full;
}

Status CheckShape(const std::string& output, const Tensor& found, const Shape& wanted, const std::string& where) {
  if (found.shape() == wanted) return Ok();
  return ShapeError(output + " " + where + " has another shape than the model gives it").With("found", Describe(found)).With("wanted", ShapeOf(wanted));
}

}  // namespace conformance::relations
