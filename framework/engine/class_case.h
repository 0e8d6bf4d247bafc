#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/engine/case.h"

namespace conformance::engine {

/// A model class that needs no definition here: a program of its own (a worker) builds it from a config, exports it, and evaluates it as
/// the reference. Variants: static, and dynamic where its inputs have sizes that can change.
///
/// A row of a suite:
///     {"name": "llama/LlamaForCausalLM", "class": "LlamaForCausalLM", "parameters": 67904, "sizes": {…}, "inputs": {…}, "kwargs": {…},
///      "model_type": "llama", "config": {…}, …}
/// `sizes` and `inputs` as in ClassInputs; `kwargs` (optional) are arguments of forward that are no tensors; all other fields are the
/// worker's, which is given them with `class` as ModelSource::spec.
/// `judge` names the reference; `words` are what selects the row's suite on a command line.
/// Errors: kInvalid naming the field, what was found and wanted.
Result<std::shared_ptr<const Case>> MakeClassCase(const Json& row, const std::string& judge,
                                                  std::vector<std::string> words);

/// A checkpoint folder of a class that has no definition here: a program of its own builds it from the folder, exports it, and evaluates it,
/// as it does the rows above. Its inputs are the folder's own (inputs.safetensors beside case.json), planned by `row`, the suite's row of the
/// class, where there is one (null: none); without inputs of its own they are the row's.
/// Errors: kInvalid where neither says what the class takes.
Result<std::shared_ptr<const Case>> OpenForeignCheckpoint(const std::filesystem::path& folder, const std::string& model_class,
                                                          const Json& row, const std::string& judge);

}  // namespace conformance::engine
