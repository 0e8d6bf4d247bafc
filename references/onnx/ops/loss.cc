#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/pick.h"

namespace conformance::onnx_reference::kernels {
namespace {

enum class Over : uint8_t { kNone, kSum, kMean };

struct LossInputs {
  Around around;                ///< [n, classes, places]
  std::vector<int64_t> target;  ///< n · places; -1 for those that don't count
  std::vector<double> weight;   ///< of each class
  Over over = Over::kMean;
};

/// Scores [n, c, d1…] with classes [n, d1…] and weights [c].
Result<LossInputs> LossInputsOf(const Call& call) {
  const Array &scores = call[0], &target = call[1];
  Shape places = scores.dims();
  if (places.size() > 1) places.erase(places.begin() + 1);
  if (scores.rank() < 2 || target.dims() != places) {
    return ShapeError("classes that don't fit the scores")
        .With("found", Describe(target) + " and " + Describe(scores))
        .With("wanted", "[n, d…] and [n, classes, d…]");
  }
  LossInputs inputs;
  inputs.around = AroundAxis(scores.dims(), 1);
  const int64_t classes = inputs.around.size;
  CONFORMANCE_TRY(const std::string reduction, call.String("reduction", "mean"));
  if (reduction == "none") {
    inputs.over = Over::kNone;
  } else if (reduction == "sum") {
    inputs.over = Over::kSum;
  } else if (reduction != "mean") {
    return Invalid("a reduction that isn't known")
        .With("found", formats::Quoted(reduction))
        .With("wanted", "none, sum or mean");
  }
  if (const Array* weight = call.Optional(2)) {
    if (weight->rank() != 1 || weight->count() != classes)
      return ShapeError("weights that don't fit the classes")
          .With("found", Describe(*weight))
          .With("wanted", "[" + std::to_string(classes) + "]");
    inputs.weight = ToNumbers(*weight);
  } else {
    inputs.weight.assign(static_cast<size_t>(classes), 1);
  }
  CONFORMANCE_TRY(inputs.target, ToInts(target, "the classes"));
  const bool ignores = call.Attribute("ignore_index") != nullptr;
  CONFORMANCE_TRY(const int64_t ignored, call.Int("ignore_index", 0));
  for (int64_t& each : inputs.target) {
    if (ignores && each == ignored) {
      each = -1;
    } else if (each < 0 || each >= classes) {
      return Invalid("a class out of range")
          .With("found", std::to_string(each))
          .With("wanted", "below " + std::to_string(classes));
    }
  }
  return inputs;
}

/// -log p · weight for each place, from logarithms of probabilities; their sum; or that over the sum of the weights.
template <typename T>
Result<Array> LossOf(const Call& call, const LossInputs& inputs, const Array& logs) {
  const Around& around = inputs.around;
  CONFORMANCE_TRY(Array each, call.New(logs.elem(), logs.store(), call[1].dims()));
  T sum = 0, weights = 0;
  for (int64_t n = 0; n < around.outer; ++n) {
    for (int64_t i = 0; i < around.inner; ++i) {
      const int64_t at = n * around.inner + i, c = inputs.target[static_cast<size_t>(at)];
      const T weight = c < 0 ? T(0) : static_cast<T>(inputs.weight[static_cast<size_t>(c)]);
      const T loss = c < 0 ? T(0) : -logs.data<T>()[(n * around.size + c) * around.inner + i] * weight;
      each.mutable_data<T>()[at] = loss;
      sum += loss;
      weights += weight;
    }
  }
  if (inputs.over == Over::kNone) return each;
  CONFORMANCE_TRY(Array whole, call.New(logs.elem(), logs.store(), {}));
  *whole.mutable_data<T>() = inputs.over == Over::kMean ? sum / weights : sum;
  return whole;
}

}  // namespace

/// input [n, c, d…] of logarithms of probabilities, target [n, d…] of classes, weight [c] -> loss [n, d…], or a
/// scalar where it is reduced. Classes
/// equal to ignore_index don't count. Errors: kShape; kInvalid for a class out of range.
Outputs NegativeLogLikelihoodLoss(const Call& call) {
  CONFORMANCE_TRY(const LossInputs inputs, LossInputsOf(call));
  Array loss;
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(call[0].store(), "the input", [&]<typename T>(Tag<T>) -> Status {
    CONFORMANCE_TRY(loss, LossOf<T>(call, inputs, call[0]));
    return Ok();
  }));
  return loss;
}

/// The same of scores, whose log-softmax over the classes is the second output.
Outputs SoftmaxCrossEntropyLoss(const Call& call) {
  CONFORMANCE_TRY(const LossInputs inputs, LossInputsOf(call));
  const Array& scores = call[0];
  const Around& around = inputs.around;
  CONFORMANCE_TRY(Array logs, call.New(scores.elem(), scores.store(), scores.dims()));
  Array loss;
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(scores.store(), "the scores", [&]<typename T>(Tag<T>) -> Status {
    for (int64_t line = 0; line < around.outer * around.inner; ++line) {
      const int64_t start = line / around.inner * around.size * around.inner + line % around.inner;
      const T* from = scores.data<T>() + start;
      T* to = logs.mutable_data<T>() + start;
      T largest = -std::numeric_limits<T>::infinity(), sum = 0;
      for (int64_t c = 0; c < around.size; ++c) largest = std::max(largest, from[c * around.inner]);
      for (int64_t c = 0; c < around.size; ++c) sum += std::exp(from[c * around.inner] - largest);
      for (int64_t c = 0; c < around.size; ++c)
        to[c * around.inner] = from[c * around.inner] - largest - std::log(sum);
    }
    CONFORMANCE_TRY(loss, LossOf<T>(call, inputs, logs));
    return Ok();
  }));
  return Values{std::move(loss), std::move(logs)};
}

}  // namespace conformance::onnx_reference::kernels
