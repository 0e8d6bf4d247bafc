#include "references/onnx/call.h"
#include "references/onnx/kernels.h"

namespace conformance::onnx_reference::kernels {

/// The inputs as a sequence.
Outputs SequenceConstruct(const Call& call) {
  Sequence sequence;
  for (size_t i = 0; i < call.inputs(); ++i) sequence.items.push_back(call.value(i));
  if (const Array* first = call.Optional(0)) sequence.elem = first->elem();
  return Value(std::move(sequence));
}

/// The element at a position; negative ones count from the end. Errors: kInvalid out of range.
Outputs SequenceAt(const Call& call) {
  const Sequence* sequence = call.value(0).sequence();
  if (sequence == nullptr) return TypeError("the input is no sequence").With("found", Describe(call.value(0))).With("wanted", "a sequence");
  CONFORMANCE_TRY(const int64_t position, ToInt(call[1], "the position"));
  const auto size = static_cast<int64_t>(sequence->items.size());
  if (position < -size || position >= size)
    return Invalid("a position out of range").With("found", std::to_string(position)).With("wanted", "below " + std::to_string(size));
  return sequence->items[static_cast<size_t>(position < 0 ? position + size : position)];
}

}  // namespace conformance::onnx_reference::kernels
