#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "framework/formats/onnx.h"

namespace conformance::onnx_reference {

/// The domain of operators of our own that gradients are written out with; no file imports it.
inline constexpr std::string_view kOwn = "conformance.gradient";

/// The model with ai.onnx.preview.training's Gradient written out; null where its main graph has none. Such a node differentiates a part of the graph
/// around it, which no kernel sees: the part between its `xs` and `zs` and its `y` is put in its place, computed anew from the node's inputs, and
/// followed by the nodes of reverse mode (`y` counts as the sum of its elements). What does not lead from xs to y gives zeros.
///
/// Errors: kUnsupported names an operator on the way without a rule, or with several outputs; kInvalid for attributes that name no value of the graph, or
/// inputs that are not as many as `xs` and `zs`; kOutOfMemory beyond `max_nodes`.
Result<std::shared_ptr<const formats::OnnxModel>> WithGradientsWrittenOut(const formats::OnnxModel& model, uint64_t max_nodes);

}  // namespace conformance::onnx_reference
