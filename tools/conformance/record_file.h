#pragma once

#include <string>

#include "framework/base/result.h"
#include "framework/record/record.h"

namespace conformance::cli {

/// The record that a path names: a JSON record, or a run's folder. Errors name the file.
Result<record::RunRecord> ReadRecord(const std::string& given);

}  // namespace conformance::cli
