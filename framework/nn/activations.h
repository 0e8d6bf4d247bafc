#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/nn/module.h"

namespace conformance::nn {

/// An elementwise activation as a module, because some have parameters. Shapes: x [...] -> y as x.
/// Source: transformers.activations.ACT2FN.
class Activation : public Module {
 public:
  /// Computes one activation; `parameters` stand in the order in which they were added.
  using Function = ops::Value (*)(ops::OpContext& context, const ops::Value& x, const std::vector<ops::Value>& parameters);

  /// By name in ACT2FN; the caller has checked it with `IsActivation`.
  explicit Activation(std::string_view name);
  ops::Value Forward(ops::OpContext& context, const ops::Value& x) const;

 private:
  Function function_;
};

/// "gelu", "gelu_new", …, "xielu": all of ACT2FN's, sorted.
const std::vector<std::string>& ActivationNames();
/// kUnsupported with the nearest names for one that is not among them.
Status CheckActivation(std::string_view name);

}  // namespace conformance::nn
