#include <algorithm>
#include <string>
#include <utility>

#include "framework/relations/axes.h"
#include "framework/relations/relations.h"

namespace conformance::relations {
namespace {

using ports::LeafRole;
using ports::RelationLeaf;
using ports::RelationTerms;

constexpr int64_t kSteps = 2;

/// Finds a cache that is stale, cut or written at the wrong place, positions that are off by one in a step, a mask of the wrong length.
class Steps : public ports::Relation {
 public:
  std::string_view Name() const override { return "steps"; }
  std::string_view Summary() const override { return "a prompt at once gives what its beginning, and then token by token, give by the cache"; }
  std::vector<std::string_view> Variants() const override { return {"prefill"}; }

  std::string NotApplicable(const RelationTerms& terms) const override {
    if (terms.step.empty()) return "it has no variant decode";
    if (!std::ranges::any_of(terms.step, [](const RelationLeaf& leaf) { return leaf.role == LeafRole::kState; })) return "a step takes no cache";
    for (const RelationLeaf& leaf : terms.step) {
      if (leaf.role == LeafRole::kState) continue;
      if (leaf.role == LeafRole::kOther) return "a step also takes " + leaf.name;
      if (std::ranges::find(terms.leaves, leaf.name, &RelationLeaf::name) == terms.leaves.end()) return "a prompt has no " + leaf.name + " to take a step's from";
    }
    for (const RelationLeaf& leaf : terms.leaves) {
      if (leaf.role == LeafRole::kOther || leaf.role == LeafRole::kState) return "a prompt also takes " + leaf.name;
      const std::vector<int64_t> axes = AxesOf(leaf, kSequence);
      if (axes.size() != 1 || axes[0] + 1 != static_cast<int64_t>(leaf.sizes.size())) return "the tokens are not the last axis of input " + leaf.name;
    }
    return terms.lengths;
  }

  Result<NamedTensors> Start(const RelationTerms& terms, const NamedTensors& inputs) const override { return FullyAttended(terms, inputs); }

  Result<NamedTensors> Derive(const RelationTerms& terms, const NamedTensors& start, const NamedTensors& outputs,
                              ports::RelationRuns& runs) const override {
    const auto ids = std::ranges::find(terms.leaves, LeafRole::kIds, &RelationLeaf::role);
    const Tensor* tokens = ids == terms.leaves.end() ? nullptr : Find(start, ids->name);
    if (tokens == nullptr) return Unsupported("not applicable: a prompt has no tokens");
    const int64_t length = tokens->dim(-1), first = length - kSteps;
    if (first < 2) return Unsupported("not applicable: a prompt of " + std::to_string(length) + " tokens is too short to be taken apart");
    NamedTensors beginning = start;
    for (auto& [name, tensor] : beginning) tensor = Slice(tensor, tensor.rank() - 1, 0, first);
    std::vector<NamedTensors> answers(1);
    CONFORMANCE_TRY(answers[0], runs.Run(beginning));
    for (int64_t at = first; at < length; ++at) {
      CONFORMANCE_TRY(const NamedTensors step, StepAt(terms, start, answers.back(), at));
      CONFORMANCE_TRY(NamedTensors next, runs.RunAs("decode", step));
      answers.push_back(std::move(next));
    }
    NamedTensors derived;
    for (const auto& [name, whole] : outputs) {
      std::vector<Tensor> parts;
      for (const NamedTensors& answer : answers) {
        const Tensor* part = Find(answer, name);
        if (part == nullptr) return NotFound("a step has no output " + name);
        parts.push_back(*part);
      }
      const bool state = std::ranges::any_of(terms.step, [&](const RelationLeaf& leaf) { return leaf.role == LeafRole::kState && leaf.name == name; });
      const auto axes = AxesThatDiffer(whole.shape(), parts.back().shape());
      // States, and what is given of the last token alone, are the last step's.
      if (state || !axes || axes->empty()) {
        derived.emplace_back(name, parts.back());
        continue;
      }
      CONFORMANCE_TRY(Tensor joined, Concatenate(parts, axes->front()));
      derived.emplace_back(name, std::move(joined));
    }
    return derived;
  }

 private:
  /// Inputs of the step that reads the token of that column.
  static Result<NamedTensors> StepAt(const RelationTerms& terms, const NamedTensors& start, const NamedTensors& before, int64_t at) {
    NamedTensors inputs;
    for (const RelationLeaf& leaf : terms.step) {
      if (leaf.role == LeafRole::kState) {
        const Tensor* state = Find(before, leaf.name);
        if (state == nullptr) return NotFound("a step takes a state that the call before it does not give").With("state", leaf.name);
        inputs.emplace_back(leaf.name, *state);
        continue;
      }
      const Tensor* whole = Find(start, leaf.name);
      if (whole == nullptr) return NotFound("a prompt lacks what a step takes").With("input", leaf.name);
      const bool mask = leaf.role == LeafRole::kMask;
      inputs.emplace_back(leaf.name, Slice(*whole, whole->rank() - 1, mask ? 0 : at, mask ? at + 1 : 1));
    }
    return inputs;
  }
};

}  // namespace

std::unique_ptr<ports::Relation> MakeSteps() { return std::make_unique<Steps>(); }

}  // namespace conformance::relations
