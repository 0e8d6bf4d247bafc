#include <utility>

#include "framework/relations/axes.h"
#include "framework/relations/relations.h"

namespace conformance::relations {
namespace {

/// Finds what depends on a row's place: a constant of one row, a leak from the row before. Needs no size that can change.
class Permuted : public ports::Relation {
 public:
  std::string_view Name() const override { return "permuted"; }
  std::string_view Summary() const override { return "rows in another order give outputs in that order"; }
  std::vector<std::string_view> Variants() const override { return {"static", "dynamic", "prefill", "decode"}; }
  std::string NotApplicable(const ports::RelationTerms& terms) const override { return BatchProblem(terms); }

  Result<NamedTensors> Derive(const ports::RelationTerms& terms, const NamedTensors& start, const NamedTensors& outputs,
                              ports::RelationRuns& runs) const override {
    CONFORMANCE_TRY(const int64_t batch, BatchOf(terms, start));
    if (batch < 2) return Unsupported("not applicable: a batch of one row has no other order");
    // The last row first: place i has row order[i], and row i is at place back[i].
    std::vector<int64_t> order, back;
    for (int64_t i = 0; i < batch; ++i) {
      order.push_back((i + batch - 1) % batch);
      back.push_back((i + 1) % batch);
    }
    NamedTensors turned = start;
    for (const ports::RelationLeaf& leaf : terms.leaves) {
      for (auto& [name, tensor] : turned) {
        if (name != leaf.name) continue;
        for (const int64_t axis : AxesOf(leaf, kBatch)) tensor = Reorder(tensor, axis, order);
      }
    }
    // Which axes of the outputs the batch is: those that a single row has shorter.
    CONFORMANCE_TRY(const Shapes whole, runs.ShapesOf(start));
    CONFORMANCE_TRY(const Shapes single, runs.ShapesOf(RowOf(terms, start, batch, 0)));
    CONFORMANCE_TRY(const NamedTensors found, runs.Run(turned));
    NamedTensors derived;
    for (const auto& [name, together] : outputs) {
      const auto shape = whole.find(name), part = single.find(name);
      if (shape == whole.end() || part == single.end()) continue;
      const auto axes = AxesThatDiffer(shape->second, part->second);
      const Tensor* y = Find(found, name);
      if (!axes || y == nullptr) continue;
      CONFORMANCE_RETURN_IF_ERROR(CheckShape(name, *y, shape->second, "of the rows in another order"));
      Tensor straight = *y;
      for (const int64_t axis : *axes) {
        if (straight.dim(axis) % batch == 0) straight = Reorder(straight, axis, back);
      }
      derived.emplace_back(name, std::move(straight));
    }
    return derived;
  }
};

}  // namespace

std::unique_ptr<ports::Relation> MakePermuted() { return std::make_unique<Permuted>(); }

}  // namespace conformance::relations
