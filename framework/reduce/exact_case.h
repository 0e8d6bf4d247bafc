#pragma once

#include <memory>

#include "framework/engine/case.h"
#include "framework/engine/toolbox.h"

namespace conformance::reduce {

/// The exact part of a case (exact_part.h): one variant, "exact", a Program of its own judged by reference `program`, of which every legal
/// answer is the same to the last bit. It is made of the case's static variant when it is loaded; a case of which nothing is left is
/// kUnsupported then. `toolbox` (its tracer and references) must live as long as the case.
std::shared_ptr<const engine::Case> ExactCaseOf(std::shared_ptr<const engine::Case> model, const engine::Toolbox& toolbox);

/// Whether a case can have one: it is a model or a Program here.
bool CanHaveExactPart(const engine::Case& model);

}  // namespace conformance::reduce
