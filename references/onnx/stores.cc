#include "references/onnx/stores.h"

#include <limits>

namespace conformance::onnx_reference {
namespace {

constexpr uint64_t kNoBound = std::numeric_limits<uint64_t>::max() / 2;

template <typename To, typename From, typename F>
Result<Array> Converted(const Array& array, Store store, F convert) {
  CONFORMANCE_TRY(Array made, Array::Make(array.elem(), store, array.dims(), kNoBound));
  const From* from = array.data<From>();
  To* to = made.mutable_data<To>();
  for (int64_t i = 0; i < array.count(); ++i) to[i] = convert(from[i]);
  return made;
}

template <typename To>
Result<Array> FromHalf(const Array& array, Store store) {
  if (array.store() == Store::kF16) return Converted<To, uint16_t>(array, store, [](uint16_t bits) { return To{HalfToFloat(bits)}; });
  return Converted<To, uint16_t>(array, store, [](uint16_t bits) { return To{BFloat16ToFloat(bits)}; });
}

using Convert = Result<Array>(const Array&);

Result<Value> Each(const Value& value, Convert* convert) {
  if (const Array* array = value.array()) {
    CONFORMANCE_TRY(Array made, convert(*array));
    return Value(std::move(made));
  }
  if (const Sequence* sequence = value.sequence()) {
    Sequence made{.elem = sequence->elem, .items = {}};
    for (const Value& item : sequence->items) {
      CONFORMANCE_TRY(Value each, Each(item, convert));
      made.items.push_back(std::move(each));
    }
    return Value(std::move(made));
  }
  if (const Optional* optional = value.optional()) {
    CONFORMANCE_TRY(Value inner, Each(optional->value, convert));
    return Value(Optional{std::move(inner)});
  }
  if (const Map* map = value.map()) {
    Map made{.keys = map->keys, .values = {}};
    for (const Value& item : map->values) {
      CONFORMANCE_TRY(Value each, Each(item, convert));
      made.values.push_back(std::move(each));
    }
    return Value(std::move(made));
  }
  return value;
}

}  // namespace

Result<Array> Widened(const Array& array) {
  switch (array.store()) {
    case Store::kF32: return Converted<double, float>(array, Store::kF64, [](float v) { return double{v}; });
    case Store::kF16:
    case Store::kBF16: return FromHalf<double>(array, Store::kF64);
    default: return array;
  }
}

Result<Array> Declared(const Array& array) {
  const Store want = StoreOf(array.elem());
  if (array.store() == want || !IsWideFloat(array.elem())) return array;
  const bool from_double = array.store() == Store::kF64;
  switch (want) {
    case Store::kF32: return Converted<float, double>(array, want, [](double v) { return static_cast<float>(v); });
    case Store::kF16:
      if (from_double) return Converted<uint16_t, double>(array, want, DoubleToHalf);
      return Converted<uint16_t, float>(array, want, FloatToHalf);
    case Store::kBF16:
      if (from_double) return Converted<uint16_t, double>(array, want, DoubleToBFloat16);
      return Converted<uint16_t, float>(array, want, FloatToBFloat16);
    case Store::kF64: return Widened(array);
    default: return array;
  }
}

Result<Array> HalvesAsFloat(const Array& array) {
  return array.store() == Store::kF16 || array.store() == Store::kBF16 ? FromHalf<float>(array, Store::kF32) : Result<Array>(array);
}

Result<Value> Widened(const Value& value) { return Each(value, static_cast<Convert*>(Widened)); }
Result<Value> Declared(const Value& value) { return Each(value, static_cast<Convert*>(Declared)); }
Result<Value> HalvesAsFloat(const Value& value) { return Each(value, static_cast<Convert*>(HalvesAsFloat)); }

}  // namespace conformance::onnx_reference
