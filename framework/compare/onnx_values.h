#pragma once

#include <string>
#include <string_view>

#include "framework/formats/onnx_tensor.h"
#include "framework/ports/comparator.h"

namespace conformance::compare {

inline constexpr std::string_view kOnnxValuesRule =
    "ONNX values: kinds, types and shapes exactly; floating elements (complex parts, floats of 8 bits and less) within atol + rtol · |recorded|, NaN "
    "where NaN is recorded; integers, booleans and strings exactly (onnx.backend.test.runner)";

/// Why two values differ, or nothing. With `widened`, floats of 16 and 32 bits may be found as doubles: an oracle's.
std::string Difference(const formats::OnnxValue& found, const formats::OnnxValue& wanted, const ports::PlainTolerance& tolerance, bool widened = false);

/// The same of kinds, types and sizes alone.
std::string KindDifference(const formats::OnnxValue& found, const formats::OnnxValue& wanted, bool widened = false);

/// The outputs of a model by name against recorded ones.
ports::Comparison CompareOnnxValues(const formats::NamedOnnxValues& found, const formats::NamedOnnxValues& wanted, const ports::PlainTolerance& tolerance);

/// What a report says of an output whatever it holds: name, type, sizes and number of elements; it passes.
record::OutputFigures FiguresOf(const std::string& name, const formats::OnnxValue& value);
/// Where the names of outputs differ; empty where they don't.
std::string NamesDiffer(const formats::NamedOnnxValues& found, const formats::NamedOnnxValues& wanted);

}  // namespace conformance::compare
