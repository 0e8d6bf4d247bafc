#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/formats/onnx.h"
#include "references/onnx/operator.h"

namespace conformance::onnx_reference {

struct GraphPlan;
struct NodePlan;
struct RunState;

/// One evaluation of one node, as its kernel sees it: inputs, attributes, nested graphs, and how outputs are made. The inputs fit the letters
/// of the operator's line in the table.
class Call {
 public:
  Call(const NodePlan& node, const Operator& entry, std::span<const Value> inputs, std::span<const Value> frame, RunState& run)
      : node_(node), entry_(entry), inputs_(inputs), frame_(frame), run_(run) {}

  const formats::OnnxNode& node() const;
  /// Of the node's domain, as the model imports it.
  int64_t opset() const;
  /// True where floats are evaluated in f64 and stay wide.
  bool oracle() const;
  /// Where random operators without a seed of their own begin: the run's seed and the node's place.
  uint64_t seed() const;

  // Inputs.
  size_t inputs() const { return inputs_.size(); }
  bool Has(size_t index) const { return index < inputs_.size() && !inputs_[index].IsAbsent(); }
  /// Of a letter v: whatever it is; absent where it is left out.
  const Value& value(size_t index) const;
  /// A tensor that the letters ask for.
  const Array& operator[](size_t index) const;
  /// A tensor that may be left out: null then.
  const Array* Optional(size_t index) const;
  /// The tensors from `index` on.
  std::vector<const Array*> From(size_t index) const;

  // Outputs.
  size_t outputs() const;
  /// Whether the node names output `index`.
  bool Wants(size_t index) const;
  /// Elements to be written, in the store that floats have here. Errors: as Array::Make.
  Result<Array> New(Elem elem, Shape dims) const;
  /// The same in a given store.
  Result<Array> New(Elem elem, Store store, Shape dims) const;
  /// To be asked before work that grows faster than the outputs: products, windows, sorting. Errors: kTimeout beyond the run's limit.
  Status Spend(uint64_t elements) const;
  /// The same for a product of sizes of 0 or more.
  Status Spend(std::initializer_list<int64_t> sizes) const;
  /// To be asked before a list of so many numbers is made. Errors: kOutOfMemory beyond the limit of a tensor.
  Status CanHold(int64_t numbers) const;
  /// Elements of that type in the store that this kernel computes them in.
  Store StoreFor(Elem elem) const;
  /// One number everywhere.
  Result<Array> Filled(Elem elem, Shape dims, double number) const;

  // Attributes. Errors: kType for one of another kind; kInvalid where one without a default is missing.
  const formats::OnnxAttribute* Attribute(std::string_view name) const;
  Result<int64_t> Int(std::string_view name, std::optional<int64_t> otherwise = {}) const;
  Result<double> Float(std::string_view name, std::optional<double> otherwise = {}) const;
  Result<std::string> String(std::string_view name, std::optional<std::string> otherwise = {}) const;
  Result<std::vector<int64_t>> Ints(std::string_view name, std::optional<std::vector<int64_t>> otherwise = {}) const;
  Result<std::vector<double>> Floats(std::string_view name, std::optional<std::vector<double>> otherwise = {}) const;
  Result<std::vector<std::string>> Strings(std::string_view name, std::optional<std::vector<std::string>> otherwise = {}) const;
  /// A tensor attribute, in the store that this kernel computes in; none where it is missing.
  Result<std::optional<Array>> Tensor(std::string_view name) const;
  /// An axis attribute as an index below `rank`. Errors: kInvalid outside [-rank, rank).
  Result<int64_t> Axis(std::string_view name, int64_t rank, std::optional<int64_t> otherwise = {}) const;

  // Nested graphs.
  /// Runs the graph of that attribute with the values of its inputs. Errors: kInvalid where there is none, or where the number of
  /// inputs is another; of the graph.
  Result<Values> RunGraph(std::string_view attribute, std::span<const Value> inputs) const;
  /// Number of inputs and outputs of that graph.
  Result<std::pair<size_t, size_t>> GraphArity(std::string_view attribute) const;

 private:
  const NodePlan& node_;
  const Operator& entry_;
  std::span<const Value> inputs_;
  std::span<const Value> frame_;
  RunState& run_;
};

/// `axis` as an index below `rank`. Errors: kInvalid outside [-rank, rank).
Result<int64_t> NormalAxis(int64_t axis, int64_t rank);
/// The same of several, each at most once.
Result<std::vector<int64_t>> NormalAxes(const std::vector<int64_t>& axes, int64_t rank);

}  // namespace conformance::onnx_reference
