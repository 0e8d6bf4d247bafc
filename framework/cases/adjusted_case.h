#pragma once

#include <memory>
#include <string>

#include "framework/engine/case.h"

namespace conformance::cases {

/// `model` held against `measure` (CaseInfo::measure): the same inputs and artifacts, but the judge evaluates the other. Recordings, which
/// no judge sees, are left out.
std::shared_ptr<const engine::Case> Against(std::shared_ptr<const engine::Case> model,
                                            std::shared_ptr<const engine::Case> measure);

/// `model` with another judge (CaseInfo::judge). Recordings are left out.
std::shared_ptr<const engine::Case> JudgedBy(std::shared_ptr<const engine::Case> model,
                                             const std::string& judge);

}  // namespace conformance::cases
