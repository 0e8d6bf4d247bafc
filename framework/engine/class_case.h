#pragma once

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

}  // namespace conformance::engine
