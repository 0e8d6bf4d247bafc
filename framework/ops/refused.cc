#include "framework/ops/refused.h"

#include <algorithm>

namespace conformance::ops {
namespace {

constexpr RefusedOp kRefused[] = {
    {"aten._embedding_bag_forward_only.default",
     "bookkeeping: PyTorch's kernel and its shape function give its notes other sizes; use embedding_bag"},
};

}  // namespace

std::span<const RefusedOp> RefusedOps() { return kRefused; }

const RefusedOp* FindRefused(std::string_view target) {
  const auto* found = std::ranges::lower_bound(kRefused, target, {}, &RefusedOp::target);
  return found != std::end(kRefused) && found->target == target ? found : nullptr;
}

}  // namespace conformance::ops
