#pragma once

#include <filesystem>
#include <memory>

#include "framework/base/result.h"
#include "framework/cases/file_options.h"
#include "framework/engine/case.h"
#include "framework/engine/toolbox.h"

namespace conformance::cases {

/// What stands at `path`, as a case: a checkpoint folder, a `.pt2`, an `.onnx`, or a `.pte` (which needs inputs, and expected outputs or
/// something that it is held against). An `.onnx` file without a judge of its own in
/// `options` is judged by the reference onnx-reference where the toolbox has it and it accepts the file, else by onnxruntime without its graph
/// optimisations.
/// `toolbox` must outlive the case.
/// Errors: kNotFound; kInvalid for a file of another kind, or for inputs and sizes beside a folder, whose inputs are its own.
Result<std::shared_ptr<const engine::Case>> OpenCase(const std::filesystem::path& path,
                                                     const FileOptions& options,
                                                     const engine::Toolbox& toolbox);

}  // namespace conformance::cases
