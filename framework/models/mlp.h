#pragma once

#include <cstdint>
#include <string>

#include "framework/nn/activations.h"
#include "framework/nn/layers.h"

namespace conformance::models {

/// What the library calls the parts whose names differ.
struct MlpNames {
  std::string activation = "activation_fn";
  std::string input = "hidden_states";  ///< of forward
};

/// Two biased layers with an activation between them, under checkpoint names that many families share: fc1 [inner, dim], fc2 [dim, inner].
/// Shapes: x [..., dim] -> y as x.
class Mlp : public nn::Module {
 public:
  /// `class_name` is the library's ("ViTMLP").
  Mlp(std::string class_name, int64_t dim, int64_t inner, const std::string& activation, MlpNames names = {});

  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;

 private:
  std::string input_;
  nn::Activation& activation_;
  nn::Linear& fc1_;
  nn::Linear& fc2_;
};

}  // namespace conformance::models
