#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "framework/base/result.h"
#include "framework/formats/onnx.h"
#include "framework/symbolic/sym_int.h"
#include "framework/tensor/tensor.h"

namespace conformance::onnx {

/// A value of the ONNX graph that is being built. A default one stands for an input that is left out.
struct Value {
  std::string name;
  DType dtype = DType::kF32;
  std::optional<std::vector<SymInt>> sizes;  ///< of values that the program has; none for what a translation makes in between

  bool defined() const { return !name.empty(); }
  int64_t rank() const;  ///< of a value with known sizes
};

/// One size of a shape that a translation builds: a number, or an i64[1] value.
struct Size {
  Size(int64_t number) : number(number) {}          // NOLINT: implicit on purpose
  Size(int number) : number(number) {}              // NOLINT
  Size(Value value) : value(std::move(value)) {}    // NOLINT
  bool IsNumber() const { return !value.defined(); }
  int64_t number = 0;
  Value value;
};

/// An attribute: {"axis", 1}, {"epsilon", 1e-5}, {"mode", "constant"}, {"perm", {0, 2, 1}}.
struct Attr {
  std::string name;
  std::variant<int64_t, double, std::string, std::vector<int64_t>> value;
  Attr(std::string name, int64_t value) : name(std::move(name)), value(value) {}
  Attr(std::string name, int value) : name(std::move(name)), value(int64_t{value}) {}
  Attr(std::string name, double value) : name(std::move(name)), value(value) {}
  Attr(std::string name, const char* value) : name(std::move(name)), value(std::string(value)) {}
  Attr(std::string name, std::string value) : name(std::move(name)), value(std::move(value)) {}
  Attr(std::string name, std::vector<int64_t> value) : name(std::move(name)), value(std::move(value)) {}
};

/// Builds an OnnxGraph: what translations are written with. Knows where each opset wants what (axes as attribute or input, …).
class Graph {
 public:
  explicit Graph(int64_t opset) : opset_(opset) {}

  int64_t Opset() const { return opset_; }

  /// One node with one output. Its dtype is that of the first input unless the operator says otherwise (Cast, Shape, comparisons)
  /// or `dtype` is given.
  Value Op(std::string_view type, std::vector<Value> inputs, std::vector<Attr> attrs = {}, std::optional<DType> dtype = {});
  std::vector<Value> MultiOp(std::string_view type, std::vector<Value> inputs, size_t outputs, std::vector<Attr> attrs = {});

  /// Constants, equal ones once.
  Value Constant(const Tensor& tensor);
  Value Ints(const std::vector<int64_t>& values);  ///< i64[n]
  Value Int(int64_t value);                        ///< i64[]
  Value Const(double value, DType dtype);          ///< dtype[]
  Value Const(double value, const Value& like) { return Const(value, like.dtype); }
  Value Bool(bool value);                          ///< bool[]

  Value Cast(const Value& x, DType dtype);  ///< x itself where it has the type
  Value CastLike(const Value& x, const Value& like) { return Cast(x, like.dtype); }
  /// x in a type of at least that precision: halves become f32, f64 stays.
  Value AtLeast(const Value& x, DType dtype);
  Value Identity(const Value& x) { return Op("Identity", {x}); }

  Value Shape(const Value& x);               ///< i64[rank]
  Value Dim(const Value& x, int64_t axis);   ///< i64[1]; axis ≥ 0
  Size SizeAt(const Value& x, int64_t axis); ///< a number where it is known
  Value AsScalar(const Value& one);          ///< [1] -> []
  Value AsVector(const Value& scalar);       ///< [] -> [1]
  /// i64[n] of numbers and values.
  Value Sizes(const std::vector<Size>& sizes);

  Value Reshape(const Value& x, const std::vector<Size>& sizes);
  Value Expand(const Value& x, const std::vector<Size>& sizes);
  Value Unsqueeze(const Value& x, std::vector<int64_t> axes);
  Value Squeeze(const Value& x, std::vector<int64_t> axes);
  Value Transpose(const Value& x, std::vector<int64_t> perm);
  Value Concat(std::vector<Value> values, int64_t axis);
  Value Slice(const Value& x, int64_t axis, const Size& start, const Size& end, const Size& step = 1);
  /// ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceL2 over axes (none: all of them).
  Value Reduce(std::string_view type, const Value& x, std::vector<int64_t> axes, bool keepdims);
  std::vector<Value> Split(const Value& x, int64_t axis, const std::vector<Size>& sizes);
  /// condition ? a : b, for every dtype (bool by And and Or: runtimes lack the kernel).
  Value Where(const Value& condition, const Value& a, const Value& b);

  /// Nodes from now on come from there: module path and program node go into their metadata and names.
  void SetSource(std::string module_path, std::string program_node);
  /// A name that nothing has yet.
  std::string Fresh(std::string_view wanted);
  /// Keeps a name for a value that comes later.
  bool Reserve(const std::string& name) { return names_.try_emplace(name, 0).second; }
  /// Renames a value that a node from `first_node` on makes; false where none does. The name must be reserved or fresh.
  bool Rename(Value& value, const std::string& name, size_t first_node);

  std::vector<formats::OnnxNode>& nodes() { return graph_.nodes; }
  formats::OnnxGraph& graph() { return graph_; }

 private:
  int64_t opset_;
  formats::OnnxGraph graph_;
  std::unordered_map<std::string, int64_t> names_;  // taken, with the next number to try
  std::unordered_multimap<uint64_t, std::pair<std::string, Tensor>> constants_;
  std::string module_path_, program_node_;
};

/// "f32[2, s0]" of the parts that are known, for messages.
std::string Describe(const Value& value);

}  // namespace conformance::onnx
