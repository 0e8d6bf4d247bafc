#include "exporters/onnx/optimize/fold.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string_view>

namespace conformance::onnx {
namespace {

using formats::OnnxNode;
using Folded = std::optional<Tensor>;

int64_t IntAttr(const OnnxNode& node, std::string_view name, int64_t otherwise) {
  const auto* attr = node.Find(name);
  return attr == nullptr ? otherwise : attr->i;
}
int64_t AxisOf(const OnnxNode& node, int64_t rank, int64_t otherwise = 0) {
  const int64_t axis = IntAttr(node, "axis", otherwise);
  return axis < 0 ? axis + rank : axis;
}
bool IsWhole(DType dtype) { return !IsFloating(dtype); }
bool Computes(DType dtype) { return IsWhole(dtype) || dtype == DType::kF32 || dtype == DType::kF64; }

std::optional<Shape> Broadcast(const Shape& a, const Shape& b) {
  Shape out(std::max(a.size(), b.size()), 1);
  for (size_t i = 0; i < out.size(); ++i) {
    const int64_t x = i < out.size() - a.size() ? 1 : a[i - (out.size() - a.size())];
    const int64_t y = i < out.size() - b.size() ? 1 : b[i - (out.size() - b.size())];
    if (x != y && x != 1 && y != 1) return std::nullopt;
    out[i] = x == 1 ? y : x;
  }
  if (NumElements(out) > kMaxFolded) return std::nullopt;
  return out;
}

// A view of `x` in `shape`, repeated axes with stride 0.
Tensor Repeated(const Tensor& x, const Shape& shape) {
  Shape strides(shape.size(), 0);
  const size_t offset = shape.size() - x.shape().size();
  for (size_t i = offset; i < shape.size(); ++i) strides[i] = x.shape()[i - offset] == 1 ? 0 : x.strides()[i - offset];
  return x.View(shape, strides, x.offset());
}

Tensor FromInts(const Shape& shape, const std::vector<int64_t>& values, DType dtype) { return Cast(Tensor::Of<int64_t>(shape, values), dtype); }

template <typename T>
T Arithmetic(std::string_view op, T a, T b) {
  if (op == "Add") return a + b;
  if (op == "Sub") return a - b;
  if (op == "Mul") return a * b;
  if (op == "Max") return std::max(a, b);
  if (op == "Min") return std::min(a, b);
  return a / b;
}

Folded Binary(const OnnxNode& node, const std::vector<Tensor>& in) {
  if (in.size() != 2 || in[0].dtype() != in[1].dtype() || !Computes(in[0].dtype())) return std::nullopt;
  const auto shape = Broadcast(in[0].shape(), in[1].shape());
  if (!shape) return std::nullopt;
  const Tensor a = Repeated(in[0], *shape), b = Repeated(in[1], *shape);
  const int64_t count = NumElements(*shape);
  const std::string_view op = node.op_type;
  const bool compares = op == "Equal" || op == "Less" || op == "LessOrEqual" || op == "Greater" || op == "GreaterOrEqual";
  const bool logic = op == "And" || op == "Or" || op == "Xor";
  if (compares || logic) {
    std::vector<bool> out;
    for (int64_t i = 0; i < count; ++i) {
      const bool whole = IsWhole(a.dtype());
      const bool equal = whole ? a.IntAt(i) == b.IntAt(i) : a.At(i) == b.At(i);
      const bool less = whole ? a.IntAt(i) < b.IntAt(i) : a.At(i) < b.At(i);
      const bool greater = whole ? a.IntAt(i) > b.IntAt(i) : a.At(i) > b.At(i);
      if (op == "Equal") out.push_back(equal);
      if (op == "Less") out.push_back(less);
      if (op == "LessOrEqual") out.push_back(less || equal);
      if (op == "Greater") out.push_back(greater);
      if (op == "GreaterOrEqual") out.push_back(greater || equal);
      if (logic) {
        const bool x = a.IntAt(i) != 0, y = b.IntAt(i) != 0;
        out.push_back(op == "And" ? x && y : op == "Or" ? x || y : x != y);
      }
    }
    return Tensor::Of<bool>(*shape, out);
  }
  if (IsWhole(a.dtype())) {
    if (a.dtype() == DType::kBool) return std::nullopt;
    std::vector<int64_t> out;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t x = a.IntAt(i), y = b.IntAt(i);
      if ((op == "Div" || op == "Mod") && (y == 0 || (y == -1 && x == std::numeric_limits<int64_t>::min()))) return std::nullopt;
      if (op == "Mod") {
        const int64_t rest = x % y;
        out.push_back(rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest);
        continue;
      }
      int64_t checked = 0;
      const bool overflow = op == "Add"   ? __builtin_add_overflow(x, y, &checked)
                            : op == "Sub" ? __builtin_sub_overflow(x, y, &checked)
                                          : op == "Mul" && __builtin_mul_overflow(x, y, &checked);
      if (overflow) return std::nullopt;
      out.push_back(Arithmetic(op, x, y));
    }
    return FromInts(*shape, out, a.dtype());
  }
  if (op == "Mod" || op == "Max" || op == "Min") return std::nullopt;
  if (a.dtype() == DType::kF32) {
    std::vector<float> out;
    for (int64_t i = 0; i < count; ++i) out.push_back(Arithmetic(op, static_cast<float>(a.At(i)), static_cast<float>(b.At(i))));
    return Tensor::Of<float>(*shape, out);
  }
  std::vector<double> out;
  for (int64_t i = 0; i < count; ++i) out.push_back(Arithmetic(op, a.At(i), b.At(i)));
  return Tensor::Of<double>(*shape, out);
}

Folded Where(const std::vector<Tensor>& in) {
  const auto both = Broadcast(in[1].shape(), in[2].shape());
  const auto shape = both ? Broadcast(in[0].shape(), *both) : std::nullopt;
  if (!shape || in[1].dtype() != in[2].dtype() || !Computes(in[1].dtype())) return std::nullopt;
  const Tensor condition = Repeated(in[0], *shape), a = Repeated(in[1], *shape), b = Repeated(in[2], *shape);
  const int64_t count = NumElements(*shape);
  if (IsWhole(a.dtype())) {
    std::vector<int64_t> out;
    for (int64_t i = 0; i < count; ++i) out.push_back(condition.IntAt(i) != 0 ? a.IntAt(i) : b.IntAt(i));
    return FromInts(*shape, out, a.dtype());
  }
  std::vector<double> out;
  for (int64_t i = 0; i < count; ++i) out.push_back(condition.IntAt(i) != 0 ? a.At(i) : b.At(i));
  return Cast(Tensor::Of<double>(*shape, out), a.dtype());
}

Folded Reshaped(const OnnxNode& node, const std::vector<Tensor>& in) {
  Shape shape = in[1].ToInts();
  int64_t known = 1, open = -1;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0 && IntAttr(node, "allowzero", 0) == 0) {
      if (i >= in[0].shape().size()) return std::nullopt;
      shape[i] = in[0].shape()[i];
    }
    if (shape[i] == -1) {
      open = static_cast<int64_t>(i);
    } else {
      known *= shape[i];
    }
  }
  if (open >= 0) {
    if (known == 0) return std::nullopt;
    shape[static_cast<size_t>(open)] = in[0].num_elements() / known;
  }
  if (NumElements(shape) != in[0].num_elements()) return std::nullopt;
  return in[0].Contiguous().Reshaped(shape);
}

Folded Unsqueezed(const std::vector<Tensor>& in) {
  const std::vector<int64_t> axes = in[1].ToInts();
  const int64_t rank = in[0].rank() + static_cast<int64_t>(axes.size());
  std::vector<bool> fresh(static_cast<size_t>(rank));
  for (const int64_t axis : axes) fresh[static_cast<size_t>(axis < 0 ? axis + rank : axis)] = true;
  Shape shape;
  size_t next = 0;
  for (const bool one : fresh) shape.push_back(one ? 1 : in[0].shape()[next++]);
  return in[0].Contiguous().Reshaped(shape);
}

Folded Squeezed(const std::vector<Tensor>& in) {
  if (in.size() != 2) return std::nullopt;
  std::vector<bool> gone(in[0].shape().size());
  for (const int64_t axis : in[1].ToInts()) gone[static_cast<size_t>(axis < 0 ? axis + in[0].rank() : axis)] = true;
  Shape shape;
  for (size_t i = 0; i < gone.size(); ++i) {
    if (!gone[i]) shape.push_back(in[0].shape()[i]);
  }
  if (NumElements(shape) != in[0].num_elements()) return std::nullopt;
  return in[0].Contiguous().Reshaped(shape);
}

Folded Transposed(const OnnxNode& node, const Tensor& x) {
  const auto* perm = node.Find("perm");
  if (perm == nullptr) return std::nullopt;
  Shape shape, strides;
  for (const int64_t axis : perm->ints) {
    shape.push_back(x.dim(axis));
    strides.push_back(x.strides()[static_cast<size_t>(axis)]);
  }
  return x.View(shape, strides, x.offset()).Clone();
}

Folded Expanded(const std::vector<Tensor>& in) {
  const auto shape = Broadcast(in[0].shape(), in[1].ToInts());
  if (!shape) return std::nullopt;
  return Repeated(in[0], *shape).Clone();
}

Folded Ranged(const std::vector<Tensor>& in) {
  if (in[0].dtype() != DType::kI64) return std::nullopt;
  const int64_t start = in[0].IntAt(0), end = in[1].IntAt(0), step = in[2].IntAt(0);
  if (step == 0) return std::nullopt;
  std::vector<int64_t> out;
  for (int64_t i = start; step > 0 ? i < end : i > end; i += step) {
    if (static_cast<int64_t>(out.size()) == kMaxFolded) return std::nullopt;
    out.push_back(i);
  }
  return Tensor::Of<int64_t>({static_cast<int64_t>(out.size())}, out);
}

Folded Concatenated(const OnnxNode& node, const std::vector<Tensor>& in) {
  const int64_t axis = AxisOf(node, in[0].rank());
  Shape shape = in[0].shape();
  shape[static_cast<size_t>(axis)] = 0;
  for (const Tensor& part : in) shape[static_cast<size_t>(axis)] += part.dim(axis);
  if (NumElements(shape) > kMaxFolded) return std::nullopt;
  Tensor out = Tensor::Empty(in[0].dtype(), shape);
  const size_t width = ByteSize(out.dtype());
  int64_t outer = 1, inner = 1;
  for (int64_t i = 0; i < axis; ++i) outer *= shape[static_cast<size_t>(i)];
  for (size_t i = static_cast<size_t>(axis) + 1; i < shape.size(); ++i) inner *= shape[i];
  std::byte* to = out.raw_mutable();
  for (int64_t i = 0; i < outer; ++i) {
    for (const Tensor& part : in) {
      const Tensor whole = part.Contiguous();
      const auto bytes = static_cast<size_t>(part.dim(axis) * inner) * width;
      const std::byte* from = whole.raw() + static_cast<size_t>(i) * bytes;
      to = std::copy(from, from + bytes, to);
    }
  }
  return out;
}

Folded Gathered(const OnnxNode& node, const std::vector<Tensor>& in) {
  const Tensor data = in[0].Contiguous();
  const int64_t axis = AxisOf(node, data.rank());
  if (data.rank() == 0) return std::nullopt;
  Shape shape(data.shape().begin(), data.shape().begin() + axis);
  shape.insert(shape.end(), in[1].shape().begin(), in[1].shape().end());
  shape.insert(shape.end(), data.shape().begin() + axis + 1, data.shape().end());
  if (NumElements(shape) > kMaxFolded) return std::nullopt;
  Tensor out = Tensor::Empty(data.dtype(), shape);
  int64_t outer = 1, inner = 1;
  for (int64_t i = 0; i < axis; ++i) outer *= data.dim(i);
  for (int64_t i = axis + 1; i < data.rank(); ++i) inner *= data.dim(i);
  const auto bytes = static_cast<size_t>(inner) * ByteSize(data.dtype());
  std::byte* to = out.raw_mutable();
  for (int64_t i = 0; i < outer; ++i) {
    for (int64_t k = 0; k < in[1].num_elements(); ++k) {
      int64_t index = in[1].IntAt(k);
      if (index < 0) index += data.dim(axis);
      if (index < 0 || index >= data.dim(axis)) return std::nullopt;
      const std::byte* from = data.raw() + static_cast<size_t>(i * data.dim(axis) + index) * bytes;
      to = std::copy(from, from + bytes, to);
    }
  }
  return out;
}

Folded Sliced(const std::vector<Tensor>& in) {
  if (in.size() < 4) return std::nullopt;
  Shape shape = in[0].shape(), strides = in[0].strides();
  int64_t offset = in[0].offset();
  for (int64_t i = 0; i < in[3].num_elements(); ++i) {
    const int64_t step = in.size() > 4 ? in[4].IntAt(i) : 1;
    if (step < 1) return std::nullopt;
    const int64_t axis = in[3].IntAt(i) < 0 ? in[3].IntAt(i) + in[0].rank() : in[3].IntAt(i);
    const auto at = static_cast<size_t>(axis);
    const auto clamp = [&](int64_t position) { return std::clamp<int64_t>(position < 0 ? position + shape[at] : position, 0, shape[at]); };
    const int64_t start = clamp(in[1].IntAt(i)), end = clamp(in[2].IntAt(i));
    offset += start * strides[at];
    shape[at] = std::max<int64_t>(0, (end - start + step - 1) / step);
    strides[at] *= step;
  }
  return in[0].View(shape, strides, offset).Clone();
}

bool IsBinary(std::string_view op) {
  static constexpr std::string_view kOps[] = {"Add",  "Sub",         "Mul",     "Div",            "Mod", "Max", "Min", "Equal",
                                              "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "And", "Or",  "Xor"};
  return std::find(std::begin(kOps), std::end(kOps), op) != std::end(kOps);
}

}  // namespace

std::optional<Tensor> Fold(const OnnxNode& node, const std::vector<Tensor>& in) {
  if (!node.domain.empty() || node.outputs.size() != 1 || in.empty()) return std::nullopt;
  for (const Tensor& input : in) {
    if (input.num_elements() > kMaxFolded) return std::nullopt;
  }
  const std::string_view op = node.op_type;
  if (IsBinary(op)) return Binary(node, in);
  if (op == "Identity") return in[0];
  if (op == "Cast") {
    const auto dtype = formats::DTypeFromOnnx(static_cast<formats::OnnxElem>(IntAttr(node, "to", 0)));
    const bool exact = dtype && (IsWhole(in[0].dtype()) || *dtype == DType::kBool || (IsFloating(*dtype) && ByteSize(*dtype) >= ByteSize(in[0].dtype())));
    return exact ? Folded(Cast(in[0], *dtype)) : std::nullopt;
  }
  if (op == "Not") return Binary([&] {
    OnnxNode equal = node;
    equal.op_type = "Equal";
    return equal;
  }(), {in[0], Tensor::Of<bool>({}, std::vector<bool>{false})});
  if (op == "Neg" && in[0].dtype() == DType::kI64) {
    OnnxNode subtract = node;
    subtract.op_type = "Sub";
    return Binary(subtract, {Tensor::Of<int64_t>({}, {0}), in[0]});
  }
  if (op == "Where" && in.size() == 3) return Where(in);
  if (op == "Reshape" && in.size() == 2) return Reshaped(node, in);
  if (op == "Unsqueeze" && in.size() == 2) return Unsqueezed(in);
  if (op == "Squeeze") return Squeezed(in);
  if (op == "Transpose") return Transposed(node, in[0]);
  if (op == "Expand" && in.size() == 2) return Expanded(in);
  if (op == "Range" && in.size() == 3) return Ranged(in);
  if (op == "Concat") return Concatenated(node, in);
  if (op == "Gather" && in.size() == 2) return Gathered(node, in);
  if (op == "Slice") return Sliced(in);
  return std::nullopt;
}

}  // namespace conformance::onnx
