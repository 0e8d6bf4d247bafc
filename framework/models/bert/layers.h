#pragma once

#include <cstdint>
#include <string>

#include "framework/nn/activations.h"
#include "framework/nn/layers.h"
#include "framework/nn/module.h"

namespace conformance::models {

/// A dense layer, then the norm of its sum with the block's input: what stands behind attention ("BertSelfOutput") and behind the
/// feed-forward ("BertOutput") of encoders of BERT's build. Shapes: hidden_states [..., in], input_tensor [..., dim] -> [..., dim].
class BertResidual : public nn::Module {
 public:
  BertResidual(std::string class_name, int64_t in, int64_t dim, double eps);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states,
                     const ops::Value& input_tensor) const;

 private:
  nn::Linear& dense_;
  nn::LayerNorm& layer_norm_;
};

/// The first half of a feed-forward, "BertIntermediate". Shapes: [..., dim] -> [..., inner].
class BertIntermediate : public nn::Module {
 public:
  BertIntermediate(std::string class_name, int64_t dim, int64_t inner, const std::string& activation);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states) const;

 private:
  nn::Linear& dense_;
  nn::Activation& intermediate_act_fn_;
};

}  // namespace conformance::models
