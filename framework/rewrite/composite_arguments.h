#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "framework/ops/op_context.h"
#include "framework/rewrite/composites.h"

// Arguments as the composites' writers read them: bound, in the schema's order, of the schema's kinds.
namespace conformance::rewrite {

using Arguments = std::vector<ops::Argument>;
using Values = std::vector<ops::Value>;

inline const ops::Value& TensorAt(const Arguments& args, size_t i) { return std::get<ops::Value>(args[i]); }
inline bool IsNone(const ops::Argument& argument) {
  const auto* value = std::get_if<ops::Value>(&argument);
  return std::holds_alternative<ops::NoneType>(argument) || (value != nullptr && !value->defined());
}
inline int64_t IntAt(const Arguments& args, size_t i) { return std::get<SymInt>(args[i]).constant(); }
inline bool FlagAt(const Arguments& args, size_t i) { return std::get<bool>(args[i]); }
inline double NumberAt(const Arguments& args, size_t i) {
  if (const auto* number = std::get_if<double>(&args[i])) return *number;
  if (const auto* flag = std::get_if<bool>(&args[i])) return *flag ? 1 : 0;
  return static_cast<double>(IntAt(args, i));
}
inline std::optional<DType> DTypeAt(const Arguments& args, size_t i) {
  const auto* dtype = std::get_if<DType>(&args[i]);
  return dtype != nullptr ? std::optional(*dtype) : std::nullopt;
}
inline DType DTypeOr(const Arguments& args, size_t i, DType otherwise) { return DTypeAt(args, i).value_or(otherwise); }
/// Empty for None.
inline std::vector<int64_t> IntsAt(const Arguments& args, size_t i) {
  std::vector<int64_t> ints;
  if (const auto* one = std::get_if<SymInt>(&args[i])) return {one->constant()};
  if (const auto* all = std::get_if<std::vector<SymInt>>(&args[i])) {
    for (const SymInt& number : *all) ints.push_back(number.constant());
  }
  return ints;
}
/// Negative axes count from the end.
inline int64_t AxisOf(int64_t axis, int64_t rank) { return axis < 0 ? axis + rank : axis; }

/// The call of an op of the table with the first arguments of this one.
template <const ops::OpDef& (*kOp)(), size_t kCount>
Values Is(ops::OpContext& c, const Arguments& args) {
  return {c.Call(kOp(), Arguments(args.begin(), args.begin() + static_cast<std::ptrdiff_t>(std::min(kCount, args.size()))))};
}

/// What a writer returns after c.Fail.
inline Values Refused(ops::OpContext& c, Error error, size_t outputs = 1) {
  c.Fail(std::move(error));
  return Values(outputs);
}

}  // namespace conformance::rewrite
