#include <bit>
#include <cmath>
#include <map>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/ml_scores.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// One column of a dictionary, from the attribute that is there: a list, or a tensor of one axis.
Result<std::optional<Array>> Column(const Call& call, const std::string& prefix) {
  std::optional<Array> column;
  int found = 0;
  const auto listed = [&](const char* suffix) { return call.Attribute(prefix + suffix) != nullptr; };
  if (listed("_int64s")) {
    CONFORMANCE_TRY(const auto list, call.Ints(prefix + "_int64s"));
    column = Array::Of<int64_t>({static_cast<int64_t>(list.size())}, list), ++found;
  }
  if (listed("_strings")) {
    CONFORMANCE_TRY(const auto list, call.Strings(prefix + "_strings"));
    column = Array::Of<std::string>({static_cast<int64_t>(list.size())}, list), ++found;
  }
  if (listed("_floats")) {
    CONFORMANCE_TRY(const auto list, call.Floats(prefix + "_floats"));
    column =
        Array::Of<float>({static_cast<int64_t>(list.size())}, std::vector<float>(list.begin(), list.end())),
    ++found;
  }
  if (listed("_tensor")) {
    CONFORMANCE_TRY(column, call.Tensor(prefix + "_tensor"));
    ++found;
  }
  if (found > 1)
    return Invalid("a column of a dictionary given twice")
        .With("found", std::to_string(found) + " attributes " + prefix + "_*")
        .With("wanted", "one");
  return column;
}

/// Looks each element of `x` up. Keys are texts, or numbers' bits with all NaNs alike; the last of equal keys counts.
Result<Array> LookUp(const Call& call, const Array& keys, const Array& values, const Array& otherwise) {
  const Array& x = call[0];
  if (keys.elem() != x.elem())
    return TypeError("keys of another type than the input")
        .With("found", Describe(x))
        .With("wanted", std::string(NameOf(keys.elem())));
  if (keys.count() != values.count())
    return Invalid("keys and values of two lengths")
        .With("found", std::to_string(keys.count()) + " and " + std::to_string(values.count()))
        .With("wanted", "as many");
  if (otherwise.count() != 1 || otherwise.elem() != values.elem())
    return Invalid("a default that is none")
        .With("found", Describe(otherwise))
        .With("wanted", "one " + std::string(NameOf(values.elem())));
  // x's elements to places in `values`.
  std::vector<int64_t> places(static_cast<size_t>(x.count()), -1);
  const auto find = [&](const auto& table, const auto& key, size_t i) {
    if (const auto found = table.find(key); found != table.end()) places[i] = found->second;
  };
  if (x.elem() == Elem::kString) {
    std::map<std::string_view, int64_t> table;
    for (int64_t i = 0; i < keys.count(); ++i) table[keys.data<std::string>()[i]] = i;
    for (size_t i = 0; i < places.size(); ++i) find(table, std::string_view(x.data<std::string>()[i]), i);
  } else if (kFloats.Has(x.elem())) {
    const auto bits = [](double v) {
      return std::isnan(v) ? uint64_t{0x7FF8000000000000} : std::bit_cast<uint64_t>(v + 0.0);
    };
    std::map<uint64_t, int64_t> table;
    const std::vector<double> from = ToNumbers(keys), numbers = ToNumbers(x);
    for (size_t i = 0; i < from.size(); ++i) table[bits(from[i])] = static_cast<int64_t>(i);
    for (size_t i = 0; i < places.size(); ++i) find(table, bits(numbers[i]), i);
  } else {
    CONFORMANCE_TRY(const auto from, ToInts(keys, "the keys"));
    CONFORMANCE_TRY(const auto numbers, ToInts(x, "the input"));
    std::map<int64_t, int64_t> table;
    for (size_t i = 0; i < from.size(); ++i) table[from[i]] = static_cast<int64_t>(i);
    for (size_t i = 0; i < places.size(); ++i) find(table, numbers[i], i);
  }
  if (values.elem() == Elem::kString) {
    CONFORMANCE_TRY(Array out, call.New(Elem::kString, x.dims()));
    for (size_t i = 0; i < places.size(); ++i)
      out.mutable_data<std::string>()[i] =
          places[i] < 0 ? *otherwise.data<std::string>() : values.data<std::string>()[places[i]];
    return out;
  }
  if (values.elem() == Elem::kInt64) {
    CONFORMANCE_TRY(Array out, call.New(Elem::kInt64, x.dims()));
    for (size_t i = 0; i < places.size(); ++i)
      out.mutable_data<int64_t>()[i] =
          places[i] < 0 ? *otherwise.data<int64_t>() : values.data<int64_t>()[places[i]];
    return out;
  }
  const std::vector<double> to = ToNumbers(values), usual = ToNumbers(otherwise);
  if (to.size() != static_cast<size_t>(values.count()))
    return TypeError("values of a type that is not looked up")
        .With("found", Describe(values))
        .With("wanted", "numbers or texts");
  std::vector<double> numbers(places.size());
  for (size_t i = 0; i < places.size(); ++i)
    numbers[i] = places[i] < 0 ? usual[0] : to[static_cast<size_t>(places[i])];
  return ml::AsArray(call, numbers, x.dims(), values.elem());
}

}  // namespace

/// Each element's value in the dictionary that keys_* and values_* make; the default of the values' type for what is
/// no key. Errors: kType where keys are of
/// another type than the input; kInvalid for columns that are missing, given twice or of two lengths.
Outputs LabelEncoder(const Call& call) {
  CONFORMANCE_TRY(const auto keys, Column(call, "keys"));
  CONFORMANCE_TRY(const auto values, Column(call, "values"));
  if (!keys || !values)
    return Invalid("a dictionary without a column")
        .With("found", keys ? "no values_*" : "no keys_*")
        .With("wanted", "keys_* and values_*");
  CONFORMANCE_TRY(std::optional<Array> otherwise, call.Tensor("default_tensor"));
  if (!otherwise) {
    if (values->elem() == Elem::kString) {
      CONFORMANCE_TRY(const std::string text, call.String("default_string", "_Unused"));
      otherwise = Array::Of<std::string>({}, {text});
    } else if (kFloats.Has(values->elem())) {
      CONFORMANCE_TRY(const double number, call.Float("default_float", -0.0));
      CONFORMANCE_TRY(otherwise, ml::AsArray(call, {number}, {}, values->elem()));
    } else {
      CONFORMANCE_TRY(const int64_t number, call.Int("default_int64", -1));
      CONFORMANCE_TRY(otherwise, CastArray(call, Array::Of<int64_t>({}, {number}), values->elem(), {}));
    }
  }
  return LookUp(call, *keys, *values, *otherwise);
}

namespace {

/// Texts to integers or back, through two lists.
Outputs Mapped(const Call& call, const std::vector<std::string>& texts, const std::vector<int64_t>& numbers) {
  CONFORMANCE_TRY(const std::string text, call.String("default_string", "_Unused"));
  CONFORMANCE_TRY(const int64_t number, call.Int("default_int64", -1));
  const Array names = Array::Of<std::string>({static_cast<int64_t>(texts.size())}, texts),
              places = Array::Of<int64_t>({static_cast<int64_t>(numbers.size())}, numbers);
  if (call[0].elem() == Elem::kString) return LookUp(call, names, places, Array::Of<int64_t>({}, {number}));
  return LookUp(call, places, names, Array::Of<std::string>({}, {text}));
}

}  // namespace

/// Version 1: the places of texts in classes_strings, or the texts at places.
Outputs LabelEncoderByClasses(const Call& call) {
  CONFORMANCE_TRY(const auto texts, call.Strings("classes_strings"));
  std::vector<int64_t> places(texts.size());
  for (size_t i = 0; i < places.size(); ++i) places[i] = static_cast<int64_t>(i);
  return Mapped(call, texts, places);
}

/// Texts of cats_strings to the integers of cats_int64s beside them, or back.
Outputs CategoryMapper(const Call& call) {
  CONFORMANCE_TRY(const auto texts, call.Strings("cats_strings"));
  CONFORMANCE_TRY(const auto numbers, call.Ints("cats_int64s"));
  return Mapped(call, texts, numbers);
}

}  // namespace conformance::onnx_reference::kernels
