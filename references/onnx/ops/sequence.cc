#include "references/onnx/ops/sequence.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/concat.h"
#include "references/onnx/ops/pick.h"

namespace conformance::onnx_reference {

Result<const Sequence*> SequenceOf(const Call& call, size_t index) {
  if (const Sequence* sequence = call.value(index).sequence()) return sequence;
  return TypeError("an input is no sequence")
      .With("input", "input " + std::to_string(index))
      .With("found", Describe(call.value(index)))
      .With("wanted", "a sequence");
}

namespace {

/// The position that input `index` gives, negative ones from the end, in [0, places).
Result<int64_t> PositionOf(const Call& call, size_t index, int64_t size, int64_t places) {
  CONFORMANCE_TRY(const int64_t position, ToInt(call[index], "the position"));
  if (position >= -size && position < places) return position < 0 ? position + size : position;
  return Invalid("a position out of range")
      .With("found", std::to_string(position))
      .With("wanted", "[" + std::to_string(-size) + ", " + std::to_string(places - 1) + "]");
}

}  // namespace

namespace kernels {

/// The inputs as a sequence.
Outputs SequenceConstruct(const Call& call) {
  Sequence sequence;
  for (size_t i = 0; i < call.inputs(); ++i) sequence.items.push_back(call.value(i));
  if (const Array* first = call.Optional(0)) sequence.elem = first->elem();
  return Value(std::move(sequence));
}

/// A sequence of no tensors of the type `dtype`.
Outputs SequenceEmpty(const Call& call) {
  CONFORMANCE_TRY(const int64_t dtype, call.Int("dtype", int64_t{static_cast<int32_t>(Elem::kFloat)}));
  Sequence sequence;
  sequence.elem = static_cast<Elem>(dtype);
  if (dtype < 1 || dtype > 31 || !kAny.Has(sequence.elem))
    return TypeError("a sequence of no type")
        .With("found", std::to_string(dtype))
        .With("wanted", "a type of tensors");
  return Value(std::move(sequence));
}

/// The element at a position; negative ones count from the end. Errors: kInvalid out of range.
Outputs SequenceAt(const Call& call) {
  CONFORMANCE_TRY(const Sequence* sequence, SequenceOf(call, 0));
  const auto size = static_cast<int64_t>(sequence->items.size());
  CONFORMANCE_TRY(const int64_t position, PositionOf(call, 1, size, size));
  return sequence->items[static_cast<size_t>(position)];
}

/// The number of elements, int64[].
Outputs SequenceLength(const Call& call) {
  CONFORMANCE_TRY(const Sequence* sequence, SequenceOf(call, 0));
  return Array::Of<int64_t>({}, {static_cast<int64_t>(sequence->items.size())});
}

/// The sequence with `tensor` before the element at `position`, at its end without one. Errors: kType for a tensor of
/// another type than
/// the sequence's; kInvalid for a position out of range.
Outputs SequenceInsert(const Call& call) {
  CONFORMANCE_TRY(const Sequence* sequence, SequenceOf(call, 0));
  const Array& tensor = call[1];
  if (sequence->elem != Elem::kUndefined && sequence->elem != tensor.elem()) {
    return TypeError("a tensor of another type than its sequence")
        .With("found", Describe(tensor))
        .With("wanted", std::string(NameOf(sequence->elem)));
  }
  const auto size = static_cast<int64_t>(sequence->items.size());
  int64_t position = size;
  if (call.Has(2)) {
    CONFORMANCE_TRY(position, PositionOf(call, 2, size, size + 1));
  }
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({size}));
  Sequence longer = *sequence;
  longer.elem = tensor.elem();
  longer.items.insert(longer.items.begin() + position, Value(tensor));
  return Value(std::move(longer));
}

/// The sequence without the element at `position`, without its last one if none is given.
Outputs SequenceErase(const Call& call) {
  CONFORMANCE_TRY(const Sequence* sequence, SequenceOf(call, 0));
  const auto size = static_cast<int64_t>(sequence->items.size());
  int64_t position = size - 1;
  if (call.Has(1)) {
    CONFORMANCE_TRY(position, PositionOf(call, 1, size, size));
  }
  if (size == 0)
    return Invalid("nothing can be erased from a sequence")
        .With("found", "a sequence of 0")
        .With("wanted", "one element or more");
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({size}));
  Sequence shorter = *sequence;
  shorter.items.erase(shorter.items.begin() + position);
  return Value(std::move(shorter));
}

/// A tensor cut along an axis: into parts of the size that a scalar `split` says, the last one smaller where they
/// don't fit; of the sizes that it lists;
/// or of size 1, whose axis goes away with keepdims 0. Errors: kInvalid for sizes that are no sizes; kShape for a
/// list that isn't the axis.
Outputs SplitToSequence(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", x.rank(), 0));
  CONFORMANCE_TRY(const int64_t keepdims, call.Int("keepdims", 1));
  const int64_t size = x.dim(axis);
  std::vector<int64_t> sizes;
  // A part is an array of its own.
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(32 * std::min<int64_t>(size, INT64_MAX / 32)));
  const auto chunks = [&](int64_t chunk) {
    for (int64_t start = 0; start < size; start += chunk) sizes.push_back(std::min(chunk, size - start));
  };
  if (const Array* split = call.Optional(1)) {
    CONFORMANCE_TRY(const std::vector<int64_t> given, ToInts(*split, "split"));
    if (split->rank() > 1)
      return ShapeError("a split that is no list")
          .With("found", Describe(*split))
          .With("wanted", "a scalar or a list");
    if (split->rank() == 0) {
      if (given[0] < 1)
        return Invalid("parts of no size")
            .With("found", std::to_string(given[0]))
            .With("wanted", "1 or more");
      chunks(std::min(given[0], std::max<int64_t>(size, 1)));
    } else {
      int64_t total = 0;
      for (const int64_t part : given) {
        if (part < 0 || __builtin_add_overflow(total, part, &total))
          return Invalid("a part of negative size")
              .With("found", ShapeText(given))
              .With("wanted", "0 or more");
      }
      if (total != size)
        return ShapeError("parts that don't make up the axis")
            .With("found", ShapeText(given))
            .With("wanted", "in all " + std::to_string(size));
      sizes = given;
    }
  } else {
    chunks(1);
  }
  const bool drop = keepdims == 0 && !call.Has(1);
  Sequence sequence;
  sequence.elem = x.elem();
  const std::vector<int64_t> strides = StridesOf(x.dims());
  int64_t start = 0;
  for (const int64_t part : sizes) {
    Shape dims = x.dims();
    dims[static_cast<size_t>(axis)] = part;
    CONFORMANCE_TRY(Array out, Strided(call, x, dims, strides, start * strides[static_cast<size_t>(axis)]));
    if (drop) {
      dims.erase(dims.begin() + axis);
      out = out.Reshaped(dims);
    }
    sequence.items.emplace_back(std::move(out));
    start += part;
  }
  return Value(std::move(sequence));
}

/// The sequence's tensors one after the other along `axis`, or with new_axis 1 stacked along a new one. Errors:
/// kShape for a sequence of none.
Outputs ConcatFromSequence(const Call& call) {
  CONFORMANCE_TRY(const Sequence* sequence, SequenceOf(call, 0));
  CONFORMANCE_TRY(const int64_t axis, call.Int("axis"));
  CONFORMANCE_TRY(const int64_t new_axis, call.Int("new_axis", 0));
  if (sequence->items.empty())
    return ShapeError("nothing to concatenate")
        .With("found", "a sequence of 0")
        .With("wanted", "one tensor or more");
  std::vector<const Array*> arrays;
  for (const Value& item : sequence->items) {
    arrays.push_back(item.array());
    if (arrays.back() == nullptr)
      return TypeError("an element is no tensor").With("found", Describe(item)).With("wanted", "a tensor");
  }
  return new_axis != 0 ? ConcatenateAlongNew(call, arrays, axis) : Concatenate(call, arrays, axis);
}

/// Runs `body` on the elements of the first sequence, each beside the same element of the other sequences and beside
/// whole tensors; each of its
/// outputs makes a sequence. Errors: kShape where sequences have other lengths; kInvalid for a body with other
/// inputs.
Outputs SequenceMap(const Call& call) {
  CONFORMANCE_TRY(const Sequence* first, SequenceOf(call, 0));
  CONFORMANCE_TRY(const auto arity, call.GraphArity("body"));
  for (size_t i = 1; i < call.inputs(); ++i) {
    const Sequence* other = call.value(i).sequence();
    if (other != nullptr && other->items.size() != first->items.size())
      return ShapeError("sequences of two lengths")
          .With("found", Describe(call.value(i)))
          .With("wanted", Describe(call.value(0)));
  }
  std::vector<Sequence> sequences(arity.second);
  for (size_t at = 0; at < first->items.size(); ++at) {
    Values inputs;
    for (size_t i = 0; i < call.inputs(); ++i) {
      const Sequence* sequence = call.value(i).sequence();
      inputs.push_back(sequence == nullptr ? call.value(i) : sequence->items[at]);
    }
    CONFORMANCE_TRY(Values made, call.RunGraph("body", inputs));
    for (size_t i = 0; i < made.size(); ++i) {
      if (const Array* array = made[i].array()) sequences[i].elem = array->elem();
      sequences[i].items.push_back(std::move(made[i]));
    }
  }
  Values outputs;
  for (Sequence& sequence : sequences) outputs.emplace_back(std::move(sequence));
  return outputs;
}

}  // namespace kernels
}  // namespace conformance::onnx_reference
