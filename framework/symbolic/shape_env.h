#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "framework/base/result.h"
#include "framework/symbolic/sym_int.h"

namespace conformance {

/// Inclusive bounds of a symbol; no maximum means unbounded.
struct SymRange {
  int64_t min = 0;
  std::optional<int64_t> max;
  friend bool operator==(const SymRange&, const SymRange&) = default;
};

/// How one dimension of an input is to be treated (torch.export's Dim.AUTO, Dim(name, min, max), Dim.STATIC, 2*dim+1).
struct DimAuto {};                 ///< dynamic unless tracing forces a value, which is reported, not an error
struct DimStatic {};               ///< the traced size
struct DimNamed {                  ///< dynamic; same name, same symbol; being forced to a value is an error
  std::string name;
  SymRange range;
};
struct DimDerived {                ///< linear in one named Dim: "2*seq + 1"
  SymInt expression;
};
using DimSpec = std::variant<DimAuto, DimStatic, DimNamed, DimDerived>;
/// For each input leaf (dotted name) one spec an axis; missing leaves and axes are static.
using DynamicShapes = std::map<std::string, std::vector<DimSpec>, std::less<>>;

/// A symbol of one trace.
struct SymbolInfo {
  std::string name;
  SymRange range;
  std::optional<int64_t> hint;  ///< the traced size; none for an unbacked symbol
  std::string source;           ///< "input_ids.size(1)" or the op that made it
  bool named = false;           ///< from a DimNamed: must not be specialised
  /// Found by an equality guard: this symbol stands for that expression (a constant: it was specialised).
  std::optional<SymInt> replaced_by;
};

/// A condition that tracing relied on and could not prove.
struct GuardRecord {
  SymBool condition;        ///< as it held at the hint
  std::string why;          ///< what asked ("view: 2*s0 divides s1")
  std::string module_path;  ///< "model.layers.0.self_attn"
  bool specialises = false; ///< fixes a symbol to a number
};

/// The symbols of one trace with what is known of them. Not shared between traces; no global state.
class ShapeEnv {
 public:
  /// A fresh backed symbol ("s0", "s1", …) or the named one (same name twice: the same symbol, hints must agree).
  /// Errors: kInvalid for a hint outside the range or one that contradicts the name's first use.
  Result<SymInt> AddSymbol(std::optional<std::string> name, int64_t hint, SymRange range, std::string source);
  /// A fresh symbol without hint ("u0", …) for a data-dependent size.
  SymInt AddUnbacked(std::string source, SymRange range = {});
  /// A symbol of a program that was traced before, for asking rules about it again; a guard may tie or fix it like one under Auto.
  /// Errors: kInvalid for a name that is taken, or a hint outside the range.
  Result<SymInt> Restore(std::string name, std::optional<int64_t> hint, SymRange range);
  /// Sizes of one input tensor by its DimSpecs (empty: all static). Sizes 0 and 1 are specialised under Auto, as in
  /// torch.export; a DimNamed hint outside its range is an error naming input, dimension and bound.
  Result<std::vector<SymInt>> SizesOf(std::string_view input, const std::vector<int64_t>& sizes,
                                      const std::vector<DimSpec>& specs);

  /// Replacements applied until nothing changes.
  SymInt Simplify(const SymInt& value) const;
  SymBool Simplify(const SymBool& value) const;
  /// Provably true, provably false, or undecided; from structure, ranges, divisibility and earlier guards. Records nothing.
  std::optional<bool> Prove(const SymBool& condition) const;
  /// Decides: provable conditions as they are; others by the hints, recorded as a guard (an equality also becomes a
  /// replacement). Errors: kInvalid for an unbacked symbol ("data-dependent: …"; with defer_runtime_asserts it is recorded as an
  /// assertion and taken for true), for a named Dim that would be specialised, or a bound violated: the text names input,
  /// dimension, guard and module path, and suggests the Dim to use.
  /// Whether an unbacked size is 0 or 1 is answered with no, and nothing is recorded: what follows is the general case, which
  /// holds for 0 and 1 as well (torch's size-oblivious reasoning).
  Result<bool> Guard(const SymBool& condition, std::string_view why, std::string_view module_path);
  /// A condition that must hold when the program runs; true at the hint is checked now.
  Status Assert(const SymBool& condition, std::string_view why, std::string_view module_path);

  /// Value at the hints; none with an unbacked symbol in it.
  std::optional<int64_t> Hint(const SymInt& value) const;
  SymRange Bounds(const SymInt& value) const;

  const std::vector<SymbolInfo>& symbols() const { return symbols_; }
  const SymbolInfo* FindSymbol(std::string_view name) const;
  const std::vector<GuardRecord>& guards() const { return guards_; }
  const std::vector<GuardRecord>& assertions() const { return assertions_; }
  /// Free symbols with their ranges, narrowed by guards that bound one symbol: the program's range constraints.
  std::map<std::string, SymRange> RangeConstraints() const;
  /// "input_ids.size(0) was specialised to 2 by view in model.layers.0" for each Auto symbol that became a number.
  std::vector<std::string> Specialisations() const;

  bool defer_runtime_asserts = false;  ///< prefer_deferred_runtime_asserts_over_guards

 private:
  friend class Prover;
  using Replacements = std::map<std::string, SymInt, std::less<>>;

  SymbolInfo* Find(std::string_view name);
  /// Takes a condition for true from now on: bounds, replacements, facts.
  Status Learn(const SymBool& condition, GuardRecord& record);
  Status LearnEqual(const SymInt& zero, GuardRecord& record);
  Status LearnAtMost(const SymInt& at_most_zero, GuardRecord& record);
  Status LearnNotEqual(const SymInt& not_zero, GuardRecord& record);
  Status Replace(const std::string& name, const SymInt& by, GuardRecord& record);
  Status Narrow(const std::string& name, std::optional<int64_t> min, std::optional<int64_t> max, GuardRecord& record);
  /// Facts written in the symbols that are left; what they prove by themselves is dropped.
  Status Refresh(GuardRecord& record);
  void Forget() { proved_.clear(); }
  Result<SymInt> DerivedSize(std::string_view input, size_t axis, int64_t size, const SymInt& expression);

  std::vector<SymbolInfo> symbols_;
  std::unordered_map<std::string, size_t> index_;
  std::vector<std::optional<SymRange>> given_;  ///< the user's range of a named symbol; parallel to symbols_
  std::vector<GuardRecord> guards_;
  std::vector<GuardRecord> assertions_;
  std::vector<std::string> notes_;              ///< sizes that were never symbols: 0 and 1 under Auto
  std::map<std::string, std::string, std::less<>> specialised_by_;
  Replacements replacements_;                   ///< fully resolved
  SymbolValues hints_;
  std::vector<SymInt> at_most_zero_, zero_, not_zero_;  ///< facts over several symbols or atoms
  std::vector<std::pair<SymInt, SymInt>> atom_rules_;   ///< an atom (a mod, a floor_div, …) and what it equals
  std::vector<SymBool> other_facts_;
  mutable std::unordered_map<uint64_t, std::vector<std::pair<SymBool, std::optional<bool>>>> proved_;
  int next_backed_ = 0;
  int next_unbacked_ = 0;
};

}  // namespace conformance
