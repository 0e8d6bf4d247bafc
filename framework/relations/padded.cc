#include <algorithm>
#include <utility>

#include "framework/relations/axes.h"
#include "framework/relations/relations.h"

namespace conformance::relations {
namespace {

using ports::LeafRole;
using ports::RelationLeaf;
using ports::RelationTerms;

constexpr int64_t kColumns = 3;

bool IsOfTokens(LeafRole role) {
  return role == LeafRole::kIds || role == LeafRole::kTypes || role == LeafRole::kMask || role == LeafRole::kPositions;
}

/// Finds a mask that is lost, applied to the wrong axis or too small, positions that count padding, lengths that are baked in.
class Padded : public ports::Relation {
 public:
  explicit Padded(bool left) : left_(left) {}
  std::string_view Name() const override { return left_ ? "padded-left" : "padded-right"; }
  std::string_view Summary() const override {
    return left_ ? "masked tokens before the others change nothing of theirs" : "masked tokens behind the others change nothing of theirs";
  }
  std::vector<std::string_view> Variants() const override {
    if (left_) return {"prefill"};
    return {"dynamic"};
  }

  std::string NotApplicable(const RelationTerms& terms) const override {
    if (!terms.dynamic) return "its lengths are fixed";
    bool mask = false, positions = false;
    for (const RelationLeaf& leaf : terms.leaves) {
      const std::vector<int64_t> axes = AxesOf(leaf, kSequence);
      mask = mask || (leaf.role == LeafRole::kMask && !axes.empty());
      positions = positions || (leaf.role == LeafRole::kPositions && !axes.empty());
      if (axes.empty()) continue;
      if (!IsOfTokens(leaf.role)) return "input " + leaf.name + " is as long as the tokens, and nothing is known of its padding";
      if (axes.size() > 1 || axes[0] + 1 != static_cast<int64_t>(leaf.sizes.size()) || leaf.sizes.back().AsSymbol() != std::string(kSequence)) {
        return "the tokens are not the last axis of input " + leaf.name;
      }
    }
    if (!mask) return "its forward takes no attention mask over its tokens";
    if (left_ && !positions) return "its forward takes no positions, and counts padding before the tokens";
    return terms.coupled.empty() ? terms.lengths : terms.coupled;
  }

  Result<NamedTensors> Start(const RelationTerms& terms, const NamedTensors& inputs) const override { return FullyAttended(terms, inputs); }

  Result<NamedTensors> Derive(const RelationTerms& terms, const NamedTensors& start, const NamedTensors& outputs,
                              ports::RelationRuns& runs) const override {
    NamedTensors longer = start;
    for (auto& [name, tensor] : longer) {
      const auto leaf = std::ranges::find(terms.leaves, name, &RelationLeaf::name);
      if (leaf == terms.leaves.end() || AxesOf(*leaf, kSequence).empty()) continue;
      CONFORMANCE_TRY(tensor, WithPadding(terms, *leaf, tensor));
    }
    CONFORMANCE_TRY(const Shapes before, runs.ShapesOf(start));
    CONFORMANCE_TRY(const Shapes after, runs.ShapesOf(longer));
    CONFORMANCE_TRY(const NamedTensors found, runs.Run(longer));
    NamedTensors derived;
    for (const auto& [name, plain] : outputs) {
      const auto was = before.find(name), is = after.find(name);
      const Tensor* y = Find(found, name);
      if (was == before.end() || is == after.end() || y == nullptr) continue;
      const auto axes = AxesThatDiffer(was->second, is->second);
      if (!axes) continue;
      CONFORMANCE_RETURN_IF_ERROR(CheckShape(name, *y, is->second, "of padded tokens"));
      // What a model keeps of its last columns has seen the padding, where that is last.
      if (axes->empty() && terms.generates && !left_) continue;
      Tensor cut = *y;
      bool fits = true;
      for (const int64_t axis : *axes) {
        const int64_t length = was->second[static_cast<size_t>(axis)];
        fits = fits && is->second[static_cast<size_t>(axis)] == length + kColumns;
        if (fits) cut = Slice(cut, axis, left_ ? kColumns : 0, length);
      }
      if (fits) derived.emplace_back(name, std::move(cut));
    }
    return derived;
  }

 private:
  Result<Tensor> WithPadding(const RelationTerms& terms, const RelationLeaf& leaf, const Tensor& tensor) const {
    if (tensor.rank() != static_cast<int64_t>(leaf.sizes.size())) return Unsupported("not applicable: input " + leaf.name + " has other axes than the class's own");
    Shape shape = tensor.shape();
    const int64_t length = shape.back();
    shape.back() = kColumns;
    std::vector<int64_t> values;
    for (int64_t i = 0; i < NumElements(shape); ++i) {
      const int64_t column = i % kColumns;
      int64_t value = 0;  // masks and types
      if (leaf.role == LeafRole::kIds) value = terms.pad_id;
      if (leaf.role == LeafRole::kPositions && !left_) value = length + column;
      values.push_back(value);
    }
    const Tensor padding = Cast(Tensor::Of<int64_t>(shape, values), tensor.dtype());
    return Concatenate(left_ ? std::vector<Tensor>{padding, tensor} : std::vector<Tensor>{tensor, padding}, tensor.rank() - 1);
  }

  bool left_;
};

}  // namespace

std::unique_ptr<ports::Relation> MakePaddedRight() { return std::make_unique<Padded>(false); }
std::unique_ptr<ports::Relation> MakePaddedLeft() { return std::make_unique<Padded>(true); }

}  // namespace conformance::relations
