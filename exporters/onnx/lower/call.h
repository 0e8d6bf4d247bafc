#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/onnx/lower/graph.h"
#include "framework/base/result.h"
#include "framework/ir/program.h"
#include "framework/ops/op_def.h"

namespace conformance::onnx {

/// ONNX values of the program's values, by ValueId.
class ValueTable {
 public:
  explicit ValueTable(size_t capacity) : values_(capacity) {}
  void Set(ir::ValueId id, Value value) { values_[static_cast<size_t>(id)] = std::move(value); }
  const Value& Get(ir::ValueId id) const { return values_[static_cast<size_t>(id)]; }

 private:
  std::vector<Value> values_;
};

/// One call that is being translated: its arguments by the names in the op's schema, with defaults filled in. Arguments were
/// checked when the program was made; asking for one that the schema does not have, or as another kind, is our own mistake.
class Call {
 public:
  Call(const ir::Graph& program, const ir::Node& node, const ops::OpDef& op, const ValueTable& values, Graph& graph);

  const ir::Node& node() const { return node_; }
  const ops::OpDef& op() const { return op_; }
  Graph& graph() const { return graph_; }

  bool Has(std::string_view name) const;  ///< the schema has an argument of that name
  bool IsNone(std::string_view name) const;
  bool IsTensor(std::string_view name) const;
  Value Tensor(std::string_view name) const;  ///< undefined for None
  std::vector<Value> Tensors(std::string_view name) const;

  /// A number, list or name as ops have it; no tensor.
  ops::Argument Argument(std::string_view name) const { return Plain(name); }

  /// A tensor, number or size as a value of that dtype; numbers become constants.
  Value Operand(std::string_view name, DType dtype) const;
  bool Bool(std::string_view name) const;
  int64_t Int(std::string_view name) const;       ///< a number that is no symbol
  double Number(std::string_view name) const;     ///< of a float, int or bool
  std::optional<double> Literal(std::string_view name) const;  ///< the same, or none for tensors and symbolic sizes
  std::string String(std::string_view name) const;
  std::vector<double> Numbers(std::string_view name) const;  ///< a list of floats; none: empty
  std::vector<int64_t> Ints(std::string_view name) const;
  std::optional<DType> DTypeOf(std::string_view name) const;
  Size SizeOf(std::string_view name) const;
  std::vector<Size> SizesOf(std::string_view name) const;
  /// Sizes as the program knows them, symbols included.
  std::vector<SymInt> SymIntsOf(std::string_view name) const;

  /// An axis argument in [0, rank).
  int64_t Axis(std::string_view name, int64_t rank) const;
  std::vector<int64_t> Axes(std::string_view name, int64_t rank) const;

  size_t OutputCount() const { return outputs_.size(); }
  DType OutputDType(size_t i = 0) const;
  const std::vector<SymInt>& OutputSizes(size_t i = 0) const;

  /// kUnsupported with the op and what of it.
  Error Refused(std::string_view what) const;

 private:
  struct Found {
    const ir::Argument* given = nullptr;
    const ops::ArgSchema* schema = nullptr;
  };
  Found Find(std::string_view name) const;
  /// The argument as ops have it, for all but tensors.
  ops::Argument Plain(std::string_view name) const;
  Size SizeOf(const ir::SymIntRef& ref) const;

  const ir::Graph& program_;
  const ir::Node& node_;
  const ops::OpDef& op_;
  const ValueTable& values_;
  Graph& graph_;
  std::vector<ir::ValueId> outputs_;
};

/// What a translation answers: a value for each output of the node.
struct Outputs {
  Outputs(Value value) : values{std::move(value)} {}                      // NOLINT: implicit on purpose
  Outputs(std::vector<Value> values) : values(std::move(values)) {}      // NOLINT
  std::vector<Value> values;
};
using Translation = Result<Outputs> (*)(const Call& call, Graph& g);

}  // namespace conformance::onnx
