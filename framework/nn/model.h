#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  kCacheLength,    ///< how much of a static cache's buffers is written: the plan's symbol "written"
  kNormal,         ///< standard normal times `scale` (embeddings, caches)
  kPictureGrid,    ///< frames, height and width of each of the layout's pictures, in patches: [pictures, 3]
  kPictureTypes,   ///< 1 where a token stands for a part of a picture, 0 elsewhere
  kSteps,          ///< whole numbers below `limit` in the leaf's own type, whichever it is (steps of a schedule, sizes of images)
};

/// One input leaf of a model: its type, its sizes over named symbols ("batch", "sequence", "past") and how to fill it.
struct InputSpec {
  std::string name;  ///< dotted: "input_ids", "past_key_values.layers.0.keys"
  DType dtype = DType::kI64;
  std::vector<SymInt> sizes;
  Fill fill = Fill::kTokenIds;
  int64_t limit = 0;   ///< of ids and token types
  double scale = 1.0;  ///< of kNormal
  /// Of ids: so many columns after the first hold that id, which stands for what another input encodes (image tokens).
  struct Placeholder {
    int64_t id = 0;
    int64_t count = 0;
  };
  std::optional<Placeholder> placeholder = {};
};

/// A symbol of the specs with its bounds.
struct InputSymbol {
  std::string name;
  int64_t min = 1;
  int64_t max = 0;
  std::string follows = {};  ///< another symbol, to which this one keeps its distance when that changes
  int64_t distance = 0;      ///< in a plan's own assignment
  int64_t wanted = 0;        ///< size in a plan's own assignment; 0: a small one
  int64_t step = 1;          ///< a plan's sizes are multiples of it
};

/// What a forward is called with in one of its uses.
struct InputLayout {
  std::vector<InputSymbol> symbols;
  std::vector<InputSpec> inputs;     ///< those that a plan makes
  std::vector<InputSpec> optional;   ///< others that forward takes, for inputs that come from a file
  Json kwargs = Json::MakeObject();  ///< arguments that are no tensors: {"use_cache": true}
  bool left_padded = false;          ///< padding of generated masks

  /// Pictures of any size among the tokens: rows of ids hold `token_id` for each of their tokens, and plans spread them over rows.
  struct Pictures {
    int64_t token_id = 0;
    SymInt count;       ///< how many there are
    SymInt tokens;      ///< tokens of all together
    int64_t merge = 1;  ///< patches in height and in width that are one token
  };
  std::optional<Pictures> pictures = {};
};

/// How generate() calls a class's forward.
struct GenerationTraits {
  std::string ids = "input_ids";          ///< argument whose tokens generation extends
  std::string cache = "past_key_values";  ///< argument and output that carries what was seen
  bool positions = true;                  ///< forward takes position_ids
  bool mask_in_prefill_only = false;      ///< states stand for the padding of earlier tokens
  /// Arguments that Model::Encode replaces by what it computes from them.
  std::vector<std::string> encoded = {};
  bool encoder_decoder = false;  ///< what was encoded goes into every step (else into the first), and `ids` start anew
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
  GenerationTraits generation = {};
  /// Methods beside forward that a user calls ("encode"). Each is a use with a layout, whose kwargs name it (EntryPoint).
  std::vector<std::string> entry_points = {};
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

  /// Inputs of a use: "forward", "prefill", "decode", "continue" for several tokens after a cache,
  /// "decode_static_cache" for one token and buffers of a fixed length, and the class's entry points. Errors: kUnsupported for a use that the class doesn't have.
  virtual Result<InputLayout> Layout(std::string_view use) const = 0;
  /// As Layout for calls with these arguments, where they change what is legal (interpolate_pos_encoding: images of any size).
  virtual Result<InputLayout> LayoutFor(std::string_view use, const Json& kwargs) const;

  /// What generate() computes once, before its first step, from all its inputs: arguments that stand for traits().generation.encoded
  /// (encoder_outputs of an encoder, …), and position_ids [..., batch, time] where the class has its own, which then count on in each step.
  /// Errors go to the context. Classes without such arguments give nothing.
  virtual Tree Encode(ops::OpContext& context, const Tree& inputs) const;

  const Json& config() const { return config_; }
  const ModelTraits& traits() const { return traits_; }
  /// The type that floating inputs are cast to: that of the parameters.
  DType dtype() const;

 private:
  Json config_;
  ModelTraits traits_;
};

/// A model whose modules have their full names: what a class's factory gives.
template <typename T, typename... Args>
std::unique_ptr<Model> MakeModel(Args&&... args) {
  auto model = std::make_unique<T>(std::forward<Args>(args)...);
  model->Finish();
  return model;
}

}  // namespace conformance::nn
