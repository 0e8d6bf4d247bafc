#pragma once

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

/// What is judged against what. Outputs are matched by name.
struct ComparisonRequest {
  const NamedTensors* candidate = nullptr;  ///< the backend's outputs
  const NamedTensors* reference = nullptr;  ///< eager, in the declared dtype; or a recording
  const NamedTensors* oracle = nullptr;     ///< eager in f64; null: there is none
  /// None: with an oracle NUMERICS' default bound, without one torch.testing.assert_close's for each output's type.
  std::optional<PlainTolerance> tolerance;
  /// Positions that count, by output: a bool tensor broadcastable to the output; outputs without one count whole.
  NamedTensors mask;
  std::string assignment;                   ///< text for the figures: "batch=3,sequence=11"
};

/// Pass or fail (or mistrusted), the reason of the worst output, and figures of each.
struct Comparison {
  record::Outcome outcome = record::Outcome::kFail;
  std::string reason;
  std::vector<record::OutputFigures> figures;
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
