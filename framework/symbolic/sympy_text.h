#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "framework/base/result.h"
#include "framework/symbolic/sym_int.h"

namespace conformance {

/// Symbols met while reading, with sympy's assumption `positive=True` (unbacked symbols lack it).
using SympySymbols = std::map<std::string, bool, std::less<>>;

/// Reads the text that sympy's srepr makes of a PyTorch size, as `.pt2` files hold it:
/// "Mul(Integer(32), Symbol('s70', positive=True, integer=True))"; Add, Mul, Pow, Max, Min, FloorDiv, CleanDiv, CeilDiv, Mod,
/// PythonMod, ModularIndexing, PowByNatural, Rational, IntTrueDiv under a rounding, LShift, RShift, Identity. `symbols` collects (may be null).
/// Errors: kUnsupported names a function that has no integer counterpart; kInvalid for malformed text, with the place.
Result<SymInt> ParseSympy(std::string_view text, SympySymbols* symbols = nullptr);
/// Equality, Unequality, LessThan, StrictLessThan, GreaterThan, StrictGreaterThan, And, Or, Not, true, false.
Result<SymBool> ParseSympyBool(std::string_view text, SympySymbols* symbols = nullptr);

/// Such text. `positive` says which symbols carry the assumption (null: all whose name does not begin with u).
using IsPositive = std::function<bool(const std::string&)>;
std::string ToSympy(const SymInt& value, const IsPositive& positive = nullptr);
std::string ToSympy(const SymBool& value, const IsPositive& positive = nullptr);

}  // namespace conformance
