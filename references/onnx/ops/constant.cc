#include "references/onnx/call.h"
#include "references/onnx/tensors.h"

namespace conformance::onnx_reference::kernels {

/// What the one attribute holds: a tensor, a sparse tensor written out, or numbers and strings.
Outputs Constant(const Call& call) {
  if (call.node().attributes.size() != 1)
    return Invalid("a constant has one attribute").With("found", std::to_string(call.node().attributes.size())).With("wanted", "1");
  const formats::OnnxAttribute& attribute = call.node().attributes.front();
  const auto size = [](const auto& list) { return Shape{static_cast<int64_t>(list.size())}; };
  if (attribute.name == "value") {
    CONFORMANCE_TRY(const auto tensor, call.Tensor("value"));
    return *tensor;
  }
  if (attribute.name == "sparse_value" && attribute.sparse_tensors.size() == 1) return DenseOf(attribute.sparse_tensors[0], {}, uint64_t{1} << 33);
  using Kind = formats::OnnxAttribute::Kind;
  switch (attribute.kind) {
    case Kind::kFloat: return Array::Of<float>({}, {attribute.f});
    case Kind::kFloats: return Array::Of<float>(size(attribute.floats), attribute.floats);
    case Kind::kInt: return Array::Of<int64_t>({}, {attribute.i});
    case Kind::kInts: return Array::Of<int64_t>(size(attribute.ints), attribute.ints);
    case Kind::kString: return Array::Of<std::string>({}, {attribute.s});
    case Kind::kStrings: return Array::Of<std::string>(size(attribute.strings), attribute.strings);
    default: return Invalid("a constant of no known kind").With("attribute", attribute.name);
  }
}

}  // namespace conformance::onnx_reference::kernels
