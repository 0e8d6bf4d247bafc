#include "framework/models/mlp.h"

#include <utility>

namespace conformance::models {

Mlp::Mlp(std::string class_name, int64_t dim, int64_t inner, const std::string& activation, MlpNames names)
    : Module(std::move(class_name)),
      input_(std::move(names.input)),
      activation_(Add<nn::Activation>(names.activation, activation)),
      fc1_(Add<nn::Linear>("fc1", dim, inner, true)),
      fc2_(Add<nn::Linear>("fc2", inner, dim, true)) {}

ops::Value Mlp::Forward(ops::OpContext& context, const ops::Value& x) const {
  return Call(context, {{input_, x}},
              [&] { return fc2_.Forward(context, activation_.Forward(context, fc1_.Forward(context, x))); });
}

}  // namespace conformance::models
