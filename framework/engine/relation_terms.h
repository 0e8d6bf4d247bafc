#pragma once

#include <optional>

#include "framework/load/input_plan.h"
#include "framework/nn/model.h"
#include "framework/ports/relation.h"

namespace conformance::engine {

/// What a plan tells relations of a variant's inputs. `step`: the plan of the class's variant "decode", or null.
ports::RelationTerms TermsOf(const nn::Model& model, const load::InputPlan& plan, bool dynamic, const load::InputPlan* step);

/// The same where a leaf's name is all that is known of what it is.
ports::LeafRole RoleByName(std::string_view name);

}  // namespace conformance::engine
