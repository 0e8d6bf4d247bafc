#pragma once

// The inside of SymInt and SymBool: only this folder's .cc files include it.

#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/symbolic/sym_int.h"

namespace conformance {

/// What polynomials are made of. Immutable and shared; equal ones may be different objects.
struct SymAtom {
  enum class Kind : uint8_t { kSymbol, kFloorDiv, kMod, kMin, kMax, kError };
  Kind kind = Kind::kSymbol;
  std::string name;          // of a symbol; of an error: what happened
  std::vector<SymInt> args;  // two of floor_div and mod; sorted operands of min and max
  uint64_t hash = 0;
  uint64_t bloom = 0;        // a bit for each symbol's hash: quickly says that a symbol is not in it
  int32_t depth = 0;         // of atoms inside atoms; a symbol has 0
};
using AtomPtr = std::shared_ptr<const SymAtom>;

namespace symbolic {

using ::conformance::AtomPtr;
using Kind = SymAtom::Kind;

struct Factor {
  AtomPtr atom;
  int32_t power = 1;
};
/// Sorted by Compare(atom), each atom once. Empty: the constant 1.
using Monomial = std::vector<Factor>;
struct Term {
  int64_t coefficient = 0;
  Monomial factors;
};
/// Sorted by CompareMonomials, no zero coefficient, each monomial once; a constant term is last.
using Terms = std::vector<Term>;

/// More terms than this make an error symbol: no model needs them, and products of sums grow without bound.
inline constexpr size_t kMaxTerms = 512;
inline constexpr int32_t kMaxPower = 64;
/// Atoms inside atoms, likewise; what walks an expression may recurse.
inline constexpr int32_t kMaxAtomDepth = 64;

AtomPtr MakeAtom(Kind kind, std::string name, std::vector<SymInt> args);
SymInt OfAtom(AtomPtr atom);
SymInt ErrorSymbol(std::string_view what);
bool IsError(const SymInt& value);
SymInt OfTerms(Terms terms);
SymInt OfMonomial(int64_t coefficient, Monomial factors);

uint64_t HashOf(const SymInt& value);
uint64_t BloomOf(const SymInt& value);
int32_t DepthOf(const SymInt& value);
uint64_t BloomOfSymbol(std::string_view name);

/// A total order of structure: negative, 0 (equal), positive.
int Compare(const SymAtom& a, const SymAtom& b);
int Compare(const SymInt& a, const SymInt& b);
int CompareMonomials(const Monomial& a, const Monomial& b);

/// Terms of a value; a constant gives none or one. The buffer is used for constants only.
const Terms& TermsOf(const SymInt& value, Terms& buffer);
int64_t ConstantTerm(const SymInt& value);
SymInt WithoutConstant(const SymInt& value);
/// Greatest common divisor of the coefficients that are not the constant's; 0 where there are none.
int64_t ContentWithoutConstant(const SymInt& value);
int64_t Content(const SymInt& value);
/// Every coefficient divided; the caller knows that `divisor` divides them.
SymInt DivideExactly(const SymInt& value, int64_t divisor);

std::optional<Monomial> MultiplyMonomials(const Monomial& a, const Monomial& b);
/// a / b, or nothing where b has more of an atom.
std::optional<Monomial> DivideMonomials(const Monomial& a, const Monomial& b);
/// Polynomial quotient if the division leaves no remainder.
std::optional<SymInt> DividePolynomials(const SymInt& a, const SymInt& b);

int64_t FloorDivInt(int64_t a, int64_t b);  // b != 0; not INT64_MIN / -1
int64_t ModInt(int64_t a, int64_t b);

/// Rebuilds the value with each atom replaced by what `map` says (nothing: the atom with its arguments rebuilt likewise).
using AtomMap = std::function<std::optional<SymInt>(const AtomPtr&)>;
SymInt MapAtoms(const SymInt& value, const AtomMap& map);
/// Calls `visit` for each atom of the polynomial; with `deep` also for those inside atoms (after their owner).
void VisitAtoms(const SymInt& value, bool deep, const std::function<void(const AtomPtr&)>& visit);
/// The atom, if the value is exactly one atom.
const AtomPtr* SingleAtom(const SymInt& value);

std::string AtomText(const SymAtom& atom);

}  // namespace symbolic

struct SymExpr {
  symbolic::Terms terms;
  uint64_t hash = 0;
  uint64_t bloom = 0;
  int32_t depth = 0;
};

/// Relations compare a polynomial with zero, so that a < b and a + 1 <= b are one thing. There is no negation: it is pushed inside.
struct SymLogic {
  enum class Kind : uint8_t { kEqual, kNotEqual, kLessEqual, kAnd, kOr };
  Kind kind = Kind::kEqual;
  SymInt value;                // of a relation: value == 0, value != 0, value <= 0
  std::vector<SymBool> parts;  // of a connective: sorted, each once, at least two
  uint64_t hash = 0;
  uint64_t bloom = 0;
};

namespace symbolic {
uint64_t HashOf(const SymBool& value);
int Compare(const SymBool& a, const SymBool& b);
SymBool LessEqualZero(const SymInt& value);
SymBool EqualZero(const SymInt& value);
SymBool NotEqualZero(const SymInt& value);
}  // namespace symbolic

}  // namespace conformance
