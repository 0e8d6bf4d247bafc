#include "exporters/onnx/fixes/fixes.h"
#include "framework/ops/ops.h"

namespace conformance::onnx {

// ONNX's TopK keeps the order of equal elements: sort.stable is sort.
Result<bool> FixSortStable(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(std::vector<ops::Argument> args, edit.Arguments());
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(edit.context().CallMulti(ops::SortOp(), {args[0], args[2], args[3]})));
  return true;
}

}  // namespace conformance::onnx
