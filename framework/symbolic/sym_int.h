#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"

namespace conformance {

struct SymExpr;   // a normalised polynomial over atoms (symbols, floor-divs, mods, mins, maxs); sym_int.cc
struct SymLogic;  // a relation or a connective; sym_bool.cc

/// Values of symbols by name ("s0" -> 9).
using SymbolValues = std::map<std::string, int64_t, std::less<>>;

/// A size: an integer, or an expression over named symbols. Expressions are normalised (sorted monomials with integer
/// coefficients; floor-div and mod simplified where divisibility shows), so that equality of what they compute is mostly
/// equality of structure: `Same`. Comparisons give a SymBool; there is no operator== on purpose.
/// Immutable and cheap to copy; a constant allocates nothing. Overflow of int64 in constants aborts no program: it
/// saturates into an error symbol that Evaluate reports.
class SymInt {
 public:
  SymInt() = default;                  ///< 0
  SymInt(int64_t value) : constant_(value) {}  // NOLINT: implicit on purpose
  SymInt(int value) : constant_(value) {}      // NOLINT: implicit on purpose
  /// A symbol by name: letters, digits, underscore. By custom s… is backed by an input's size, u… is unbacked (its
  /// value is only known when the program runs), anything else is a user's Dim name.
  static SymInt Symbol(std::string name);

  bool IsConstant() const { return expr_ == nullptr; }
  /// The constant; the caller has looked at IsConstant().
  int64_t constant() const;
  std::optional<int64_t> AsInt() const { return IsConstant() ? std::optional(constant_) : std::nullopt; }
  /// The symbol's name if this is exactly one symbol.
  std::optional<std::string> AsSymbol() const;

  /// Names of all symbols in it.
  std::set<std::string> Symbols() const;
  /// Its value. Errors: kNotFound names a symbol without value; kInvalid for a division by zero or overflow.
  Result<int64_t> Evaluate(const SymbolValues& values) const;
  /// Symbols replaced by expressions, normalised again.
  SymInt Substitute(const std::map<std::string, SymInt, std::less<>>& replacements) const;
  /// True where both are structurally equal after normalisation (hence equal for all values).
  static bool Same(const SymInt& a, const SymInt& b);
  /// "9", "s0", "2*s0 + 1", "s0*s1", "floor_div(s0 + 3, 4)", "mod(s0, 4)", "max(s0, 1)"; ParseSymInt reads it back.
  std::string ToString() const;

  friend SymInt operator+(const SymInt& a, const SymInt& b);
  friend SymInt operator-(const SymInt& a, const SymInt& b);
  friend SymInt operator*(const SymInt& a, const SymInt& b);
  SymInt operator-() const;
  SymInt& operator+=(const SymInt& other) { return *this = *this + other; }
  SymInt& operator*=(const SymInt& other) { return *this = *this * other; }

  const std::shared_ptr<const SymExpr>& expr() const { return expr_; }
  explicit SymInt(std::shared_ptr<const SymExpr> expr);

 private:
  int64_t constant_ = 0;
  std::shared_ptr<const SymExpr> expr_;  // null: constant_
};

/// Python's `//` (towards minus infinity) and `%` (sign of the divisor).
SymInt FloorDiv(const SymInt& a, const SymInt& b);
SymInt Mod(const SymInt& a, const SymInt& b);
/// -(−a // b): the smallest integer ≥ a/b.
SymInt CeilDiv(const SymInt& a, const SymInt& b);
SymInt Min(const SymInt& a, const SymInt& b);
SymInt Max(const SymInt& a, const SymInt& b);
/// Product of sizes.
SymInt NumElements(std::span<const SymInt> sizes);
/// "[s0, 9, 2*s1]".
std::string SizesText(std::span<const SymInt> sizes);
std::vector<SymInt> ToSymInts(std::span<const int64_t> sizes);
/// All constants, or nothing.
std::optional<std::vector<int64_t>> AsInts(std::span<const SymInt> sizes);

/// Text as ToString writes it; Python's `//`, `%`, `**` and parentheses too. Errors: kInvalid with the place.
Result<SymInt> ParseSymInt(std::string_view text);

/// A condition over sizes that may not be decided yet. It never converts to bool: ask OpContext::Guard, or
/// ShapeEnv::Prove.
class SymBool {
 public:
  SymBool(bool value) : constant_(value) {}  // NOLINT: implicit on purpose
  bool IsConstant() const { return logic_ == nullptr; }
  std::optional<bool> AsBool() const { return IsConstant() ? std::optional(constant_) : std::nullopt; }
  std::set<std::string> Symbols() const;
  Result<bool> Evaluate(const SymbolValues& values) const;
  SymBool Substitute(const std::map<std::string, SymInt, std::less<>>& replacements) const;
  std::string ToString() const;  ///< "s0 <= 40", "s0 == s1", "(a) and (b)", "not (a)"
  static bool Same(const SymBool& a, const SymBool& b);

  const std::shared_ptr<const SymLogic>& logic() const { return logic_; }
  explicit SymBool(std::shared_ptr<const SymLogic> logic);

 private:
  bool constant_ = false;
  std::shared_ptr<const SymLogic> logic_;  // null: constant_
};

SymBool Eq(const SymInt& a, const SymInt& b);
SymBool Ne(const SymInt& a, const SymInt& b);
SymBool Lt(const SymInt& a, const SymInt& b);
SymBool Le(const SymInt& a, const SymInt& b);
SymBool Gt(const SymInt& a, const SymInt& b);
SymBool Ge(const SymInt& a, const SymInt& b);
SymBool And(const SymBool& a, const SymBool& b);
SymBool Or(const SymBool& a, const SymBool& b);
SymBool Not(const SymBool& a);

/// Text as SymBool::ToString writes it. Errors: kInvalid with the place.
Result<SymBool> ParseSymBool(std::string_view text);

}  // namespace conformance
