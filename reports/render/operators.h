#pragma once

#include <string>

#include "framework/record/operators.h"

namespace conformance::reports {

/// "12/1/0/0": pass, fail, unsupported and other of a backend's cells; "-" where it has none.
std::string CountsText(const record::OperatorRow& row, const std::string& backend);
/// "98.2 %".
std::string PercentText(double share);

}  // namespace conformance::reports
