#pragma once

#include <string>

#include "framework/base/result.h"
#include "framework/record/record.h"

namespace conformance::cli {

/// The record that a path names: a JSON record, a journal, or a run's folder, all of whose journals are merged, finished or not. Errors name
/// the file.
Result<record::RunRecord> ReadRecord(const std::string& given);

}  // namespace conformance::cli
