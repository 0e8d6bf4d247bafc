#include "references/onnx/ops/numbers.h"

namespace conformance::onnx_reference {

Result<std::vector<double>> NumbersOf(const Array& array, std::string_view what) {
  if (array.elem() == Elem::kString || kComplex.Has(array.elem()))
    return TypeError(std::string(what) + " has no numbers")
        .With("found", Describe(array))
        .With("wanted", "numbers");
  return ToNumbers(array);
}

Result<std::vector<double>> NumbersOf(const Call& call, size_t index) {
  return NumbersOf(call[index], "input " + std::to_string(index));
}

Status NeedType(const Call& call, size_t index, Types types) {
  if (types.Has(call[index].elem())) return Ok();
  return TypeError("an input of a type that the operator does not take")
      .With("input", "input " + std::to_string(index))
      .With("found", Describe(call[index]))
      .With("wanted", types.ToString());
}

}  // namespace conformance::onnx_reference
