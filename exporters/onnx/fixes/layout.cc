#include "exporters/onnx/fixes/fixes.h"

namespace conformance::onnx {

// A stride or an offset is what the program recorded for it, of the traced layout: a number, or arithmetic of the sizes of other values.
Result<bool> FixLayout(rewrite::NodeEdit& edit) {
  const std::vector<ir::ValueId> outputs = edit.node().OutputValues();
  const auto* meta = outputs.size() == 1 ? std::get_if<SymInt>(&edit.graph().value(outputs[0]).meta) : nullptr;
  if (meta == nullptr || meta->IsConstant()) return false;  // who reads a number has it already
  const auto made = edit.context().sizes().Get(*meta, edit.context().place(), edit.node().metadata);
  if (!made.ok()) return Unsupported("a stride that depends on more than sizes").With("found", meta->ToString()).With("node", edit.node().name);
  edit.builder().ReplaceAllUses(outputs[0], std::get<ir::ValueId>(*made));
  edit.Erase();
  return true;
}

}  // namespace conformance::onnx
