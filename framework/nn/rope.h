#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "framework/base/result.h"
#include "framework/nn/module.h"

namespace conformance::nn {

/// Rotary position embedding as a config describes it, in transformers' terms (modeling_rope_utils).
struct RopeConfig {
  std::string type = "default";  ///< default, linear, dynamic, yarn, longrope, llama3, proportional
  double theta = 10000.0;
  int64_t head_dim = 0;
  int64_t max_position_embeddings = 0;
  double partial_rotary_factor = 1.0;
  std::optional<double> factor;
  std::optional<int64_t> original_max_position_embeddings;  ///< yarn, longrope, llama3
  std::optional<double> attention_factor;                   ///< yarn, longrope
  std::optional<double> beta_fast, beta_slow, mscale, mscale_all_dim;  ///< yarn
  bool truncate = true;                                     ///< yarn
  std::vector<double> short_factor, long_factor;            ///< longrope
  std::optional<double> low_freq_factor, high_freq_factor;  ///< llama3
  /// How many angles follow each of the three positions of a token in turn (time, height, width, time, …); empty: one position.
  std::vector<int64_t> sections = {};
};

/// Kinds of rotary embedding that are implemented, for messages.
const std::vector<std::string>& RopeTypes();

/// What a kind computes once, from the config alone.
struct RopeTable {
  Tensor inv_freq;                      ///< f32 [head_dim / 2]
  std::optional<Tensor> long_inv_freq;  ///< longrope: for positions beyond the original maximum
  double attention_scaling = 1.0;       ///< multiplies cosine and sine
};
/// Errors: kUnsupported for an unknown kind, or one that rotates a part of the head only; kInvalid for a field that the kind needs
/// and the config lacks, an odd head_dim, factors of the wrong number.
Result<RopeTable> MakeRopeTable(const RopeConfig& config);

/// Cosine and sine for each position. Shapes: position_ids [batch or 1, time] -> two of [batch or 1, time, head_dim], in the type
/// of `like`; computed in f32. With sections: position_ids [3, batch or 1, time] (Wang et al., arXiv:2409.12191, section 2.1). The kinds "dynamic" and "longrope" look at the largest position, with ops alone, so that a trace
/// holds for every length. Source: Su et al., arXiv:2104.09864; transformers' LlamaRotaryEmbedding.
class RotaryEmbedding : public Module {
 public:
  /// `config` has passed MakeRopeTable, whose answer `table` is. `class_name` is the family's.
  RotaryEmbedding(std::string class_name, RopeConfig config, RopeTable table);
  std::pair<ops::Value, ops::Value> Forward(ops::OpContext& context, const ops::Value& like, const ops::Value& position_ids) const;

 private:
  ops::Value Frequencies(ops::OpContext& context, const ops::Value& position_ids) const;
  /// [3, ..., angles] -> [..., angles], each section from its own position.
  ops::Value Sections(ops::OpContext& context, const ops::Value& x) const;

  RopeConfig config_;
  double attention_scaling_;
  Parameter& inv_freq_;
  Parameter* long_inv_freq_ = nullptr;
  Parameter* exponents_ = nullptr;  ///< dynamic: 2i / head_dim
};

/// x · cos + rotate_half(x) · sin. Shapes: x [batch, heads, time, head_dim], cos and sin [batch or 1, 1, time, head_dim].
ops::Value ApplyRotary(ops::OpContext& context, const ops::Value& x, const ops::Value& cos, const ops::Value& sin);

}  // namespace conformance::nn
