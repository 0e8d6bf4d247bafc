#pragma once

#include <string>
#include <string_view>

#include "framework/base/result.h"
#include "framework/record/record.h"

namespace conformance::ports {

/// Record -> text of one report. Reads nothing but the record.
class ReportWriter {
 public:
  virtual ~ReportWriter() = default;
  virtual std::string_view Name() const = 0;           ///< "html"
  virtual std::string_view FileExtension() const = 0;  ///< ".html"
  virtual Result<std::string> Render(const record::RunRecord& run) const = 0;
};

}  // namespace conformance::ports
