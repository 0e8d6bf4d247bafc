#include <algorithm>
#include <cmath>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"
#include "references/onnx/ops/pick.h"

/// Reading and writing elements at places that tensors name. Negative indices count from the end; one out of range is kInvalid.
namespace conformance::onnx_reference::kernels {
namespace {

Status PutInside(std::vector<int64_t>& indices, int64_t size) {
  for (int64_t& index : indices) {
    if (index < -size || index >= size) return Invalid("an index out of range").With("found", std::to_string(index)).With("wanted", "below " + std::to_string(size));
    if (index < 0) index += size;
  }
  return Ok();
}

/// f(place in data, place in indices) for each index along `axis`; other axes of `indices` are places of their own.
template <typename F>
Status EachAlong(const Array& data, const Array& indices, int64_t axis, F f) {
  if (indices.rank() != data.rank()) return ShapeError("indices of another rank").With("found", Describe(indices)).With("wanted", "the rank of " + Describe(data));
  for (int64_t i = 0; i < data.rank(); ++i) {
    if (i != axis && indices.dim(i) > data.dim(i)) return ShapeError("more indices than the axis has").With("found", Describe(indices)).With("wanted", "at most " + Describe(data));
  }
  CONFORMANCE_TRY(std::vector<int64_t> places, ToInts(indices, "indices"));
  CONFORMANCE_RETURN_IF_ERROR(PutInside(places, data.rank() == 0 ? 1 : data.dim(axis)));
  const std::vector<int64_t> strides = StridesOf(data.dims());
  std::vector<int64_t> index(data.dims().size(), 0);
  for (size_t i = 0; i < places.size(); ++i) {
    int64_t at = 0;
    for (size_t k = 0; k < index.size(); ++k) at += (static_cast<int64_t>(k) == axis ? places[i] : index[k]) * strides[k];
    f(at, static_cast<int64_t>(i));
    for (size_t k = index.size(); k-- > 0;) {
      if (++index[k] < indices.dims()[k]) break;
      index[k] = 0;
    }
  }
  return Ok();
}

enum class Reducing : uint8_t { kNone, kAdd, kMul, kMax, kMin };
Result<Reducing> ReducingOf(const Call& call) {
  CONFORMANCE_TRY(const std::string name, call.String("reduction", "none"));
  if (name == "none") return Reducing::kNone;
  if (name == "add") return Reducing::kAdd;
  if (name == "mul") return Reducing::kMul;
  if (name == "max") return Reducing::kMax;
  if (name == "min") return Reducing::kMin;
  return Invalid("an unknown reduction").With("found", name).With("wanted", "none, add, mul, max or min");
}

/// A copy to write into.
Result<Array> CopyOf(const Call& call, const Array& x) { return Strided(call, x, x.dims(), StridesOf(x.dims())); }

template <typename T>
void Combine(Reducing how, T& to, const T& from) {
  switch (how) {
    case Reducing::kNone: to = from; return;
    case Reducing::kAdd: to = static_cast<T>(to + from); return;
    case Reducing::kMul: to = static_cast<T>(to * from); return;
    case Reducing::kMax: to = to < from ? from : to; return;
    case Reducing::kMin: to = from < to ? from : to; return;
  }
}

/// f as in VisitBytes without a reduction, as in VisitNumbers with one (bool: add is or, mul is and).
template <typename F>
Status VisitFor(Reducing how, Store store, F f) {
  if (how == Reducing::kNone) return VisitBytes(store, f);
  return VisitNumbers(store, "what is reduced", f);
}
template <typename T>
void Write(Reducing how, T& to, const T& from) {
  if constexpr (std::is_arithmetic_v<T>) {
    Combine(how, to, from);
  } else {
    to = from;
  }
}

Outputs ScatterAlong(const Call& call, Reducing how) {
  const Array &data = call[0], &indices = call[1], &updates = call[2];
  if (updates.dims() != indices.dims()) return ShapeError("updates that don't fit their indices").With("found", Describe(updates)).With("wanted", Describe(indices));
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", std::max<int64_t>(data.rank(), 1), 0));
  CONFORMANCE_TRY(Array out, CopyOf(call, data));
  CONFORMANCE_RETURN_IF_ERROR(VisitFor(how, data.store(), [&]<typename T>(Tag<T>) {
    return EachAlong(data, indices, axis, [&](int64_t at, int64_t i) { Write(how, out.mutable_data<T>()[at], updates.data<T>()[i]); });
  }));
  return out;
}

}  // namespace

/// out[i][j] = data[indices[i][j]][j] for axis 0, and so on.
Outputs GatherElements(const Call& call) {
  const Array &data = call[0], &indices = call[1];
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", std::max<int64_t>(data.rank(), 1), 0));
  CONFORMANCE_TRY(Array out, call.New(data.elem(), data.store(), indices.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(data.store(), [&]<typename T>(Tag<T>) {
    return EachAlong(data, indices, axis, [&](int64_t at, int64_t i) { out.mutable_data<T>()[i] = data.data<T>()[at]; });
  }));
  return out;
}

Outputs Scatter(const Call& call) { return ScatterAlong(call, Reducing::kNone); }
Outputs ScatterElements(const Call& call) {
  CONFORMANCE_TRY(const Reducing how, ReducingOf(call));
  return ScatterAlong(call, how);
}

namespace {

/// The first element of each slice that the tuples in the last axis of `indices` name; `batch` leading axes are places of their own.
Result<std::vector<int64_t>> SlicesAt(const Array& data, const Array& indices, int64_t batch) {
  if (indices.rank() == 0 || indices.dim(-1) > data.rank() - batch || indices.dim(-1) < 0)
    return ShapeError("indices deeper than the data").With("found", Describe(indices)).With("wanted", "at most " + std::to_string(data.rank() - batch) + " in the last axis");
  const int64_t depth = indices.dim(-1);
  CONFORMANCE_TRY(const std::vector<int64_t> places, ToInts(indices, "indices"));
  const std::vector<int64_t> strides = StridesOf(data.dims());
  int64_t batches = 1, batch_step = 1;
  for (int64_t i = 0; i < batch; ++i) batches *= data.dim(i);
  for (int64_t i = batch; i < data.rank(); ++i) batch_step *= data.dim(i);
  int64_t tuples = 1;
  for (int64_t i = 0; i + 1 < indices.rank(); ++i) tuples *= indices.dim(i);
  const int64_t each = batches == 0 ? 0 : tuples / batches;
  std::vector<int64_t> starts(static_cast<size_t>(tuples));
  for (int64_t tuple = 0; tuple < tuples; ++tuple) {
    int64_t at = batch == 0 ? 0 : tuple / each * batch_step;
    for (int64_t k = 0; k < depth; ++k) {
      int64_t index = places[static_cast<size_t>(tuple * depth + k)];
      const int64_t size = data.dim(batch + k);
      if (index < -size || index >= size) return Invalid("an index out of range").With("found", std::to_string(index)).With("wanted", "below " + std::to_string(size));
      at += (index < 0 ? index + size : index) * strides[static_cast<size_t>(batch + k)];
    }
    starts[static_cast<size_t>(tuple)] = at;
  }
  return starts;
}

}  // namespace

/// Slices of `data` at tuples of indices, behind batch_dims axes that both have.
Outputs GatherND(const Call& call) {
  const Array &data = call[0], &indices = call[1];
  CONFORMANCE_TRY(const int64_t batch, call.Int("batch_dims", 0));
  bool fits = batch >= 0 && batch < std::min(data.rank() + 1, indices.rank());
  for (int64_t i = 0; fits && i < batch; ++i) fits = data.dim(i) == indices.dim(i);
  if (!fits) return ShapeError("batch axes that differ").With("found", Describe(data) + " and " + Describe(indices));
  CONFORMANCE_TRY(const std::vector<int64_t> starts, SlicesAt(data, indices, batch));
  Shape dims(indices.dims().begin(), indices.dims().end() - 1);
  int64_t inner = 1;
  for (int64_t i = batch + indices.dim(-1); i < data.rank(); ++i) {
    dims.push_back(data.dim(i));
    inner *= data.dim(i);
  }
  CONFORMANCE_TRY(Array out, call.New(data.elem(), data.store(), std::move(dims)));
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(data.store(), [&]<typename T>(Tag<T>) {
    T* to = out.mutable_data<T>();
    for (const int64_t start : starts) to = std::copy_n(data.data<T>() + start, inner, to);
    return Ok();
  }));
  return out;
}

/// `data` with the slices at tuples of indices replaced by, or combined with, those of `updates`.
Outputs ScatterND(const Call& call) {
  const Array &data = call[0], &indices = call[1], &updates = call[2];
  CONFORMANCE_TRY(const Reducing how, ReducingOf(call));
  CONFORMANCE_TRY(const std::vector<int64_t> starts, SlicesAt(data, indices, 0));
  Shape wanted(indices.dims().begin(), indices.dims().end() - 1);
  int64_t inner = 1;
  for (int64_t i = indices.dim(-1); i < data.rank(); ++i) {
    wanted.push_back(data.dim(i));
    inner *= data.dim(i);
  }
  if (updates.dims() != wanted) return ShapeError("updates that don't fit their indices").With("found", Describe(updates)).With("wanted", ShapeText(wanted));
  CONFORMANCE_TRY(Array out, CopyOf(call, data));
  CONFORMANCE_RETURN_IF_ERROR(VisitFor(how, data.store(), [&]<typename T>(Tag<T>) {
    const T* from = updates.data<T>();
    for (const int64_t start : starts) {
      for (int64_t i = 0; i < inner; ++i) Write(how, out.mutable_data<T>()[start + i], *from++);
    }
    return Ok();
  }));
  return out;
}

/// A cache with `update` written along an axis, from each sample's own place on.
Outputs TensorScatter(const Call& call) {
  const Array &cache = call[0], &update = call[1];
  CONFORMANCE_TRY(const std::string mode, call.String("mode", "linear"));
  if (mode != "linear" && mode != "circular") return Invalid("an unknown mode").With("found", mode).With("wanted", "linear or circular");
  CONFORMANCE_TRY(const int64_t axis, call.Axis("axis", cache.rank(), -2));
  bool fits = axis != 0 && update.rank() == cache.rank();
  for (int64_t i = 0; fits && i < cache.rank(); ++i) fits = i == axis ? update.dim(i) <= cache.dim(i) : update.dim(i) == cache.dim(i);
  if (!fits) return ShapeError("an update that doesn't fit the cache").With("found", Describe(update)).With("wanted", Describe(cache));
  const int64_t batch = cache.dim(0), length = cache.dim(axis), count = update.dim(axis);
  std::vector<int64_t> starts(static_cast<size_t>(batch), 0);
  if (const Array* given = call.Optional(2)) {
    CONFORMANCE_TRY(starts, ToInts(*given, "write_indices"));
  }
  if (static_cast<int64_t>(starts.size()) != batch) return ShapeError("write indices that don't fit the batch").With("found", Describe(call[2])).With("wanted", std::to_string(batch));
  for (int64_t& start : starts) {
    const bool inside = mode == "circular" ? start >= 0 : start >= 0 && start <= length - count;
    if (!inside) return Invalid("a write index out of range").With("found", std::to_string(start)).With("wanted", "inside " + std::to_string(length));
    if (mode == "circular" && length > 0) start %= length;
  }
  CONFORMANCE_TRY(Array out, CopyOf(call, cache));
  const Around to = AroundAxis(cache.dims(), axis);
  CONFORMANCE_RETURN_IF_ERROR(VisitBytes(cache.store(), [&]<typename T>(Tag<T>) {
    for (int64_t o = 0; o < to.outer; ++o) {
      const int64_t start = starts[static_cast<size_t>(o / (to.outer / batch))];
      for (int64_t i = 0; i < count; ++i) {
        std::copy_n(update.data<T>() + (o * count + i) * to.inner, to.inner, out.mutable_data<T>() + (o * length + (start + i) % length) * to.inner);
      }
    }
    return Ok();
  }));
  return out;
}

/// Slices where a list of bools is true, along an axis or of the tensor written in a row.
Outputs Compress(const Call& call) {
  const bool flat = call.Attribute("axis") == nullptr;
  const Array x = flat ? call[0].Reshaped({call[0].count()}) : call[0];
  CONFORMANCE_TRY(const int64_t axis, flat ? Result<int64_t>(0) : call.Axis("axis", x.rank()));
  if (call[1].elem() != Elem::kBool || call[1].rank() != 1) return TypeError("a condition is a list of bools").With("found", Describe(call[1])).With("wanted", "bool[n]");
  std::vector<std::vector<int64_t>> picks;
  for (int64_t i = 0; i < x.rank(); ++i) picks.push_back(i == axis ? std::vector<int64_t>() : Everything(x.dim(i)));
  for (int64_t i = 0; i < std::min(call[1].count(), x.dim(axis)); ++i) {
    if (call[1].data<bool>()[i]) picks[static_cast<size_t>(axis)].push_back(i);
  }
  return Pick(call, x, picks);
}

/// Places of elements that aren't zero, [rank, n], in row-major order.
Outputs NonZero(const Call& call) {
  const Array& x = call[0];
  std::vector<int64_t> places;
  if (x.store() == Store::kString) {
    for (int64_t i = 0; i < x.count(); ++i) {
      if (!x.data<std::string>()[i].empty()) places.push_back(i);
    }
  } else {
    const std::vector<double> numbers = ToNumbers(x);
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (numbers[i] != 0) places.push_back(static_cast<int64_t>(i));
    }
  }
  const auto count = static_cast<int64_t>(places.size());
  CONFORMANCE_TRY(Array out, call.New(Elem::kInt64, {x.rank(), count}));
  const std::vector<int64_t> strides = StridesOf(x.dims());
  for (int64_t axis = 0; axis < x.rank(); ++axis) {
    for (int64_t i = 0; i < count; ++i)
      out.mutable_data<int64_t>()[axis * count + i] = places[static_cast<size_t>(i)] / strides[static_cast<size_t>(axis)] % x.dim(axis);
  }
  return out;
}

}  // namespace conformance::onnx_reference::kernels
