#include "references/onnx/call.h"

namespace conformance::onnx_reference::kernels {

/// An optional with the input in it, or without one.
Outputs OptionalOf(const Call& call) {
  if (call.value(0).optional() != nullptr)
    return TypeError("an optional in an optional")
        .With("found", Describe(call.value(0)))
        .With("wanted", "a tensor or a sequence");
  return Value(onnx_reference::Optional{call.value(0)});
}

/// What is in an optional; a tensor or a sequence is given back. Errors: kInvalid for an optional without a value.
Outputs OptionalGetElement(const Call& call) {
  const onnx_reference::Optional* optional = call.value(0).optional();
  const Value& element = optional == nullptr ? call.value(0) : optional->value;
  if (element.IsAbsent())
    return Invalid("an optional without a value")
        .With("found", Describe(call.value(0)))
        .With("wanted", "a value");
  return element;
}

/// bool[]: whether there is a value.
Outputs OptionalHasElement(const Call& call) {
  const onnx_reference::Optional* optional = call.value(0).optional();
  return Array::Of<bool>({}, {!(optional == nullptr ? call.value(0) : optional->value).IsAbsent()});
}

}  // namespace conformance::onnx_reference::kernels
