#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/nn/model.h"
#include "framework/ops/op_context.h"
#include "framework/tensor/tensor.h"

namespace conformance::generate {

/// transformers' generate() with do_sample=false and num_beams=1.
struct GenerateOptions {
  std::optional<int64_t> max_new_tokens = {};  ///< before max_length; neither: 20
  std::optional<int64_t> max_length = {};      ///< prompt included
  std::vector<int64_t> eos_token_ids = {};   ///< empty: never stops early
  std::optional<int64_t> pad_token_id = {};  ///< written after a row's end; none: the first end token
  std::optional<int64_t> decoder_start_token_id = {};  ///< first token of a decoder behind an encoder
  bool use_cache = true;
  /// Buffers of a fixed length in place of caches that grow (cache_implementation "static"); max_cache_len asks for longer ones. Classes
  /// whose states do not grow have no such cache, and go on as they are, as in transformers.
  bool static_cache = false;
  std::optional<int64_t> max_cache_len = {};

  /// From generation_config.json's (or config.json's) names with `kwargs` before them: max_new_tokens, max_length, eos_token_id
  /// (int or list), pad_token_id, use_cache, cache_implementation, max_cache_len. Errors: kUnsupported names what changes decoding and isn't implemented (do_sample,
  /// num_beams, repetition_penalty, …); kInvalid for a wrong type.
  static Result<GenerateOptions> FromJson(const Json& generation_config, const Json& kwargs);
};

/// One call of the model's forward by the loop: as forward gets it, caches included. Decomposition into prefill and decode
/// listens here.
struct Step {
  int64_t index = 0;        ///< 0: prefill
  const nn::Tree* inputs = nullptr;
  const Json* kwargs = nullptr;
  const nn::Tree* outputs = nullptr;
};
using StepListener = std::function<void(const Step&)>;

struct Generated {
  Tensor sequences;  ///< i64 [batch, prompt + new]; rows that ended early are filled with the pad token
  double min_top1_margin = 0;  ///< smallest gap between the best and second best logit of a chosen token
};

/// Makes a fresh context for one forward.
using ContextFactory = std::function<Result<std::unique_ptr<ops::OpContext>>()>;

/// Greedy decoding with a cache. `inputs`: input_ids [batch, length], attention_mask (left-padded batches) and others that forward
/// takes; of a decoder behind an encoder, what the encoder takes. How a class is called stands in its GenerationTraits. Prefill and decode steps are the model's own forward, called as transformers calls it: position_ids from the mask, an
/// all-ones mask dropped, one new token a step. Errors: those of forward; kUnsupported where the class doesn't generate.
Result<Generated> Greedy(const nn::Model& model, const NamedTensors& inputs, const GenerateOptions& options,
                         const ContextFactory& context, const StepListener& listener = {});

}  // namespace conformance::generate
