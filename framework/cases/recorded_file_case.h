#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "framework/base/result.h"
#include "framework/cases/file_options.h"
#include "framework/engine/case.h"

namespace conformance::cases {

/// A file in a backend's own format ("pte", "pt2", "onnx") with inputs and, where `options.expected` names some, the outputs that were
/// recorded for them. It is not read here. With expected outputs it is one recording, "recorded", bounded by torch.testing.assert_close's
/// defaults for its first floating output; without them one variant, "static", for a case that it is held against (Against).
/// Errors: kNotFound for a file that isn't there; kInvalid without inputs. Files of tensors that cannot be read become the outcome of
/// the case's cells.
Result<std::shared_ptr<const engine::Case>> OpenRecordedFile(const std::filesystem::path& file,
                                                             const std::string& format,
                                                             const FileOptions& options);

}  // namespace conformance::cases
