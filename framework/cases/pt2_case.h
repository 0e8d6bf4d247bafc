#pragma once

#include <filesystem>
#include <memory>

#include "framework/base/result.h"
#include "framework/cases/file_options.h"
#include "framework/engine/case.h"

namespace conformance::cases {

/// A `.pt2` that torch.export.save wrote, as a case: handed to backends as it is (format "pt2"), and to exporters that lower as the
/// Program that it is. Judged by the reference `program`, in f64 too. One variant, "static" or "dynamic" by what the file is; inputs as
/// LeavesOf plans them or from files.
///
/// Errors: kNotFound for a file that isn't there. One that cannot be read is kept and becomes the outcome of the case's cells.
Result<std::shared_ptr<const engine::Case>> OpenPt2Case(const std::filesystem::path& file,
                                                        const FileOptions& options);

}  // namespace conformance::cases
