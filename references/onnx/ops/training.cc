#include <cmath>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/numbers.h"

/// One step of an optimiser. Inputs: the rate, the count of updates, then of each tensor its value, gradient and
/// state, value by value.
namespace conformance::onnx_reference::kernels {
namespace {

struct Step {
  double rate = 0, count = 0;
  size_t tensors = 0;
};

/// Errors: kShape where the tensors of one variable differ; kInvalid where they don't come in groups of `each`.
Result<Step> StepOf(const Call& call, size_t each) {
  Step step;
  CONFORMANCE_TRY(step.rate, ToNumber(call[0], "the rate"));
  CONFORMANCE_TRY(step.count, ToNumber(call[1], "the count"));
  const size_t given = call.inputs() - 2;
  if (given == 0 || given % each != 0)
    return Invalid("tensors that are no groups")
        .With("found", std::to_string(given))
        .With("wanted", "a multiple of " + std::to_string(each));
  step.tensors = given / each;
  for (size_t i = 0; i < given; ++i) {
    const Array &first = call[2 + i % step.tensors], &other = call[2 + i];
    if (other.dims() != first.dims() || other.elem() != first.elem() || !kFloats.Has(other.elem()))
      return ShapeError("tensors of one variable that differ")
          .With("found", Describe(other))
          .With("wanted", Describe(first));
  }
  return step;
}

/// Runs f(number of the variable, pointers to its inputs, pointers to its outputs, count), outputs in groups of
/// `out`.
template <typename F>
Outputs EachVariable(const Call& call, const Step& step, size_t each, size_t out, F f) {
  std::vector<Array> made;
  for (size_t i = 0; i < out * step.tensors; ++i) {
    const Array& like = call[2 + i % step.tensors];
    CONFORMANCE_TRY(Array array, call.New(like.elem(), like.store(), like.dims()));
    made.push_back(std::move(array));
  }
  for (size_t v = 0; v < step.tensors; ++v) {
    CONFORMANCE_RETURN_IF_ERROR(VisitFloats(call[2 + v].store(), "a variable", [&]<typename T>(Tag<T>) {
      std::vector<const T*> from;
      std::vector<T*> to;
      for (size_t i = 0; i < each; ++i) from.push_back(call[2 + i * step.tensors + v].template data<T>());
      for (size_t i = 0; i < out; ++i) to.push_back(made[i * step.tensors + v].template mutable_data<T>());
      for (int64_t i = 0; i < call[2 + v].count(); ++i) f(from, to, i);
      return Ok();
    }));
  }
  Values values;
  for (Array& array : made) values.emplace_back(std::move(array));
  return values;
}

}  // namespace

/// X, G, H -> X - r · g / (√H' + ε), H' = H + g²; g = G + norm_coefficient · X, r = R / (1 + T · decay_factor).
Outputs Adagrad(const Call& call) {
  CONFORMANCE_TRY(const Step step, StepOf(call, 3));
  CONFORMANCE_TRY(const double norm, call.Float("norm_coefficient", 0));
  CONFORMANCE_TRY(const double decay, call.Float("decay_factor", 0));
  CONFORMANCE_TRY(const double epsilon, call.Float("epsilon", double{1e-6F}));
  const double rate = step.rate / (1 + step.count * decay);
  return EachVariable(
      call, step, 3, 2,
      [&]<typename T>(const std::vector<const T*>& in, const std::vector<T*>& out, int64_t i) {
        const T gradient = static_cast<T>(norm) * in[0][i] + in[1][i];
        out[1][i] = in[2][i] + gradient * gradient;
        out[0][i] =
            in[0][i] - static_cast<T>(rate) * gradient / (std::sqrt(out[1][i]) + static_cast<T>(epsilon));
      });
}

/// X, G, V, H -> (1 - norm_coefficient_post) · (X - r · V' / (√H' + ε)), V' and H' the running averages of g and g²,
/// r their correction for step T.
Outputs Adam(const Call& call) {
  CONFORMANCE_TRY(const Step step, StepOf(call, 4));
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", double{0.9F}));
  CONFORMANCE_TRY(const double beta, call.Float("beta", double{0.999F}));
  CONFORMANCE_TRY(const double norm, call.Float("norm_coefficient", 0));
  CONFORMANCE_TRY(const double post, call.Float("norm_coefficient_post", 0));
  CONFORMANCE_TRY(const double epsilon, call.Float("epsilon", double{1e-6F}));
  const double rate = step.count > 0 ? step.rate * std::sqrt(1 - std::pow(beta, step.count)) /
                                           (1 - std::pow(alpha, step.count))
                                     : step.rate;
  return EachVariable(
      call, step, 4, 3,
      [&]<typename T>(const std::vector<const T*>& in, const std::vector<T*>& out, int64_t i) {
        const T gradient = static_cast<T>(norm) * in[0][i] + in[1][i], a = static_cast<T>(alpha),
                b = static_cast<T>(beta);
        out[1][i] = a * in[2][i] + (1 - a) * gradient;
        out[2][i] = b * in[3][i] + (1 - b) * gradient * gradient;
        out[0][i] =
            (1 - static_cast<T>(post)) *
            (in[0][i] - static_cast<T>(rate) * out[1][i] / (std::sqrt(out[2][i]) + static_cast<T>(epsilon)));
      });
}

/// X, G, V -> X - R · V' (standard) or X - R · (g + alpha · V') (nesterov), V' = alpha · V + beta · g; beta is 1 in
/// the first step.
Outputs Momentum(const Call& call) {
  CONFORMANCE_TRY(const Step step, StepOf(call, 3));
  CONFORMANCE_TRY(const double alpha, call.Float("alpha"));
  CONFORMANCE_TRY(const double beta, call.Float("beta"));
  CONFORMANCE_TRY(const double norm, call.Float("norm_coefficient"));
  CONFORMANCE_TRY(const std::string mode, call.String("mode"));
  if (mode != "standard" && mode != "nesterov")
    return Invalid("a mode that isn't known")
        .With("found", formats::Quoted(mode))
        .With("wanted", "standard or nesterov");
  const double adjusted = step.count > 0 ? beta : 1;
  return EachVariable(
      call, step, 3, 2,
      [&]<typename T>(const std::vector<const T*>& in, const std::vector<T*>& out, int64_t i) {
        const T gradient = static_cast<T>(norm) * in[0][i] + in[1][i], a = static_cast<T>(alpha);
        out[1][i] = a * in[2][i] + static_cast<T>(adjusted) * gradient;
        out[0][i] = in[0][i] -
                    static_cast<T>(step.rate) * (mode == "standard" ? out[1][i] : gradient + a * out[1][i]);
      });
}

}  // namespace conformance::onnx_reference::kernels
