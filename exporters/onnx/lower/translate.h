#pragma once

#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/formats/onnx.h"
#include "framework/ir/program.h"
#include "framework/ops/op_def.h"
#include "framework/ports/artifact.h"

namespace conformance::onnx {

/// A model on its way to a file: initializers that are parameters or persistent buffers have no bytes yet.
struct LoweredModel {
  formats::OnnxModel model;
  std::vector<std::string> weights;  ///< names of such initializers, which are the weights' own
  ports::ValueMap value_map;
  std::vector<ports::ValueInfo> inputs, outputs;
};

/// Stage 4: each node by its line in the translation table. Graph inputs and outputs bear the dotted names of the program's leaves,
/// prefixed "input." and "output." where both have the name; symbols are named dimensions. Parameters and buffers that nobody reads
/// are left out.
/// Errors: kUnsupported names the first op without translation (with its node and module), or a program that writes to its buffers
/// or inputs; kInvalid for arguments that the op's contract refuses.
Result<LoweredModel> Translate(const ir::Program& program, int64_t opset, const ops::OpTable& ops = ops::DefaultOps());

/// IR version that goes with an opset: what a runtime of its time reads, and new enough for nodes' metadata.
int64_t IrVersionOf(int64_t opset);

}  // namespace conformance::onnx
