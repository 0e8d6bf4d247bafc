#pragma once

#include <string_view>

#include "exporters/common/input_preparers.h"
#include "framework/base/result.h"
#include "framework/nn/model.h"
#include "framework/ports/exporter.h"

namespace conformance::exporters {

/// What every exporter does to inputs before it traces (the document's prepare_for_export). `model` and `inputs` are left as found:
/// - label inputs (labels, future_values, …) are stripped; a loss is not exported, and return_loss=true is refused;
/// - output flags (use_cache, return_dict, output_attentions, …) are no inputs of the graph: they stay keyword arguments of the traced
///   forward, and the model's config is not touched;
/// - registered input preparers run on what is left;
/// - floating inputs are cast to the model's type;
/// - every axis of every leaf is Auto with config.dynamic; config.dynamic_shapes takes precedence.
/// Errors: kUnsupported for an attention implementation that cannot be exported (flash, flex), saying what to set; kInvalid; those of
/// preparers.
Result<ports::TraceRequest> PrepareForExport(const nn::Model& model, const ports::ModelInputs& inputs,
                                             const ports::ExportConfig& config, const InputPreparers& preparers = {});

/// True for the names that are stripped.
bool IsLabel(std::string_view input);

/// Every axis Auto.
DynamicShapes AutoDynamicShapes(const NamedTensors& inputs);

}  // namespace conformance::exporters
