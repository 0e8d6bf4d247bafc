// Advanced indexing, x[i, :, j]: index tensors broadcast against each other; bool masks count as their nonzero positions.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "framework/base/strings.h"
#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/view.h"

namespace conformance::eager {
namespace {

Outputs Only(Tensor tensor) { return std::vector<Tensor>{std::move(tensor)}; }

Result<Shape> BroadcastShapes(const KernelCall& call, const Shape& a, const Shape& b) {
  Shape out(std::max(a.size(), b.size()), 1);
  for (const Shape* shape : {&a, &b}) {
    for (size_t i = 0; i < shape->size(); ++i) {
      int64_t& size = out[out.size() - shape->size() + i];
      if ((*shape)[i] == 1 || (*shape)[i] == size) continue;
      if (size != 1) return call.Invalid("sizes " + ShapeText(a) + " and " + ShapeText(b) + " do not broadcast");
      size = (*shape)[i];
    }
  }
  return out;
}

/// Positions of the nonzero elements [k, rank], row-major.
Tensor NonzeroOf(const KernelCall& call, const Tensor& x) {
  std::vector<int64_t> found;
  WithCompute(x.dtype(), [&](auto t) {
    using T = decltype(t);
    Operand<T> values(call.isa(), x);
    for (int64_t start = 0; start < x.num_elements(); start += kBlock) {
      const int64_t count = std::min(kBlock, x.num_elements() - start);
      const T* block = values.Read(start, count);
      for (int64_t i = 0; i < count; ++i) {
        if (block[i] != T(0)) found.push_back(start + i);
      }
    }
  });
  const int64_t rank = x.rank();
  const Tensor out = Tensor::Empty(DType::kI64, {static_cast<int64_t>(found.size()), rank});
  int64_t* row = out.mutable_data<int64_t>();
  for (int64_t place : found) {
    for (int64_t axis = rank; axis-- > 0;) {
      row[axis] = place % x.shape()[static_cast<size_t>(axis)];
      place /= x.shape()[static_cast<size_t>(axis)];
    }
    row += rank;
  }
  return out;
}

/// What a list of indices means for x.
struct Selection {
  std::vector<int64_t> axes;   ///< of x that are indexed, in order
  std::vector<Tensor> ids;     ///< for each, contiguous i64 of `shape`, in range
  Shape shape;                 ///< the common shape of the index tensors
  std::vector<int64_t> rest;   ///< the other axes of x
  size_t place = 0;            ///< where `shape` stands among `rest` in the answer
};

Result<Selection> Select(const KernelCall& call, const Tensor& x, const std::vector<ops::Value>& indices) {
  Selection selection;
  std::vector<Tensor> given;
  int64_t axis = 0;
  for (const ops::Value& value : indices) {
    if (!value.defined()) {
      ++axis;
      continue;
    }
    const Tensor& index = value.tensor();
    if (index.dtype() != DType::kBool && index.dtype() != DType::kU8) {
      selection.axes.push_back(axis++);
      given.push_back(index);
      continue;
    }
    for (int64_t d = 0; d < index.rank(); ++d) {
      if (axis + d >= x.rank() || index.dim(d) != x.dim(axis + d)) {
        return call.Invalid("a mask " + Describe(index) + " does not fit axis " + std::to_string(axis) + " of " + Describe(x));
      }
    }
    const Tensor positions = NonzeroOf(call, index);
    for (int64_t d = 0; d < index.rank(); ++d) {
      selection.axes.push_back(axis++);
      given.push_back(positions.View({positions.dim(0)}, {positions.strides()[0]}, positions.offset() + d));
    }
  }
  for (const Tensor& index : given) {
    CONFORMANCE_TRY(selection.shape, BroadcastShapes(call, selection.shape, index.shape()));
  }
  for (size_t i = 0; i < given.size(); ++i) {
    Tensor ids = Tensor::Empty(DType::kI64, selection.shape);
    CopyInto(call.isa(), BroadcastTo(given[i], selection.shape), ids);
    const int64_t size = x.dim(selection.axes[i]);
    for (int64_t p = 0; p < ids.num_elements(); ++p) {
      int64_t& id = ids.mutable_data<int64_t>()[p];
      if (id < -size || id >= size) {
        return call.Invalid("index " + std::to_string(id) + " is out of range for axis " + std::to_string(selection.axes[i]) +
                            " of size " + std::to_string(size));
      }
      if (id < 0) id += size;
    }
    selection.ids.push_back(std::move(ids));
  }
  for (int64_t d = 0; d < x.rank(); ++d) {
    if (std::ranges::find(selection.axes, d) == selection.axes.end()) selection.rest.push_back(d);
  }
  // Neighbouring index axes are replaced where they stand; others move to the front.
  const auto& axes = selection.axes;
  const bool neighbours = axes.empty() || axes.back() - axes.front() + 1 == static_cast<int64_t>(axes.size());
  selection.place = neighbours && !axes.empty() ? static_cast<size_t>(axes.front()) : 0;
  return selection;
}

Tensor Apply(const KernelCall& call, const Tensor& x, const Selection& selection) {
  Shape rest_shape, rest_strides, shape = selection.shape;
  for (const int64_t axis : selection.rest) {
    rest_shape.push_back(x.dim(axis));
    rest_strides.push_back(x.strides()[static_cast<size_t>(axis)]);
  }
  shape.insert(shape.end(), rest_shape.begin(), rest_shape.end());
  const Tensor out = Tensor::Empty(x.dtype(), shape);
  const int64_t count = NumElements(selection.shape), inner = NumElements(rest_shape);
  const int64_t width = static_cast<int64_t>(ByteSize(x.dtype()));
  const bool whole = inner > 0 && x.View(rest_shape, rest_strides, x.offset()).IsContiguous();
  for (int64_t p = 0; p < count && inner > 0; ++p) {
    int64_t offset = 0;
    for (size_t i = 0; i < selection.axes.size(); ++i) {
      offset += selection.ids[i].data<int64_t>()[p] * x.strides()[static_cast<size_t>(selection.axes[i])];
    }
    if (whole) {
      std::memcpy(out.raw_mutable() + p * inner * width, x.raw() + offset * width, static_cast<size_t>(inner * width));
    } else {
      CopyInto(call.isa(), x.View(rest_shape, rest_strides, x.offset() + offset),
               out.View(rest_shape, ContiguousStrides(rest_shape), p * inner));
    }
  }
  // The index axes go to their place among the rest.
  const int64_t indexed = static_cast<int64_t>(selection.shape.size());
  std::vector<int64_t> order(shape.size());
  std::iota(order.begin(), order.end(), 0);
  const auto begin = order.begin() + indexed;
  std::rotate(order.begin(), begin, begin + static_cast<std::ptrdiff_t>(selection.place));
  return PermuteAxes(out, order);
}

const std::vector<ops::Value>& Indices(const KernelCall& call) { return std::get<std::vector<ops::Value>>(call.args()[1]); }

}  // namespace

Outputs Index(const KernelCall& call) {
  CONFORMANCE_TRY(const Selection selection, Select(call, call.tensor(0), Indices(call)));
  return Only(Apply(call, call.tensor(0), selection));
}

Outputs IndexPut(const KernelCall& call) {
  const Tensor out = call.tensor(0).Clone();
  CONFORMANCE_TRY(const Selection selection, Select(call, out, Indices(call)));
  // Which elements of `out` the selection means: the same selection from their numbers.
  const Tensor numbers = Tensor::Empty(DType::kI64, out.shape());
  std::iota(numbers.mutable_data<int64_t>(), numbers.mutable_data<int64_t>() + numbers.num_elements(), int64_t{0});
  const Tensor places = Apply(call, numbers, selection).Contiguous();
  if (places.num_elements() == 0) return Only(out);
  CONFORMANCE_TRY(const Shape joint, BroadcastShapes(call, call.tensor(2).shape(), places.shape()));
  if (joint != places.shape()) {
    return call.Invalid("values " + Describe(call.tensor(2)) + " do not broadcast to " + ShapeText(places.shape()));
  }
  const Tensor values = BroadcastTo(call.tensor(2), places.shape());
  const bool accumulate = call.boolean(3);
  WithCompute(out.dtype(), [&](auto t) {
    using T = decltype(t);
    const Tensor wide = ContiguousAs<T>(call.isa(), values);
    const int64_t width = static_cast<int64_t>(ByteSize(out.dtype()));
    for (int64_t p = 0; p < places.num_elements(); ++p) {
      std::byte* element = out.raw_mutable() + places.data<int64_t>()[p] * width;
      T value = wide.data<T>()[p];
      if (accumulate) {
        T old;
        LoadRun(call.isa(), out.dtype(), element, 1, 1, &old);
        if constexpr (std::is_same_v<T, int64_t>) value = static_cast<T>(static_cast<uint64_t>(old) + static_cast<uint64_t>(value));
        else value += old;
      }
      StoreRun(call.isa(), &value, 1, out.dtype(), element);
    }
  });
  return Only(out);
}

Outputs Nonzero(const KernelCall& call) { return Only(NonzeroOf(call, call.tensor(0))); }

Outputs MaskedScatter(const KernelCall& call) {
  const Shape shape = call.out_shape();
  const Tensor out = Tensor::Empty(call.out_store(), shape);
  CopyInto(call.isa(), BroadcastTo(call.tensor(0), shape), out);
  const Tensor places = NonzeroOf(call, ViewOrCopy(BroadcastTo(call.tensor(1), shape), {out.num_elements()}));
  const Tensor source = ContiguousAs(call.isa(), call.tensor(2), out.dtype());
  if (source.num_elements() < places.dim(0)) {
    return call.Invalid("the mask holds " + std::to_string(places.dim(0)) + " elements, the source " +
                        std::to_string(source.num_elements()));
  }
  const size_t width = ByteSize(out.dtype());
  for (int64_t p = 0; p < places.dim(0); ++p) {
    std::memcpy(out.raw_mutable() + static_cast<size_t>(places.data<int64_t>()[p]) * width,
                source.raw() + static_cast<size_t>(p) * width, width);
  }
  return Only(out);
}

Outputs MaskedSelect(const KernelCall& call) {
  const Tensor &x = call.tensor(0), &mask = call.tensor(1);
  CONFORMANCE_TRY(const Shape shape, BroadcastShapes(call, x.shape(), mask.shape()));
  const Tensor values = ContiguousAs(call.isa(), BroadcastTo(x, shape), x.dtype());
  const Tensor places = NonzeroOf(call, ViewOrCopy(BroadcastTo(mask, shape), {NumElements(shape)}));
  const Tensor out = Tensor::Empty(x.dtype(), {places.dim(0)});
  const size_t width = ByteSize(x.dtype());
  for (int64_t p = 0; p < places.dim(0); ++p) {
    std::memcpy(out.raw_mutable() + static_cast<size_t>(p) * width, values.raw() + static_cast<size_t>(places.data<int64_t>()[p]) * width, width);
  }
  return Only(out);
}

Outputs OneHot(const KernelCall& call) {
  const Tensor ids = ContiguousAs(call.isa(), call.tensor(0), DType::kI64);
  const Tensor out = Tensor::Zeros(DType::kI64, call.out_shape());
  const int64_t classes = call.out_shape().back();
  for (int64_t p = 0; p < ids.num_elements(); ++p) {
    const int64_t id = ids.data<int64_t>()[p];
    if (id < 0 || id >= classes) {
      return call.Invalid("class " + std::to_string(id) + " is out of range for " + std::to_string(classes) + " classes");
    }
    out.mutable_data<int64_t>()[p * classes + id] = 1;
  }
  return Only(out);
}

Outputs Item(const KernelCall& call) { return Only(ContiguousAs(call.isa(), call.tensor(0), DType::kI64)); }

}  // namespace conformance::eager
