#include "exporters/onnx/fixes/fixes.h"

namespace conformance::onnx {

// Comparisons of sizes feed assertions. Those that nobody reads any more go; their bounds may be infinite, which no tensor holds.
Result<bool> FixDeadComparison(rewrite::NodeEdit& edit) {
  for (const ir::ValueId output : edit.node().OutputValues()) {
    if (!edit.graph().value(output).uses().empty()) return false;
  }
  edit.Erase();
  return true;
}

}  // namespace conformance::onnx
