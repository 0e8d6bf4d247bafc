#pragma once

#include <string_view>

#include "framework/base/result.h"
#include "framework/ir/program.h"

namespace conformance::rewrite {

/// Whether a value of the Program is complex.
bool HasComplexValues(const ir::Program& program);

/// Whether an op of complex numbers can be written over pairs.
bool HasFormOverPairs(std::string_view target);

/// The Program with real tensors of a last axis of 2 in place of complex ones, for formats without complex numbers: products are written out,
/// what moves elements moves pairs, view_as_real and view_as_complex are nothing. What stays are transforms between the two views
/// (view_as_complex, aten._fft_r2c or _fft_c2c, view_as_real; _fft_c2r becomes a _fft_c2c over the other half too), which formats have words
/// for. Complex constants and weights become real ones over the same bytes. Inputs and outputs are refused by name: a runtime is given and
/// gives no complex tensor, and a caller who wants pairs writes view_as_real.
/// Errors: kUnsupported names the node, its operator and what of it has no answer; ops that write in place are among them.
Result<ir::Program> ComplexAsPairs(ir::Program program);

}  // namespace conformance::rewrite
