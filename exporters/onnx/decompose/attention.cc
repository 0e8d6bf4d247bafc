#include <cmath>
#include <limits>

#include "exporters/onnx/decompose/decompose.h"
#include "framework/ops/ops.h"

namespace conformance::onnx {
namespace {

using ops::Value;

// Each head of k and v serves `groups` neighbouring heads of q.
Value RepeatHeads(ops::OpContext& c, const Value& x, const SymInt& groups) {
  const std::vector<SymInt>& sizes = x.sizes();
  const auto rank = static_cast<size_t>(x.rank());
  std::vector<SymInt> wide(sizes.begin(), sizes.end() - 2), merged(sizes.begin(), sizes.end());
  wide.push_back(groups);
  wide.insert(wide.end(), sizes.end() - 2, sizes.end());
  merged[rank - 3] = sizes[rank - 3] * groups;
  return ops::Reshape(c, ops::Expand(c, ops::Unsqueeze(c, x, -3), std::move(wide)), std::move(merged));
}

// What is added to the scores and, for each query, whether it has a key at all. Both depend on the mask alone, so that all layers
// that read one mask share them.
struct Mask {
  Value bias, attended;
};
Mask MaskOf(ops::OpContext& c, const Value& mask, DType dtype) {
  constexpr double kNever = -std::numeric_limits<double>::infinity();
  const Value never = ops::ScalarTensor(c, kNever, dtype);
  if (mask.dtype() == DType::kBool) {
    return {ops::Where(c, mask, ops::ScalarTensor(c, 0.0, dtype), never), ops::Any(c, mask, -1, true)};
  }
  const Value bias = AsType(c, mask, dtype);
  return {bias, ops::NotEqual(c, ops::Amax(c, bias, {-1}, true), never)};
}

}  // namespace

// softmax(scale · q · kᵀ + mask) · v. A query without any key would be NaN; PyTorch answers 0.
Result<bool> DecomposeAttention(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value query = std::get<Value>(args[0]);
  const bool masked = std::holds_alternative<Value>(args[3]) && std::get<Value>(args[3]).defined();
  if (std::get<double>(args[4]) != 0) return Unsupported("attention with dropout").With("node", edit.node().name);
  const bool causal = std::get<bool>(args[5]), grouped = std::get<bool>(args[7]);

  const DType dtype = ByteSize(query.dtype()) < ByteSize(DType::kF32) ? DType::kF32 : query.dtype();
  const Value q = AsType(c, query, dtype);
  Value k = AsType(c, std::get<Value>(args[1]), dtype), v = AsType(c, std::get<Value>(args[2]), dtype);
  if (grouped) {
    const SymInt groups = FloorDiv(q.size(-3), k.size(-3));
    if (groups.AsInt() != 1) {
      k = RepeatHeads(c, k, groups);
      v = RepeatHeads(c, v, FloorDiv(q.size(-3), v.size(-3)));
    }
  }
  Value scaled;
  if (const auto* scale = std::get_if<double>(&args[6])) {
    scaled = ops::Mul(c, q, *scale);
  } else if (const auto width = q.size(-1).AsInt()) {
    scaled = ops::Mul(c, q, 1.0 / std::sqrt(static_cast<double>(*width)));
  } else {
    scaled = ops::Mul(c, q, ops::Rsqrt(c, ops::ScalarTensor(c, ops::Scalar(q.size(-1)), dtype)));
  }
  Value scores = ops::Matmul(c, scaled, ops::Transpose(c, k, -2, -1));
  Mask mask;
  if (causal) {
    const Value rows = ops::Unsqueeze(c, ops::Arange(c, q.size(-2)), 1), columns = ops::Unsqueeze(c, ops::Arange(c, k.size(-2)), 0);
    mask = MaskOf(c, ops::GreaterEqual(c, rows, columns), dtype);  // key 0 is always there
  } else if (masked) {
    mask = MaskOf(c, std::get<Value>(args[3]), dtype);
  }
  if (mask.bias.defined()) scores = ops::Add(c, scores, mask.bias);
  Value y = ops::Matmul(c, ops::Softmax(c, scores, -1), v);
  if (masked) y = ops::Where(c, mask.attended, y, ops::ScalarTensor(c, 0.0, dtype));
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(AsType(c, y, query.dtype())));
  return true;
}

}  // namespace conformance::onnx
