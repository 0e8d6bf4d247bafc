#include "exporters/onnx/patches/patches.h"
#include "framework/ops/ops.h"

namespace conformance::onnx {

// The i-th true position takes the i-th element of the source: a running count says which. No scatter is needed.
Result<bool> PatchMaskedScatter(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const ops::Value x = std::get<ops::Value>(args[0]), mask = std::get<ops::Value>(args[1]), source = std::get<ops::Value>(args[2]);
  const std::vector<SymInt> sizes = x.sizes();
  const ops::Value flat_mask = ops::Reshape(c, ops::Expand(c, mask, sizes), {-1});
  const ops::Value count = ops::Cumsum(c, ops::To(c, flat_mask, DType::kI64), 0);
  const ops::Value position = ops::ClampMin(c, ops::Sub(c, count, ops::Scalar(1)), 0);
  const ops::Value taken = ops::IndexSelect(c, ops::Reshape(c, source, {-1}), 0, position);
  const ops::Value flat = ops::Where(c, flat_mask, taken, ops::Reshape(c, x, {-1}));
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(ops::Reshape(c, flat, sizes)));
  return true;
}

}  // namespace conformance::onnx
