#include <utility>

#include "framework/relations/axes.h"
#include "framework/relations/relations.h"

namespace conformance::relations {
namespace {

/// Finds what is computed in less than the declared type: a product in half precision, an accumulator that is too narrow, a constant
/// that was rounded on the way.
class Widened : public ports::Relation {
 public:
  std::string_view Name() const override { return "widened"; }
  std::string_view Summary() const override { return "exported in the next wider type, with the same numbers, it gives the same but for rounding"; }
  std::vector<std::string_view> Variants() const override { return {"static"}; }
  std::string NotApplicable(const ports::RelationTerms&) const override { return ""; }

  /// A row of a softmax of which nothing is left is another thing in each type.
  Result<NamedTensors> Start(const ports::RelationTerms& terms, const NamedTensors& inputs) const override { return FullyAttended(terms, inputs); }

  Result<NamedTensors> Derive(const ports::RelationTerms&, const NamedTensors& start, const NamedTensors& outputs,
                              ports::RelationRuns& runs) const override {
    CONFORMANCE_TRY(NamedTensors wide, runs.RunWidened(start));
    NamedTensors derived;
    for (const auto& [name, narrow] : outputs) {
      const Tensor* y = Find(wide, name);
      if (y != nullptr) derived.emplace_back(name, IsFloating(y->dtype()) ? Cast(*y, narrow.dtype()) : *y);
    }
    return derived;
  }
};

}  // namespace

std::unique_ptr<ports::Relation> MakeWidened() { return std::make_unique<Widened>(); }

}  // namespace conformance::relations
