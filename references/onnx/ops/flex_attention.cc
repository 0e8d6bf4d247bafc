#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/attention.h"
#include "references/onnx/ops/cast.h"
#include "references/onnx/stores.h"

namespace conformance::onnx_reference::kernels {
namespace {

/// Runs the graph of that attribute, where there is one, over the scores. Errors: kShape and kType where it gives
/// something of other sizes or type.
Status Modify(const Call& call, const char* attribute, Array& scores) {
  if (call.Attribute(attribute) == nullptr) return Ok();
  Array given = scores;
  if (!call.oracle()) {
    CONFORMANCE_TRY(given, Declared(given));
  }
  const Value inputs[] = {given};
  CONFORMANCE_TRY(const Values made, call.RunGraph(attribute, inputs));
  const Array* array = made.size() == 1 ? made[0].array() : nullptr;
  if (array == nullptr || array->elem() != scores.elem() || array->dims() != scores.dims()) {
    return ShapeError("a modifier that gives something else")
        .With("attribute", attribute)
        .With("found", made.empty() ? "nothing" : Describe(made[0]))
        .With("wanted", Describe(scores));
  }
  CONFORMANCE_TRY(scores, HalvesAsFloat(*array));
  return Ok();
}

}  // namespace

/// softmax(score_mod(Q · Kᵀ · scale)), through prob_mod, times V; Q, K, V as [batch, heads, length, size]. The graphs
/// see scores of the type
/// softmax_precision: f32, or f64 for f64 inputs, if it isn't said. A query that sees no key gives zeros. Errors:
/// kShape, kType.
Outputs FlexAttention(const Call& call) {
  const Array &q = call[0], &k = call[1], &v = call[2];
  CONFORMANCE_TRY(const HeadSizes sizes, HeadSizesOf(q, k, v));
  CONFORMANCE_RETURN_IF_ERROR(
      call.Spend({sizes.batch, sizes.q_heads, sizes.queries, sizes.keys, sizes.size + sizes.v_size + 1}));
  CONFORMANCE_TRY(const double scale, call.Float("scale", 1 / std::sqrt(static_cast<double>(sizes.size))));
  const Elem usual = q.elem() == Elem::kDouble ? Elem::kDouble : Elem::kFloat;
  CONFORMANCE_TRY(const int64_t precision,
                  call.Int("softmax_precision", int64_t{static_cast<int32_t>(usual)}));
  const auto elem = static_cast<Elem>(precision);
  if (precision < 1 || precision > 31 || !kFloats.Has(elem))
    return TypeError("a softmax_precision that is no float")
        .With("found", std::to_string(precision))
        .With("wanted", kFloats.ToString());
  CONFORMANCE_TRY(Array scores, call.New(q.elem(), q.store(), sizes.ScoreDims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(q.store(), "the queries", [&]<typename T>(Tag<T>) {
    ScoreKeys<T>(sizes, q.data<T>(), k.data<T>(), static_cast<T>(scale), scores.mutable_data<T>());
    return Ok();
  }));
  CONFORMANCE_TRY(scores, CastArray(call, scores, elem, {}));
  CONFORMANCE_RETURN_IF_ERROR(Modify(call, "score_mod", scores));
  CONFORMANCE_TRY(Array weights, call.New(scores.elem(), scores.store(), scores.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(scores.store(), "the scores", [&]<typename T>(Tag<T>) {
    std::copy_n(scores.data<T>(), scores.count(), weights.mutable_data<T>());
    SoftmaxRows<T>(weights.mutable_data<T>(), sizes.batch * sizes.q_heads * sizes.queries, sizes.keys);
    return Ok();
  }));
  CONFORMANCE_RETURN_IF_ERROR(Modify(call, "prob_mod", weights));
  CONFORMANCE_TRY(weights, CastArray(call, weights, q.elem(), {}));
  CONFORMANCE_TRY(Array y,
                  call.New(q.elem(), q.store(), {sizes.batch, sizes.q_heads, sizes.queries, sizes.v_size}));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(q.store(), "the queries", [&]<typename T>(Tag<T>) {
    WeighValues<T>(sizes, weights.data<T>(), v.data<T>(), y.mutable_data<T>());
    return Ok();
  }));
  return y;
}

}  // namespace conformance::onnx_reference::kernels
