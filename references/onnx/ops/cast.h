#pragma once

#include "references/onnx/call.h"

namespace conformance::onnx_reference {

struct CastOptions {
  bool saturate = true;             ///< to float8: beyond the largest number, that number
  std::string round_mode = "up";    ///< to float8e8m0: up, down, nearest
};

/// The same numbers as another type, by Cast's text. Errors: kInvalid for strings that are no numbers; kType for complex numbers.
Result<Array> CastArray(const Call& call, const Array& x, Elem to, const CastOptions& options);
/// The attributes that say so.
Result<CastOptions> CastOptionsOf(const Call& call);

}  // namespace conformance::onnx_reference
