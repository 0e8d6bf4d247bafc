#include "exporters/onnx/lower/sizes.h"

#include "exporters/onnx/lower/binary.h"

namespace conformance::onnx {

Result<Outputs> LowerSymSize(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return g.Dim(x, call.Axis("dim", x.rank()));
}

Result<Outputs> LowerSizeArithmetic(const Call& call, Graph& g, std::string_view type) {
  return g.Op(type, {g.Sizes({call.SizeOf("a")}), g.Sizes({call.SizeOf("b")})});
}

Result<Outputs> LowerSizeFloordiv(const Call& call, Graph& g) {
  return FloorDivInts(g, g.Sizes({call.SizeOf("a")}), g.Sizes({call.SizeOf("b")}));
}

Result<Outputs> LowerSizeNeg(const Call& call, Graph& g) { return g.Op("Neg", {g.Sizes({call.SizeOf("a")})}); }

}  // namespace conformance::onnx
