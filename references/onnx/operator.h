#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "references/onnx/value.h"

/// ## How an operator is added
/// 1. `ops/<operator>.cc` defines its kernel, `Outputs Name(const Call& call)` in namespace kernels: the operator text's formula, with the
///    semantics of one version and of all later ones up to the next line of the table. Its docstring gives shapes, types and errors.
/// 2. One line in `operators.inc`: OPERATOR(domain, Name, since, kernel, types, inputs, mode), and the file in CMakeLists.txt.
///    (The table's file alone includes it, so that a line more compiles nothing else again.)
/// 3. `ops/<operator>_test.cc`, or lines in an existing test of its family, where ONNX's own suite doesn't reach: hand-worked values,
///    empty and size-one tensors, NaN and infinities, wrong arguments.
/// `onnx_suite FOLDER --operators` then shows how the suite of the onnx package fares.
namespace conformance::onnx_reference {

class Call;

/// What a kernel returns: its outputs in order, or an error. An output that nobody asked for may be absent or left out at the end.
class Outputs {
 public:
  Outputs(Error error) : result_(std::move(error)) {}                        // NOLINT: implicit on purpose
  Outputs(Array array) : result_(Values{Value(std::move(array))}) {}         // NOLINT: implicit on purpose
  Outputs(Value value) : result_(Values{std::move(value)}) {}                // NOLINT: implicit on purpose
  Outputs(Values values) : result_(std::move(values)) {}                     // NOLINT: implicit on purpose
  Outputs(Result<Array> array) : result_(array.ok() ? Result<Values>(Values{Value(*std::move(array))}) : Result<Values>(std::move(array).error())) {}  // NOLINT
  Outputs(Result<Value> value) : result_(value.ok() ? Result<Values>(Values{*std::move(value)}) : Result<Values>(std::move(value).error())) {}  // NOLINT
  Outputs(Result<Values> values) : result_(std::move(values)) {}             // NOLINT: implicit on purpose

  Result<Values>& result() { return result_; }

 private:
  Result<Values> result_;
};

using Kernel = Outputs(const Call& call);

/// How a kernel is given floating-point elements.
enum class Mode : uint8_t {
  kCompute,   ///< halves as f32, rounded once when it returns; in the oracle all floats as f64
  kMove,      ///< as they lie: it moves elements without looking at them
  kDeclared,  ///< in the declared type's own bytes, in the oracle, too
};

/// One line of the table: from that version of the domain's operator set on, until the next line of the same operator.
struct Operator {
  std::string_view domain;  ///< "" is ONNX's own
  std::string_view name;
  int since = 1;
  Kernel* kernel = nullptr;
  /// Of the inputs marked x.
  Types types;
  /// One letter for each input: x, a tensor of one of `types`, the same for all x; t, a tensor of any type; v, any value. Behind a letter:
  /// ? for one that may be left out, * for any number of them, + for one or more (both at the end only).
  std::string_view inputs;
  Mode mode = Mode::kCompute;
};

inline constexpr std::string_view kOnnx = "";
inline constexpr std::string_view kMl = "ai.onnx.ml";
inline constexpr std::string_view kTraining = "ai.onnx.preview.training";
inline constexpr std::string_view kPreview = "ai.onnx.preview";

/// The whole table, ordered by domain, name and version.
std::span<const Operator> Operators();

/// The line that serves a version of an operator set; null where there is none.
const Operator* FindOperator(std::string_view domain, std::string_view name, int64_t version);

}  // namespace conformance::onnx_reference
