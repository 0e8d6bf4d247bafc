#pragma once

#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/tensor/tensor.h"

namespace conformance::cases {

/// Tensors from files that a user names, for inputs called `names` (in the model's order). A word is
///   FILE.safetensors           every tensor in it, by its name
///   NAME=FILE                  one input: .npy, .pb (ONNX's TensorProto) or a .safetensors with one tensor
///   FOLDER                     its *.safetensors, and NAME.npy, NAME.pb, or input_0.pb, input_1.pb, … in order
/// Errors name file, found and wanted: kNotFound; kInvalid for an input given twice, unknown or missing; those of the formats.
Result<NamedTensors> ReadInputs(const std::vector<std::string>& words, const std::vector<std::string>& names);

/// The same for a file that names nothing: whatever the words hold, in their order; names that are numbers ("0", "1") by number.
Result<NamedTensors> ReadTensors(const std::vector<std::string>& words);

}  // namespace conformance::cases
