#include "exporters/onnx/lower/graph.h"

#include <algorithm>
#include <array>
#include <limits>

#include "framework/base/hash.h"
#include "framework/base/strings.h"

namespace conformance::onnx {
namespace {

using formats::OnnxAttribute;

OnnxAttribute ToOnnx(Attr attr) {
  if (const auto* value = std::get_if<int64_t>(&attr.value)) return OnnxAttribute::Int(std::move(attr.name), *value);
  if (const auto* value = std::get_if<double>(&attr.value)) return OnnxAttribute::Float(std::move(attr.name), static_cast<float>(*value));
  if (auto* value = std::get_if<std::string>(&attr.value)) return OnnxAttribute::String(std::move(attr.name), std::move(*value));
  return OnnxAttribute::Ints(std::move(attr.name), std::move(std::get<std::vector<int64_t>>(attr.value)));
}

// Dtype of an operator's first output.
DType ResultType(std::string_view type, const std::vector<Value>& inputs) {
  static constexpr std::array<std::string_view, 11> kBool = {"Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual",
                                                             "And",   "Or",   "Not",         "IsNaN",   "IsInf", "Xor"};
  static constexpr std::array<std::string_view, 5> kInt = {"Shape", "Size", "NonZero", "ArgMax", "ArgMin"};
  if (std::find(kBool.begin(), kBool.end(), type) != kBool.end()) return DType::kBool;
  if (std::find(kInt.begin(), kInt.end(), type) != kInt.end()) return DType::kI64;
  if (type == "Where") return inputs[1].dtype;
  if (type == "OneHot") return inputs[2].dtype;
  for (const Value& input : inputs) {
    if (input.defined()) return input.dtype;
  }
  return DType::kF32;
}

// Operators that take no bf16 before opset 22.
bool LacksBfloat16(std::string_view type) {
  static constexpr std::array<std::string_view, 12> kOps = {"AveragePool", "Conv", "Cos",   "Elu",  "HardSigmoid", "HardSwish",
                                                            "MaxPool",     "Mish", "Round", "Selu", "Sin",         "Softplus"};
  return std::find(kOps.begin(), kOps.end(), type) != kOps.end();
}

Tensor Filled(double value, DType dtype) {
  if (IsFloating(dtype)) return conformance::Cast(Tensor::Of<double>({}, {value}), dtype);
  return conformance::Cast(Tensor::Of<int64_t>({}, {static_cast<int64_t>(value)}), dtype);
}

}  // namespace

int64_t Value::rank() const {
  CONFORMANCE_CHECK(sizes.has_value(), "the rank of " + name + " is not known");
  return static_cast<int64_t>(sizes->size());
}

std::string Describe(const Value& value) {
  return std::string(ToString(value.dtype)) + (value.sizes ? SizesText(*value.sizes) : std::string("[?]"));
}

std::string Graph::Fresh(std::string_view wanted) {
  std::string name(wanted.empty() ? std::string_view("value") : wanted);
  const auto [entry, fresh] = names_.try_emplace(name, 0);
  if (fresh) return name;
  std::string numbered;
  do numbered = name + "_" + std::to_string(++names_[name]);
  while (!names_.try_emplace(numbered, 0).second);
  return numbered;
}

void Graph::SetSource(std::string module_path, std::string program_node) {
  module_path_ = std::move(module_path);
  program_node_ = std::move(program_node);
}

std::vector<Value> Graph::MultiOp(std::string_view type, std::vector<Value> inputs, size_t outputs, std::vector<Attr> attrs) {
  formats::OnnxNode node;
  node.op_type = std::string(type);
  node.name = Fresh("node_" + (program_node_.empty() ? std::string(type) : program_node_ + "_" + std::string(type)));
  while (!inputs.empty() && !inputs.back().defined()) inputs.pop_back();
  for (const Value& input : inputs) node.inputs.push_back(input.name);
  for (Attr& attr : attrs) node.attributes.push_back(ToOnnx(std::move(attr)));
  if (!module_path_.empty()) node.metadata_props.emplace_back("pkg.torch.onnx.name_scopes", module_path_);
  if (!program_node_.empty()) node.metadata_props.emplace_back("pkg.torch.onnx.fx_node", program_node_);
  const DType dtype = ResultType(type, inputs);
  std::vector<Value> values;
  for (size_t i = 0; i < outputs; ++i) {
    Value value;
    value.name = Fresh((program_node_.empty() ? std::string() : program_node_ + ".") + std::string(type));
    value.dtype = dtype;
    node.outputs.push_back(value.name);
    values.push_back(std::move(value));
  }
  graph_.nodes.push_back(std::move(node));
  return values;
}

Value Graph::Op(std::string_view type, std::vector<Value> inputs, std::vector<Attr> attrs, std::optional<DType> dtype) {
  if (opset_ < 22 && !inputs.empty() && inputs[0].dtype == DType::kBF16 && LacksBfloat16(type)) {
    for (Value& input : inputs) {
      if (input.defined() && input.dtype == DType::kBF16) input = Cast(input, DType::kF32);
    }
    return Cast(Op(type, std::move(inputs), std::move(attrs)), DType::kBF16);
  }
  Value value = std::move(MultiOp(type, std::move(inputs), 1, std::move(attrs)).front());
  if (dtype) value.dtype = *dtype;
  return value;
}

bool Graph::Rename(Value& value, const std::string& name, size_t first_node) {
  bool found = false;
  for (size_t i = first_node; i < graph_.nodes.size(); ++i) {
    for (std::string& output : graph_.nodes[i].outputs) {
      if (output != value.name) continue;
      output = name;
      found = true;
    }
    if (!found) continue;
    for (std::string& input : graph_.nodes[i].inputs) {
      if (input == value.name) input = name;
    }
  }
  if (found) value.name = name;
  return found;
}

Value Graph::Constant(const Tensor& tensor) {
  const Tensor elements = tensor.Contiguous();
  Value value;
  value.dtype = elements.dtype();
  value.sizes = ToSymInts(elements.shape());
  const uint64_t hash = Hash64(elements.raw(), elements.byte_size(), static_cast<uint64_t>(elements.dtype()));
  const auto [first, last] = constants_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (!BitEqual(it->second.second, elements)) continue;
    value.name = it->second.first;
    return value;
  }
  value.name = Fresh("constant");
  graph_.initializers.push_back(formats::OnnxTensorOf(value.name, elements));
  constants_.emplace(hash, std::pair(value.name, elements));
  return value;
}

Value Graph::Ints(const std::vector<int64_t>& values) {
  return Constant(Tensor::Of<int64_t>({static_cast<int64_t>(values.size())}, values));
}
Value Graph::Int(int64_t value) { return Constant(Tensor::Of<int64_t>({}, {value})); }
Value Graph::Const(double value, DType dtype) { return Constant(Filled(value, dtype)); }
Value Graph::Bool(bool value) { return Constant(Tensor::Of<bool>({}, std::vector<bool>{value})); }

Value Graph::Cast(const Value& x, DType dtype) {
  if (x.dtype == dtype) return x;
  Value out = Op("Cast", {x}, {{"to", static_cast<int64_t>(formats::OnnxElemOf(dtype))}}, dtype);
  out.sizes = x.sizes;
  return out;
}

Value Graph::AtLeast(const Value& x, DType dtype) {
  const bool narrow = IsFloating(x.dtype) && ByteSize(x.dtype) < ByteSize(dtype);
  return narrow ? Cast(x, dtype) : x;
}

Value Graph::Shape(const Value& x) { return Op("Shape", {x}); }

Value Graph::Dim(const Value& x, int64_t axis) {
  if (x.sizes && (*x.sizes)[static_cast<size_t>(axis)].IsConstant()) return Ints({(*x.sizes)[static_cast<size_t>(axis)].constant()});
  return Op("Shape", {x}, {{"start", axis}, {"end", axis + 1}});
}

Value Graph::AsScalar(const Value& one) { return Op("Reshape", {one, Ints({})}); }
Value Graph::AsVector(const Value& scalar) { return Op("Reshape", {scalar, Ints({1})}); }

Value Graph::Sizes(const std::vector<Size>& sizes) {
  std::vector<Value> parts;
  std::vector<int64_t> run;
  const auto flush = [&] {
    if (!run.empty()) parts.push_back(Ints(run));
    run.clear();
  };
  for (const Size& size : sizes) {
    if (size.IsNumber()) {
      run.push_back(size.number);
      continue;
    }
    flush();
    parts.push_back(size.value);
  }
  flush();
  if (parts.empty()) return Ints({});
  return parts.size() == 1 ? parts[0] : Concat(std::move(parts), 0);
}

Size Graph::SizeAt(const Value& x, int64_t axis) {
  const auto number = (*x.sizes)[static_cast<size_t>(axis)].AsInt();
  return number ? Size(*number) : Size(Dim(x, axis));
}

Value Graph::Reshape(const Value& x, const std::vector<Size>& sizes) {
  const bool empty = std::any_of(sizes.begin(), sizes.end(), [](const Size& size) { return size.IsNumber() && size.number == 0; });
  return Op("Reshape", {x, Sizes(sizes)}, empty ? std::vector<Attr>{{"allowzero", 1}} : std::vector<Attr>{});
}
Value Graph::Expand(const Value& x, const std::vector<Size>& sizes) { return Op("Expand", {x, Sizes(sizes)}); }
Value Graph::Unsqueeze(const Value& x, std::vector<int64_t> axes) { return axes.empty() ? x : Op("Unsqueeze", {x, Ints(axes)}); }
Value Graph::Squeeze(const Value& x, std::vector<int64_t> axes) { return axes.empty() ? x : Op("Squeeze", {x, Ints(axes)}); }

Value Graph::Transpose(const Value& x, std::vector<int64_t> perm) {
  for (size_t i = 0; i < perm.size(); ++i) {
    if (perm[i] != static_cast<int64_t>(i)) return Op("Transpose", {x}, {{"perm", std::move(perm)}});
  }
  return x;
}

Value Graph::Concat(std::vector<Value> values, int64_t axis) { return Op("Concat", std::move(values), {{"axis", axis}}); }

Value Graph::Slice(const Value& x, int64_t axis, const Size& start, const Size& end, const Size& step) {
  return Op("Slice", {x, Sizes({start}), Sizes({end}), Ints({axis}), Sizes({step})});
}

Value Graph::Reduce(std::string_view type, const Value& x, std::vector<int64_t> axes, bool keepdims) {
  const bool as_input = type == "ReduceSum" || opset_ >= 18;  // ReduceSum since 13, the others since 18
  std::vector<Value> inputs = {x};
  std::vector<Attr> attrs = {{"keepdims", keepdims ? 1 : 0}};
  if (!axes.empty() && as_input) inputs.push_back(Ints(axes));
  if (!axes.empty() && !as_input) attrs.emplace_back("axes", std::move(axes));
  return Op(type, std::move(inputs), std::move(attrs));
}

std::vector<Value> Graph::Split(const Value& x, int64_t axis, const std::vector<Size>& sizes) {
  if (sizes.size() == 1) return {Identity(x)};
  return MultiOp("Split", {x, Sizes(sizes)}, sizes.size(), {{"axis", axis}});
}

Value Graph::Where(const Value& condition, const Value& a, const Value& b) {
  if (a.dtype != DType::kBool) return Op("Where", {condition, a, b});
  return Op("Or", {Op("And", {condition, a}), Op("And", {Op("Not", {condition}), b})});
}

}  // namespace conformance::onnx
