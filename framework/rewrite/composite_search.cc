#include "framework/rewrite/composite_search.h"

#include <cmath>
#include <optional>
#include <string>

#include "framework/ops/ops.h"
#include "framework/rewrite/composite_arguments.h"

namespace conformance::rewrite {
namespace {

using ops::Argument;
using ops::OpContext;
using ops::Value;

/// A number as model code writes it.
ops::Scalar ScalarAt(const Arguments& args, size_t i) {
  if (const auto* number = std::get_if<double>(&args[i])) return *number;
  if (const auto* flag = std::get_if<bool>(&args[i])) return *flag;
  return std::get<SymInt>(args[i]);
}
Values Told(OpContext& c, const Arguments& args, const Value& found) {
  return {std::get<bool>(args[3]) ? ops::LogicalNot(c, found) : found};
}

Values Isin(OpContext& c, const Arguments& args) {
  const Value tests = ops::Reshape(c, TensorAt(args, 1), {SymInt(-1)});
  return Told(c, args, ops::Any(c, ops::Equal(c, ops::Unsqueeze(c, TensorAt(args, 0), -1), tests), -1));
}
Values IsinNumber(OpContext& c, const Arguments& args) { return Told(c, args, ops::Equal(c, TensorAt(args, 0), ScalarAt(args, 1))); }
Values NumberIsin(OpContext& c, const Arguments& args) {
  return Told(c, args, ops::Any(c, ops::Equal(c, ops::Reshape(c, TensorAt(args, 1), {SymInt(-1)}), ScalarAt(args, 0)), -1));
}

/// How many there are along the last axis.
Values Counted(OpContext& c, const Value& is, bool narrow) {
  const Value count = ops::Sum(c, ops::To(c, is, DType::kI64), {-1});
  return {narrow ? ops::To(c, count, DType::kI32) : count};
}

/// The number of boundaries that lie below (or, from the right, at most at) each element.
Values Bucketize(OpContext& c, const Arguments& args) {
  const Value x = ops::Unsqueeze(c, TensorAt(args, 0), -1);
  const Value& boundaries = TensorAt(args, 1);
  return Counted(c, std::get<bool>(args[3]) ? ops::LessEqual(c, boundaries, x) : ops::Less(c, boundaries, x), std::get<bool>(args[2]));
}
Values BucketizeNumber(OpContext& c, const Arguments& args) {
  const Value& boundaries = TensorAt(args, 1);
  const ops::Scalar number = ScalarAt(args, 0);
  return Counted(c, std::get<bool>(args[3]) ? ops::LessEqual(c, boundaries, number) : ops::Less(c, boundaries, number), std::get<bool>(args[2]));
}

/// As bucketize, with the boundaries first and rows of their own: sequence [..., n], x [..., m] with the same leading axes, or any x beside [n].
std::optional<bool> FromTheRight(OpContext& c, const Arguments& args) {
  const auto* side = std::get_if<std::string>(&args[4]);
  if (side == nullptr) return std::get<bool>(args[3]);
  if ((*side == "left" || *side == "right") && !(*side == "left" && std::get<bool>(args[3]))) return *side == "right";
  c.Fail(Invalid("searchsorted has no such side").With("found", *side).With("wanted", "left or right, and right=False beside left"));
  return std::nullopt;
}
Value Sequence(OpContext& c, const Arguments& args) {
  const Value& sequence = TensorAt(args, 0);
  const auto* sorter = std::get_if<Value>(&args[5]);
  return sorter == nullptr || !sorter->defined() ? sequence : ops::Gather(c, sequence, -1, *sorter);
}
Values Searchsorted(OpContext& c, const Arguments& args) {
  const auto right = FromTheRight(c, args);
  if (!right) return {Value()};
  const Value x = ops::Unsqueeze(c, TensorAt(args, 1), -1);
  Value sequence = Sequence(c, args);
  if (sequence.rank() > 1) sequence = ops::Unsqueeze(c, sequence, -2);
  return Counted(c, *right ? ops::LessEqual(c, sequence, x) : ops::Less(c, sequence, x), std::get<bool>(args[2]));
}
Values SearchsortedNumber(OpContext& c, const Arguments& args) {
  const auto right = FromTheRight(c, args);
  if (!right) return {Value()};
  const Value sequence = Sequence(c, args);
  const ops::Scalar number = ScalarAt(args, 1);
  return Counted(c, *right ? ops::LessEqual(c, sequence, number) : ops::Less(c, sequence, number), std::get<bool>(args[2]));
}

/// Of matrices: "fro", the largest (or, below 0, smallest) sum of magnitudes along columns (1) or rows (inf). Those of singular values are refused.
Values MatrixNorm(OpContext& c, const Value& given, const Argument& order, std::vector<int64_t> axes, bool keepdim, const Argument& type) {
  const auto* dtype = std::get_if<DType>(&type);
  const Value x = dtype == nullptr ? given : ops::To(c, given, *dtype);
  for (int64_t& axis : axes) axis = AxisOf(axis, x.rank());
  if (axes.size() != 2 || axes[0] == axes[1]) {
    c.Fail(Invalid("a norm of matrices wants two axes").With("found", std::to_string(axes.size())));
    return {Value()};
  }
  if (const auto* name = std::get_if<std::string>(&order); name != nullptr && *name == "fro") return {ops::VectorNorm(c, x, 2.0, axes, keepdim)};
  const double number = std::holds_alternative<std::string>(order) ? 0 : NumberAt({order}, 0);
  if (std::fabs(number) != 1 && !std::isinf(number)) {
    c.Fail(Unsupported("a norm of matrices by their singular values").With("wanted", "fro, 1, -1, inf or -inf"));
    return {Value()};
  }
  const int64_t summed = std::isinf(number) ? axes[1] : axes[0], rest = std::isinf(number) ? axes[0] : axes[1];
  const Value sums = ops::Sum(c, ops::Abs(c, x), {summed}, true);
  const Value y = number > 0 ? ops::Amax(c, sums, {rest}, true) : ops::Amin(c, sums, {rest}, true);
  return {keepdim ? y : ops::Squeeze(c, ops::Squeeze(c, y, std::max(summed, rest)), std::min(summed, rest))};
}
Values LinalgMatrixNorm(OpContext& c, const Arguments& args) { return MatrixNorm(c, TensorAt(args, 0), args[1], IntsAt(args, 2), std::get<bool>(args[3]), args[4]); }

Values LinalgNorm(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  std::vector<int64_t> axes = IntsAt(args, 2);
  const bool of_matrix = !IsNone(args[1]) && (axes.size() == 2 || (axes.empty() && x.rank() == 2));
  if (of_matrix) return MatrixNorm(c, x, args[1], axes.empty() ? std::vector<int64_t>{0, 1} : axes, std::get<bool>(args[3]), args[4]);
  if (!IsNone(args[4]) || std::holds_alternative<std::string>(args[1])) {
    c.Fail(Unsupported("linalg_norm of vectors to another type, or by name"));
    return {Value()};
  }
  if (axes.empty()) {
    for (int64_t axis = 0; axis < x.rank(); ++axis) axes.push_back(axis);
  }
  return {ops::VectorNorm(c, x, IsNone(args[1]) ? 2.0 : NumberAt(args, 1), std::move(axes), std::get<bool>(args[3]))};
}

/// By the op that PyTorch calls; None as padding_idx is -1 there, and a negative one counts from the end.
Values EmbeddingBag(OpContext& c, const Arguments& args) {
  Arguments given = args;
  if (given.size() == 8) given.emplace_back(SymInt(-1));
  if (IsNone(given[8])) {
    given[8] = SymInt(-1);
  } else if (args.size() == 9 && IntAt(args, 8) < 0) {
    given[8] = TensorAt(args, 0).size(0) + IntAt(args, 8);
    const auto row = std::get<SymInt>(given[8]).AsInt();
    if (!row || *row < 0) {
      c.Fail(Invalid("embedding_bag has no such padding_idx").With("found", std::to_string(IntAt(args, 8))).With("wanted", "a row of weight"));
      return Values(4);
    }
  }
  return c.CallMulti(ops::EmbeddingBagOp(), std::move(given));
}

}  // namespace

const std::vector<Composite>& SearchComposites() {
  static const std::vector<Composite> table = {
      {"aten::bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor", Bucketize},
      {"aten::bucketize.Scalar(Scalar self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor", BucketizeNumber},
      {"aten::embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? "
       "per_sample_weights=None, bool include_last_offset=False) -> (Tensor, Tensor, Tensor, Tensor)", EmbeddingBag},
      {"aten::embedding_bag.padding_idx(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq, int mode, bool sparse, Tensor? "
       "per_sample_weights, bool include_last_offset, int? padding_idx) -> (Tensor, Tensor, Tensor, Tensor)", EmbeddingBag},
      {"aten::isin.Scalar_Tensor(Scalar element, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor", NumberIsin},
      {"aten::isin.Tensor_Scalar(Tensor elements, Scalar test_element, *, bool assume_unique=False, bool invert=False) -> Tensor", IsinNumber},
      {"aten::isin.Tensor_Tensor(Tensor elements, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor", Isin},
      {"aten::linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", LinalgMatrixNorm},
      {"aten::linalg_matrix_norm.str_ord(Tensor self, str ord='fro', int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
       LinalgMatrixNorm},
      {"aten::linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", LinalgNorm},
      {"aten::linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", LinalgNorm},
      {"aten::searchsorted.Scalar(Tensor sorted_sequence, Scalar self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> "
       "Tensor", SearchsortedNumber},
      {"aten::searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, str? side=None, Tensor? sorter=None) -> "
       "Tensor", Searchsorted},
  };
  return table;
}

}  // namespace conformance::rewrite
