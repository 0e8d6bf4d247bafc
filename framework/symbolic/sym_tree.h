#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/symbolic/sym_int.h"

namespace conformance {

/// A size as a tree of operations: for those who write it in another notation (nodes of a graph, another language). What it
/// computes is the SymInt's value; the shape of the tree follows ToString.
struct SymTree {
  enum class Kind : uint8_t { kConstant, kSymbol, kAdd, kMul, kFloorDiv, kMod, kMin, kMax };
  Kind kind = Kind::kConstant;
  int64_t value = 0;          ///< of kConstant
  std::string name;           ///< of kSymbol
  std::vector<SymInt> args;   ///< two or more of kAdd, kMul, kMin, kMax; two of the others; each a smaller expression
};
/// The outermost operation. An overflowed size (see SymInt) is a symbol whose name says so.
SymTree TreeOf(const SymInt& value);

/// A condition as a tree: relations of two sizes, or connectives of smaller conditions.
struct SymBoolTree {
  enum class Kind : uint8_t { kConstant, kEqual, kNotEqual, kLessEqual, kAnd, kOr };
  Kind kind = Kind::kConstant;
  bool value = false;           ///< of kConstant
  SymInt left, right;           ///< of a relation; neither has a negative coefficient where that can be had
  std::vector<SymBool> parts;   ///< two or more, of kAnd and kOr
};
SymBoolTree TreeOf(const SymBool& condition);

}  // namespace conformance
