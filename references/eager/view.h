#pragma once

#include <vector>

#include "framework/tensor/tensor.h"

namespace conformance::eager {

/// Axis in [0, rank) from [-rank, rank); rank 0 counts as 1. The rule has checked it.
inline int64_t WrapAxis(int64_t axis, int64_t rank) { return axis < 0 ? axis + (rank == 0 ? 1 : rank) : axis; }
/// All of them wrapped and sorted; an empty list means every axis.
std::vector<int64_t> WrapAxes(std::vector<int64_t> axes, int64_t rank);

/// The same elements in other sizes: a view where x's strides allow, else a contiguous copy.
Tensor ViewOrCopy(const Tensor& x, const Shape& shape);
/// Axes in another order, as a view.
Tensor PermuteAxes(const Tensor& x, const std::vector<int64_t>& order);
Tensor SwapAxes(const Tensor& x, int64_t a, int64_t b);
/// [start, start + size) along an axis, as a view.
Tensor Narrow(const Tensor& x, int64_t axis, int64_t start, int64_t size);

}  // namespace conformance::eager
