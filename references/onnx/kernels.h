#pragma once

#include "references/onnx/operator.h"

/// Every kernel of the table.
namespace conformance::onnx_reference::kernels {

#define OPERATOR(domain, name, since, kernel, types, inputs, mode) Kernel kernel;
#include "references/onnx/operators.inc"
#undef OPERATOR

}  // namespace conformance::onnx_reference::kernels
