#include "exporters/onnx/lower/recurrence.h"

#include "exporters/onnx/lower/scan.h"

namespace conformance::onnx {

Result<Outputs> LowerLinearRecurrence(const Call& call, Graph& g) {
  const Value x = call.Tensor("input");
  const int64_t axis = call.Axis("dim", x.rank());
  Scan scan(g);
  const std::string state = scan.State(g.AtLeast(call.Tensor("initial"), DType::kF32));
  const std::string gate = scan.Input(g.AtLeast(call.Tensor("gate"), DType::kF32)), input = scan.Input(g.AtLeast(x, DType::kF32));
  const std::string next = scan.Op("Add", {scan.Op("Mul", {state, gate}, "kept"), input}, "next_state");
  return g.Cast(scan.Finish({next}, next, axis)[1], x.dtype);
}

Result<Outputs> LowerCumprod(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  const Value x = g.AtLeast(g.Cast(call.Tensor("self"), dtype), DType::kF32);
  if (call.Tensor("self").rank() == 0) return g.Cast(x, dtype);
  const int64_t axis = call.Axis("dim", call.Tensor("self").rank());
  std::vector<Size> sizes;  // of the state: all axes but that one
  for (int64_t i = 0; i < call.Tensor("self").rank(); ++i) {
    if (i != axis) sizes.emplace_back(g.Dim(call.Tensor("self"), i));
  }
  const Value one = g.Const(1, x);
  Scan scan(g);
  const std::string state = scan.State(sizes.empty() ? one : g.Op("Expand", {one, g.Sizes(sizes)})), input = scan.Input(x);
  const std::string next = scan.Op("Mul", {state, input}, "next_state");
  return g.Cast(scan.Finish({next}, next, axis)[1], dtype);
}

}  // namespace conformance::onnx
