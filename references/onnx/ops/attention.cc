#include "references/onnx/ops/attention.h"

#include "framework/base/strings.h"
#include "references/onnx/broadcast.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/ops/concat.h"
#include "references/onnx/ops/numbers.h"
#include "references/onnx/ops/pick.h"

namespace conformance::onnx_reference {

Result<HeadSizes> HeadSizesOf(const Array& q, const Array& k, const Array& v) {
  const auto refuse = [&] {
    return ShapeError("queries, keys and values that don't fit each other")
        .With("found", Describe(q) + ", " + Describe(k) + " and " + Describe(v))
        .With("wanted",
              "[batch, heads, queries, size], [batch, kv heads, keys, size] and [batch, kv heads, keys, v "
              "size], heads a multiple of kv heads");
  };
  if (q.rank() != 4 || k.rank() != 4 || v.rank() != 4) return refuse();
  const HeadSizes sizes{q.dim(0), q.dim(1), k.dim(1), q.dim(2), k.dim(2), q.dim(3), v.dim(3)};
  const bool fits = k.dim(0) == sizes.batch && v.dim(0) == sizes.batch && v.dim(1) == sizes.kv_heads &&
                    v.dim(2) == sizes.keys && k.dim(3) == sizes.size;
  if (!fits || sizes.kv_heads == 0 || sizes.q_heads % sizes.kv_heads != 0) return refuse();
  return sizes;
}

namespace kernels {
namespace {

/// [batch, length, heads · size] as [batch, heads, length, size]; what has four axes stays.
Result<Array> SplitHeads(const Call& call, const Array& x, const char* attribute) {
  if (x.rank() != 3) return x;
  CONFORMANCE_TRY(const int64_t heads, call.Int(attribute));
  if (heads < 1 || x.dim(2) % heads != 0) {
    return ShapeError("heads that don't divide an input")
        .With("found", std::string(attribute) + " " + std::to_string(heads) + " of " + Describe(x))
        .With("wanted", "a divisor of " + std::to_string(x.dim(2)));
  }
  return Transposed(call, x.Reshaped({x.dim(0), x.dim(1), heads, x.dim(2) / heads}), {0, 2, 1, 3});
}

/// Which keys a query sees, whatever the mask says.
struct Visible {
  bool causal = false;
  int64_t left = -1, right = -1;  ///< -1: no bound
  std::vector<int64_t> offset;    ///< of each sample: keys before the first query
  std::vector<int64_t> valid;     ///< of each sample: keys that are none of the padding

  bool At(int64_t sample, int64_t query, int64_t key) const {
    const auto s = static_cast<size_t>(sample);
    const int64_t place = offset[s] + query;
    if (key >= valid[s] || (causal && key > place)) return false;
    return (left < 0 || key >= place - std::min(left, place + 1)) && (right < 0 || key - place <= right);
  }
};

Result<Visible> VisibleOf(const Call& call, const HeadSizes& sizes, int64_t past) {
  Visible visible;
  CONFORMANCE_TRY(const int64_t causal, call.Int("is_causal", 0));
  CONFORMANCE_TRY(visible.left, call.Int("left_window_size", -1));
  CONFORMANCE_TRY(visible.right, call.Int("right_window_size", -1));
  visible.causal = causal != 0;
  const auto samples = static_cast<size_t>(sizes.batch);
  visible.offset.assign(samples, past);
  visible.valid.assign(samples, sizes.keys);
  if (const Array* given = call.Optional(6)) {
    CONFORMANCE_TRY(visible.valid, ToInts(*given, "nonpad_kv_seqlen"));
    if (given->rank() != 1 || visible.valid.size() != samples)
      return ShapeError("lengths that aren't one for each sample")
          .With("found", Describe(*given))
          .With("wanted", "[" + std::to_string(sizes.batch) + "]");
    for (size_t i = 0; i < samples; ++i) {
      if (visible.valid[i] < 0 || visible.valid[i] > sizes.keys)
        return Invalid("a length out of range")
            .With("found", std::to_string(visible.valid[i]))
            .With("wanted", "at most " + std::to_string(sizes.keys));
      if (!call.Has(4)) visible.offset[i] = visible.valid[i] - sizes.queries;
    }
  }
  return visible;
}

/// The mask of [batch, heads, queries, keys] that is added to the scores: as given, broadcast but for its last axis;
/// true is 0, false -inf.
struct Bias {
  std::vector<double> values;
  std::vector<int64_t> stride = {0, 0, 0};  ///< of batch, heads, queries
  int64_t keys = 0, key_stride = 1;         ///< keys beyond have no place in it and are not seen

  double At(int64_t b, int64_t h, int64_t i, int64_t j) const {
    if (j >= keys) return -std::numeric_limits<double>::infinity();
    return values[static_cast<size_t>(b * stride[0] + h * stride[1] + i * stride[2] + j * key_stride)];
  }
};

Result<Bias> BiasOf(const Array& mask, const HeadSizes& sizes) {
  Bias bias;
  const auto refuse = [&] {
    return ShapeError("a mask that doesn't broadcast to the scores")
        .With("found", Describe(mask))
        .With("wanted", ShapeText(sizes.ScoreDims()));
  };
  if (mask.rank() > 4) return refuse();
  CONFORMANCE_TRY(bias.values, NumbersOf(mask, "attn_mask"));
  if (mask.elem() == Elem::kBool) {
    for (double& v : bias.values) v = v != 0 ? 0 : -std::numeric_limits<double>::infinity();
  }
  const Shape wanted = sizes.ScoreDims();
  int64_t step = 1;
  bias.keys = sizes.keys;
  for (int64_t axis = 1; axis <= mask.rank(); ++axis) {
    const int64_t size = mask.dim(-axis), whole = wanted[static_cast<size_t>(4 - axis)];
    if (axis == 1) {
      if (size > whole) return refuse();
      bias.key_stride = size == 1 ? 0 : 1;
      if (size != 1) bias.keys = size;
    } else {
      if (size != 1 && size != whole) return refuse();
      bias.stride[static_cast<size_t>(3 - axis + 1)] = size == 1 ? 0 : step;
    }
    step *= size;
  }
  if (mask.rank() == 0) bias.key_stride = 0;
  return bias;
}

template <typename T>
void AddBias(const HeadSizes& sizes, const Visible& visible, const Bias* bias, T* scores) {
  for (int64_t b = 0; b < sizes.batch; ++b) {
    for (int64_t h = 0; h < sizes.q_heads; ++h) {
      for (int64_t i = 0; i < sizes.queries; ++i) {
        for (int64_t j = 0; j < sizes.keys; ++j, ++scores) {
          if (bias != nullptr) *scores += static_cast<T>(bias->At(b, h, i, j));
          if (!visible.At(b, i, j)) *scores = -std::numeric_limits<T>::infinity();
        }
      }
    }
  }
}

}  // namespace

/// Q, K, V [batch, heads, length, size], or [batch, length, heads · size] with q_num_heads and kv_num_heads; what
/// attends to what is said by attn_mask,
/// is_causal, the windows and nonpad_kv_seqlen; past_key and past_value stand before K and V. Gives Y in Q's layout,
/// present_key and present_value
/// [batch, kv heads, past + keys, size], and the scores at the stage that qk_matmul_output_mode says. A query that
/// sees no key gives zeros. Halves
/// are computed in f32, whatever softmax_precision says.
/// Errors: kShape where sizes don't fit each other; kInvalid for attributes and lengths out of range.
Outputs Attention(const Call& call) {
  CONFORMANCE_RETURN_IF_ERROR(NeedType(call, 2, kFloats));
  CONFORMANCE_TRY(const Array q, SplitHeads(call, call[0], "q_num_heads"));
  CONFORMANCE_TRY(Array k, SplitHeads(call, call[1], "kv_num_heads"));
  CONFORMANCE_TRY(Array v, SplitHeads(call, call[2], "kv_num_heads"));
  if (call.Has(4) != call.Has(5))
    return Invalid("a past of keys or values alone").With("wanted", "past_key and past_value, or neither");
  int64_t past = 0;
  if (call.Has(4)) {
    if (call[4].rank() != 4 || call[5].rank() != 4)
      return ShapeError("a past of another rank")
          .With("found", Describe(call[4]) + " and " + Describe(call[5]))
          .With("wanted", "[batch, kv heads, length, size]");
    past = call[4].dim(2);
    CONFORMANCE_TRY(k, Concatenate(call, {&call[4], &k}, 2));
    CONFORMANCE_TRY(v, Concatenate(call, {&call[5], &v}, 2));
  }
  CONFORMANCE_TRY(const HeadSizes sizes, HeadSizesOf(q, k, v));
  CONFORMANCE_RETURN_IF_ERROR(
      call.Spend({sizes.batch, sizes.q_heads, sizes.queries, sizes.keys, sizes.size + sizes.v_size + 1}));
  CONFORMANCE_TRY(const double scale, call.Float("scale", 1 / std::sqrt(static_cast<double>(sizes.size))));
  CONFORMANCE_TRY(const double softcap, call.Float("softcap", 0));
  CONFORMANCE_TRY(const int64_t mode, call.Int("qk_matmul_output_mode", 0));
  if (mode < 0 || mode > 3)
    return Invalid("a qk_matmul_output_mode that isn't known")
        .With("found", std::to_string(mode))
        .With("wanted", "0 to 3");
  CONFORMANCE_TRY(const Visible visible, VisibleOf(call, sizes, past));
  Bias bias;
  if (const Array* mask = call.Optional(3)) {
    CONFORMANCE_TRY(bias, BiasOf(*mask, sizes));
  }
  // Values of another float type are computed in the queries'.
  Array values = v;
  if (v.store() != q.store()) {
    CONFORMANCE_TRY(values, CastArray(call, v, q.elem(), {}));
  }
  CONFORMANCE_TRY(Array scores, call.New(q.elem(), q.store(), sizes.ScoreDims()));
  CONFORMANCE_TRY(Array y,
                  call.New(q.elem(), q.store(), {sizes.batch, sizes.q_heads, sizes.queries, sizes.v_size}));
  Array shown;
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(q.store(), "the queries", [&]<typename T>(Tag<T>) -> Status {
    T* s = scores.mutable_data<T>();
    int64_t stage = 0;
    const auto show = [&]() -> Status {
      if (stage++ != mode || !call.Wants(3)) return Ok();
      CONFORMANCE_TRY(shown, call.New(scores.elem(), scores.store(), scores.dims()));
      std::copy_n(s, scores.count(), shown.mutable_data<T>());
      return Ok();
    };
    ScoreKeys<T>(sizes, q.data<T>(), k.data<T>(), static_cast<T>(scale), s);
    CONFORMANCE_RETURN_IF_ERROR(show());
    if (softcap > 0) {
      const T cap = static_cast<T>(softcap);
      for (int64_t i = 0; i < scores.count(); ++i) s[i] = cap * std::tanh(s[i] / cap);
    }
    CONFORMANCE_RETURN_IF_ERROR(show());
    AddBias<T>(sizes, visible, call.Has(3) ? &bias : nullptr, s);
    CONFORMANCE_RETURN_IF_ERROR(show());
    SoftmaxRows<T>(s, sizes.batch * sizes.q_heads * sizes.queries, sizes.keys);
    CONFORMANCE_RETURN_IF_ERROR(show());
    WeighValues<T>(sizes, s, values.data<T>(), y.mutable_data<T>());
    return Ok();
  }));
  if (call[0].rank() == 3) {
    CONFORMANCE_TRY(y, Transposed(call, y, {0, 2, 1, 3}));
    y = y.Reshaped({sizes.batch, sizes.queries, sizes.q_heads * sizes.v_size});
  }
  return Values{std::move(y), std::move(k), std::move(v), std::move(shown)};
}

}  // namespace kernels
}  // namespace conformance::onnx_reference
