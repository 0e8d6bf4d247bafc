#include "exporters/onnx/fixes/fixes.h"

namespace conformance::onnx {

// alias, detach, detach_ and lift_fresh_copy give their input.
Result<bool> FixAlias(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(std::get<ops::Value>(args[0])));
  return true;
}

}  // namespace conformance::onnx
