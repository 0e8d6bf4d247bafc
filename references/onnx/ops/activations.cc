#include <cmath>
#include <limits>

#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/map.h"
#include "references/onnx/ops/arithmetic.h"

/// Activation functions: y has the type and sizes of x. Attributes are f32 numbers.
namespace conformance::onnx_reference::kernels {
namespace {

constexpr double kRootTwoOverPi = 0.797884560802865355879892119869;

template <typename T>
T Logistic(T x) {
  // Neither branch overflows.
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const T e = std::exp(x);
  return e / (1 + e);
}
template <typename T>
T LogOnePlusExp(T x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

}  // namespace

/// max(0, x) + min(0, alpha (exp(x / alpha) - 1)).
Outputs Celu(const Call& call) {
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", 1));
  return MapFloats(call, call[0], [alpha]<typename T>(T x) {
    return x > 0 ? x : std::isnan(x) ? x : static_cast<T>(alpha) * std::expm1(x / static_cast<T>(alpha));
  });
}
/// alpha (exp(x) - 1) below 0.
Outputs Elu(const Call& call) {
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", 1));
  return MapFloats(call, call[0], [alpha]<typename T>(T x) { return x < 0 ? static_cast<T>(alpha) * std::expm1(x) : x; });
}
/// x Φ(x), by erf or, with approximate = "tanh", 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))).
Outputs Gelu(const Call& call) {
  CONFORMANCE_TRY(const std::string approximate, call.String("approximate", "none"));
  if (approximate != "none" && approximate != "tanh")
    return Invalid("an unknown approximation").With("found", approximate).With("wanted", "none or tanh");
  if (approximate == "tanh") {
    return MapFloats(call, call[0], []<typename T>(T x) {
      return T(0.5) * x * (1 + std::tanh(static_cast<T>(kRootTwoOverPi) * (x + T(0.044715) * x * x * x)));
    });
  }
  return MapFloats(call, call[0], []<typename T>(T x) { return T(0.5) * x * (1 + std::erf(x * static_cast<T>(M_SQRT1_2))); });
}
/// max(0, min(1, alpha x + beta)).
Outputs HardSigmoid(const Call& call) {
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", double{0.2F}));
  CONFORMANCE_TRY(const double beta, call.Float("beta", 0.5));
  return MapFloats(call, call[0], [=]<typename T>(T x) {
    const T y = static_cast<T>(alpha) * x + static_cast<T>(beta);
    return y < 0 ? T(0) : y > 1 ? T(1) : y;
  });
}
/// x max(0, min(1, x / 6 + 0.5)).
Outputs HardSwish(const Call& call) {
  return MapFloats(call, call[0], []<typename T>(T x) {
    const T gate = x / 6 + T(0.5);
    return x * (gate < 0 ? T(0) : gate > 1 ? T(1) : gate);
  });
}
Outputs LeakyRelu(const Call& call) {
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", double{0.01F}));
  return MapFloats(call, call[0], [alpha]<typename T>(T x) { return x < 0 ? static_cast<T>(alpha) * x : x; });
}
/// x tanh(softplus(x)).
Outputs Mish(const Call& call) {
  return MapFloats(call, call[0], [](auto x) { return x * std::tanh(LogOnePlusExp(x)); });
}
/// slope x below 0; the slope broadcasts to x alone.
Outputs PRelu(const Call& call) {
  const auto leak = []<typename T>(T x, T slope) -> T { return x < 0 ? static_cast<T>(slope * x) : x; };
  CONFORMANCE_TRY(const Shape dims, BroadcastDims(call[0].dims(), call[1].dims()));
  if (dims == call[0].dims()) return MapNumbers(call, call[0], call[1], leak);
  return ShapeError("a slope that doesn't broadcast to the input").With("found", Describe(call[1])).With("wanted", Describe(call[0]));
}
/// Before version 7 a slope of one element, or one for each channel (axis 1).
Outputs LegacyPRelu(const Call& call) {
  const Array &x = call[0], &slope = call[1];
  Shape dims;
  if (slope.count() != 1) {
    if (x.rank() < 2 || slope.count() != x.dim(1))
      return ShapeError("a slope that doesn't fit the input's channels").With("found", Describe(slope)).With("wanted", Describe(x));
    dims.assign(static_cast<size_t>(x.rank() - 1), 1);
    dims[0] = slope.count();
  }
  return MapNumbers(call, x, slope.Reshaped(std::move(dims)), []<typename T>(T v, T s) -> T { return v < 0 ? static_cast<T>(s * v) : v; });
}
/// gamma (alpha exp(x) - alpha) up to 0, gamma x above.
Outputs Selu(const Call& call) {
  // Klambauer et al., arXiv:1706.02515, as version 6 has them; version 1 wrote fewer digits.
  const bool first = call.opset() < 6;
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", double{first ? 1.6732F : 1.67326319217681884765625F}));
  CONFORMANCE_TRY(const double gamma, call.Float("gamma", double{first ? 1.0507F : 1.05070102214813232421875F}));
  return MapFloats(call, call[0], [=]<typename T>(T x) { return static_cast<T>(gamma) * (x <= 0 ? static_cast<T>(alpha) * std::expm1(x) : x); });
}
/// x + bias below -lambd, x - bias above lambd, else 0.
Outputs Shrink(const Call& call) {
  CONFORMANCE_TRY(const double bias, call.Float("bias", 0));
  CONFORMANCE_TRY(const double lambd, call.Float("lambd", 0.5));
  return MapNumbers(call, call[0], [=]<typename T>(T x) -> T {
    const auto wide = static_cast<double>(x);
    if (wide < -lambd) return static_cast<T>(wide + bias);
    return wide > lambd ? static_cast<T>(wide - bias) : T(0);
  });
}
Outputs Sigmoid(const Call& call) {
  return MapFloats(call, call[0], [](auto x) { return Logistic(x); });
}
Outputs Softplus(const Call& call) {
  return MapFloats(call, call[0], [](auto x) { return LogOnePlusExp(x); });
}
Outputs Softsign(const Call& call) {
  return MapFloats(call, call[0], [](auto x) { return x / (1 + std::fabs(x)); });
}
/// x sigmoid(alpha x).
Outputs Swish(const Call& call) {
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", 1));
  return MapFloats(call, call[0], [alpha]<typename T>(T x) { return x * Logistic(static_cast<T>(alpha) * x); });
}
/// swish(a) b, of equal sizes.
Outputs SwiGLU(const Call& call) {
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", 1));
  if (call[0].dims() != call[1].dims()) return ShapeError("a gate and a value of two sizes").With("found", Describe(call[1])).With("wanted", Describe(call[0]));
  return MapNumbers(call, call[0], call[1], [alpha]<typename T>(T a, T b) -> T {
    if constexpr (std::is_floating_point_v<T>) return a * Logistic(static_cast<T>(alpha) * a) * b;
    return a;
  });
}
/// x above alpha, else 0.
Outputs ThresholdedRelu(const Call& call) {
  CONFORMANCE_TRY(const double alpha, call.Float("alpha", 1));
  return MapFloats(call, call[0], [alpha]<typename T>(T x) { return x > static_cast<T>(alpha) ? x : T(0); });
}

/// min(max(x, low), high); where low is above high, high.
Outputs Clip(const Call& call) {
  const Array& x = call[0];
  for (size_t i : {1, 2}) {
    if (const Array* bound = call.Optional(i); bound != nullptr && bound->count() != 1)
      return ShapeError("a bound is a scalar").With("found", Describe(*bound)).With("wanted", "one element");
  }
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitNumbers(x.store(), "the input", [&]<typename T>(Tag<T>) {
    const T* low = call.Has(1) ? call[1].data<T>() : nullptr;
    const T* high = call.Has(2) ? call[2].data<T>() : nullptr;
    for (int64_t i = 0; i < x.count(); ++i) {
      T v = x.data<T>()[i];
      if (low != nullptr && v < *low) v = *low;
      if (high != nullptr && v > *high) v = *high;
      y.mutable_data<T>()[i] = v;
    }
    return Ok();
  }));
  return y;
}
/// Before version 11 the bounds are attributes.
Outputs LegacyClip(const Call& call) {
  CONFORMANCE_TRY(const double low, call.Float("min", -std::numeric_limits<double>::infinity()));
  CONFORMANCE_TRY(const double high, call.Float("max", std::numeric_limits<double>::infinity()));
  return MapFloats(call, call[0], [=]<typename T>(T x) { return x < static_cast<T>(low) ? static_cast<T>(low) : x > static_cast<T>(high) ? static_cast<T>(high) : x; });
}

}  // namespace conformance::onnx_reference::kernels
