#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "framework/base/result.h"
#include "framework/symbolic/sym_int.h"

namespace conformance {

/// Reads an operand that is no number, name or function, at the start of `rest`: its value and how many characters it took, or
/// nothing where it does not know it ("L['input_ids'].size()[1]" in the guards of an exported program).
struct ParsedOperand {
  SymInt value;
  size_t length = 0;
};
using OperandReader = std::function<std::optional<Result<ParsedOperand>>(std::string_view rest)>;

/// A condition in Python's syntax over integers: + - * // % **, comparisons, and, or, not, min, max, parentheses. Errors:
/// kInvalid with the place and what was wanted.
Result<SymBool> ParseCondition(std::string_view text, const OperandReader& reader = nullptr);

}  // namespace conformance
