#pragma once

#include "framework/ports/report_writer.h"

namespace conformance::reports {

/// The record as reports/record.schema.json describes it.
class JsonWriter : public ports::ReportWriter {
 public:
  std::string_view Name() const override { return "json"; }
  std::string_view FileExtension() const override { return ".json"; }
  Result<std::string> Render(const record::RunRecord& run) const override;
};

}  // namespace conformance::reports
