#pragma once

#include <cstdint>
#include <string>

#include "framework/nn/activations.h"
#include "framework/nn/module.h"

namespace conformance::nn {

/// Gated expert layers as two stacked matrices, each row going through the experts that a router chose: rows are sorted by expert and
/// multiplied in groups, so that every pair of row and expert costs one product and the number of rows stays free.
/// Shapes: hidden_states [rows, dim], top_k_index and top_k_weights [rows, k] -> y [rows, dim].
/// Source: transformers.integrations.moe.grouped_mm_experts_forward.
class Experts : public Module {
 public:
  /// `class_name` is the family's ("MixtralExperts").
  Experts(std::string class_name, int64_t experts, int64_t dim, int64_t inner, const std::string& activation);
  ops::Value Forward(ops::OpContext& context, const ops::Value& hidden_states, const ops::Value& top_k_index,
                     const ops::Value& top_k_weights) const;

 private:
  int64_t experts_;
  Parameter& gate_up_proj_;  ///< [experts, 2 · inner, dim]
  Parameter& down_proj_;     ///< [experts, dim, inner]
  Activation& act_fn_;
};

}  // namespace conformance::nn
