#include "exporters/onnx/fixes/fixes.h"

namespace conformance::onnx {

// Layouts, copies and devices mean nothing to a graph of values; neither do dropout outside training and casts to the own type.
Result<bool> FixNoOp(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  CONFORMANCE_TRY(const ops::Value output, edit.Output());
  const ops::Value x = std::get<ops::Value>(args[0]);
  if (edit.node().op() == "aten.dropout.default" && std::get<bool>(args[2]) && std::get<double>(args[1]) != 0) {
    return Unsupported("dropout in training mode draws at random; export the model in eval mode, or make what it draws an input")
        .With("node", edit.node().name);
  }
  if (x.dtype() != output.dtype()) return false;
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(x));
  return true;
}

}  // namespace conformance::onnx
