#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/nn/module.h"

namespace conformance::nn {

/// What fills an input leaf.
enum class Fill : uint8_t {
  kTokenIds,       ///< ids below `limit`, special ones left out
  kTokenTypes,     ///< 0 … limit − 1, in runs
  kAttentionMask,  ///< 1 where a token counts, 0 at padding
  kPositions,      ///< positions of tokens, counted by the mask where there is one
  kNormal,         ///< standard normal times `scale` (embeddings, caches)
};

/// One input leaf of a model: its type, its sizes over named symbols ("batch", "sequence", "past") and how to fill it.
struct InputSpec {
  std::string name;  ///< dotted: "input_ids", "past_key_values.layers.0.keys"
  DType dtype = DType::kI64;
  std::vector<SymInt> sizes;
  Fill fill = Fill::kTokenIds;
  int64_t limit = 0;   ///< of ids and token types
  double scale = 1.0;  ///< of kNormal
};

/// A symbol of the specs with its bounds.
struct InputSymbol {
  std::string name;
  int64_t min = 1;
  int64_t max = 0;
  std::string follows = {};  ///< another symbol, to which this one keeps its distance when that changes
  int64_t distance = 0;      ///< in a plan's own assignment
};

/// What a forward is called with in one of its uses.
struct InputLayout {
  std::vector<InputSymbol> symbols;
  std::vector<InputSpec> inputs;     ///< those that a plan makes
  std::vector<InputSpec> optional;   ///< others that forward takes, for inputs that come from a file
  Json kwargs = Json::MakeObject();  ///< arguments that are no tensors: {"use_cache": true}
  bool left_padded = false;          ///< padding of generated masks
};

/// What generation and plans need to know of a class.
struct ModelTraits {
  std::string model_type;         ///< "llama"
  std::string task;               ///< "text-generation", "feature-extraction"
  std::string base_model_prefix;  ///< "model": where the base model's checkpoint names go
  bool generates = false;
  /// Checkpoint names that may be left over in old files, as patterns on the whole name (transformers'
  /// _keys_to_ignore_on_load_unexpected).
  std::vector<std::string> ignored_keys;
  /// Parts of older checkpoint names and what stands for them now ("gamma" -> "weight"), as transformers renames on load.
  std::vector<std::pair<std::string, std::string>> renamed_keys;
};

/// The root module of a model class with its configuration. Const and concurrent like every module.
class Model : public Module {
 public:
  Model(std::string class_name, Json config, ModelTraits traits)
      : Module(std::move(class_name)), config_(std::move(config)), traits_(std::move(traits)) {}

  /// One forward, as Python's: `inputs` holds tensors (and caches) by argument name, `kwargs` the arguments that are no tensors
  /// (use_cache, output_hidden_states, logits_to_keep, return_dict; null is absent). The result is the model output's tree.
  /// Errors go to the context: unknown arguments, missing ones, what is refused by name.
  virtual Tree Forward(ops::OpContext& context, const Tree& inputs, const Json& kwargs) const = 0;

  /// Inputs of a use: "forward", "prefill", "decode", and "continue" for several tokens after a cache. Errors: kUnsupported for a use that the class doesn't have.
  virtual Result<InputLayout> Layout(std::string_view use) const = 0;

  const Json& config() const { return config_; }
  const ModelTraits& traits() const { return traits_; }
  /// The type that floating inputs are cast to: that of the parameters.
  DType dtype() const;

 private:
  Json config_;
  ModelTraits traits_;
};

}  // namespace conformance::nn
