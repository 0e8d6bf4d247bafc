#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "framework/base/result.h"
#include "framework/engine/case.h"

namespace conformance::cases {

/// The bound that ONNX's own runner of backend tests uses (onnx.backend.test.runner: rtol 1e-3, atol 1e-7); integers and booleans
/// exactly here.
inline constexpr double kOnnxTestRtol = 1e-3, kOnnxTestAtol = 1e-7;

/// The cases below `root` in the layout of ONNX's backend tests: folders at any depth with model.onnx and test_data_set_*/ of
/// input_N.pb and output_N.pb, TensorProtos in the order of the graph's inputs and outputs. Each data set is a variant of its name, a
/// recording: the model is handed over as "onnx", and its outputs are held to the recorded ones. Cases are named by their path below `root`
/// and ordered by it.
///
/// Errors: kNotFound where the folder isn't there or holds no case; kIo. A model that cannot be read, or values that tensors cannot
/// carry (sequences, optionals, strings, types without computing), become the outcome of the case's cells: kUnsupported names them.
Result<std::vector<std::shared_ptr<const engine::Case>>> OpenOnnxTests(const std::filesystem::path& root);

}  // namespace conformance::cases
