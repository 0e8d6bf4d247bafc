#pragma once

#include "framework/base/result.h"
#include "framework/cases/leaf_plan.h"
#include "framework/formats/onnx.h"

namespace conformance::cases {

/// How inputs of an ONNX model are made (initializers among them left out): declared sizes are kept, dimension names are symbols (also
/// "past_sequence_length + 1", as exporters write it), dimensions without a name each one of their own. First sizes are small and differ
/// by what the dimension is called and where it stands; what stands in an input follows from how the main graph uses it.
/// Errors: kUnsupported names an input that is no tensor (sequence, optional), of strings, of a type without computing here, or of
/// unknown rank.
Result<LeafPlan> LeavesOf(const formats::OnnxModel& model);

/// Names of the inputs that a caller passes: the graph's, without those that an initializer gives a value.
std::vector<const formats::OnnxValueInfo*> CallerInputs(const formats::OnnxGraph& graph);

/// The dtype of a tensor type. Errors: kUnsupported names the value and why it cannot be carried.
Result<DType> TensorTypeOf(const formats::OnnxValueInfo& value);

}  // namespace conformance::cases
