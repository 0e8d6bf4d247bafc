#include "framework/engine/relation_terms.h"

#include "framework/base/strings.h"

namespace conformance::engine {
namespace {

using ports::LeafRole;

LeafRole RoleOf(const nn::InputSpec& spec, const std::string& cache) {
  switch (spec.fill) {
    case nn::Fill::kTokenIds: return LeafRole::kIds;
    case nn::Fill::kTokenTypes: return LeafRole::kTypes;
    case nn::Fill::kAttentionMask: return LeafRole::kMask;
    case nn::Fill::kPositions: return LeafRole::kPositions;
    default: return StartsWith(spec.name, cache + ".") ? LeafRole::kState : LeafRole::kOther;
  }
}

std::vector<ports::RelationLeaf> LeavesOf(const load::InputPlan& plan, const std::string& cache) {
  std::vector<ports::RelationLeaf> leaves;
  for (const nn::InputSpec& spec : plan.leaves()) leaves.push_back({.name = spec.name, .role = RoleOf(spec, cache), .sizes = spec.sizes});
  return leaves;
}

/// Rotary frequencies that are chosen by the length of what is seen. Sources: transformers' modeling_rope_utils.py, "dynamic" and "longrope".
bool DependsOnLength(const Json& config) {
  if (!config.IsObject()) return false;
  for (const auto& [name, value] : config.AsObject()) {
    if ((name == "rope_type" || name == "type") && value.IsString() && (value.AsString() == "dynamic" || value.AsString() == "longrope")) return true;
    if (value.IsObject() && DependsOnLength(value)) return true;
  }
  return false;
}

}  // namespace

ports::RelationTerms TermsOf(const nn::Model& model, const load::InputPlan& plan, bool dynamic, const load::InputPlan* step) {
  const nn::ModelTraits& traits = model.traits();
  ports::RelationTerms terms;
  terms.dynamic = dynamic;
  terms.leaves = LeavesOf(plan, traits.generation.cache);
  if (step != nullptr) terms.step = LeavesOf(*step, traits.generation.cache);
  terms.generates = traits.generates;
  terms.left_padded = plan.layout().left_padded;
  terms.pad_id = plan.pad_id().value_or(0);
  if (plan.layout().pictures) terms.coupled = "its pictures are spread over the rows of its batch";
  if (DependsOnLength(model.config())) terms.lengths = "its rotary frequencies depend on how many tokens there are";
  return terms;
}

LeafRole RoleByName(std::string_view name) {
  if (EndsWith(name, "input_ids")) return LeafRole::kIds;
  if (EndsWith(name, "token_type_ids")) return LeafRole::kTypes;
  if (EndsWith(name, "attention_mask")) return LeafRole::kMask;
  if (EndsWith(name, "position_ids")) return LeafRole::kPositions;
  return StartsWith(name, "past_key_values.") ? LeafRole::kState : LeafRole::kOther;
}

}  // namespace conformance::engine
