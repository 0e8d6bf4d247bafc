#include "framework/base/random.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/cast.h"

/// The texts say a distribution and no generator: one seed gives one answer here, and another elsewhere.
namespace conformance::onnx_reference::kernels {
namespace {

Result<Random> SourceOf(const Call& call) {
  if (call.Attribute("seed") == nullptr) return Random(call.seed());
  CONFORMANCE_TRY(const double seed, call.Float("seed"));
  return Random(std::bit_cast<uint64_t>(seed));
}

/// The type that `dtype` says, `otherwise` without it.
Result<Elem> TypeOf(const Call& call, Elem otherwise, Types types) {
  CONFORMANCE_TRY(const int64_t dtype, call.Int("dtype", int64_t{static_cast<int32_t>(otherwise)}));
  if (dtype >= 1 && dtype < 32 && types.Has(static_cast<Elem>(dtype))) return static_cast<Elem>(dtype);
  return TypeError("a dtype that the operator does not give")
      .With("found", std::to_string(dtype))
      .With("wanted", types.ToString());
}

/// Numbers drawn one after the other, rounded to `elem`.
template <typename F>
Outputs Drawn(const Call& call, Elem elem, const Shape& dims, F draw) {
  CONFORMANCE_TRY(Array wide, call.New(Elem::kDouble, Store::kF64, dims));
  std::generate_n(wide.mutable_data<double>(), wide.count(), draw);
  return CastArray(call, wide, elem, {});
}

Outputs Normal(const Call& call, Elem elem, const Shape& dims) {
  CONFORMANCE_TRY(const double mean, call.Float("mean", 0));
  CONFORMANCE_TRY(const double scale, call.Float("scale", 1));
  CONFORMANCE_TRY(Random random, SourceOf(call));
  return Drawn(call, elem, dims, [&] { return mean + scale * random.Normal(); });
}

Outputs Uniform(const Call& call, Elem elem, const Shape& dims) {
  CONFORMANCE_TRY(const double low, call.Float("low", 0));
  CONFORMANCE_TRY(const double high, call.Float("high", 1));
  CONFORMANCE_TRY(Random random, SourceOf(call));
  return Drawn(call, elem, dims, [&] { return low + (high - low) * random.Uniform(); });
}

}  // namespace

/// Normal numbers of `mean` and standard deviation `scale`, of the sizes `shape`.
Outputs RandomNormal(const Call& call) {
  CONFORMANCE_TRY(const Elem elem, TypeOf(call, Elem::kFloat, kFloats));
  CONFORMANCE_TRY(const std::vector<int64_t> shape, call.Ints("shape"));
  return Normal(call, elem, shape);
}

/// The same of the input's sizes, and its type where `dtype` says none.
Outputs RandomNormalLike(const Call& call) {
  CONFORMANCE_TRY(const Elem elem, TypeOf(call, call[0].elem(), kFloats));
  return Normal(call, elem, call[0].dims());
}

/// Numbers in [low, high), all as likely, of the sizes `shape`.
Outputs RandomUniform(const Call& call) {
  CONFORMANCE_TRY(const Elem elem, TypeOf(call, Elem::kFloat, kFloats));
  CONFORMANCE_TRY(const std::vector<int64_t> shape, call.Ints("shape"));
  return Uniform(call, elem, shape);
}

/// The same of the input's sizes, and its type where `dtype` says none.
Outputs RandomUniformLike(const Call& call) {
  CONFORMANCE_TRY(const Elem elem, TypeOf(call, call[0].elem(), kFloats));
  return Uniform(call, elem, call[0].dims());
}

/// 1 with the probability that the input says, else 0.
Outputs Bernoulli(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const Elem elem, TypeOf(call, x.elem(), kNumbers | kBool));
  CONFORMANCE_TRY(Random random, SourceOf(call));
  const std::vector<double> chances = ToNumbers(x);
  size_t at = 0;
  return Drawn(call, elem, x.dims(), [&] { return random.Uniform() < chances[at++] ? 1.0 : 0.0; });
}

/// Logarithms of weights, [n, classes] -> classes drawn by them, [n, sample_size]. Errors: kShape; kInvalid for no
/// class to draw.
Outputs Multinomial(const Call& call) {
  const Array& x = call[0];
  CONFORMANCE_TRY(const Elem elem, TypeOf(call, Elem::kInt32, Types::Of(Elem::kInt32, Elem::kInt64)));
  CONFORMANCE_TRY(const int64_t samples, call.Int("sample_size", 1));
  CONFORMANCE_TRY(Random random, SourceOf(call));
  if (x.rank() != 2)
    return ShapeError("an input of another rank")
        .With("found", Describe(x))
        .With("wanted", "[batch, classes]");
  const int64_t rows = x.dim(0), classes = x.dim(1);
  if (classes == 0 && rows != 0)
    return Invalid("no class to draw").With("found", Describe(x)).With("wanted", "one class or more");
  const std::vector<double> logits = ToNumbers(x);
  std::vector<double> heaps(static_cast<size_t>(classes));
  int64_t drawn = 0;
  return Drawn(call, elem, {rows, samples}, [&]() -> double {
    if (drawn++ % samples == 0) {
      const double* row = logits.data() + (drawn - 1) / samples * classes;
      const double largest = *std::max_element(row, row + classes);
      double total = 0;
      for (int64_t i = 0; i < classes; ++i)
        heaps[static_cast<size_t>(i)] = total += std::exp(row[i] - largest);
    }
    const auto place = std::upper_bound(heaps.begin(), heaps.end(), random.Uniform() * heaps.back());
    return static_cast<double>(std::min<int64_t>(place - heaps.begin(), classes - 1));
  });
}

}  // namespace conformance::onnx_reference::kernels
