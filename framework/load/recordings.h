#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/tensor/tensor.h"

namespace conformance::load {

/// One thing that a golden folder records: a call and what the real library answered.
struct Recording {
  std::string name;    ///< "forward", "hidden", "prefill", "decode", "decode_static_cache", "generate", "generate_batch",
                       ///< "generate_static_cache", or an entry point ("encode")
  std::vector<std::string> entries = {};  ///< entry points that are called, each with those of the inputs that it takes; none: forward
  std::string module;  ///< the submodule that was called; empty for the model itself
  NamedTensors inputs; ///< cache leaves included, bookkeeping leaves ("_…") left out
  Json kwargs = Json::MakeObject();  ///< arguments that are no tensors; for generate: max_new_tokens, eos_token_id, pad_token_id, …
  std::vector<std::string> outputs;  ///< of "hidden": names of what is kept, outputs or modules
  NamedTensors expected;  ///< by dotted name; for generate and generate_batch `sequences` [batch, length] i64
  double atol = 0, rtol = 0;  ///< |difference| ≤ atol + rtol · |expected|
  /// Positions that count, for outputs that are not compared whole ("compare": "unmasked"): bool, broadcastable to the output.
  NamedTensors keep;
  bool exact = false;  ///< integers: tokens

  bool IsGeneration() const { return name == "generate" || name == "generate_batch" || name == "generate_static_cache"; }
};

/// True for a folder that has case.json.
bool HasRecordings(const std::filesystem::path& folder);

/// All recordings of a folder laid out like those in golden/, in the order of the names above. Leaves whose last part
/// starts with "_" are left out on both sides. Errors: kNotFound, kCorrupt, kInvalid with file and key.
Result<std::vector<Recording>> ReadRecordings(const std::filesystem::path& folder);

/// forward_kwargs and inputs of case.json alone: what is traced for an export. None where the folder has no inputs.safetensors.
struct CaseInputs {
  NamedTensors tensors;
  Json kwargs = Json::MakeObject();
};
Result<std::optional<CaseInputs>> ReadCaseInputs(const std::filesystem::path& folder);

}  // namespace conformance::load
