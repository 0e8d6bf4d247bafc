#pragma once

#include <string>

#include "framework/ports/report_writer.h"

namespace conformance::reports {

/// JUnit XML as Jenkins, GitLab and GitHub's test reporters read it: one <testsuite> a model, one <testcase> a cell. A wrong output is a
/// <failure>; what kept a cell from an answer (crash, timeout, …) an <error>; expected failures, listed skips and missing backends are
/// <skipped>, never passed. A run that compared nothing or was cut short has an error of its own.
class JunitWriter : public ports::ReportWriter {
 public:
  std::string_view Name() const override { return "junit"; }
  std::string_view FileExtension() const override { return ".xml"; }
  Result<std::string> Render(const record::RunRecord& run) const override;
};

/// Version of the XML library, "1.13".
std::string PugixmlVersion();

}  // namespace conformance::reports
