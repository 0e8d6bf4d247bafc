#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

/// What convolutions, pools and resizings have in common: [N, C, spatial…], or [C, spatial…] without the batch axis.

/// Numbers of each axis; one stands for all.
std::vector<int64_t> EachAxis(const Call& call, std::string_view name, size_t axes);
/// Pads as ONNX has them: all begins, then all ends.
std::vector<int64_t> BothSides(const std::vector<int64_t>& padding);

/// ONNX's operators want a batch axis. `axes` are the spatial ones.
Value Batched(Graph& g, const Value& x, size_t axes);
Value Unbatched(Graph& g, const Value& y, const Value& x, size_t axes);

/// Halves are computed in f32, as PyTorch does.
Value Wide(Graph& g, const Value& x);

}  // namespace conformance::onnx
