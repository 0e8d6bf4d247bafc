#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/record/record.h"
#include "framework/tensor/tensor.h"

namespace conformance::ports {

/// A plain bound that replaces the default one: |difference| ≤ atol + rtol · |expected|.
struct PlainTolerance {
  double atol = 0, rtol = 0;
  friend bool operator==(const PlainTolerance&, const PlainTolerance&) = default;
};

/// How far one legal answer lies from the oracle, over the elements of one output that are finite in both.
struct Spread {
  double rms = 0;      ///< root mean square of the errors
  double max_abs = 0;  ///< the largest
  friend bool operator==(const Spread&, const Spread&) = default;
};
using Spreads = std::map<std::string, Spread, std::less<>>;  ///< by output; floating ones alone

/// Legal answers of the reference at the declared precision: the same numbers in other orders of summation, with noise on
/// transcendentals and other fusions of stores. Asked for one by one, and only as far as a verdict needs them; whoever offers it keeps
/// what it made, so that later comparisons of the same call pay nothing.
class Ensemble {
 public:
  virtual ~Ensemble() = default;
  /// How many there are beside the reference's own run.
  virtual size_t size() const = 0;
  /// Member `index` < size(). The pointer lives as long as the ensemble. Errors: of the reference.
  virtual Result<const Spreads*> Member(size_t index) const = 0;
};

/// How an output that is no number but a choice came about.
struct Decision {
  enum class Kind : uint8_t {
    kIndex,    ///< the output holds places along `axis` of the scores: argmax, argmin, the indices of topk and sort
    kCompare,  ///< a boolean: whether `scores` lies on the one side of `other`, or zero
    kRound,    ///< integers or whole numbers made of `scores` by rounding
  };
  Kind kind = Kind::kIndex;
  Tensor scores;        ///< the oracle's
  std::optional<Tensor> other;  ///< kCompare, of the shape of `scores`
  int64_t axis = -1;    ///< kIndex
  double radius = 0;    ///< how far legal scores lie from the oracle's
};

/// Finds out how a discrete output came about; asked only where a candidate's differs. Nothing where that is not known: exact then.
using Deciding = std::function<Result<std::optional<Decision>>(const std::string& output)>;

/// What is judged against what. Outputs are matched by name.
struct ComparisonRequest {
  const NamedTensors* candidate = nullptr;  ///< the backend's outputs
  const NamedTensors* reference = nullptr;  ///< eager, in the declared dtype; or a recording
  const NamedTensors* oracle = nullptr;     ///< eager in f64; null: there is none
  const Ensemble* ensemble = nullptr;       ///< with an oracle; null: the reference's own run is the only legal answer that is known
  Deciding decide;                          ///< null: nothing is known of discrete outputs
  /// None: with an oracle the exact and the ensemble lane, without one torch.testing.assert_close's for each output's type.
  std::optional<PlainTolerance> tolerance;
  /// Every legal answer is the exact one: numbers are equal or wrong. With an oracle, which the reference equals.
  bool exact = false;
  /// Positions that count, by output: a bool tensor broadcastable to the output; outputs without one count whole.
  NamedTensors mask;
  std::string assignment;                   ///< text for the figures: "batch=3,sequence=11"
};

/// Pass or fail (or mistrusted), the reason of the worst output, and figures of each.
struct Comparison {
  record::Outcome outcome = record::Outcome::kFail;
  std::string reason;
  std::vector<record::OutputFigures> figures;
  std::map<std::string, std::string> rules;  ///< what the lanes that judged hold outputs to: formula, constants, source; by lane
};

/// Outputs -> outcome: structure first, then values.
class Comparator {
 public:
  virtual ~Comparator() = default;
  virtual std::string_view Name() const = 0;
  /// Nothing compared is a failure. Errors are for requests that make no sense (our own mistakes), not for mismatches.
  virtual Result<Comparison> Compare(const ComparisonRequest& request) const = 0;
};

}  // namespace conformance::ports
