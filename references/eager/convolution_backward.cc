// Gradients of convolutions over one to three axes, by the same patches as conv.cc. Of the two tensors beside the weight, one is what the window
// moves over and the other has an element for each of its places: input and gradient, or for transposed convolutions gradient and input.
#include <algorithm>
#include <vector>

#include "references/eager/kernels.h"
#include "references/eager/matrix.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"
#include "references/eager/window.h"

namespace conformance::eager {
namespace {

/// One call: `over` [images, over_channels, area] and `at` [images, at_channels, places]; weight [at_channels, over_channels / groups, window].
template <typename T>
struct Gradients {
  Tensor over, at, weight;
  bool transposed = false;
  int64_t images = 1, groups = 1, over_group = 0, at_group = 0;
  Window w{};

  int64_t patch() const { return over_group * w.volume(); }
  const T* Over(int64_t image, int64_t group) const { return over.data<T>() + (image * groups + group) * over_group * w.area(); }
  const T* At(int64_t image, int64_t group) const { return at.data<T>() + (image * groups + group) * at_group * w.places(); }
  const T* Filters(int64_t group) const { return weight.data<T>() + group * at_group * patch(); }
};

template <typename T>
Gradients<T> Prepare(const KernelCall& call) {
  Gradients<T> g;
  g.transposed = call.boolean(7);
  g.over = ContiguousAs<T>(call.isa(), call.tensor(g.transposed ? 0 : 1));
  g.at = ContiguousAs<T>(call.isa(), call.tensor(g.transposed ? 1 : 0));
  g.weight = ContiguousAs<T>(call.isa(), call.tensor(2));
  const int64_t axes = g.weight.rank() - 2;
  g.images = g.over.dim(0);
  g.groups = call.integer(9);
  g.over_group = g.over.dim(1) / g.groups;
  g.at_group = g.at.dim(1) / g.groups;
  const auto last = [axes](const Tensor& x) { return std::vector<int64_t>(x.shape().end() - axes, x.shape().end()); };
  FillAxes(last(g.weight), axes, 1, g.w.size);
  FillAxes(last(g.over), axes, 1, g.w.in);
  FillAxes(last(g.at), axes, 1, g.w.out);
  FillAxes(call.integers(4), axes, 1, g.w.stride);
  FillAxes(call.integers(5), axes, 0, g.w.padding);
  FillAxes(call.integers(6), axes, 1, g.w.dilation);
  return g;
}

/// Each place's gradient through the weights, added to the elements that the window covered.
template <typename T>
Tensor OfInput(const KernelCall& call, const Gradients<T>& g) {
  const Tensor out = Tensor::Zeros(kDTypeOf<T>, g.over.shape());
  std::vector<T> cols(static_cast<size_t>(g.patch() * g.w.places()));
  for (int64_t image = 0; image < g.images; ++image) {
    for (int64_t k = 0; k < g.groups; ++k) {
      std::ranges::fill(cols, T(0));
      Multiply<T>(call, Transposed(RowMajor<const T>(g.Filters(k), g.at_group, g.patch())),
                  RowMajor<const T>(g.At(image, k), g.at_group, g.w.places()), RowMajor(cols.data(), g.patch(), g.w.places()));
      Fold(cols.data(), g.over_group, g.w, out.mutable_data<T>() + (image * g.groups + k) * g.over_group * g.w.area());
    }
  }
  return out;
}

/// The same of a transposed convolution: the weights times what each window of the gradient covers.
template <typename T>
Tensor OfTransposedInput(const KernelCall& call, const Gradients<T>& g) {
  const Tensor out = Tensor::Zeros(kDTypeOf<T>, g.at.shape());
  std::vector<T> cols(static_cast<size_t>(g.patch() * g.w.places()));
  for (int64_t image = 0; image < g.images; ++image) {
    for (int64_t k = 0; k < g.groups; ++k) {
      Unroll(g.Over(image, k), g.over_group, g.w, cols.data());
      Multiply<T>(call, RowMajor<const T>(g.Filters(k), g.at_group, g.patch()), RowMajor<const T>(cols.data(), g.patch(), g.w.places()),
                  RowMajor(out.mutable_data<T>() + (image * g.groups + k) * g.at_group * g.w.places(), g.at_group, g.w.places()));
    }
  }
  return out;
}

/// What each place has times what its window covers.
template <typename T>
Tensor OfWeight(const KernelCall& call, const Gradients<T>& g) {
  const Tensor out = Tensor::Zeros(kDTypeOf<T>, g.weight.shape());
  std::vector<T> cols(static_cast<size_t>(g.patch() * g.w.places()));
  for (int64_t image = 0; image < g.images; ++image) {
    for (int64_t k = 0; k < g.groups; ++k) {
      Unroll(g.Over(image, k), g.over_group, g.w, cols.data());
      Multiply<T>(call, RowMajor<const T>(g.At(image, k), g.at_group, g.w.places()),
                  Transposed(RowMajor<const T>(cols.data(), g.patch(), g.w.places())),
                  RowMajor(out.mutable_data<T>() + k * g.at_group * g.patch(), g.at_group, g.patch()));
    }
  }
  return out;
}

template <typename T>
Tensor OfBias(const KernelCall& call, const Tensor& gradient) {
  std::vector<int64_t> axes = {0};
  for (int64_t axis = 2; axis < gradient.rank(); ++axis) axes.push_back(axis);
  const Rows<T> rows = ReadRows<T>(call, gradient, axes);
  const Tensor out = Tensor::Empty(kDTypeOf<T>, {rows.count});
  Summation<T> summation(call, rows.width);
  for (int64_t i = 0; i < rows.count; ++i) out.mutable_data<T>()[i] = summation.Sum(rows.row(i));
  return out;
}

}  // namespace

Outputs ConvolutionBackward(const KernelCall& call) {
  if (call.num_outputs() == 0) return std::vector<Tensor>();
  const auto& mask = std::get<std::vector<bool>>(call.args()[10]);
  return WithReal(call.out_compute(), [&](auto t) {
    using T = decltype(t);
    const Gradients<T> g = Prepare<T>(call);
    std::vector<Tensor> outputs;
    const auto keep = [&](const Tensor& made) { outputs.push_back(Stored(call, made, outputs.size())); };
    if (mask[0]) keep(g.transposed ? OfTransposedInput(call, g) : OfInput(call, g));
    if (mask[1]) keep(OfWeight(call, g));
    if (mask[2]) keep(OfBias<T>(call, call.tensor(0)));
    return Outputs(std::move(outputs));
  });
}

}  // namespace conformance::eager
