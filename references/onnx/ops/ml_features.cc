#include <algorithm>
#include <cmath>

#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/map.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/ml_scores.h"
#include "references/onnx/ops/pick.h"

namespace conformance::onnx_reference::kernels {

/// Places of the last axis: X [..., f], Y of any sizes -> [..., count of Y]; of a list [1, count]. Errors: kInvalid
/// for a place out of range.
Outputs ArrayFeatureExtractor(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(std::vector<int64_t> places, ToInts(call[1], "Y"));
  if (x.rank() == 0)
    return ShapeError("a scalar has no features")
        .With("found", Describe(x))
        .With("wanted", "one axis or more");
  for (int64_t& place : places) {
    if (place < 0 || place >= x.dim(-1))
      return Invalid("a place out of range")
          .With("found", std::to_string(place))
          .With("wanted", "below " + std::to_string(x.dim(-1)));
  }
  std::vector<std::vector<int64_t>> picks;
  for (int64_t axis = 0; axis + 1 < x.rank(); ++axis) picks.push_back(Everything(x.dim(axis)));
  picks.push_back(std::move(places));
  CONFORMANCE_TRY(const Array out, Pick(call, x, picks));
  return x.rank() == 1 ? out.Reshaped({1, out.count()}) : out;
}

/// 1 above the threshold, else 0.
Outputs Binarizer(const Call& call) {
  CONFORMANCE_TRY(const double threshold, call.Float("threshold", 0));
  return MapNumbers(call, call[0], [&](auto v) { return static_cast<double>(v) > threshold ? 1 : 0; });
}

/// Tensors [n, f] side by side, as float; each cut or filled with zeros to the size that `inputdimensions` says. A
/// list is one row.
Outputs FeatureVectorizer(const Call& call) {
  const std::vector<const Array*> inputs = call.From(0);
  std::vector<int64_t> usual;
  for (const Array* input : inputs) {
    if (input->rank() < 1 || input->rank() > 2)
      return ShapeError("features of another rank")
          .With("found", Describe(*input))
          .With("wanted", "[n, f] or [f]");
    usual.push_back(input->dim(-1));
  }
  CONFORMANCE_TRY(const std::vector<int64_t> sizes, call.Ints("inputdimensions", usual));
  CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("inputdimensions", sizes.size(), inputs.size()));
  const auto rows_of = [](const Array& array) { return array.rank() == 1 ? int64_t{1} : array.dim(0); };
  const int64_t rows = rows_of(*inputs[0]);
  int64_t width = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (rows_of(*inputs[i]) != rows)
      return ShapeError("features of another number of rows")
          .With("found", Describe(*inputs[i]))
          .With("wanted", std::to_string(rows) + " rows");
    if (sizes[i] < 0 || __builtin_add_overflow(width, sizes[i], &width))
      return Invalid("a size out of range")
          .With("found", std::to_string(sizes[i]))
          .With("wanted", "0 or more");
  }
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, {rows, width}));
  std::fill_n(wide.mutable_data<double>(), wide.count(), 0);
  int64_t start = 0;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::vector<double> values = ToNumbers(*inputs[i]);
    const int64_t columns = inputs[i]->dim(-1);
    for (int64_t row = 0; row < rows; ++row)
      std::copy_n(values.data() + row * columns, std::min(columns, sizes[i]),
                  wide.mutable_data<double>() + row * width + start);
    start += sizes[i];
  }
  return CastArray(call, wide, Elem::kFloat, {});
}

/// Elements equal to one value (NaN, too) become another, one for all or one for each place of the last axis.
Outputs Imputer(const Call& call) {
  const Array& x = call[0];
  const bool floats = kFloats.Has(x.elem());
  std::vector<double> wanted;
  double replaced = 0;
  if (floats) {
    CONFORMANCE_TRY(wanted, call.Floats("imputed_value_floats"));
    CONFORMANCE_TRY(replaced, call.Float("replaced_value_float", 0));
  } else {
    CONFORMANCE_TRY(const std::vector<int64_t> given, call.Ints("imputed_value_int64s"));
    CONFORMANCE_TRY(const int64_t value, call.Int("replaced_value_int64", 0));
    wanted.assign(given.begin(), given.end());
    replaced = static_cast<double>(value);
  }
  const int64_t features = x.rank() == 0 ? 1 : x.dim(-1);
  if (wanted.size() != 1)
    CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength(floats ? "imputed_value_floats" : "imputed_value_int64s",
                                               wanted.size(), static_cast<size_t>(features)));
  int64_t at = 0;
  return MapNumbers(call, x, [&](auto v) {
    const double number = static_cast<double>(v);
    const size_t place = wanted.size() == 1 ? 0 : static_cast<size_t>(at++ % features);
    const bool same = number == replaced || (std::isnan(number) && std::isnan(replaced));
    return same ? static_cast<decltype(v)>(wanted[place]) : v;
  });
}

/// Each row over its largest element (MAX), the sum of its magnitudes (L1) or the root of its squares' sum (L2); as
/// it is where that is 0. Gives float.
Outputs MlNormalizer(const Call& call) {
  CONFORMANCE_TRY(const std::string norm, call.String("norm", "MAX"));
  if (norm != "MAX" && norm != "L1" && norm != "L2")
    return Invalid("a norm that isn't known")
        .With("found", formats::Quoted(norm))
        .With("wanted", "MAX, L1 or L2");
  CONFORMANCE_TRY(ml::Features x, ml::FeaturesOf(call));
  for (int64_t row = 0; row < x.rows && x.columns > 0; ++row) {
    double* from = x.values.data() + row * x.columns;
    double divisor = norm == "MAX" ? *std::max_element(from, from + x.columns) : 0;
    for (int64_t i = 0; i < x.columns && norm != "MAX"; ++i)
      divisor += norm == "L1" ? std::fabs(from[i]) : from[i] * from[i];
    if (norm == "L2") divisor = std::sqrt(divisor);
    if (divisor != 0) std::for_each(from, from + x.columns, [&](double& v) { v /= divisor; });
  }
  return ml::AsArray(call, x.values, call[0].dims());
}

/// A new last axis with 1 at the element's category. Numbers are cut to integers. Errors: kInvalid for a category
/// that isn't listed, with zeros 0.
Outputs OneHotEncoder(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const ml::Labels labels, ml::LabelsOf(call, "cats_int64s", "cats_strings"));
  CONFORMANCE_TRY(const int64_t zeros, call.Int("zeros", 1));
  if (labels.texts != (x.elem() == Elem::kString))
    return TypeError("categories of another type than the input")
        .With("found", Describe(x))
        .With("wanted", labels.texts ? "string" : "numbers");
  Shape dims = x.dims();
  dims.push_back(labels.size());
  CONFORMANCE_TRY(Array out, call.Filled(Elem::kFloat, std::move(dims), 0));
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({x.count(), labels.size()}));
  const std::vector<double> numbers = labels.texts ? std::vector<double>() : ToNumbers(x);
  for (int64_t i = 0; i < x.count(); ++i) {
    int64_t place = 0;
    if (labels.texts) {
      place = std::find(labels.names.begin(), labels.names.end(), x.data<std::string>()[i]) -
              labels.names.begin();
    } else {
      const double whole = std::trunc(numbers[static_cast<size_t>(i)]);
      place = std::find_if(labels.numbers.begin(), labels.numbers.end(),
                           [&](int64_t each) { return static_cast<double>(each) == whole; }) -
              labels.numbers.begin();
    }
    if (place == labels.size()) {
      if (zeros == 0)
        return Invalid("a category that isn't listed")
            .With("found", "element " + std::to_string(i))
            .With("wanted", "one of " + std::to_string(labels.size()));
      continue;
    }
    const int64_t at = i * labels.size() + place;
    if (out.store() == Store::kF64) {
      out.mutable_data<double>()[at] = 1;
    } else {
      out.mutable_data<float>()[at] = 1;
    }
  }
  return out;
}

/// (x - offset) · scale, numbers for all or for each place of the last axis. Gives float.
Outputs Scaler(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const std::vector<double> scale, call.Floats("scale", std::vector<double>{1}));
  CONFORMANCE_TRY(const std::vector<double> offset, call.Floats("offset", std::vector<double>{0}));
  const auto features = static_cast<size_t>(x.rank() == 0 ? 1 : x.dim(-1));
  if (scale.size() != 1) CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("scale", scale.size(), features));
  if (offset.size() != 1) CONFORMANCE_RETURN_IF_ERROR(ml::NeedLength("offset", offset.size(), features));
  std::vector<double> values = ToNumbers(x);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = (values[i] - offset[i % offset.size()]) * scale[i % scale.size()];
  return ml::AsArray(call, values, x.dims());
}

}  // namespace conformance::onnx_reference::kernels
