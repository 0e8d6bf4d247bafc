#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/load/input_plan.h"
#include "framework/symbolic/sym_int.h"
#include "framework/tensor/tensor.h"

namespace conformance::cases {

/// What stands in an input that is made.
enum class Fill : uint8_t {
  kNormal,  ///< standard normal
  kIds,     ///< integers from 0 up to the leaf's limit
  kOnes,  ///< masks, lengths, and integers of whose use nothing is known; the leaf's `least` where that is more
  kZeros,      ///< masks that are added to scores
  kPositions,  ///< 0, 1, 2, … along the last axis, below the limit where there is one
};

/// One input of an artifact, as far as its file tells.
struct Leaf {
  std::string name;
  DType dtype = DType::kF32;
  std::vector<SymInt> sizes;
  Fill fill = Fill::kNormal;
  std::vector<SymInt> limits = {};  ///< values stay below all of them: rows of the tables that it picks from
  std::optional<SymInt> value = {};  ///< of a size that `forward` takes as an int: i64[] with this in it
  int64_t least = 1;  ///< of kOnes: a size that the program reads out of it has this lower bound
};

/// A size that an artifact leaves open.
struct SizeSymbol {
  std::string name;
  int64_t first = 2;  ///< of the first call
  std::optional<int64_t> min, max;
};

/// How inputs of an artifact are made from what its file says: leaves over symbols with ranges, and conditions between sizes.
class LeafPlan {
 public:
  std::vector<Leaf> leaves;
  std::vector<SizeSymbol> symbols;
  std::vector<SymBool> conditions;  ///< over the symbols; all hold at sizes that are tried

  /// The first call's sizes.
  load::Assignment First() const;
  /// Up to three others that fit: another size for the first symbol, for the others, for all; primes, which no chunk, window or patch
  /// size divides, before other numbers. Symbols that are equal in the first call stay equal: a file need not say that they must be.
  std::vector<load::Assignment> Unseen() const;
  /// Same assignment and seed, same bytes. Errors: kInvalid for a size that is missing, out of range, or against a condition.
  Result<NamedTensors> Make(const load::Assignment& assignment, uint64_t seed) const;
  /// Takes `sizes` for the first call in place of the plan's own. Errors: kInvalid names a symbol that there is not, or a size that
  /// doesn't fit.
  Status Pin(const load::Assignment& sizes);

 private:
  Status Check(const load::Assignment& assignment) const;
};

/// How an integer, bool or float input is filled by its name and rank, where its use picks rows of a table or not.
Fill FillOf(const Leaf& leaf, bool picks_rows);

}  // namespace conformance::cases
