#pragma once

#include <span>
#include <string_view>

namespace conformance::ops {

/// An operator that programs may name and that has no contract here, on purpose.
struct RefusedOp {
  std::string_view target;  ///< "aten.resize_.default"
  std::string_view reason;
};
/// By target. What is neither here nor in DefaultOps() is simply not known.
std::span<const RefusedOp> RefusedOps();
/// Null where it is not refused.
const RefusedOp* FindRefused(std::string_view target);

}  // namespace conformance::ops
