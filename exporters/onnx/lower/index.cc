#include "exporters/onnx/lower/index.h"

#include <algorithm>
#include <numeric>

#include "exporters/onnx/lower/shape.h"

namespace conformance::onnx {
namespace {


// Index tensors with the axes that they stand for. A bool one stands for its axes by its nonzero positions.
struct Indices {
  std::vector<int64_t> axes;
  std::vector<Value> values;  // i64, sizes known unless from a bool mask
  int64_t rank = 0;           // of all of them broadcast together
  bool masked = false;
};

Result<Indices> IndicesOf(const Call& call, Graph& g) {
  Indices out;
  int64_t axis = 0;
  for (const Value& index : call.Tensors("indices")) {
    if (!index.defined()) {
      ++axis;
      continue;
    }
    if (index.dtype != DType::kBool) {
      out.axes.push_back(axis++);
      out.values.push_back(g.Cast(index, DType::kI64));
      out.rank = std::max(out.rank, index.rank());
      continue;
    }
    out.masked = true;
    out.rank = std::max<int64_t>(out.rank, 1);
    const Value positions = g.Op("NonZero", {index});  // [rank, count]
    for (int64_t i = 0; i < index.rank(); ++i) {
      out.axes.push_back(axis++);
      out.values.push_back(g.Op("Gather", {positions, g.Int(i)}, {{"axis", 0}}));
    }
  }
  if (out.values.empty()) return call.Refused("without any index");
  return out;
}

bool AreNeighbours(const std::vector<int64_t>& axes) {
  for (size_t i = 1; i < axes.size(); ++i) {
    if (axes[i] != axes[i - 1] + 1) return false;
  }
  return true;
}

// [..., k]: index tuples, the index tensors broadcast together.
Value Tuples(Graph& g, const Indices& indices) {
  std::vector<Value> columns;
  Value common;
  for (const Value& value : indices.values) {
    const Value zero = g.Op("Mul", {value, g.Int(0)});
    common = common.defined() ? g.Op("Add", {common, zero}) : zero;
  }
  for (const Value& value : indices.values) {
    const Value whole = indices.values.size() == 1 ? value : g.Op("Add", {value, common});
    columns.push_back(g.Unsqueeze(whole, {-1}));
  }
  return columns.size() == 1 ? columns[0] : g.Concat(std::move(columns), -1);
}

// The indexed axes first, then the others.
std::vector<int64_t> IndexedFirst(const std::vector<int64_t>& axes, int64_t rank) {
  std::vector<int64_t> perm = axes;
  for (int64_t i = 0; i < rank; ++i) {
    if (std::find(axes.begin(), axes.end(), i) == axes.end()) perm.push_back(i);
  }
  return perm;
}

}  // namespace

Result<Outputs> LowerIndex(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  CONFORMANCE_TRY(const Indices indices, IndicesOf(call, g));
  if (indices.values.size() == 1) return g.Op("Gather", {x, indices.values[0]}, {{"axis", indices.axes[0]}});
  const Value picked = g.Op("GatherND", {g.Transpose(x, IndexedFirst(indices.axes, x.rank())), Tuples(g, indices)});
  // [broadcast axes, other axes]; neighbouring indices put their axes where they stood.
  const int64_t before = indices.axes[0];
  if (before == 0 || !AreNeighbours(indices.axes)) return picked;
  const int64_t rank = indices.rank + x.rank() - static_cast<int64_t>(indices.axes.size());
  std::vector<int64_t> perm;
  for (int64_t i = 0; i < before; ++i) perm.push_back(indices.rank + i);
  for (int64_t i = 0; i < indices.rank; ++i) perm.push_back(i);
  for (int64_t i = indices.rank + before; i < rank; ++i) perm.push_back(i);
  return g.Transpose(picked, std::move(perm));
}

namespace {

// self[mask] = values, where there is one value, or one for each true position: a choice, without a scatter.
std::optional<Value> PutByMask(const Call& call, Graph& g, const Value& x) {
  const std::vector<Value> given = call.Tensors("indices");
  const Value values = g.Cast(call.Tensor("values"), x.dtype);
  if (given.size() != 1 || given[0].dtype != DType::kBool || call.Bool("accumulate")) return std::nullopt;
  Value mask = given[0];
  const bool one = values.rank() == 0 || (values.rank() == 1 && (*values.sizes)[0].AsInt() == 1);
  if (!one) {
    if (values.rank() != 1 + x.rank() - mask.rank()) return std::nullopt;
    for (int64_t i = 1; i < values.rank(); ++i) {
      const size_t axis = static_cast<size_t>(mask.rank() + i - 1);
      if (!SymInt::Same((*values.sizes)[static_cast<size_t>(i)], (*x.sizes)[axis])) return std::nullopt;
    }
  }
  std::vector<int64_t> trailing;
  for (int64_t i = mask.rank(); i < x.rank(); ++i) trailing.push_back(i);
  mask = g.Unsqueeze(mask, std::move(trailing));
  if (one) return g.Where(mask, values, x);
  // The i-th true position takes the i-th value: its number is a running count.
  const Value flat_mask = g.Op("Reshape", {g.Op("Expand", {mask, g.Shape(x)}), g.Ints({-1})});
  const Value count = g.Op("CumSum", {g.Cast(flat_mask, DType::kI64), g.Int(0)});
  const Value position = g.Op("Max", {g.Op("Sub", {count, g.Int(1)}), g.Int(0)});
  const Value taken = g.Op("Gather", {g.Op("Reshape", {values, g.Ints({-1})}), position}, {{"axis", 0}});
  return g.Op("Reshape", {g.Where(flat_mask, taken, g.Op("Reshape", {x, g.Ints({-1})})), g.Shape(x)});
}

}  // namespace

Result<Outputs> LowerIndexPut(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  if (auto masked = PutByMask(call, g, x)) return *masked;
  CONFORMANCE_TRY(const Indices indices, IndicesOf(call, g));
  const std::vector<int64_t> perm = IndexedFirst(indices.axes, x.rank());
  if (!std::is_sorted(perm.begin(), perm.end()) && !AreNeighbours(indices.axes)) return call.Refused("with indices apart from each other");
  const Value moved = g.Transpose(x, perm);
  const Value tuples = Tuples(g, indices);
  // Values repeat to [broadcast axes, other axes]; where the indexed axes are not the first, theirs stand behind the others.
  const int64_t before = indices.axes[0], others = x.rank() - static_cast<int64_t>(indices.axes.size());
  Value values = g.Cast(call.Tensor("values"), x.dtype);
  if (before > 0 && values.rank() > 0) {
    if (values.rank() != indices.rank + others) return call.Refused("with values of another rank behind a leading axis");
    std::vector<int64_t> order;
    for (int64_t i = 0; i < indices.rank; ++i) order.push_back(before + i);
    for (int64_t i = 0; i < values.rank(); ++i) {
      if (i < before || i >= before + indices.rank) order.push_back(i);
    }
    values = g.Transpose(values, std::move(order));
  }
  const Value outer = g.Op("Shape", {tuples}, {{"start", 0}, {"end", -1}});
  const Value inner = g.Op("Shape", {moved}, {{"start", static_cast<int64_t>(indices.axes.size())}});
  const Value updates = g.Op("Expand", {values, others == 0 ? outer : g.Concat({outer, inner}, 0)});
  std::vector<Attr> attrs;
  if (call.Bool("accumulate")) attrs.emplace_back("reduction", "add");
  const Value put = g.Op("ScatterND", {moved, tuples, updates}, std::move(attrs));
  std::vector<int64_t> back(perm.size());
  for (size_t i = 0; i < perm.size(); ++i) back[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
  return g.Transpose(put, std::move(back));
}

Result<Outputs> LowerIndexSelect(const Call& call, Graph& g) {
  const Value x = call.Tensor("self");
  return g.Op("Gather", {x, call.Tensor("index")}, {{"axis", call.Axis("dim", x.rank())}});
}

Result<Outputs> LowerGather(const Call& call, Graph& g) {
  const Value x = call.Tensor("self"), index = call.Tensor("index");
  if (x.rank() == 0) return index.rank() == 0 ? x : g.Op("Expand", {x, g.Shape(index)});
  return g.Op("GatherElements", {x, index}, {{"axis", call.Axis("dim", x.rank())}});
}

namespace {

Outputs Scattered(const Call& call, Graph& g, Value updates) {
  const Value x = call.Tensor("self"), index = call.Tensor("index");
  if (x.rank() == 0) {  // runtimes want an axis: the one update, where there is one, is the answer
    const bool nothing = index.rank() == 1 && (*index.sizes)[0].AsInt() == 0;
    return nothing ? x : g.Op("Reshape", {g.Cast(updates, x.dtype), g.Ints({})});
  }
  return g.Op("ScatterElements", {x, index, std::move(updates)}, {{"axis", call.Axis("dim", x.rank())}});
}

}  // namespace

Value ScatterSource(const Call& call, Graph& g) {
  const Value index = call.Tensor("index");
  Value updates = call.Tensor("src");
  for (int64_t axis = 0; axis < index.rank(); ++axis) {  // a source may be larger than the index
    const auto i = static_cast<size_t>(axis);
    if (!SymInt::Same((*updates.sizes)[i], (*index.sizes)[i])) {
      const auto sizes = updates.sizes;
      updates = g.Slice(updates, axis, 0, g.Dim(index, axis));
      updates.sizes = sizes;
    }
  }
  return updates;
}

Result<Outputs> LowerScatter(const Call& call, Graph& g) { return Scattered(call, g, ScatterSource(call, g)); }

Result<Outputs> LowerScatterValue(const Call& call, Graph& g) {
  const Value index = call.Tensor("index");
  return Scattered(call, g, g.Op("Expand", {call.Operand("value", call.OutputDType()), g.Shape(index)}));
}

Result<Outputs> LowerWhere(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  return g.Where(g.Cast(call.Tensor("condition"), DType::kBool), call.Operand("self", dtype), call.Operand("other", dtype));
}

Result<Outputs> LowerMaskedFill(const Call& call, Graph& g) {
  const DType dtype = call.OutputDType();
  return g.Where(call.Tensor("mask"), call.Operand("value", dtype), g.Cast(call.Tensor("self"), dtype));
}

// The i-th true position takes the i-th element of the source.
Result<Outputs> LowerMaskedScatter(const Call& call, Graph& g) {
  const Value x = call.Tensor("self"), flat = g.Ints({-1});
  const Value mask = g.Op("Reshape", {g.Op("Expand", {call.Tensor("mask"), g.Shape(x)}), flat});
  const Value count = g.Op("CumSum", {g.Cast(mask, DType::kI64), g.Int(0)});
  const Value position = g.Op("Max", {g.Op("Sub", {count, g.Int(1)}), g.Int(0)});
  const Value taken = g.Op("Gather", {g.Op("Reshape", {call.Tensor("source"), flat}), position}, {{"axis", 0}});
  return g.Op("Reshape", {g.Where(mask, taken, g.Op("Reshape", {x, flat})), g.Shape(x)});
}

Result<Outputs> LowerEmbedding(const Call& call, Graph& g) {
  return g.Op("Gather", {call.Tensor("weight"), call.Tensor("indices")}, {{"axis", 0}});
}

Result<Outputs> LowerOneHot(const Call& call, Graph& g) {
  const Value ids = call.Tensor("self");
  const int64_t classes = call.Int("num_classes");
  const Value depth = classes >= 0 ? g.Ints({classes}) : g.Op("Add", {g.AsVector(g.Reduce("ReduceMax", ids, {}, false)), g.Ints({1})});
  const auto encoded = [&](const Value& positions) { return g.Op("OneHot", {positions, depth, g.Ints({0, 1})}, {{"axis", -1}}); };
  return ids.rank() == 0 ? g.Squeeze(encoded(g.Unsqueeze(ids, {0})), {0}) : encoded(ids);
}

Result<Outputs> LowerNonzero(const Call& call, Graph& g) {
  const Value x = g.Cast(call.Tensor("self"), DType::kBool);
  if (x.rank() > 0) return g.Transpose(g.Op("NonZero", {x}), {1, 0});
  // A number without axes has a position without coordinates: [1, 0] or [0, 0].
  return g.Slice(g.Transpose(g.Op("NonZero", {g.Unsqueeze(x, {0})}), {1, 0}), 1, 0, 0);
}

// A size: i64[1], as all sizes are here.
Result<Outputs> LowerItem(const Call& call, Graph& g) {
  return g.Op("Reshape", {g.Cast(call.Tensor("self"), DType::kI64), g.Ints({1})});
}

}  // namespace conformance::onnx
