#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/product.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// An activation function by its name, with its parameters.
struct Activation {
  enum class Kind : uint8_t {
    kRelu,
    kTanh,
    kSigmoid,
    kAffine,
    kLeakyRelu,
    kThresholdedRelu,
    kScaledTanh,
    kHardSigmoid,
    kElu,
    kSoftsign,
    kSoftplus
  };
  Kind kind = Kind::kTanh;
  double alpha = 0, beta = 0;

  template <typename T>
  T operator()(T x) const {
    const T a = static_cast<T>(alpha), b = static_cast<T>(beta);
    switch (kind) {
      case Kind::kRelu: return x > 0 ? x : T(0);
      case Kind::kTanh: return std::tanh(x);
      case Kind::kSigmoid: return 1 / (1 + std::exp(-x));
      case Kind::kAffine: return a * x + b;
      case Kind::kLeakyRelu: return x >= 0 ? x : a * x;
      case Kind::kThresholdedRelu: return x >= a ? x : T(0);
      case Kind::kScaledTanh: return a * std::tanh(b * x);
      case Kind::kHardSigmoid: return std::min(std::max(a * x + b, T(0)), T(1));
      case Kind::kElu: return x >= 0 ? x : a * std::expm1(x);
      case Kind::kSoftsign: return x / (1 + std::fabs(x));
      default: return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
    }
  }
};

struct Known {
  std::string_view name;
  Activation::Kind kind;
  bool takes_alpha, takes_beta;
  double alpha, beta;  ///< as the ONNX operator of that name has them
};
constexpr Known kKnown[] = {
    {"relu", Activation::Kind::kRelu, false, false, 0, 0},
    {"tanh", Activation::Kind::kTanh, false, false, 0, 0},
    {"sigmoid", Activation::Kind::kSigmoid, false, false, 0, 0},
    {"affine", Activation::Kind::kAffine, true, true, 1, 0},
    {"leakyrelu", Activation::Kind::kLeakyRelu, true, false, 0.01, 0},
    {"thresholdedrelu", Activation::Kind::kThresholdedRelu, true, false, 1, 0},
    {"scaledtanh", Activation::Kind::kScaledTanh, true, true, 1, 1},
    {"hardsigmoid", Activation::Kind::kHardSigmoid, true, true, 0.2, 0.5},
    {"elu", Activation::Kind::kElu, true, false, 1, 0},
    {"softsign", Activation::Kind::kSoftsign, false, false, 0, 0},
    {"softplus", Activation::Kind::kSoftplus, false, false, 0, 0},
};

/// What the three operators have in common.
struct Layer {
  int64_t directions = 1, gates = 1, length = 0, batch = 0, input = 0, hidden = 0;
  bool reverse = false;      ///< the first direction
  bool batch_first = false;  ///< layout 1
  double clip = 0;           ///< 0: none
  std::vector<int64_t> lengths;
  std::vector<Activation> activations;  ///< those of the first direction, then of the second
};

/// Activation functions in order; the ones that take parameters take the next of each list.
Result<std::vector<Activation>> ActivationsOf(const Call& call, const std::vector<std::string>& usual,
                                              size_t directions) {
  std::vector<std::string> names;
  for (size_t i = 0; i < directions; ++i) names.insert(names.end(), usual.begin(), usual.end());
  const size_t wanted = names.size();
  CONFORMANCE_TRY(names, call.Strings("activations", names));
  CONFORMANCE_TRY(const std::vector<double> alphas, call.Floats("activation_alpha", std::vector<double>()));
  CONFORMANCE_TRY(const std::vector<double> betas, call.Floats("activation_beta", std::vector<double>()));
  // RNN's default lists one for each of two directions.
  if (names.size() < wanted)
    return Invalid("too few activations")
        .With("found", std::to_string(names.size()))
        .With("wanted", std::to_string(wanted));
  std::vector<Activation> activations;
  size_t alpha = 0, beta = 0;
  for (size_t i = 0; i < wanted; ++i) {
    std::string lower;
    for (const char c : names[i]) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    const auto known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                    [&](const Known& each) { return each.name == lower; });
    if (known == std::end(kKnown))
      return Invalid("an activation that isn't known")
          .With("found", formats::Quoted(names[i]))
          .With("wanted", "one that the operator's text lists");
    Activation activation{known->kind, known->alpha, known->beta};
    if (known->takes_alpha && alpha < alphas.size()) activation.alpha = alphas[alpha++];
    if (known->takes_beta && beta < betas.size()) activation.beta = betas[beta++];
    activations.push_back(activation);
  }
  return activations;
}

Error Misfit(const Call& call, size_t index, const Shape& wanted) {
  return ShapeError("an input that doesn't fit the others")
      .With("input", "input " + std::to_string(index))
      .With("found", Describe(call[index]))
      .With("wanted", ShapeText(wanted));
}

/// Inputs 0 to 5 are X, W, R, B, sequence_lens and initial_h in all three.
Result<Layer> LayerOf(const Call& call, int64_t gates, const std::vector<std::string>& usual) {
  Layer layer;
  layer.gates = gates;
  CONFORMANCE_TRY(const std::string direction, call.String("direction", "forward"));
  CONFORMANCE_TRY(const int64_t layout, call.Int("layout", 0));
  CONFORMANCE_TRY(layer.clip, call.Float("clip", 0));
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    return Invalid("a direction that isn't known")
        .With("found", formats::Quoted(direction))
        .With("wanted", "forward, reverse or bidirectional");
  layer.directions = direction == "bidirectional" ? 2 : 1;
  layer.reverse = direction == "reverse";
  layer.batch_first = layout != 0;
  CONFORMANCE_TRY(layer.activations, ActivationsOf(call, usual, static_cast<size_t>(layer.directions)));
  const Array &x = call[0], &r = call[2];
  if (x.rank() != 3 || r.rank() != 3)
    return ShapeError("an input of another rank")
        .With("found", Describe(x) + " and " + Describe(r))
        .With("wanted", "three axes");
  layer.length = x.dim(layer.batch_first ? 1 : 0), layer.batch = x.dim(layer.batch_first ? 0 : 1),
  layer.input = x.dim(2), layer.hidden = r.dim(2);
  CONFORMANCE_TRY(const int64_t declared, call.Int("hidden_size", layer.hidden));
  if (declared != layer.hidden)
    return ShapeError("a hidden_size that isn't the weights'")
        .With("found", std::to_string(declared))
        .With("wanted", std::to_string(layer.hidden));
  const int64_t d = layer.directions, h = layer.hidden;
  int64_t rows = 0;
  if (__builtin_mul_overflow(gates, h, &rows)) return Misfit(call, 2, {d, gates, h});
  if (r.dims() != Shape{d, rows, h}) return Misfit(call, 2, {d, rows, h});
  if (call[1].dims() != Shape{d, rows, layer.input}) return Misfit(call, 1, {d, rows, layer.input});
  if (call.Has(3) && call[3].dims() != Shape{d, 2 * rows}) return Misfit(call, 3, {d, 2 * rows});
  const Shape state = layer.batch_first ? Shape{layer.batch, d, h} : Shape{d, layer.batch, h};
  for (const size_t index : {size_t{5}, size_t{6}}) {
    if (call.Has(index) && call[index].dims() != state) return Misfit(call, index, state);
  }
  layer.lengths.assign(static_cast<size_t>(layer.batch), layer.length);
  if (const Array* given = call.Optional(4)) {
    if (given->dims() != Shape{layer.batch}) return Misfit(call, 4, {layer.batch});
    CONFORMANCE_TRY(layer.lengths, ToInts(*given, "sequence_lens"));
    for (const int64_t length : layer.lengths) {
      if (length < 0 || length > layer.length)
        return Invalid("a length out of range")
            .With("found", std::to_string(length))
            .With("wanted", "at most " + std::to_string(layer.length));
    }
  }
  return layer;
}

template <typename T>
std::vector<T> Turned(const T* matrix, int64_t rows, int64_t columns) {
  std::vector<T> turned(static_cast<size_t>(rows * columns));
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) turned[static_cast<size_t>(j * rows + i)] = matrix[i * columns + j];
  }
  return turned;
}

/// One direction's weights, and what a cell sees at a step.
template <typename T>
struct Cell {
  const Layer& layer;
  const Activation* activations;
  std::vector<T> recurrence;  ///< of each gate [hidden, hidden], turned for row vectors
  const T* bias = nullptr;    ///< [2 · gates · hidden]: of the input, of the recurrence; null: zeros
  std::vector<T> buffer = {};

  T Clipped(T v) const {
    const T most = static_cast<T>(layer.clip);
    return layer.clip > 0 ? std::min(std::max(v, -most), most) : v;
  }
  /// h · Rᵀ of a gate, without its bias.
  const T* Product(int64_t gate, const T* h) {
    buffer.resize(static_cast<size_t>(layer.hidden));
    MultiplyInto(h, recurrence.data() + gate * layer.hidden * layer.hidden, buffer.data(), int64_t{1},
                 layer.hidden, layer.hidden);
    return buffer.data();
  }
  T InputBias(int64_t gate, int64_t i) const {
    return bias == nullptr ? T(0) : bias[gate * layer.hidden + i];
  }
  T RecurrentBias(int64_t gate, int64_t i) const {
    return bias == nullptr ? T(0) : bias[(layer.gates + gate) * layer.hidden + i];
  }
};

/// Goes through all sequences; step(cell, direction, x · Wᵀ [gates, hidden], h, c) makes the next h (and c) in place.
/// Outputs Y, Y_h and, `with_c`, Y_c.
template <typename T, typename Step>
Status WalkAll(const Call& call, const Layer& layer, bool with_c, Values& outputs, Step step) {
  const int64_t d = layer.directions, h = layer.hidden, rows = layer.gates * h;
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({layer.batch, layer.length, d, rows, h + layer.input}));
  const Shape state_dims = layer.batch_first ? Shape{layer.batch, d, h} : Shape{d, layer.batch, h};
  const Array& x = call[0];
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.store(),
                                    layer.batch_first ? Shape{layer.batch, layer.length, d, h}
                                                      : Shape{layer.length, d, layer.batch, h}));
  CONFORMANCE_TRY(Array last_h, call.New(x.elem(), x.store(), state_dims));
  CONFORMANCE_TRY(Array last_c, call.New(x.elem(), x.store(), state_dims));
  std::fill_n(y.mutable_data<T>(), y.count(), T(0));
  for (int64_t direction = 0; direction < d; ++direction) {
    const bool backwards = direction == 1 || layer.reverse;
    const std::vector<T> weights =
        Turned(call[1].data<T>() + direction * rows * layer.input, rows, layer.input);
    Cell<T> cell{layer,
                 layer.activations.data() +
                     static_cast<size_t>(direction) * layer.activations.size() / static_cast<size_t>(d),
                 {}};
    for (int64_t gate = 0; gate < layer.gates; ++gate) {
      const std::vector<T> turned =
          Turned(call[2].data<T>() + (direction * layer.gates + gate) * h * h, h, h);
      cell.recurrence.insert(cell.recurrence.end(), turned.begin(), turned.end());
    }
    if (call.Has(3)) cell.bias = call[3].data<T>() + direction * 2 * rows;
    std::vector<T> gates(static_cast<size_t>(rows));
    for (int64_t b = 0; b < layer.batch; ++b) {
      const int64_t at = (layer.batch_first ? b * d + direction : direction * layer.batch + b) * h;
      T* hidden = last_h.mutable_data<T>() + at;
      T* carried = last_c.mutable_data<T>() + at;
      for (const auto& [index, to] : {std::pair<size_t, T*>{5, hidden}, {6, carried}}) {
        if (call.Has(index)) {
          std::copy_n(call[index].template data<T>() + at, h, to);
        } else {
          std::fill_n(to, h, T(0));
        }
      }
      const int64_t length = layer.lengths[static_cast<size_t>(b)];
      for (int64_t s = 0; s < length; ++s) {
        const int64_t t = backwards ? length - 1 - s : s;
        const T* from =
            x.data<T>() + (layer.batch_first ? b * layer.length + t : t * layer.batch + b) * layer.input;
        MultiplyInto(from, weights.data(), gates.data(), int64_t{1}, layer.input, rows);
        step(cell, direction, gates.data(), hidden, carried);
        std::copy_n(hidden, h,
                    y.mutable_data<T>() + (layer.batch_first ? (b * layer.length + t) * d + direction
                                                             : (t * d + direction) * layer.batch + b) *
                                              h);
      }
    }
  }
  outputs = {std::move(y), std::move(last_h)};
  if (with_c) outputs.emplace_back(std::move(last_c));
  return Ok();
}

}  // namespace

/// Hₜ = f(Xₜ·Wᵀ + Hₜ₋₁·Rᵀ + Wb + Rb). X [length, batch, input], W [directions, hidden, input], R [directions, hidden,
/// hidden], B [directions, 2 · hidden],
/// sequence_lens [batch], initial_h [directions, batch, hidden] -> Y [length, directions, batch, hidden], zero beyond
/// a sequence's end, and Y_h; with
/// layout 1 the batch comes first. Errors: kShape; kInvalid for directions, activations and lengths that are none.
Outputs Rnn(const Call& call) {
  CONFORMANCE_TRY(const Layer layer, LayerOf(call, 1, {"Tanh"}));
  Values outputs;
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(call[0].store(), "the input", [&]<typename T>(Tag<T>) {
    return WalkAll<T>(call, layer, false, outputs, [&](Cell<T>& cell, int64_t, const T* gates, T* h, T*) {
      const T* product = cell.Product(0, h);
      for (int64_t i = 0; i < layer.hidden; ++i)
        h[i] = cell.activations[0](
            cell.Clipped(gates[i] + product[i] + cell.InputBias(0, i) + cell.RecurrentBias(0, i)));
    });
  }));
  return outputs;
}

/// Gates z, r, h: Hₜ = (1 - z) ⊙ h + z ⊙ Hₜ₋₁, with the recurrence of h before or after its reset. Shapes and errors
/// as Rnn's, weights for three gates.
Outputs Gru(const Call& call) {
  CONFORMANCE_TRY(const Layer layer, LayerOf(call, 3, {"Sigmoid", "Tanh"}));
  CONFORMANCE_TRY(const int64_t linear_before_reset, call.Int("linear_before_reset", 0));
  const int64_t n = layer.hidden;
  Values outputs;
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(call[0].store(), "the input", [&]<typename T>(Tag<T>) {
    std::vector<T> update(static_cast<size_t>(n)), reset(static_cast<size_t>(n)),
        kept(static_cast<size_t>(n));
    return WalkAll<T>(call, layer, false, outputs, [&](Cell<T>& cell, int64_t, const T* gates, T* h, T*) {
      for (const auto& [gate, to] : {std::pair<int64_t, T*>{0, update.data()}, {1, reset.data()}}) {
        const T* product = cell.Product(gate, h);
        for (int64_t i = 0; i < n; ++i)
          to[i] = cell.activations[0](cell.Clipped(gates[gate * n + i] + product[i] +
                                                   cell.InputBias(gate, i) + cell.RecurrentBias(gate, i)));
      }
      if (linear_before_reset == 0)
        std::transform(reset.begin(), reset.end(), h, kept.begin(), [](T r, T v) { return r * v; });
      const T* product = cell.Product(2, linear_before_reset == 0 ? kept.data() : h);
      for (int64_t i = 0; i < n; ++i) {
        const auto at = static_cast<size_t>(i);
        const T recurrent =
            (product[i] + cell.RecurrentBias(2, i)) * (linear_before_reset == 0 ? T(1) : reset[at]);
        const T next = cell.activations[1](cell.Clipped(gates[2 * n + i] + recurrent + cell.InputBias(2, i)));
        h[i] = (1 - update[at]) * next + update[at] * h[i];
      }
    });
  }));
  return outputs;
}

/// Gates i, o, f, c: Cₜ = f ⊙ Cₜ₋₁ + i ⊙ c, Hₜ = o ⊙ h(Cₜ), with peepholes P [directions, 3 · hidden]. Shapes and
/// errors as Rnn's, weights for four gates,
/// initial_c before P; Y_c is the last cell state.
Outputs Lstm(const Call& call) {
  CONFORMANCE_TRY(const Layer layer, LayerOf(call, 4, {"Sigmoid", "Tanh", "Tanh"}));
  CONFORMANCE_TRY(const int64_t input_forget, call.Int("input_forget", 0));
  const int64_t n = layer.hidden;
  const Array* peepholes = call.Optional(7);
  if (peepholes != nullptr && peepholes->dims() != Shape{layer.directions, 3 * n})
    return Misfit(call, 7, {layer.directions, 3 * n});
  Values outputs;
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(call[0].store(), "the input", [&]<typename T>(Tag<T>) {
    std::vector<T> sums(static_cast<size_t>(4 * n));
    return WalkAll<T>(
        call, layer, true, outputs, [&](Cell<T>& cell, int64_t direction, const T* gates, T* h, T* c) {
          for (int64_t gate = 0; gate < 4; ++gate) {
            const T* product = cell.Product(gate, h);
            for (int64_t i = 0; i < n; ++i)
              sums[static_cast<size_t>(gate * n + i)] =
                  gates[gate * n + i] + product[i] + cell.InputBias(gate, i) + cell.RecurrentBias(gate, i);
          }
          const T* p = peepholes == nullptr ? nullptr : peepholes->data<T>() + direction * 3 * n;
          const Activation *f = cell.activations, *g = f + 1, *last = f + 2;
          for (int64_t i = 0; i < n; ++i) {
            const auto sum = [&](int64_t gate) { return sums[static_cast<size_t>(gate * n + i)]; };
            const auto peep = [&](int64_t gate, T cell_state) {
              return p == nullptr ? T(0) : p[gate * n + i] * cell_state;
            };
            const T in = (*f)(cell.Clipped(sum(0) + peep(0, c[i])));
            const T forget = input_forget != 0 ? 1 - in : (*f)(cell.Clipped(sum(2) + peep(2, c[i])));
            const T next = (*g)(cell.Clipped(sum(3)));
            c[i] = forget * c[i] + in * next;
            const T out = (*f)(cell.Clipped(sum(1) + peep(1, c[i])));
            h[i] = out * (*last)(cell.Clipped(c[i]));
          }
        });
  }));
  return outputs;
}

}  // namespace conformance::onnx_reference::kernels
