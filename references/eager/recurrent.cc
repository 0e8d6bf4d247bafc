// LSTM, GRU and the plain recurrences, step after step.
#include <algorithm>
#include <optional>
#include <vector>

#include "references/eager/kernels.h"
#include "references/eager/matrix.h"
#include "references/eager/operand.h"
#include "references/eager/pointwise.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

enum class Cell { kLstm, kGru, kTanh, kRelu };

/// The layers of one call. Halves are rounded wherever PyTorch's kernel for processors stores them (aten/src/ATen/native/RNN.cpp): after each
/// product, sum and activation; the sums of a product and what an activation computes stay in f32.
template <typename T>
class Recurrence {
 public:
  Recurrence(const KernelCall& call, Cell cell)
      : call_(call), cell_(cell), kernels_(call.isa().real<T>()), round_(call), params_(call.tensors(2)), biases_(call.boolean(3)) {}

  Outputs Run() {
    const bool batch_first = call_.boolean(8);
    const int64_t layers = call_.integer(4), directions = call_.boolean(7) ? 2 : 1;
    Tensor x = ContiguousAs<T>(call_.isa(), batch_first ? SwapAxes(call_.tensor(0), 0, 1) : call_.tensor(0));
    std::vector<Tensor> states;  // hidden, and cell; written on as the steps go
    for (const Tensor& state : cell_ == Cell::kLstm ? call_.tensors(1) : std::vector<Tensor>{call_.tensor(1)}) {
      states.push_back(Tensor::Empty(kDTypeOf<T>, state.shape()));
      CopyInto(call_.isa(), state, states.back());
    }
    length_ = x.dim(0), batch_ = x.dim(1);
    kept_ = states[0].dim(2), width_ = states.back().dim(2);
    projects_ = kept_ != width_;
    for (int64_t layer = 0; layer < layers; ++layer) {
      const Tensor y = Tensor::Empty(kDTypeOf<T>, {length_, batch_, kept_ * directions});
      for (int64_t direction = 0; direction < directions; ++direction) {
        const int64_t at = layer * directions + direction;
        T* cell = cell_ == Cell::kLstm ? states[1].mutable_data<T>() + at * batch_ * width_ : nullptr;
        Layer(x, at, direction == 1, states[0].mutable_data<T>() + at * batch_ * kept_, cell, y.mutable_data<T>() + direction * kept_, directions * kept_);
      }
      x = y;
    }
    std::vector<Tensor> outs = {Stored(call_, x, 0)};
    if (batch_first) outs[0] = SwapAxes(outs[0], 0, 1);
    for (size_t i = 0; i < states.size(); ++i) outs.push_back(Stored(call_, states[i], i + 1));
    return outs;
  }

 private:
  /// One layer in one direction: `hidden` [b, r] and `cell` [b, h] go from step to step; each answer is a row of r at y, rows `stride` apart.
  void Layer(const Tensor& x, int64_t at, bool reverse, T* hidden, T* cell, T* y, int64_t stride) {
    const int64_t each = 2 + (biases_ ? 2 : 0) + (projects_ ? 1 : 0), gates = params_[static_cast<size_t>(at * each)].dim(0), in = x.dim(2);
    const auto param = [&](int64_t place) -> const Tensor& { return params_[static_cast<size_t>(at * each + place)]; };
    Tensor kept_in, kept_hidden, kept_projection;
    const Matrix<const T> weight_in = Transposed(AsMatrix<T>(call_, param(0), kept_in));
    const Matrix<const T> weight_hidden = Transposed(AsMatrix<T>(call_, param(1), kept_hidden));
    const Matrix<const T> projection = projects_ ? Transposed(AsMatrix<T>(call_, param(each - 1), kept_projection)) : Matrix<const T>{};
    const auto bias = [&](int64_t place) { return biases_ ? std::optional(ContiguousAs<T>(call_.isa(), param(place))) : std::nullopt; };
    const std::optional<Tensor> bias_in = bias(2), bias_hidden = bias(3);
    // What the inputs add to the gates does not wait for the steps.
    from_in_.resize(static_cast<size_t>(length_ * batch_ * gates));
    Product({x.data<T>(), length_ * batch_, in, in, 1}, weight_in, bias_in, from_in_.data());
    from_hidden_.resize(static_cast<size_t>(batch_ * gates));
    whole_.resize(static_cast<size_t>(batch_ * width_));
    for (int64_t step = 0; step < length_; ++step) {
      const int64_t time = reverse ? length_ - 1 - step : step;
      noise_at_ = ((at * length_ + time) * batch_) * (gates + width_);
      Product({hidden, batch_, kept_, kept_, 1}, weight_hidden, bias_hidden, from_hidden_.data());
      T* answer = projects_ ? whole_.data() : hidden;
      for (int64_t row = 0; row < batch_; ++row) {
        const T* in_row = from_in_.data() + (time * batch_ + row) * gates;
        T* gate_row = from_hidden_.data() + row * gates;
        Step(in_row, gate_row, answer + row * width_, cell == nullptr ? nullptr : cell + row * width_);
      }
      if (projects_) Product(RowMajor<const T>(whole_.data(), batch_, width_), projection, std::nullopt, hidden);
      for (int64_t row = 0; row < batch_; ++row) std::copy_n(hidden + row * kept_, kept_, y + (time * batch_ + row) * stride);
    }
  }

  /// out = x·weights + bias, rounded.
  void Product(const Matrix<const T>& x, const Matrix<const T>& weights, const std::optional<Tensor>& bias, T* out) {
    const int64_t n = weights.cols;
    if (bias) {
      for (int64_t i = 0; i < x.rows; ++i) std::copy_n(bias->data<T>(), n, out + i * n);
    } else {
      std::fill_n(out, x.rows * n, T(0));
    }
    Multiply<T>(call_, x, weights, RowMajor(out, x.rows, n));
    round_(out, x.rows * n);
  }

  void Step(const T* in, T* gates, T* hidden, T* cell) {
    switch (cell_) {
      case Cell::kLstm: return LstmStep(in, gates, hidden, cell);
      case Cell::kGru: return GruStep(in, gates, hidden);
      default: break;
    }
    Join(Fn::kAdd, gates, in, hidden, width_);
    Activate(cell_ == Cell::kTanh ? Fn::kTanh : Fn::kRelu, hidden, width_);
  }

  /// Gates i, f, g, o.
  void LstmStep(const T* in, T* gates, T* hidden, T* cell) {
    const int64_t h = width_;
    Join(Fn::kAdd, gates, in, gates, 4 * h);
    Activate(Fn::kSigmoid, gates, 2 * h);
    Activate(Fn::kTanh, gates + 2 * h, h);
    Activate(Fn::kSigmoid, gates + 3 * h, h);
    Join(Fn::kMul, gates + h, cell, cell, h);
    Join(Fn::kMul, gates, gates + 2 * h, gates, h);
    Join(Fn::kAdd, cell, gates, cell, h);
    std::copy_n(cell, h, hidden);
    Activate(Fn::kTanh, hidden, h);
    Join(Fn::kMul, gates + 3 * h, hidden, hidden, h);
  }

  /// Gates r, z, n: n = tanh(in + r·hidden), h' = (h − n)·z + n.
  void GruStep(const T* in, T* gates, T* hidden) {
    const int64_t h = width_;
    Join(Fn::kAdd, gates, in, gates, 2 * h);
    Activate(Fn::kSigmoid, gates, 2 * h);
    T* fresh = gates + 2 * h;
    Join(Fn::kMul, fresh, gates, fresh, h);
    Join(Fn::kAdd, fresh, in + 2 * h, fresh, h);
    Activate(Fn::kTanh, fresh, h);
    Join(Fn::kSub, hidden, fresh, hidden, h);
    Join(Fn::kMul, hidden, gates + h, hidden, h);
    Join(Fn::kAdd, hidden, fresh, hidden, h);
  }

  /// out = fn(a, b), rounded; out may be one of them.
  void Join(Fn fn, const T* a, const T* b, T* out, int64_t n) {
    kernels_.fn[static_cast<int>(fn)](a, b, nullptr, out, n, nullptr);
    round_(out, n);
  }
  /// Each activation of the call has noise of its own.
  void Activate(Fn fn, T* values, int64_t n) {
    kernels_.fn[static_cast<int>(fn)](values, nullptr, nullptr, values, n, nullptr);
    if (fn != Fn::kRelu) AddNoise(call_, values, n, noise_at_);
    noise_at_ += n;
    round_(values, n);
  }

  const KernelCall& call_;
  const Cell cell_;
  const RealKernels<T>& kernels_;
  HalfRounding<T> round_;
  const std::vector<Tensor> params_;
  const bool biases_;
  bool projects_ = false;
  int64_t length_ = 0, batch_ = 0, kept_ = 0, width_ = 0;
  int64_t noise_at_ = 0;
  std::vector<T> from_in_, from_hidden_, whole_;
};

Outputs RunCell(const KernelCall& call, Cell cell) {
  return WithReal(call.out_compute(), [&](auto t) { return Recurrence<decltype(t)>(call, cell).Run(); });
}

}  // namespace

Outputs Lstm(const KernelCall& call) { return RunCell(call, Cell::kLstm); }
Outputs Gru(const KernelCall& call) { return RunCell(call, Cell::kGru); }
Outputs RnnTanh(const KernelCall& call) { return RunCell(call, Cell::kTanh); }
Outputs RnnRelu(const KernelCall& call) { return RunCell(call, Cell::kRelu); }

}  // namespace conformance::eager
