#include <string>
#include <utility>

#include "framework/relations/axes.h"
#include "framework/relations/relations.h"

namespace conformance::relations {
namespace {

/// Finds what leaks from row to row (a mask, a statistic or a position of another row), and a batch that is baked in.
class Rows : public ports::Relation {
 public:
  std::string_view Name() const override { return "rows"; }
  std::string_view Summary() const override { return "the rows of a batch, run one by one, give the batch's outputs"; }
  std::vector<std::string_view> Variants() const override { return {"dynamic", "prefill", "decode"}; }
  std::string NotApplicable(const ports::RelationTerms& terms) const override { return BatchProblem(terms); }

  Result<NamedTensors> Derive(const ports::RelationTerms& terms, const NamedTensors& start, const NamedTensors& outputs,
                              ports::RelationRuns& runs) const override {
    CONFORMANCE_TRY(const int64_t batch, BatchOf(terms, start));
    CONFORMANCE_TRY(const Shapes whole, runs.ShapesOf(start));
    CONFORMANCE_TRY(const Shapes single, runs.ShapesOf(RowOf(terms, start, batch, 0)));
    std::vector<NamedTensors> rows;
    for (int64_t row = 0; row < batch; ++row) {
      CONFORMANCE_TRY(NamedTensors one, runs.Run(RowOf(terms, start, batch, row)));
      rows.push_back(std::move(one));
    }
    NamedTensors derived;
    for (const auto& [name, together] : outputs) {
      const auto shape = whole.find(name), part = single.find(name);
      if (shape == whole.end() || part == single.end()) continue;
      const auto axes = AxesThatDiffer(shape->second, part->second);
      // An output over pairs of rows is no row's own.
      if (!axes || axes->size() > 1) continue;
      std::vector<Tensor> parts;
      for (int64_t row = 0; row < batch; ++row) {
        const Tensor* one = Find(rows[static_cast<size_t>(row)], name);
        if (one == nullptr) return NotFound("a row by itself has no output " + name).With("row", std::to_string(row));
        CONFORMANCE_RETURN_IF_ERROR(CheckShape(name, *one, part->second, "of row " + std::to_string(row) + " by itself"));
        parts.push_back(*one);
      }
      if (axes->empty()) {
        derived.emplace_back(name, parts.back());
        continue;
      }
      CONFORMANCE_TRY(Tensor joined, Concatenate(parts, axes->front()));
      derived.emplace_back(name, std::move(joined));
    }
    return derived;
  }
};

}  // namespace

std::unique_ptr<ports::Relation> MakeRows() { return std::make_unique<Rows>(); }

}  // namespace conformance::relations
