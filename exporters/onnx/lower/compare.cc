#include "exporters/onnx/lower/compare.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::onnx {
namespace {

// Tensors with axes rule over those without, and those over numbers: PyTorch's promotion.
DType ComparedIn(const Call& call) {
  ops::Promotion promotion;
  for (const std::string_view name : {"self", "other"}) {
    if (call.IsTensor(name)) {
      const Value value = call.Tensor(name);
      promotion.Add(ops::Value::Meta({value.dtype, value.sizes.value_or(std::vector<SymInt>())}));
    } else {
      promotion.Add(call.Argument(name));
    }
  }
  return promotion.Get();
}

}  // namespace

Result<Outputs> LowerComparison(const Call& call, Graph& g, std::string_view type) {
  DType dtype = ComparedIn(call);
  if (type != "Equal" && dtype == DType::kBool) dtype = DType::kI32;
  return g.Op(type, {call.Operand("self", dtype), call.Operand("other", dtype)});
}

Result<Outputs> LowerNotEqual(const Call& call, Graph& g) {
  CONFORMANCE_TRY(const Outputs equal, LowerComparison(call, g, "Equal"));
  return g.Op("Not", {equal.values[0]});
}

Result<Outputs> LowerLogic(const Call& call, Graph& g, std::string_view type, std::string_view bitwise) {
  const DType dtype = bitwise.empty() ? DType::kBool : call.OutputDType();
  const std::string_view op = dtype == DType::kBool ? type : bitwise;
  if (dtype != DType::kBool && g.Opset() < 18) return call.Refused("on integers below opset 18");
  return g.Op(op, {call.Operand("self", dtype), call.Operand("other", dtype)});
}

}  // namespace conformance::onnx
