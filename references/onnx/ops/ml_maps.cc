#include <algorithm>
#include <numeric>

#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/concat.h"
#include "references/onnx/ops/ml_scores.h"
#include "references/onnx/ops/numbers.h"
#include "references/onnx/ops/pick.h"
#include "references/onnx/ops/stack.h"

namespace conformance::onnx_reference::kernels {
namespace {

Result<const Map*> MapOf(const Call& call) {
  const Map* map = call.value(0).map();
  if (map == nullptr)
    return TypeError("the input is no map").With("found", Describe(call.value(0))).With("wanted", "a map");
  if (map->keys.count() != static_cast<int64_t>(map->values.size()) ||
      (map->keys.elem() != Elem::kString && map->keys.elem() != Elem::kInt64))
    return TypeError("a map of other keys")
        .With("found", Describe(map->keys))
        .With("wanted", "int64 or string, one for each value");
  for (const Value& value : map->values) {
    if (value.array() == nullptr || value.array()->count() != 1)
      return TypeError("a map of other values")
          .With("found", Describe(value))
          .With("wanted", "one number or text");
  }
  return map;
}

/// Scalars of one type as a list.
Result<Array> Stacked(const Call& call, const Values& scalars) {
  std::vector<const Array*> arrays;
  for (const Value& scalar : scalars) arrays.push_back(scalar.array());
  return ConcatenateAlongNew(call, arrays, 0);
}

}  // namespace

/// X [n, classes] or [classes] -> a sequence of n maps from each class to its number. Errors: kShape where there are
/// other columns than classes.
Outputs ZipMap(const Call& call) {
  CONFORMANCE_TRY(const ml::Features x, ml::FeaturesOf(call));
  CONFORMANCE_TRY(const ml::Labels labels, ml::LabelsOf(call, "classlabels_int64s", "classlabels_strings"));
  if (x.columns != labels.size())
    return ShapeError("columns that aren't the classes")
        .With("found", Describe(call[0]))
        .With("wanted", std::to_string(labels.size()) + " columns");
  // A number of a map is an array of its own.
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(32 * x.rows * x.columns));
  const Array rows = call[0].Reshaped({x.rows, x.columns});
  Sequence sequence;
  for (int64_t row = 0; row < x.rows; ++row) {
    Map map;
    CONFORMANCE_TRY(map.keys, ml::LabelArray(call, labels, Everything(labels.size())));
    CONFORMANCE_TRY(const Array numbers, SliceAt(call, rows, 0, row));
    for (int64_t i = 0; i < x.columns; ++i) {
      CONFORMANCE_TRY(Array number, SliceAt(call, numbers, 0, i));
      map.values.emplace_back(std::move(number));
    }
    sequence.items.emplace_back(std::move(map));
  }
  return Value(std::move(sequence));
}

/// A map -> the value of each word of the vocabulary, 0 or "" where the map has none: [words]. Errors: kInvalid for a
/// key that is no word; kType.
Outputs DictVectorizer(const Call& call) {
  CONFORMANCE_TRY(const Map* map, MapOf(call));
  CONFORMANCE_TRY(const ml::Labels words, ml::LabelsOf(call, "int64_vocabulary", "string_vocabulary"));
  if (words.texts != (map->keys.elem() == Elem::kString))
    return TypeError("a vocabulary of another type than the keys")
        .With("found", Describe(map->keys))
        .With("wanted", words.texts ? "string" : "int64");
  Array zero;
  const Elem elem = map->values.empty() ? Elem::kFloat : map->values[0].array()->elem();
  if (elem == Elem::kString) {
    zero = Array::Of<std::string>({}, {""});
  } else {
    CONFORMANCE_TRY(zero, ml::AsArray(call, {0}, {}, elem));
  }
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({words.size(), map->keys.count()}));
  Values row(static_cast<size_t>(words.size()), Value(zero));
  for (int64_t i = 0; i < map->keys.count(); ++i) {
    int64_t place = 0;
    if (words.texts) {
      place = std::find(words.names.begin(), words.names.end(), map->keys.data<std::string>()[i]) -
              words.names.begin();
    } else {
      place = std::find(words.numbers.begin(), words.numbers.end(), map->keys.data<int64_t>()[i]) -
              words.numbers.begin();
    }
    if (place == words.size())
      return Invalid("a key that the vocabulary does not have")
          .With("found", "key " + std::to_string(i))
          .With("wanted", "one of " + std::to_string(words.size()));
    row[static_cast<size_t>(place)] = map->values[static_cast<size_t>(i)].array()->Reshaped({});
  }
  return Stacked(call, row);
}

/// A map of integers -> [1, n]: its values by rising key (DENSE), or each at its key, zeros elsewhere (SPARSE,
/// max_map long). Errors: kInvalid, kType.
Outputs CastMap(const Call& call) {
  CONFORMANCE_TRY(const Map* map, MapOf(call));
  CONFORMANCE_TRY(const std::string to, call.String("cast_to", "TO_FLOAT"));
  CONFORMANCE_TRY(const std::string form, call.String("map_form", "DENSE"));
  CONFORMANCE_TRY(const int64_t length, call.Int("max_map", 1));
  if (map->keys.elem() != Elem::kInt64)
    return TypeError("a map of other keys").With("found", Describe(map->keys)).With("wanted", "int64");
  if (to != "TO_FLOAT" && to != "TO_STRING" && to != "TO_INT64")
    return Invalid("a cast_to that isn't known")
        .With("found", formats::Quoted(to))
        .With("wanted", "TO_FLOAT, TO_STRING or TO_INT64");
  if (form != "DENSE" && form != "SPARSE")
    return Invalid("a map_form that isn't known")
        .With("found", formats::Quoted(form))
        .With("wanted", "DENSE or SPARSE");
  const Elem elem = to == "TO_FLOAT" ? Elem::kFloat : to == "TO_STRING" ? Elem::kString : Elem::kInt64;
  const int64_t* keys = map->keys.data<int64_t>();
  std::vector<size_t> order(map->values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t i, size_t j) { return keys[i] < keys[j]; });
  Values row;
  if (form == "SPARSE") {
    CONFORMANCE_TRY(const Array probe, call.New(elem, {1, length}));
    Array zero = Array::Of<std::string>({}, {""});
    if (elem != Elem::kString) {
      CONFORMANCE_TRY(zero, ml::AsArray(call, {0}, {}, elem));
    }
    CONFORMANCE_RETURN_IF_ERROR(call.CanHold(8 * probe.count()));
    row.assign(static_cast<size_t>(probe.count()), Value(zero));
  }
  for (const size_t i : order) {
    CONFORMANCE_TRY(Array value, CastArray(call, map->values[i].array()->Reshaped({}), elem, {}));
    if (form == "DENSE") {
      row.emplace_back(std::move(value));
    } else if (keys[i] < 0 || keys[i] >= length) {
      return Invalid("a key out of range")
          .With("found", std::to_string(keys[i]))
          .With("wanted", "below " + std::to_string(length));
    } else {
      row[static_cast<size_t>(keys[i])] = std::move(value);
    }
  }
  if (row.empty()) return call.New(elem, {1, 0});
  CONFORMANCE_TRY(const Array list, Stacked(call, row));
  return list.Reshaped({1, list.count()});
}

}  // namespace conformance::onnx_reference::kernels
