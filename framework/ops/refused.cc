#include "framework/ops/refused.h"

#include <algorithm>

namespace conformance::ops {
namespace {

constexpr std::string_view kPacked =
    "packed sequences: how many rows a step has depends on data; pad them and use the operator on tensors";

constexpr RefusedOp kRefused[] = {
    {"aten._embedding_bag_forward_only.default",
     "bookkeeping: PyTorch's kernel and its shape function give its notes other sizes; use embedding_bag"},
    {"aten._pack_padded_sequence.default", kPacked},
    {"aten._pad_packed_sequence.default", kPacked},
    {"aten.gru.data", kPacked},
    {"aten.lstm.data", kPacked},
    {"aten.rnn_relu.data", kPacked},
    {"aten.rnn_tanh.data", kPacked},
};

}  // namespace

std::span<const RefusedOp> RefusedOps() { return kRefused; }

const RefusedOp* FindRefused(std::string_view target) {
  const auto* found = std::ranges::lower_bound(kRefused, target, {}, &RefusedOp::target);
  return found != std::end(kRefused) && found->target == target ? found : nullptr;
}

}  // namespace conformance::ops
