#pragma once

#include "framework/ports/report_writer.h"

namespace conformance::reports {

/// SARIF 2.1.0, as code scanning reads it: one result for each cell that is not as expected (level error) or fails as a list says (with a
/// suppression that names the entry). The place of a result is its checkpoint folder's config.json or its file, and the cell as a logical location; it is
/// the same result in the next run where cell and stage are the same.
class SarifWriter : public ports::ReportWriter {
 public:
  std::string_view Name() const override { return "sarif"; }
  std::string_view FileExtension() const override { return ".sarif"; }
  Result<std::string> Render(const record::RunRecord& run) const override;
};

}  // namespace conformance::reports
