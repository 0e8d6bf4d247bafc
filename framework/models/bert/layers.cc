#include "framework/models/bert/layers.h"

#include <utility>

#include "framework/ops/add.h"

namespace conformance::models {

using ops::OpContext;
using ops::Value;

BertResidual::BertResidual(std::string class_name, int64_t in, int64_t dim, double eps)
    : Module(std::move(class_name)),
      dense_(Add<nn::Linear>("dense", in, dim, true)),
      layer_norm_(Add<nn::LayerNorm>("LayerNorm", dim, eps)) {}

Value BertResidual::Forward(OpContext& c, const Value& hidden_states, const Value& input_tensor) const {
  return Call(c, {{"hidden_states", hidden_states}, {"input_tensor", input_tensor}}, [&] {
    return layer_norm_.Forward(c, ops::Add(c, dense_.Forward(c, hidden_states), input_tensor));
  });
}

BertIntermediate::BertIntermediate(std::string class_name, int64_t dim, int64_t inner,
                                   const std::string& activation)
    : Module(std::move(class_name)),
      dense_(Add<nn::Linear>("dense", dim, inner, true)),
      intermediate_act_fn_(Add<nn::Activation>("intermediate_act_fn", activation)) {}

Value BertIntermediate::Forward(OpContext& c, const Value& hidden_states) const {
  return Call(c, {{"hidden_states", hidden_states}},
              [&] { return intermediate_act_fn_.Forward(c, dense_.Forward(c, hidden_states)); });
}

}  // namespace conformance::models
