#pragma once

#include "references/onnx/call.h"

namespace conformance::onnx_reference {

/// The elements as numbers. Errors: kType for texts and complex ones, naming `what`.
Result<std::vector<double>> NumbersOf(const Array& array, std::string_view what);
/// The same of input `index`, which is there.
Result<std::vector<double>> NumbersOf(const Call& call, size_t index);
/// Errors: kType for input `index` where it is none of these types.
Status NeedType(const Call& call, size_t index, Types types);

}  // namespace conformance::onnx_reference
