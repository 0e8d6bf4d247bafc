#include "framework/rewrite/composite_losses.h"

#include "framework/ops/ops.h"
#include "framework/rewrite/composite_arguments.h"
#include "framework/rewrite/composite_nn.h"

namespace conformance::rewrite {
namespace {

using ops::OpContext;
using ops::Value;

/// at::Reduction: 0 none, 1 mean, 2 sum.
Values Reduced(OpContext& c, const Value& loss, int64_t reduction) {
  if (reduction == 1) return {ops::Mean(c, loss)};
  if (reduction == 2) return {ops::Sum(c, loss)};
  return {loss};
}
Value Weighted(OpContext& c, const Value& loss, const Arguments& args, size_t i) {
  return IsNone(args[i]) ? loss : ops::Mul(c, loss, TensorAt(args, i));
}
Value Difference(OpContext& c, const Arguments& args) { return ops::Sub(c, TensorAt(args, 0), TensorAt(args, 1)); }

Values L1Loss(OpContext& c, const Arguments& args) { return Reduced(c, ops::Abs(c, Difference(c, args)), IntAt(args, 2)); }
Values MseLoss(OpContext& c, const Arguments& args) {
  const Value d = Difference(c, args);
  return Reduced(c, ops::Mul(c, d, d), IntAt(args, 2));
}
Values SmoothL1Loss(OpContext& c, const Arguments& args) {
  const double beta = NumberAt(args, 3);
  const Value z = ops::Abs(c, Difference(c, args));
  if (beta == 0) return Reduced(c, z, IntAt(args, 2));
  const Value near = ops::Div(c, ops::Mul(c, ops::Mul(c, z, 0.5), z), beta);
  return Reduced(c, ops::Where(c, ops::Less(c, z, beta), near, ops::Sub(c, z, 0.5 * beta)), IntAt(args, 2));
}
Values HuberLoss(OpContext& c, const Arguments& args) {
  const double delta = NumberAt(args, 3);
  const Value z = ops::Abs(c, Difference(c, args));
  const Value near = ops::Mul(c, ops::Mul(c, z, 0.5), z), far = ops::Mul(c, ops::Sub(c, z, 0.5 * delta), delta);
  return Reduced(c, ops::Where(c, ops::LessEqual(c, z, delta), near, far), IntAt(args, 2));
}
Values SoftMarginLoss(OpContext& c, const Arguments& args) {
  const Value z = ops::Neg(c, ops::Mul(c, TensorAt(args, 1), TensorAt(args, 0)));
  return Reduced(c, ops::Log1p(c, ops::Exp(c, z)), IntAt(args, 2));
}

/// Logarithms end at −100.
Values BinaryCrossEntropy(OpContext& c, const Arguments& args) {
  const Value &x = TensorAt(args, 0), &y = TensorAt(args, 1);
  const Value yes = ops::ClampMin(c, ops::Log(c, x), -100), no = ops::ClampMin(c, ops::Log1p(c, ops::Neg(c, x)), -100);
  const Value loss = ops::Sub(c, ops::Mul(c, ops::Sub(c, y, 1), no), ops::Mul(c, y, yes));
  return Reduced(c, Weighted(c, loss, args, 2), IntAt(args, 3));
}
Values BinaryCrossEntropyWithLogits(OpContext& c, const Arguments& args) {
  const Value &x = TensorAt(args, 0), &y = TensorAt(args, 1);
  Value log_sigmoid = ops::LogSigmoid(c, x);
  if (!IsNone(args[3])) {
    const Value factor = ops::Add(c, ops::Mul(c, ops::Sub(c, TensorAt(args, 3), 1), y), 1);
    log_sigmoid = ops::Mul(c, factor, log_sigmoid);
  }
  const Value loss = ops::Sub(c, ops::Mul(c, ops::Rsub(c, y, 1), x), log_sigmoid);
  return Reduced(c, Weighted(c, loss, args, 2), IntAt(args, 4));
}

Values KlDiv(OpContext& c, const Arguments& args) {
  const Value &x = TensorAt(args, 0), &y = TensorAt(args, 1);
  const Value loss = FlagAt(args, 3) ? ops::Mul(c, ops::Exp(c, y), ops::Sub(c, y, x)) : ops::Sub(c, Xlogy(c, y, y), ops::Mul(c, y, x));
  return Reduced(c, loss, IntAt(args, 2));
}
Values PoissonNllLoss(OpContext& c, const Arguments& args) {
  const Value &x = TensorAt(args, 0), &y = TensorAt(args, 1);
  const double eps = NumberAt(args, 4);
  Value loss = FlagAt(args, 2) ? ops::Sub(c, ops::Exp(c, x), ops::Mul(c, y, x)) : ops::Sub(c, x, ops::Mul(c, y, ops::Log(c, ops::Add(c, x, eps))));
  if (FlagAt(args, 3)) {  // Stirling's approximation
    const Value stirling = ops::Add(c, ops::Sub(c, ops::Mul(c, y, ops::Log(c, y)), y),
                                    ops::Mul(c, ops::Log(c, ops::Mul(c, y, 2 * 3.14159265358979323846)), 0.5));
    loss = ops::Add(c, loss, ops::MaskedFill(c, stirling, ops::LessEqual(c, y, 1), 0));
  }
  return Reduced(c, loss, IntAt(args, 5));
}

Values HingeEmbeddingLoss(OpContext& c, const Arguments& args) {
  const Value &x = TensorAt(args, 0), &y = TensorAt(args, 1);
  const Value margin = ops::ClampMin(c, ops::Rsub(c, x, NumberAt(args, 2)), 0);
  const Value apart = ops::Where(c, ops::Equal(c, y, 1), 0.0, margin), alike = ops::Where(c, ops::Equal(c, y, -1), 0.0, x);
  return Reduced(c, ops::Add(c, apart, alike), IntAt(args, 3));
}
Values CosineEmbeddingLoss(OpContext& c, const Arguments& args) {
  const Value &a = TensorAt(args, 0), &b = TensorAt(args, 1), &y = TensorAt(args, 2);
  const int64_t axis = a.rank() - 1;
  constexpr double kEps = 1e-12;
  const Value product = ops::Sum(c, ops::Mul(c, a, b), {axis});
  const Value first = ops::Add(c, ops::Sum(c, ops::Mul(c, a, a), {axis}), kEps), second = ops::Add(c, ops::Sum(c, ops::Mul(c, b, b), {axis}), kEps);
  const Value cosine = ops::Div(c, product, ops::Sqrt(c, ops::Mul(c, first, second)));
  const Value alike = ops::Where(c, ops::Equal(c, y, 1), ops::Rsub(c, cosine, 1), 0.0);
  const Value apart = ops::Where(c, ops::Equal(c, y, -1), ops::ClampMin(c, ops::Sub(c, cosine, NumberAt(args, 3)), 0), 0.0);
  return Reduced(c, ops::Add(c, alike, apart), IntAt(args, 4));
}
Values MarginRankingLoss(OpContext& c, const Arguments& args) {
  const Value z = ops::Mul(c, ops::Neg(c, TensorAt(args, 2)), Difference(c, args));
  return Reduced(c, ops::ClampMin(c, ops::Add(c, z, NumberAt(args, 3)), 0), IntAt(args, 4));
}
Values TripletMarginLoss(OpContext& c, const Arguments& args) {
  const Value &anchor = TensorAt(args, 0), &positive = TensorAt(args, 1), &negative = TensorAt(args, 2);
  const double p = NumberAt(args, 4), eps = NumberAt(args, 5);
  Value apart = PairwiseDistance(c, anchor, negative, p, eps, false);
  if (FlagAt(args, 6)) apart = ops::Minimum(c, apart, PairwiseDistance(c, positive, negative, p, eps, false));
  const Value distance = ops::Sub(c, PairwiseDistance(c, anchor, positive, p, eps, false), apart);
  return Reduced(c, ops::ClampMin(c, ops::Add(c, distance, NumberAt(args, 3)), 0), IntAt(args, 7));
}
Values MultiMarginLoss(OpContext& c, const Arguments& args) {
  const int64_t p = IntAt(args, 2);
  const Value x = TensorAt(args, 0).rank() == 1 ? ops::Unsqueeze(c, TensorAt(args, 0), 0) : TensorAt(args, 0);
  const Value y = ops::Reshape(c, TensorAt(args, 1), {SymInt(-1), SymInt(1)});
  const Value own = ops::Gather(c, x, 1, y);
  Value z = ops::ClampMin(c, ops::Add(c, ops::Sub(c, x, own), NumberAt(args, 3)), 0);
  if (p == 2) z = ops::Mul(c, z, z);
  if (!IsNone(args[4])) z = ops::Mul(c, z, ops::Unsqueeze(c, ops::IndexSelect(c, TensorAt(args, 4), 0, ops::Squeeze(c, y, 1)), 1));
  const Value others = ops::NotEqual(c, ops::Arange(c, x.size(1)), y);
  Value loss = ops::Mean(c, ops::Where(c, others, z, 0.0), {1});
  if (TensorAt(args, 0).rank() == 1) loss = ops::Squeeze(c, loss, 0);
  return Reduced(c, loss, IntAt(args, 5));
}

/// Of log probabilities [N, C, …] and classes [N, …]; or [C] and a scalar. What is to be ignored counts nowhere. With smoothing, the
/// share of a uniform distribution over the classes in the target.
Values NllOf(OpContext& c, const Value& given, const Value& classes, const Arguments& args, size_t weight, double smoothing) {
  const bool single = given.rank() == 1;
  const Value log_p = single ? ops::Unsqueeze(c, given, 0) : given;
  const Value target = single ? ops::Reshape(c, classes, {SymInt(1)}) : classes;
  const int64_t reduction = IntAt(args, weight + 1);
  const Value counts = ops::NotEqual(c, target, std::get<SymInt>(args[weight + 2]));
  const Value safe = ops::Where(c, counts, target, 0);
  const Value picked = ops::Squeeze(c, ops::Gather(c, log_p, 1, ops::Unsqueeze(c, safe, 1)), 1);
  Value shares = ops::To(c, counts, log_p.dtype());
  Value every = log_p;
  if (!IsNone(args[weight])) {
    const Value& weights = TensorAt(args, weight);
    const Value flat = ops::IndexSelect(c, weights, 0, ops::Reshape(c, safe, {SymInt(-1)}));
    shares = ops::Mul(c, shares, ops::Reshape(c, flat, safe.sizes()));
    std::vector<SymInt> along(static_cast<size_t>(log_p.rank()), SymInt(1));
    along[1] = log_p.size(1);
    every = ops::Mul(c, log_p, ops::View(c, weights, std::move(along)));
  }
  const auto reduce = [&](const Value& loss) {
    Value result = loss;
    if (reduction == 2) result = ops::Sum(c, loss);
    if (reduction == 1) result = ops::Div(c, ops::Sum(c, loss), ops::Sum(c, shares));
    return single && reduction == 0 ? ops::Squeeze(c, result, 0) : result;
  };
  const Value hard = reduce(ops::Mul(c, ops::Neg(c, picked), shares));
  if (smoothing == 0) return {hard};
  const Value even = reduce(ops::Where(c, counts, ops::Neg(c, ops::Sum(c, every, {1})), 0.0));
  const Value share = ops::Div(c, ops::Mul(c, even, smoothing), ops::Scalar(log_p.size(1)));
  return {ops::Add(c, ops::Mul(c, hard, 1 - smoothing), share)};
}
Values NllLoss(OpContext& c, const Arguments& args) { return NllOf(c, TensorAt(args, 0), TensorAt(args, 1), args, 2, 0); }

Values CrossEntropyLoss(OpContext& c, const Arguments& args) {
  const Value &x = TensorAt(args, 0), &target = TensorAt(args, 1);
  const double smoothing = NumberAt(args, 5);
  const int64_t axis = x.rank() == 1 ? 0 : 1;
  const Value log_p = ops::LogSoftmax(c, x, axis);
  if (!IsFloating(target.dtype())) return NllOf(c, log_p, target, args, 2, smoothing);
  Value share = target;
  if (smoothing > 0) share = ops::Add(c, ops::Mul(c, target, 1 - smoothing), ops::Div(c, ops::Full(c, {}, smoothing, target.dtype()), ops::Scalar(x.size(axis))));
  Value terms = ops::Mul(c, log_p, share);
  if (!IsNone(args[2])) {
    std::vector<SymInt> along(static_cast<size_t>(x.rank()), SymInt(1));
    along[static_cast<size_t>(axis)] = x.size(axis);
    terms = ops::Mul(c, terms, ops::View(c, TensorAt(args, 2), std::move(along)));
  }
  return Reduced(c, ops::Neg(c, ops::Sum(c, terms, {axis})), IntAt(args, 3));
}

}  // namespace

const std::vector<Composite>& LossComposites() {
  static const std::vector<Composite> table = {
      {"aten::binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) -> Tensor", BinaryCrossEntropy},
      {"aten::binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=1) -> Tensor",
       BinaryCrossEntropyWithLogits},
      {"aten::cosine_embedding_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) -> Tensor", CosineEmbeddingLoss},
      {"aten::cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100, float "
       "label_smoothing=0.) -> Tensor", CrossEntropyLoss},
      {"aten::hinge_embedding_loss(Tensor self, Tensor target, float margin=1., int reduction=1) -> Tensor", HingeEmbeddingLoss},
      {"aten::huber_loss(Tensor self, Tensor target, int reduction=1, float delta=1.) -> Tensor", HuberLoss},
      {"aten::kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> Tensor", KlDiv},
      {"aten::l1_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", L1Loss},
      {"aten::margin_ranking_loss(Tensor input1, Tensor input2, Tensor target, float margin=0., int reduction=1) -> Tensor", MarginRankingLoss},
      {"aten::mse_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", MseLoss},
      {"aten::multi_margin_loss(Tensor self, Tensor target, Scalar p=1, Scalar margin=1, Tensor? weight=None, int reduction=1) -> Tensor", MultiMarginLoss},
      {"aten::nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> Tensor", NllLoss},
      {"aten::nll_loss2d(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> Tensor", NllLoss},
      {"aten::nll_loss_nd(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, SymInt ignore_index=-100) -> Tensor", NllLoss},
      {"aten::poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction) -> Tensor", PoissonNllLoss},
      {"aten::smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.) -> Tensor", SmoothL1Loss},
      {"aten::soft_margin_loss(Tensor self, Tensor target, int reduction=1) -> Tensor", SoftMarginLoss},
      {"aten::triplet_margin_loss(Tensor anchor, Tensor positive, Tensor negative, float margin=1., float p=2., float eps=9.9999999999999995e-07, bool "
       "swap=False, int reduction=1) -> Tensor", TripletMarginLoss},
  };
  return table;
}

}  // namespace conformance::rewrite
