#pragma once

#include <span>
#include <string_view>

namespace conformance::compare {

/// What the error of one operator is measured in: the S of |y − ŷ| ≤ λ·(√K·u_acc·M + u_store·|y| + c·u·S).
enum class LocalScale {
  kMoved,       ///< elements are moved, selected, compared or rounded: no term but the store's
  kOutput,      ///< |y|
  kUnit,        ///< max(|y|, 1): functions whose graph crosses zero, or that saturate at one
  kInput,       ///< |y| + |x|: x times a function between 0 and 1
  kExponent,    ///< |y|·(1 + |x|): an error of the argument is a relative one of the answer
  kTerms,       ///< M alone, the operator over absolute values, K = 1: sums of two or three terms, which a compiler may contract
  kReduced,     ///< M alone, the operator over absolute values, K its reduction length
  kNormalised,  ///< (|x| + |mean|)·|w|/σ + |b|, and √K on 1/σ
  kSoftmax,     ///< |y|·(2 + |x| + max |x|), and √K on the sum
  kAttention,   ///< the operator over |v|, times (1 + the error of a score in units of u)
};

struct LocalRow {
  std::string_view op;      ///< without overload: "aten.linear"
  LocalScale scale;
  double c;                 ///< in units of u
  std::string_view source;  ///< of c
};

/// The reviewed table, sorted by op. An operator without a row is held against the reference's own error on the same inputs.
std::span<const LocalRow> LocalTable();
/// By target ("aten.linear.default"); null where there is no row.
const LocalRow* FindLocalRow(std::string_view target);

}  // namespace conformance::compare
