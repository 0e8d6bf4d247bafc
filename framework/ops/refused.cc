#include "framework/ops/refused.h"

#include <algorithm>

namespace conformance::ops {
namespace {

constexpr std::string_view kTraining = "training: a gradient, which no exported program computes";
constexpr std::string_view kLayout = "memory layout: strides and offsets are no part of a value here";

constexpr RefusedOp kRefused[] = {
    {"aten._adaptive_avg_pool2d_backward.default", kTraining},
    {"aten._embedding_bag.default",
     "bookkeeping: three of its four outputs are PyTorch's own notes for training; use embedding and a "
     "reduction"},
    {"aten.atan2.out", "in place: it writes into a tensor that is no input of the computation"},
    {"aten.avg_pool2d_backward.default", kTraining},
    {"aten.convolution_backward.default", kTraining},
    {"aten.embedding_dense_backward.default", kTraining},
    {"aten.max_pool2d_with_indices_backward.default", kTraining},
    {"aten.native_group_norm_backward.default", kTraining},
    {"aten.native_layer_norm_backward.default", kTraining},
    {"aten.resize_.default", "in place: it changes the size of its input"},
    {"aten.sym_is_contiguous.default", kLayout},
    {"aten.sym_storage_offset.default", kLayout},
    {"aten.sym_stride.int", kLayout},
};

}  // namespace

std::span<const RefusedOp> RefusedOps() { return kRefused; }

const RefusedOp* FindRefused(std::string_view target) {
  const auto* found = std::ranges::lower_bound(kRefused, target, {}, &RefusedOp::target);
  return found != std::end(kRefused) && found->target == target ? found : nullptr;
}

}  // namespace conformance::ops
