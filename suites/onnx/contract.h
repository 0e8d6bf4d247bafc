#pragma once

#include <string>

#include "references/onnx/value.h"

namespace conformance::suites {

/// Random operators promise a distribution, not numbers: what a case that has one is held to in place of its recorded outputs' values. Types and
/// shapes stay those recorded.
struct Contract {
  const char* cases;  ///< glob over names: "node/test_bernoulli*"
  const char* reason;
  /// Why outputs aren't what the contract wants, or nothing.
  std::string (*check)(const onnx_reference::Values& inputs, const onnx_reference::Values& found);
};

/// Null for a case that is held to its recorded values.
const Contract* ContractOf(const std::string& name);

}  // namespace conformance::suites
