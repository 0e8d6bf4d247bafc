#include "framework/rewrite/composite_shapes.h"

#include <algorithm>
#include <cstdlib>

#include "framework/ops/ops.h"
#include "framework/rewrite/composite_arguments.h"

namespace conformance::rewrite {
namespace {

using ops::OpContext;
using ops::Value;
using Sizes = std::vector<SymInt>;

Sizes SizesOf(const Value& x) { return {x.sizes().begin(), x.sizes().end()}; }
bool IsOne(const SymInt& size) { return size.AsInt() == 1; }

// ---- joining ----

/// The sizes that all of them stretch to.
Sizes Broadcast(const Values& tensors) {
  Sizes sizes;
  for (const Value& tensor : tensors) {
    const Sizes own = SizesOf(tensor);
    if (own.size() > sizes.size()) sizes.insert(sizes.begin(), own.size() - sizes.size(), SymInt(1));
    for (size_t i = 0; i < own.size(); ++i) {
      SymInt& size = sizes[sizes.size() - own.size() + i];
      if (IsOne(size)) size = own[i];
    }
  }
  return sizes;
}
Values BroadcastTensors(OpContext& c, const Arguments& args) {
  const auto& tensors = std::get<Values>(args[0]);
  const Sizes sizes = Broadcast(tensors);
  Values stretched;
  for (const Value& tensor : tensors) stretched.push_back(ops::Expand(c, tensor, sizes));
  return stretched;
}

Value AtLeast(OpContext& c, Value x, int64_t rank) {
  if (x.rank() == 0) x = ops::Unsqueeze(c, x, 0);
  if (rank >= 2 && x.rank() == 1) x = ops::Unsqueeze(c, x, 0);
  if (rank >= 3 && x.rank() == 2) x = ops::Unsqueeze(c, x, 2);
  return x;
}
template <int64_t kRank>
Values AtLeastOf(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  return {x.rank() >= kRank ? ops::Alias(c, x) : AtLeast(c, x, kRank)};
}
Values AllAtLeast(OpContext& c, const Arguments& args, int64_t rank) {
  Values raised;
  for (const Value& tensor : std::get<Values>(args[0])) raised.push_back(AtLeast(c, tensor, rank));
  return raised;
}
Values Hstack(OpContext& c, const Arguments& args) {
  Values tensors = AllAtLeast(c, args, 1);
  const int64_t axis = tensors[0].rank() == 1 ? 0 : 1;
  return {ops::Cat(c, std::move(tensors), axis)};
}
Values Vstack(OpContext& c, const Arguments& args) { return {ops::Cat(c, AllAtLeast(c, args, 2), 0)}; }
Values Dstack(OpContext& c, const Arguments& args) { return {ops::Cat(c, AllAtLeast(c, args, 3), 2)}; }
Values ColumnStack(OpContext& c, const Arguments& args) {
  Values columns;
  for (const Value& tensor : std::get<Values>(args[0])) columns.push_back(tensor.rank() <= 1 ? ops::Reshape(c, tensor, {SymInt(-1), SymInt(1)}) : tensor);
  return {ops::Cat(c, std::move(columns), 1)};
}

/// Parts that begin at those places.
Values Parts(OpContext& c, const Value& x, int64_t axis, const Sizes& begins) {
  Values parts;
  for (size_t i = 0; i < begins.size(); ++i) {
    parts.push_back(i + 1 < begins.size() ? ops::Slice(c, x, axis, begins[i], begins[i + 1]) : ops::Slice(c, x, axis, begins[i]));
  }
  return parts;
}
/// The first parts are longer by one where the size does not divide.
Values SplitInto(OpContext& c, const Value& x, int64_t sections, int64_t axis) {
  const auto n = x.size(axis).AsInt();
  if (!n || sections < 1) {
    return Refused(c, Unsupported("tensor_split of an axis whose size is not known").With("found", x.size(axis).ToString() + " into " + std::to_string(sections)),
                   static_cast<size_t>(std::max<int64_t>(sections, 1)));
  }
  Sizes begins;
  for (int64_t i = 0; i < sections; ++i) begins.push_back(SymInt(i * (*n / sections) + std::min(i, *n % sections)));
  return Parts(c, x, axis, begins);
}
Values TensorSplit(OpContext& c, const Arguments& args) { return SplitInto(c, TensorAt(args, 0), IntAt(args, 1), IntAt(args, 2)); }
Values TensorSplitAt(OpContext& c, const Arguments& args) {
  Sizes begins = std::get<Sizes>(args[1]);
  begins.insert(begins.begin(), SymInt(0));
  return Parts(c, TensorAt(args, 0), IntAt(args, 2), begins);
}
Values Hsplit(OpContext& c, const Arguments& args) { return SplitInto(c, TensorAt(args, 0), IntAt(args, 1), TensorAt(args, 0).rank() == 1 ? 0 : 1); }
Values Vsplit(OpContext& c, const Arguments& args) { return SplitInto(c, TensorAt(args, 0), IntAt(args, 1), 0); }

// ---- turning ----

Values Rot90(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  const std::vector<int64_t> axes = IntsAt(args, 2);
  if (axes.size() != 2) return Refused(c, Invalid("rot90").With("found", std::to_string(axes.size()) + " axes").With("wanted", "2"));
  switch ((IntAt(args, 1) % 4 + 4) % 4) {
    case 1: return {ops::Transpose(c, ops::Flip(c, x, {axes[1]}), axes[0], axes[1])};
    case 2: return {ops::Flip(c, x, axes)};
    case 3: return {ops::Transpose(c, ops::Flip(c, x, {axes[0]}), axes[0], axes[1])};
    default: return {ops::Clone(c, x)};
  }
}
template <int64_t kAxis>
Values FlipAxis(OpContext& c, const Arguments& args) { return {ops::Flip(c, TensorAt(args, 0), {kAxis})}; }

// ---- picking and placing ----

Values Argsort(OpContext& c, const Arguments& args) { return {c.CallMulti(ops::SortOp(), {args[0], args[1], args[2]})[1]}; }
Values ArgsortStable(OpContext& c, const Arguments& args) { return {c.CallMulti(ops::SortStableOp(), {args[0], args[1], args[2], args[3]})[1]}; }
Values Msort(OpContext& c, const Arguments& args) { return {c.CallMulti(ops::SortOp(), {args[0], SymInt(0), false})[0]}; }

Value Flat(OpContext& c, const Value& x) { return ops::Reshape(c, x, {SymInt(-1)}); }
/// Negative places count from the end.
Value FromStart(OpContext& c, const Value& index, const SymInt& size) {
  return ops::Where(c, ops::Less(c, index, 0), ops::Add(c, index, ops::Scalar(size)), index);
}
Values Take(OpContext& c, const Arguments& args) {
  const Value x = Flat(c, TensorAt(args, 0));
  const Value index = FromStart(c, Flat(c, TensorAt(args, 1)), x.size(0));
  return {ops::Reshape(c, ops::IndexSelect(c, x, 0, index), SizesOf(TensorAt(args, 1)))};
}
Values TakeAlongDim(OpContext& c, const Arguments& args) {
  const Value &x = TensorAt(args, 0), &index = TensorAt(args, 1);
  if (IsNone(args[2])) return {ops::Gather(c, Flat(c, x), 0, Flat(c, index))};
  const int64_t axis = AxisOf(IntAt(args, 2), x.rank());
  Sizes from = SizesOf(x), of = SizesOf(index);
  for (size_t i = 0; i < from.size() && i < of.size(); ++i) {
    if (static_cast<int64_t>(i) == axis) continue;
    if (IsOne(from[i])) from[i] = of[i];
    of[i] = from[i];
  }
  return {ops::Gather(c, ops::Expand(c, x, from), axis, ops::Expand(c, index, of))};
}
Values Put(OpContext& c, const Arguments& args) {
  const Value x = Flat(c, TensorAt(args, 0));
  const Value index = FromStart(c, Flat(c, TensorAt(args, 1)), x.size(0)), source = Flat(c, TensorAt(args, 2));
  const Value placed = FlagAt(args, 3) ? ops::ScatterAdd(c, x, 0, index, source) : ops::Scatter(c, x, 0, index, source);
  return {ops::Reshape(c, placed, SizesOf(TensorAt(args, 0)))};
}
/// Where `axis` is at one of the places of `index`.
Value Chosen(OpContext& c, const Value& x, int64_t axis, const Value& index) {
  const Value places = ops::Unsqueeze(c, ops::Arange(c, x.size(axis)), 1);
  const Value hit = ops::Any(c, ops::Equal(c, places, Flat(c, FromStart(c, index, x.size(axis)))), 1);
  Sizes along(static_cast<size_t>(x.rank()), SymInt(1));
  along[static_cast<size_t>(axis)] = x.size(axis);
  return ops::View(c, hit, std::move(along));
}
Values IndexFill(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  return {ops::MaskedFill(c, x, Chosen(c, x, AxisOf(IntAt(args, 1), x.rank()), TensorAt(args, 2)), NumberAt(args, 3))};
}
Values IndexFillTensor(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  return {ops::MaskedFill(c, x, Chosen(c, x, AxisOf(IntAt(args, 1), x.rank()), TensorAt(args, 2)), TensorAt(args, 3))};
}

Values Triangle(OpContext& c, const Arguments& args, bool lower) {
  const int64_t rows = IntAt(args, 0), columns = IntAt(args, 1), offset = IntAt(args, 2);
  constexpr int64_t kMost = int64_t{1} << 24;
  if (rows < 0 || columns < 0 || (columns > 0 && rows > kMost / columns))
    return Refused(c, Unsupported("a triangle of that size").With("found", std::to_string(rows) + " by " + std::to_string(columns)));
  std::vector<int64_t> at, of;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      if (lower ? j - i > offset : j - i < offset) continue;
      at.push_back(i);
      of.push_back(j);
    }
  }
  const int64_t count = static_cast<int64_t>(at.size());
  at.insert(at.end(), of.begin(), of.end());
  return {ops::To(c, c.Constant(Tensor::Of<int64_t>({2, count}, at)), DTypeOr(args, 3, DType::kI64))};
}
Values TrilIndices(OpContext& c, const Arguments& args) { return Triangle(c, args, true); }
Values TriuIndices(OpContext& c, const Arguments& args) { return Triangle(c, args, false); }

// ---- diagonals ----

Values Trace(OpContext& c, const Arguments& args) { return {ops::Sum(c, ops::Diagonal(c, TensorAt(args, 0), 0, 0, 1))}; }
Values LinalgDiagonal(OpContext& c, const Arguments& args) {
  return {ops::Diagonal(c, TensorAt(args, 0), IntAt(args, 1), IntAt(args, 2), IntAt(args, 3))};
}
/// The last axis along a diagonal of a matrix of zeros, whose axes stand last.
Value Embedded(OpContext& c, const Value& x, int64_t offset) {
  const SymInt n = x.size(-1), side = n + std::abs(offset);
  const Value rows = ops::Unsqueeze(c, ops::Arange(c, side), 1), columns = ops::Unsqueeze(c, ops::Arange(c, side), 0);
  const Value on = ops::Equal(c, ops::Sub(c, columns, rows), offset);
  // Row i of the matrix has element i of x (of a diagonal above) or i − |offset| (below).
  const Value padded = ops::Pad(c, x, offset >= 0 ? Sizes{SymInt(0), SymInt(offset)} : Sizes{SymInt(-offset), SymInt(0)});
  return ops::Where(c, on, ops::Unsqueeze(c, padded, -1), x.dtype() == DType::kBool ? ops::Scalar(false) : ops::Scalar(0));
}
Values DiagEmbed(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  const int64_t rank = x.rank() + 1, first = AxisOf(IntAt(args, 2), rank), second = AxisOf(IntAt(args, 3), rank);
  Value y = Embedded(c, x, first < second ? IntAt(args, 1) : -IntAt(args, 1));
  std::vector<int64_t> order;
  for (int64_t axis = 0, next = 0; axis < rank; ++axis) {
    order.push_back(axis == std::min(first, second) ? rank - 2 : axis == std::max(first, second) ? rank - 1 : next++);
  }
  return {ops::Permute(c, y, std::move(order))};
}
Values Diag(OpContext& c, const Arguments& args) {
  const Value& x = TensorAt(args, 0);
  return {x.rank() == 1 ? Embedded(c, x, IntAt(args, 1)) : ops::Diagonal(c, x, IntAt(args, 1), 0, 1)};
}

// ---- products ----

Value OuterOf(OpContext& c, const Value& a, const Value& b) { return ops::Mul(c, ops::Unsqueeze(c, a, 1), ops::Unsqueeze(c, b, 0)); }
Values Inner(OpContext& c, const Arguments& args) {
  const Value &a = TensorAt(args, 0), &b = TensorAt(args, 1);
  if (a.rank() == 0 || b.rank() == 0) return {ops::Mul(c, a, b)};
  Sizes sizes = SizesOf(a), more = SizesOf(b);
  sizes.pop_back();
  sizes.insert(sizes.end(), more.begin(), more.end() - 1);
  const Value left = ops::Reshape(c, a, {SymInt(-1), a.size(-1)}), right = ops::Reshape(c, b, {SymInt(-1), b.size(-1)});
  return {ops::Reshape(c, ops::Matmul(c, left, ops::Transpose(c, right, 0, 1)), std::move(sizes))};
}
/// beta · self + alpha · product, self left out where beta is 0.
Value AddedTo(OpContext& c, const Arguments& args, const Value& product, size_t beta) {
  const Value scaled = NumberAt(args, beta + 1) == 1 ? product : ops::Mul(c, product, NumberAt(args, beta + 1));
  if (NumberAt(args, beta) == 0) return scaled;
  const Value kept = NumberAt(args, beta) == 1 ? TensorAt(args, 0) : ops::Mul(c, TensorAt(args, 0), NumberAt(args, beta));
  return ops::Add(c, kept, scaled);
}
Values Addmv(OpContext& c, const Arguments& args) { return {AddedTo(c, args, ops::Matmul(c, TensorAt(args, 1), TensorAt(args, 2)), 3)}; }
Values Addr(OpContext& c, const Arguments& args) { return {AddedTo(c, args, OuterOf(c, TensorAt(args, 1), TensorAt(args, 2)), 3)}; }
Values Addbmm(OpContext& c, const Arguments& args) {
  return {AddedTo(c, args, ops::Sum(c, ops::Matmul(c, TensorAt(args, 1), TensorAt(args, 2)), {0}), 3)};
}
Values Vecdot(OpContext& c, const Arguments& args) { return {ops::Sum(c, ops::Mul(c, TensorAt(args, 0), TensorAt(args, 1)), {IntAt(args, 2)})}; }
Values LinalgCross(OpContext& c, const Arguments& args) {
  const Value &a = TensorAt(args, 0), &b = TensorAt(args, 1);
  const int64_t axis = IntAt(args, 2);
  if (a.size(axis).AsInt() != 3) return Refused(c, Invalid("linalg_cross").With("found", a.size(axis).ToString() + " components").With("wanted", "3"));
  const Sizes stretched = Broadcast({a, b});
  const Value x = ops::Expand(c, a, stretched), y = ops::Expand(c, b, stretched);
  const auto turned = [&](const Value& v, int64_t by) { return ops::Roll(c, v, {SymInt(by)}, {axis}); };
  return {ops::Sub(c, ops::Mul(c, turned(x, -1), turned(y, 1)), ops::Mul(c, turned(x, 1), turned(y, -1)))};
}
/// By squaring.
Values MatrixPower(OpContext& c, const Arguments& args) {
  int64_t n = IntAt(args, 1);
  if (n < 1) return Refused(c, Unsupported("a matrix to that power").With("found", std::to_string(n)).With("wanted", "at least 1"));
  Value square = TensorAt(args, 0), power;
  for (bool first = true; n > 0; n /= 2, first = false) {
    if (!first) square = ops::Matmul(c, square, square);
    if (n % 2 == 1) power = power.defined() ? ops::Matmul(c, power, square) : square;
  }
  return {IntAt(args, 1) == 1 ? ops::Alias(c, power) : power};
}
Values Tensordot(OpContext& c, const Arguments& args) {
  const Value &a = TensorAt(args, 0), &b = TensorAt(args, 1);
  const auto split = [](const Value& x, const std::vector<int64_t>& summed, bool summed_last) {
    std::vector<int64_t> of, order;
    for (const int64_t axis : summed) of.push_back(AxisOf(axis, x.rank()));
    for (int64_t axis = 0; axis < x.rank(); ++axis) {
      if (std::find(of.begin(), of.end(), axis) == of.end()) order.push_back(axis);
    }
    order.insert(summed_last ? order.end() : order.begin(), of.begin(), of.end());
    return order;
  };
  const std::vector<int64_t> summed = IntsAt(args, 2);
  const auto left = split(a, summed, true), right = split(b, IntsAt(args, 3), false);
  const size_t kept = left.size() - summed.size();
  SymInt depth = 1;
  Sizes sizes;
  for (size_t i = 0; i < left.size(); ++i) {
    if (i < kept) sizes.push_back(a.size(left[i]));
    else depth = depth * a.size(left[i]);
  }
  SymInt rows = 1, columns = 1;
  for (const SymInt& size : sizes) rows = rows * size;
  for (size_t i = summed.size(); i < right.size(); ++i) {
    sizes.push_back(b.size(right[i]));
    columns = columns * sizes.back();
  }
  const Value x = ops::Reshape(c, ops::Permute(c, a, left), {rows, depth}), y = ops::Reshape(c, ops::Permute(c, b, right), {depth, columns});
  return {ops::Reshape(c, ops::Matmul(c, x, y), std::move(sizes))};
}
/// Each element of a times all of b, as blocks.
Values Kron(OpContext& c, const Arguments& args) {
  const Value &a = TensorAt(args, 0), &b = TensorAt(args, 1);
  const int64_t rank = std::max(a.rank(), b.rank());
  Sizes left, right, sizes;
  for (int64_t axis = 0; axis < rank; ++axis) {
    const auto size = [&](const Value& x) { return axis < rank - x.rank() ? SymInt(1) : x.size(axis - (rank - x.rank())); };
    left.insert(left.end(), {size(a), SymInt(1)});
    right.insert(right.end(), {SymInt(1), size(b)});
    sizes.push_back(size(a) * size(b));
  }
  return {ops::Reshape(c, ops::Mul(c, ops::Reshape(c, a, std::move(left)), ops::Reshape(c, b, std::move(right))), std::move(sizes))};
}
Values Chained(OpContext& c, const Arguments& args) {
  const auto& matrices = std::get<Values>(args[0]);
  Value product = matrices[0];
  for (size_t i = 1; i < matrices.size(); ++i) product = ops::Matmul(c, product, matrices[i]);
  return {matrices.size() == 1 ? ops::Alias(c, product) : product};
}

}  // namespace

const std::vector<Composite>& ShapeComposites() {
  static const std::vector<Composite> table = {
      {"aten::__xor__.Scalar(Tensor self, Scalar other) -> Tensor", Is<ops::BitwiseXorScalarOp, 2>},
      {"aten::__xor__.Tensor(Tensor self, Tensor other) -> Tensor", Is<ops::BitwiseXorTensorOp, 2>},
      {"aten::addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", Addbmm},
      {"aten::addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, Scalar alpha=1) -> Tensor", Addmv},
      {"aten::addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor", Addr},
      {"aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor", Argsort},
      {"aten::argsort.stable(Tensor self, *, bool stable, int dim=-1, bool descending=False) -> Tensor", ArgsortStable},
      {"aten::atleast_1d(Tensor self) -> Tensor", AtLeastOf<1>},
      {"aten::atleast_2d(Tensor self) -> Tensor", AtLeastOf<2>},
      {"aten::atleast_3d(Tensor self) -> Tensor", AtLeastOf<3>},
      {"aten::broadcast_tensors(Tensor[] tensors) -> Tensor[]", BroadcastTensors},
      {"aten::chain_matmul(Tensor[] matrices) -> Tensor", Chained},
      {"aten::column_stack(Tensor[] tensors) -> Tensor", ColumnStack},
      {"aten::diag(Tensor self, int diagonal=0) -> Tensor", Diag},
      {"aten::diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", DiagEmbed},
      {"aten::dstack(Tensor[] tensors) -> Tensor", Dstack},
      {"aten::fliplr(Tensor self) -> Tensor", FlipAxis<1>},
      {"aten::flipud(Tensor self) -> Tensor", FlipAxis<0>},
      {"aten::ger(Tensor self, Tensor vec2) -> Tensor", Is<ops::OuterOp, 2>},
      {"aten::hsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", Hsplit},
      {"aten::hstack(Tensor[] tensors) -> Tensor", Hstack},
      {"aten::index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", IndexFill},
      {"aten::index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor", IndexFillTensor},
      {"aten::inner(Tensor self, Tensor other) -> Tensor", Inner},
      {"aten::kron(Tensor self, Tensor other) -> Tensor", Kron},
      {"aten::linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor", LinalgCross},
      {"aten::linalg_diagonal(Tensor(a) A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor(a)", LinalgDiagonal},
      {"aten::linalg_matmul(Tensor self, Tensor other) -> Tensor", Is<ops::MatmulOp, 2>},
      {"aten::linalg_matrix_power(Tensor self, int n) -> Tensor", MatrixPower},
      {"aten::linalg_multi_dot(Tensor[] tensors) -> Tensor", Chained},
      {"aten::linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor", Vecdot},
      {"aten::matrix_power(Tensor self, int n) -> Tensor", MatrixPower},
      {"aten::moveaxis.int(Tensor(a) self, int source, int destination) -> Tensor(a)", Is<ops::MovedimIntOp, 3>},
      {"aten::msort(Tensor self) -> Tensor", Msort},
      {"aten::put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor", Put},
      {"aten::rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor", Rot90},
      {"aten::row_stack(Tensor[] tensors) -> Tensor", Vstack},
      {"aten::take(Tensor self, Tensor index) -> Tensor", Take},
      {"aten::take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor", TakeAlongDim},
      {"aten::tensor_split.indices(Tensor(a -> *) self, SymInt[] indices, int dim=0) -> Tensor(a)[]", TensorSplitAt},
      {"aten::tensor_split.sections(Tensor(a -> *) self, SymInt sections, int dim=0) -> Tensor(a)[]", TensorSplit},
      {"aten::tensordot(Tensor self, Tensor other, int[] dims_self, int[] dims_other) -> Tensor", Tensordot},
      {"aten::trace(Tensor self) -> Tensor", Trace},
      {"aten::tril_indices(int row, int col, int offset=0, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) "
       "-> Tensor", TrilIndices},
      {"aten::triu_indices(int row, int col, int offset=0, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) "
       "-> Tensor", TriuIndices},
      {"aten::true_divide.Tensor(Tensor self, Tensor other) -> Tensor", Is<ops::DivTensorOp, 2>},
      {"aten::vsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", Vsplit},
      {"aten::vstack(Tensor[] tensors) -> Tensor", Vstack},
  };
  return table;
}

}  // namespace conformance::rewrite
