#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "framework/base/result.h"
#include "framework/cases/operator_use.h"
#include "framework/engine/case.h"

namespace conformance::cases {

/// The bound that ONNX's own runner of backend tests uses (onnx.backend.test.runner: rtol 1e-3, atol 1e-7); integers and booleans
/// exactly here.
inline constexpr double kOnnxTestRtol = 1e-3, kOnnxTestAtol = 1e-7;

/// The cases below `root` in the layout of ONNX's backend tests: folders at any depth with model.onnx and test_data_set_*/ of
/// input_N.pb and output_N.pb, protos of the declared types in the order of the graph's inputs and outputs. Each data set is a variant of its
/// name, a recording: the model is handed over as "onnx", and its outputs are held to the recorded ones, those of random operators to the
/// distribution that they promise (compare::ContractOf). Values that tensors cannot carry (sequences, optionals, maps, strings, unsigned integers,
/// floats and integers of 8 bits and less) go through Session::RunOnnx. Cases are named by their path below `root` and ordered by it; `use` weighs
/// their operators in reports.
///
/// Errors: kNotFound where the folder isn't there or holds no case; kIo. A model or value that cannot be read becomes the outcome of the case's cells.
Result<std::vector<std::shared_ptr<const engine::Case>>> OpenOnnxTests(const std::filesystem::path& root, const OperatorUse& use = {});

}  // namespace conformance::cases
