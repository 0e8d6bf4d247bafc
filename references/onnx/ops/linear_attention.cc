#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/numbers.h"

namespace conformance::onnx_reference::kernels {
namespace {

struct Recurrence {
  int64_t batch = 0, length = 0, q_heads = 0, kv_heads = 0, k_size = 0, v_size = 0;
  bool gated = false, delta = false;
  double scale = 1;
};

Result<Recurrence> RecurrenceOf(const Call& call) {
  Recurrence r;
  const Array &q = call[0], &k = call[1], &v = call[2];
  CONFORMANCE_TRY(r.q_heads, call.Int("q_num_heads"));
  CONFORMANCE_TRY(r.kv_heads, call.Int("kv_num_heads"));
  CONFORMANCE_TRY(const std::string rule, call.String("update_rule", "gated_delta"));
  CONFORMANCE_TRY(r.scale, call.Float("scale", 0));
  r.gated = rule == "gated" || rule == "gated_delta";
  r.delta = rule == "delta" || rule == "gated_delta";
  if (!r.gated && !r.delta && rule != "linear")
    return Invalid("an update_rule that isn't known")
        .With("found", formats::Quoted(rule))
        .With("wanted", "linear, gated, delta or gated_delta");
  const auto refuse = [&](const Array& found, const std::string& wanted) {
    return ShapeError("an input that doesn't fit the others")
        .With("found", Describe(found))
        .With("wanted", wanted);
  };
  if (r.kv_heads < 1 || r.q_heads < 1 || r.q_heads % r.kv_heads != 0)
    return Invalid("heads that don't fit")
        .With("found", std::to_string(r.q_heads) + " and " + std::to_string(r.kv_heads))
        .With("wanted", "a multiple, and 1 or more");
  if (q.rank() != 3 || q.dim(2) % r.q_heads != 0) return refuse(q, "[batch, length, q_num_heads · size]");
  r.batch = q.dim(0), r.length = q.dim(1), r.k_size = q.dim(2) / r.q_heads;
  if (k.dims() != Shape{r.batch, r.length, r.kv_heads * r.k_size})
    return refuse(k, ShapeText(Shape{r.batch, r.length, r.kv_heads * r.k_size}));
  if (v.rank() != 3 || v.dim(0) != r.batch || v.dim(1) != r.length || v.dim(2) % r.kv_heads != 0)
    return refuse(v, "[batch, length, kv_num_heads · size]");
  r.v_size = v.dim(2) / r.kv_heads;
  const Shape state{r.batch, r.kv_heads, r.k_size, r.v_size};
  if (call.Has(3) && call[3].dims() != state) return refuse(call[3], ShapeText(state));
  if (r.gated && !call.Has(4))
    return Invalid("a missing input").With("wanted", "decay, for update_rule " + rule);
  if (r.delta && !call.Has(5))
    return Invalid("a missing input").With("wanted", "beta, for update_rule " + rule);
  const auto fits = [&](const Array& x, int64_t one, int64_t other) {
    return x.rank() == 3 && x.dim(0) == r.batch && x.dim(1) == r.length &&
           (x.dim(2) == one || x.dim(2) == other);
  };
  if (call.Has(4) && !fits(call[4], r.kv_heads * r.k_size, r.kv_heads))
    return refuse(call[4], "[batch, length, kv_num_heads] or · size");
  if (call.Has(5) && !fits(call[5], r.kv_heads, 1))
    return refuse(call[5], "[batch, length, kv_num_heads] or 1");
  if (r.scale == 0) r.scale = 1 / std::sqrt(static_cast<double>(r.k_size));
  return r;
}

/// One head of one sample through all steps.
template <typename T>
void Walk(const Call& call, const Recurrence& r, int64_t b, int64_t head, T* state, T* out) {
  const int64_t group = r.q_heads / r.kv_heads;
  const Array* decay = call.Optional(4);
  const Array* beta = call.Optional(5);
  std::vector<T> recalled(static_cast<size_t>(r.v_size));
  for (int64_t t = 0; t < r.length; ++t) {
    const int64_t step = b * r.length + t;
    const T* k = call[1].data<T>() + (step * r.kv_heads + head) * r.k_size;
    const T* v = call[2].data<T>() + (step * r.kv_heads + head) * r.v_size;
    if (r.gated) {
      const bool each = decay->dim(2) == r.kv_heads * r.k_size;
      for (int64_t i = 0; i < r.k_size; ++i) {
        const T gate = std::exp(
            decay->data<T>()[each ? (step * r.kv_heads + head) * r.k_size + i : step * r.kv_heads + head]);
        for (int64_t j = 0; j < r.v_size; ++j) state[i * r.v_size + j] *= gate;
      }
    }
    const T rate = r.delta ? beta->data<T>()[step * beta->dim(2) + (beta->dim(2) == 1 ? 0 : head)] : T(1);
    std::fill(recalled.begin(), recalled.end(), T(0));
    if (r.delta) {
      for (int64_t i = 0; i < r.k_size; ++i) {
        for (int64_t j = 0; j < r.v_size; ++j)
          recalled[static_cast<size_t>(j)] += state[i * r.v_size + j] * k[i];
      }
    }
    for (int64_t i = 0; i < r.k_size; ++i) {
      for (int64_t j = 0; j < r.v_size; ++j)
        state[i * r.v_size + j] += rate * k[i] * (v[j] - recalled[static_cast<size_t>(j)]);
    }
    for (int64_t h = head * group; h < (head + 1) * group; ++h) {
      const T* q = call[0].data<T>() + (step * r.q_heads + h) * r.k_size;
      T* to = out + (step * r.q_heads + h) * r.v_size;
      std::fill_n(to, r.v_size, T(0));
      for (int64_t i = 0; i < r.k_size; ++i) {
        for (int64_t j = 0; j < r.v_size; ++j) to[j] += q[i] * state[i * r.v_size + j];
      }
      for (int64_t j = 0; j < r.v_size; ++j) to[j] *= static_cast<T>(r.scale);
    }
  }
}

}  // namespace

/// Linear attention as a recurrence over the state S [k size, v size] of each head, step by step: S decays by
/// exp(decay) (gated), takes up k ⊗ v, or beta ·
/// k ⊗ (v - Sᵀ k) (delta); the output is scale · Sᵀ q. query [batch, length, q heads · k size], key, value of kv
/// heads -> [batch, length, q heads · v size]
/// and the last state. Errors: kShape; kInvalid for heads, rules and missing inputs.
Outputs LinearAttention(const Call& call) {
  CONFORMANCE_TRY(const Recurrence r, RecurrenceOf(call));
  const Array& q = call[0];
  CONFORMANCE_RETURN_IF_ERROR(call.Spend({r.batch, r.length, r.q_heads, 4, r.k_size, r.v_size}));
  if (call.Has(3)) CONFORMANCE_RETURN_IF_ERROR(NeedType(call, 3, kFloats));
  const Elem state_elem = call.Has(3) ? call[3].elem() : q.elem();
  CONFORMANCE_TRY(Array out, call.New(q.elem(), q.store(), {r.batch, r.length, r.q_heads * r.v_size}));
  CONFORMANCE_TRY(Array state, call.New(q.elem(), q.store(), {r.batch, r.kv_heads, r.k_size, r.v_size}));
  Array past;
  if (call.Has(3)) {
    CONFORMANCE_TRY(past, CastArray(call, call[3], q.elem(), {}));
  }
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(q.store(), "the queries", [&]<typename T>(Tag<T>) {
    T* s = state.mutable_data<T>();
    if (call.Has(3)) {
      std::copy_n(past.data<T>(), past.count(), s);
    } else {
      std::fill_n(s, state.count(), T(0));
    }
    for (int64_t b = 0; b < r.batch; ++b) {
      for (int64_t h = 0; h < r.kv_heads; ++h)
        Walk<T>(call, r, b, h, s + (b * r.kv_heads + h) * r.k_size * r.v_size, out.mutable_data<T>());
    }
    return Ok();
  }));
  CONFORMANCE_TRY(state, CastArray(call, state, state_elem, {}));
  return Values{std::move(out), std::move(state)};
}

}  // namespace conformance::onnx_reference::kernels
