// Rows of tables in bags, the gradient of a table, and other sizes over the same elements.
#include <algorithm>
#include <limits>

#include "exporters/onnx/decompose/decompose.h"
#include "framework/ops/ops.h"
#include "framework/rewrite/bind.h"

namespace conformance::onnx {
namespace {

using ops::Value;
using Arguments = std::vector<ops::Argument>;
using Sizes = std::vector<SymInt>;

const SymInt& IntAt(const Arguments& args, size_t i) { return std::get<SymInt>(args[i]); }
DType Wide(DType dtype) { return ByteSize(dtype) < ByteSize(DType::kF32) ? DType::kF32 : dtype; }
Value Indices(ops::OpContext& c, const Value& given) { return AsType(c, given, DType::kI64); }
bool IsPadded(const SymInt& padding) { return !padding.IsConstant() || padding.constant() >= 0; }

// Zeros [rows, ...] with each slice of `values` added to the row that `at` says.
Value Added(ops::OpContext& c, const SymInt& rows, const Value& at, const Value& values) {
  Sizes sizes = values.sizes();
  sizes[0] = rows;
  return ops::IndexAdd(c, ops::Zeros(c, std::move(sizes), values.dtype()), 0, at, values);
}
Value Counts(ops::OpContext& c, const SymInt& rows, const Value& at, DType dtype) {
  return Added(c, rows, at, ops::Ones(c, at.sizes(), dtype));
}

}  // namespace

Result<bool> DecomposeEmbeddingDenseBackward(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const Arguments args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value given = std::get<Value>(args[0]), indices = std::get<Value>(args[1]);
  const DType dtype = Wide(given.dtype());
  const SymInt count = NumElements(indices.sizes()), &rows = IntAt(args, 2);
  const Value at = ops::Reshape(c, Indices(c, indices), {count});
  Value gradient = ops::Reshape(c, AsType(c, given, dtype), {count, given.size(-1)});
  if (IsPadded(IntAt(args, 3))) {
    const Value kept = ops::Unsqueeze(c, ops::NotEqual(c, at, ops::Scalar(IntAt(args, 3))), 1);
    gradient = ops::Where(c, kept, gradient, ops::ScalarTensor(c, 0.0, dtype));
  }
  if (std::get<bool>(args[4])) {
    const Value often = ops::IndexSelect(c, Counts(c, rows, at, dtype), 0, at);
    gradient = ops::Div(c, gradient, ops::Unsqueeze(c, often, 1));
  }
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(AsType(c, Added(c, rows, at, gradient), given.dtype())));
  return true;
}

namespace {

// One call of _embedding_bag. A row that does not count goes into one more bag behind the others.
struct Bags {
  Value indices, bag;     ///< i64[k]; the bag that each index belongs to
  Value counted;          ///< as `bag`, but for the rows that do not count
  Value rows;             ///< [k, d]
  SymInt bags, all;       ///< with the one for what does not count
  DType dtype;
};

Value Kept(ops::OpContext& c, const Bags& b, const Value& x) { return SymInt::Same(b.all, b.bags) ? x : ops::Slice(c, x, 0, SymInt(0), b.bags); }

// The place of each bag's largest element, the first of equal ones: its row; 0 for a bag without rows.
Value LargestRows(ops::OpContext& c, const Bags& b, const Value& largest, const Value& at, const Value& empty) {
  const Value is = ops::Equal(c, b.rows, ops::IndexSelect(c, largest, 0, b.counted));
  const Value place = ops::Unsqueeze(c, ops::Arange(c, b.indices.size(0)), 1);
  const Value places = ops::Where(c, is, place, ops::ScalarTensor(c, std::numeric_limits<int32_t>::max(), DType::kI64));
  const Value none = ops::Full(c, largest.sizes(), std::numeric_limits<int32_t>::max(), DType::kI64);
  const Value first = ops::ScatterReduce(c, none, 0, at, places, "amin", true);
  const Value known = ops::Where(c, ops::Less(c, first, ops::Scalar(b.indices.size(0))), first, ops::ScalarTensor(c, 0, DType::kI64));
  const Value row = ops::Reshape(c, ops::IndexSelect(c, b.indices, 0, ops::Reshape(c, known, {NumElements(known.sizes())})), known.sizes());
  return Kept(c, b, ops::Where(c, empty, ops::ScalarTensor(c, 0, DType::kI64), row));
}

}  // namespace

Result<bool> DecomposeEmbeddingBag(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const Arguments args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value weight = std::get<Value>(args[0]), offsets = std::get<Value>(args[2]);
  const Value* factors = std::get_if<Value>(&args[6]);
  const int64_t mode = IntAt(args, 4).constant();
  const std::vector<ir::ValueId> made = edit.node().OutputValues();
  CONFORMANCE_TRY(const Value noted, rewrite::ValueOf(edit.graph(), made[1]));
  Bags b;
  b.dtype = Wide(weight.dtype());
  b.indices = Indices(c, std::get<Value>(args[1]));
  b.bags = offsets.size(0) - (std::get<bool>(args[7]) ? 1 : 0);
  const Value starts = ops::Slice(c, Indices(c, offsets), 0, SymInt(0), b.bags);
  const Value places = ops::Unsqueeze(c, ops::Arange(c, b.indices.size(0)), 1);
  const Value begun = ops::To(c, ops::LessEqual(c, ops::Unsqueeze(c, starts, 0), places), DType::kI64);
  b.bag = ops::Sub(c, ops::Sum(c, begun, {1}), 1);
  b.counted = b.bag;
  b.all = b.bags;
  if (IsPadded(IntAt(args, 8))) {
    b.all = b.bags + 1;
    const Value padded = ops::Equal(c, b.indices, ops::Scalar(IntAt(args, 8)));
    b.counted = ops::Where(c, padded, ops::ScalarTensor(c, ops::Scalar(b.bags), DType::kI64), b.bag);
  }
  b.rows = ops::IndexSelect(c, AsType(c, weight, b.dtype), 0, b.indices);
  if (factors != nullptr && factors->defined()) b.rows = ops::Mul(c, b.rows, ops::Unsqueeze(c, AsType(c, *factors, b.dtype), 1));

  const Value counts = ops::Unsqueeze(c, Counts(c, b.all, b.counted, b.dtype), 1);
  Value y, noted_rows;
  if (mode == 2) {
    const Value empty = ops::Equal(c, counts, 0);
    const Value at = ops::Expand(c, ops::Unsqueeze(c, b.counted, 1), b.rows.sizes());
    const Value none = ops::Full(c, {b.all, weight.size(1)}, -std::numeric_limits<double>::infinity(), b.dtype);
    const Value largest = ops::ScatterReduce(c, none, 0, at, b.rows, "amax", true);
    y = ops::Where(c, empty, ops::ScalarTensor(c, 0.0, b.dtype), largest);
    if (!edit.graph().value(made[3]).uses().empty()) noted_rows = LargestRows(c, b, largest, at, empty);
  } else {
    y = Added(c, b.all, b.counted, b.rows);
    if (mode == 1) y = ops::Div(c, y, ops::Clamp(c, counts, ops::Scalar(1.0), std::nullopt));
  }
  const DType type = noted.dtype();
  const Value bag = noted.size(0).AsInt() == 0 ? ops::Zeros(c, {SymInt(0)}, type) : AsType(c, b.bag, type);
  const auto sizes = [&] { return mode == 0 ? ops::Zeros(c, {b.bags}, type) : ops::To(c, Kept(c, b, ops::Squeeze(c, counts, 1)), type); };
  Value last;
  if (mode != 2) last = sizes();  // a value of its own: outputs of a program have a name each
  if (mode == 2) last = noted_rows.defined() ? AsType(c, noted_rows, type) : ops::Zeros(c, {b.bags, weight.size(1)}, type);
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith({AsType(c, Kept(c, b, y), weight.dtype()), bag, sizes(), last}));
  return true;
}

namespace {

// Whether the program records the value row-major and as all that its storage holds.
bool IsWhole(const ir::Graph& graph, const Value& x) {
  const ir::Value& value = graph.value(rewrite::Recorder::IdOf(x));
  const ir::TensorMeta* meta = value.tensor();
  const auto same = [](const SymInt& a, const SymInt& b) { return SymInt::Same(a, b); };
  return meta != nullptr && std::ranges::equal(meta->strides, ir::ContiguousStrides(meta->sizes), same) && meta->storage_offset.AsInt() == 0;
}

}  // namespace

Result<bool> DecomposeResize(rewrite::NodeEdit& edit) {
  CONFORMANCE_TRY(const Arguments args, edit.Arguments());
  ops::OpContext& c = edit.context();
  const Value x = std::get<Value>(args[0]);
  const Sizes& size = std::get<Sizes>(args[1]);
  const auto* format = std::get_if<ops::MemoryFormat>(&args[2]);
  if (format != nullptr && *format != ops::MemoryFormat::kContiguous) {
    return Unsupported("resize to another order of elements than row by row").With("node", edit.node().name);
  }
  if (!IsWhole(edit.graph(), x)) return Unsupported("resize of a tensor that is not recorded as stored row by row").With("node", edit.node().name);
  const SymInt stored = NumElements(x.sizes()), wanted = NumElements(size);
  Value flat = ops::Reshape(c, x, {stored});
  const auto more = (wanted - stored).AsInt();
  if (!more || *more > 0) flat = ops::Cat(c, {flat, ops::Zeros(c, {more ? SymInt(*more) : wanted}, x.dtype())}, 0);
  if (!more || *more < 0) flat = ops::Slice(c, flat, 0, SymInt(0), wanted);
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(ops::View(c, flat, size)));
  return true;
}

}  // namespace conformance::onnx
