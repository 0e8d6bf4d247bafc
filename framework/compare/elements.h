#pragma once

#include <cstdint>
#include <vector>

#include "framework/ports/comparator.h"
#include "framework/record/record.h"

namespace conformance::compare {

/// One output as lanes read it: values as doubles in row-major order. Of complex outputs the parts are the values, with a last axis of 2.
struct Elements {
  const Tensor* y = nullptr;
  const Tensor* reference = nullptr;
  const Tensor* oracle = nullptr;  ///< null: there is none
  bool pairs = false;              ///< values are parts of complex numbers, by twos
  std::vector<uint8_t> mask;       ///< 0: does not count; empty: all do
  std::vector<double> got, wanted, exact;  ///< of y, reference and oracle; of floating outputs alone

  bool Counts(size_t i) const { return mask.empty() || mask[i] != 0; }
  /// What y is held against: the oracle, or the reference where the oracle is not finite or not there.
  double Truth(size_t i) const;
  int64_t Counted() const;
  /// What a relative bound of value i is relative to: |values[i]|, or the modulus of the complex number that it is a part of.
  double Size(const std::vector<double>& values, size_t i) const;
};

/// Reads the values; of complex outputs the tensors are those of the parts (ViewAsReal), and `pairs` says so. Errors: kShape for a mask that
/// doesn't broadcast.
Result<Elements> ReadElements(const ports::ComparisonRequest& request, const std::string& output, const Tensor& y, const Tensor& reference,
                              const Tensor* oracle, bool pairs = false);

/// Sets an output's outcome and reason unless it has failed already: the first reason is the cause.
void Fail(record::OutputFigures& figures, std::string reason);

/// Error figures over the elements that are finite on both sides.
void Measure(const Elements& elements, record::OutputFigures& figures);

}  // namespace conformance::compare
