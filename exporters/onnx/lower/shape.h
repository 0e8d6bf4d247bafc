#pragma once

#include <functional>
#include <vector>

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

/// Reshape of a value with known sizes. Numbers, sizes kept in place (0 in ONNX) and one size that follows from the rest (−1) need no
/// arithmetic; `size_at` is asked for the others.
Value ReshapeTo(Graph& g, const Value& x, const std::vector<SymInt>& sizes, const std::function<Size(size_t)>& size_at);
/// As above; sizes that must be computed are read from `like`, a value of those sizes or with the axis that `axis_of` says.
Value ExpandTo(Graph& g, const Value& x, const std::vector<SymInt>& sizes, const std::function<Size(size_t)>& size_at);

Result<Outputs> LowerReshape(const Call& call, Graph& g);   ///< view, reshape: argument `size` or `shape`
Result<Outputs> LowerFlatten(const Call& call, Graph& g);
Result<Outputs> LowerExpand(const Call& call, Graph& g);
Result<Outputs> LowerExpandAs(const Call& call, Graph& g);
Result<Outputs> LowerTranspose(const Call& call, Graph& g);
Result<Outputs> LowerPermute(const Call& call, Graph& g);
Result<Outputs> LowerT(const Call& call, Graph& g);
Result<Outputs> LowerUnsqueeze(const Call& call, Graph& g);
Result<Outputs> LowerSqueeze(const Call& call, Graph& g);  ///< all axes, one, or several
Result<Outputs> LowerSlice(const Call& call, Graph& g);
Result<Outputs> LowerSelect(const Call& call, Graph& g);
Result<Outputs> LowerCat(const Call& call, Graph& g);
Result<Outputs> LowerStack(const Call& call, Graph& g);
Result<Outputs> LowerSplit(const Call& call, Graph& g);
Result<Outputs> LowerSplitSizes(const Call& call, Graph& g);
Result<Outputs> LowerChunk(const Call& call, Graph& g);
Result<Outputs> LowerUnbind(const Call& call, Graph& g);
Result<Outputs> LowerRepeat(const Call& call, Graph& g);
Result<Outputs> LowerRepeatInterleave(const Call& call, Graph& g);
Result<Outputs> LowerUnfold(const Call& call, Graph& g);
Result<Outputs> LowerPad(const Call& call, Graph& g);
Result<Outputs> LowerRoll(const Call& call, Graph& g);
Result<Outputs> LowerFlip(const Call& call, Graph& g);
Result<Outputs> LowerTril(const Call& call, Graph& g);
Result<Outputs> LowerTriu(const Call& call, Graph& g);
/// The value itself, in the result's type: clone, contiguous, alias, to.*, type_as, …
Result<Outputs> LowerCast(const Call& call, Graph& g);

}  // namespace conformance::onnx
