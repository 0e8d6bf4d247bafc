#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/tensor/tensor.h"

namespace conformance::engine {

/// Inputs as they were handed to an exporter or a backend. Cells share them, so whoever writes into them spoils every later verdict; const
/// alone does not keep a foreign library from it.
class Untouched {
 public:
  explicit Untouched(const NamedTensors& inputs);
  /// Errors: kInternal where a byte of one is another than at construction: "WHO changed its input 'x'".
  Status Check(const std::string& who) const;

 private:
  std::vector<uint64_t> Hashes() const;
  NamedTensors inputs_;  // shares the storage
  std::vector<uint64_t> hashes_;
};

}  // namespace conformance::engine
