#pragma once

#include <complex>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "framework/ir/types.h"

namespace conformance::ir {

class Graph;

/// Compact numbers of a graph's values and nodes; they mean nothing in another graph, and a taken graph may have new ones.
/// Names are what lasts.
enum class ValueId : int32_t { kNone = -1 };
enum class NodeId : int32_t { kNone = -1, kInput = -2, kOutput = -3 };

struct None {
  friend bool operator==(None, None) { return true; }
};
/// A tensor, or None (`Tensor?`).
struct OptionalTensor {
  ValueId value = ValueId::kNone;
  friend bool operator==(const OptionalTensor&, const OptionalTensor&) = default;
};
/// A size, float or bool: a value of the graph, or a literal beside such values in a list.
using SymIntRef = std::variant<ValueId, int64_t>;
using SymFloatRef = std::variant<ValueId, double>;
using SymBoolRef = std::variant<ValueId, bool>;
struct GraphRef {
  std::string name;
  std::shared_ptr<const Graph> graph;  ///< never null; refers to no value outside itself
};
struct CustomObjRef {
  ValueId value = ValueId::kNone;  ///< its class is in the value's meta
  friend bool operator==(const CustomObjRef&, const CustomObjRef&) = default;
};
struct TokenRef {
  ValueId value = ValueId::kNone;
  friend bool operator==(const TokenRef&, const TokenRef&) = default;
};
/// An operator as an argument of a higher-order op: "torch.ops.aten.add.Tensor".
struct OperatorRef {
  std::string target;
  friend bool operator==(const OperatorRef&, const OperatorRef&) = default;
};

struct Argument;
using ArgumentMap = std::vector<std::pair<std::string, Argument>>;  ///< string -> argument, in the file's order

/// Order of Argument's alternatives.
enum class ArgumentKind : uint8_t {
  kNone, kTensor, kTensors, kOptionalTensor, kOptionalTensors, kNestedTensors,
  kInt, kInts, kIntLists, kFloat, kFloats, kFloatLists, kBool, kBools, kString, kStrings, kComplex,
  kSymInt, kSymInts, kSymFloat, kSymFloats, kSymBool, kSymBools,
  kScalarType, kMemoryFormat, kLayout, kDevice, kGraph, kCustomObj, kOperator, kArgumentMap, kToken,
};
/// The schema's key: "as_tensor", "as_sym_ints", …
std::string_view KeyOf(ArgumentKind kind);

/// One argument of a node, one input or output of a graph: every kind that the schema has.
struct Argument {
  using Data = std::variant<None, ValueId, std::vector<ValueId>, OptionalTensor, std::vector<OptionalTensor>,
                            std::vector<std::vector<ValueId>>, int64_t, std::vector<int64_t>, std::vector<std::vector<int64_t>>, double,
                            std::vector<double>, std::vector<std::vector<double>>, bool, std::vector<bool>, std::string,
                            std::vector<std::string>, std::complex<double>, SymIntRef, std::vector<SymIntRef>, SymFloatRef,
                            std::vector<SymFloatRef>, SymBoolRef, std::vector<SymBoolRef>, ScalarType, MemoryFormat, Layout, Device,
                            GraphRef, CustomObjRef, OperatorRef, ArgumentMap, TokenRef>;
  Data data;

  Argument() = default;
  template <typename T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, Argument> && !std::is_same_v<std::remove_cvref_t<T>, int> &&
             !std::is_same_v<std::remove_cvref_t<T>, const char*>)
  Argument(T&& value) : data(std::in_place_type<std::remove_cvref_t<T>>, std::forward<T>(value)) {}  // NOLINT: implicit
  Argument(int value) : data(std::in_place_type<int64_t>, value) {}                                  // NOLINT: implicit
  Argument(const char* value) : data(std::in_place_type<std::string>, value) {}                      // NOLINT: implicit

  ArgumentKind kind() const { return static_cast<ArgumentKind>(data.index()); }
  /// The alternative, or null: `argument.As<int64_t>()`.
  template <typename T>
  const T* As() const { return std::get_if<T>(&data); }
  bool IsNone() const;  ///< none, or an optional tensor without value
};

/// Calls `visit` for each value that the argument refers to, in a fixed order; optional tensors without value are passed over.
/// Nested graphs are closed and not entered.
void VisitValues(const Argument& argument, const std::function<void(ValueId)>& visit);
/// The same with a chance to replace.
void VisitValues(Argument& argument, const std::function<void(ValueId&)>& visit);

struct NamedArgument {
  enum class Kind : uint8_t { kUnknown = 0, kPositional = 1, kKeyword = 2 };
  std::string name;  ///< in the operator's schema: "self"
  Argument arg;
  std::optional<Kind> kind = Kind::kPositional;
};

}  // namespace conformance::ir
