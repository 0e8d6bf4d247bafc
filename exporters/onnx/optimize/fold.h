#pragma once

#include <optional>
#include <vector>

#include "framework/formats/onnx.h"
#include "framework/tensor/tensor.h"

namespace conformance::onnx {

/// Elements that a folded constant may have: positions, masks and shapes, never weights.
inline constexpr int64_t kMaxFolded = 4096;

/// What the node makes of constant inputs, for the few operators that shapes, positions and masks are built with. Integer arithmetic,
/// and of floats only what is exact or rounded once as everywhere; nothing for other operators or larger results.
std::optional<Tensor> Fold(const formats::OnnxNode& node, const std::vector<Tensor>& inputs);

}  // namespace conformance::onnx
