#include "exporters/onnx/fixes/fixes.h"

namespace conformance::onnx {

// x[:end] is traced without a start; spelled out, it is 0.
Result<bool> FixSliceImplicitStart(rewrite::NodeEdit& edit) {
  const ir::Argument* start = edit.node().Find("start");
  if (start != nullptr && !start->IsNone()) return false;
  edit.builder().SetInput(edit.node().id(), "start", ir::Argument(0));
  return true;
}

}  // namespace conformance::onnx
