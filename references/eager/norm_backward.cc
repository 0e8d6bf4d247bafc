// Gradients of layer and group normalisation, by the statistics that the forward pass gave.
#include <vector>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

/// Where the arguments stand, and how rows (what was normalised together) and parameters lie over the elements: parameter p belongs to runs of
/// `run` elements, p·run after the start of each block of parameters·run elements.
struct Plan {
  size_t mean, rstd, weight, mask;
  int64_t width, parameters, run;
};

template <typename T>
Outputs Normalized(const KernelCall& call, const Plan& p) {
  const auto& mask = std::get<std::vector<bool>>(call.args()[p.mask]);
  const Tensor gradient = ContiguousAs<T>(call.isa(), call.tensor(0)), x = ContiguousAs<T>(call.isa(), call.tensor(1));
  const Tensor mean = ContiguousAs<T>(call.isa(), call.tensor(p.mean)), rstd = ContiguousAs<T>(call.isa(), call.tensor(p.rstd));
  const bool weighted = !call.IsNone(p.weight);
  const Tensor weight = weighted ? ContiguousAs<T>(call.isa(), call.tensor(p.weight)) : Tensor();
  const T *dy = gradient.data<T>(), *values = x.data<T>();
  const auto standard = [&](int64_t i) { return (values[i] - mean.data<T>()[i / p.width]) * rstd.data<T>()[i / p.width]; };
  std::vector<Tensor> outputs;
  const auto keep = [&](const Tensor& made) { outputs.push_back(Stored(call, made, outputs.size())); };

  if (mask[0]) {
    const Tensor out = Tensor::Empty(kDTypeOf<T>, x.shape());
    std::vector<T> g(static_cast<size_t>(p.width)), normed(static_cast<size_t>(p.width));
    Summation<T> summation(call, p.width);
    for (int64_t start = 0; start < x.num_elements(); start += p.width) {
      for (int64_t i = 0; i < p.width; ++i) {
        const auto at = static_cast<size_t>(i);
        g[at] = dy[start + i] * (weighted ? weight.data<T>()[(start + i) / p.run % p.parameters] : T(1));
        normed[at] = standard(start + i);
      }
      const T whole = summation.Sum(g.data()) / static_cast<T>(p.width), along = summation.Dot(g.data(), normed.data()) / static_cast<T>(p.width);
      const T scale = rstd.data<T>()[start / p.width];
      for (int64_t i = 0; i < p.width; ++i) {
        const auto at = static_cast<size_t>(i);
        out.mutable_data<T>()[start + i] = scale * (g[at] - whole - normed[at] * along);
      }
    }
    keep(out);
  }

  // Of weight and bias: all elements of a parameter, times the standardised input or as they are.
  const int64_t block = p.parameters * p.run, blocks = block == 0 ? 0 : x.num_elements() / block;
  std::vector<T> terms(static_cast<size_t>(blocks * p.run));
  Summation<T> summation(call, blocks * p.run);
  for (const bool of_weight : {true, false}) {
    if (!mask[of_weight ? 1 : 2]) continue;
    const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape(outputs.size()));
    for (int64_t parameter = 0; parameter < p.parameters; ++parameter) {
      size_t k = 0;
      for (int64_t n = 0; n < blocks; ++n) {
        for (int64_t i = n * block + parameter * p.run; i < n * block + (parameter + 1) * p.run; ++i) {
          terms[k++] = of_weight ? dy[i] * standard(i) : dy[i];
        }
      }
      out.mutable_data<T>()[parameter] = summation.Sum(terms.data());
    }
    keep(out);
  }
  return outputs;
}

Outputs Run(const KernelCall& call, const Plan& plan) {
  if (call.num_outputs() == 0) return std::vector<Tensor>();
  return WithReal(call.ComputeType(call.declared(1)), [&](auto t) { return Normalized<decltype(t)>(call, plan); });
}

}  // namespace

Outputs NativeGroupNormBackward(const KernelCall& call) {
  const int64_t channels = call.integer(6), places = call.integer(7);
  return Run(call, {2, 3, 4, 9, channels / call.integer(8) * places, channels, places});
}

Outputs NativeLayerNormBackward(const KernelCall& call) {
  const int64_t width = NumElements(call.integers(2));
  return Run(call, {3, 4, 5, 7, width, width, 1});
}

}  // namespace conformance::eager
