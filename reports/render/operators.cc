#include "reports/render/operators.h"

#include <cstdio>

namespace conformance::reports {

std::string CountsText(const record::OperatorRow& row, const std::string& backend) {
  const auto it = row.backends.find(backend);
  if (it == row.backends.end()) return "-";
  const record::OperatorCounts& counts = it->second;
  return std::to_string(counts.pass) + "/" + std::to_string(counts.fail) + "/" + std::to_string(counts.unsupported) + "/" + std::to_string(counts.other);
}

std::string PercentText(double share) {
  char text[32];
  // 100 % is said of nothing less.
  std::snprintf(text, sizeof text, "%.1f %%", share < 1 && share > 0.9994 ? 99.9 : 100 * share);
  return text;
}

}  // namespace conformance::reports
