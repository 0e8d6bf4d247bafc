#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "framework/base/result.h"
#include "framework/cases/file_options.h"
#include "framework/engine/case.h"
#include "framework/formats/onnx.h"

namespace conformance::cases {

/// An `.onnx` file as a case: handed to backends as it is (format "onnx"). One variant, "static" or "dynamic" by what the file declares;
/// inputs as LeavesOf plans them or from files. Judged by `options.judge`, else by `judge`.
///
/// Errors: kNotFound for a file that isn't there. One that cannot be read is kept and becomes the outcome of the case's cells. What
/// onnx::checker says against it is a note in the record: the backends have the last word.
Result<std::shared_ptr<const engine::Case>> OpenOnnxCase(const std::filesystem::path& file,
                                                         const FileOptions& options,
                                                         const std::string& judge);

/// The file as an artifact, with its declared inputs and outputs.
ports::Artifact OnnxArtifact(const std::filesystem::path& file, const formats::OnnxModel& model);

}  // namespace conformance::cases
