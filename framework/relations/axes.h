#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/ports/relation.h"
#include "framework/tensor/tensor.h"

namespace conformance::relations {

inline constexpr std::string_view kBatch = "batch";
inline constexpr std::string_view kSequence = "sequence";

using Shapes = std::map<std::string, Shape, std::less<>>;

/// Axes whose size depends on a symbol.
std::vector<int64_t> AxesOf(const ports::RelationLeaf& leaf, std::string_view symbol);

/// Axes at which two shapes of one rank have other sizes; nothing for shapes of different ranks.
std::optional<std::vector<int64_t>> AxesThatDiffer(const Shape& a, const Shape& b);

/// `count` places from `begin` along an axis, contiguous. The caller guarantees that they are there.
Tensor Slice(const Tensor& tensor, int64_t axis, int64_t begin, int64_t count);

/// One behind the other along an axis. Errors: kShape where other sizes differ, kType where types do.
Result<Tensor> Concatenate(const std::vector<Tensor>& parts, int64_t axis);

/// Places along an axis in another order: block i of `order.size()` equal blocks is block order[i] of the tensor.
Tensor Reorder(const Tensor& tensor, int64_t axis, const std::vector<int64_t>& order);

/// How many rows the batch has: the size of the first leaf's axis that is the batch and nothing else. Errors: kInvalid where there is none.
Result<int64_t> BatchOf(const ports::RelationTerms& terms, const NamedTensors& inputs);

/// One row of a batch: of each leaf its share of the axis that follows the batch; leaves that do not are as they are.
NamedTensors RowOf(const ports::RelationTerms& terms, const NamedTensors& inputs, int64_t batch, int64_t row);

/// Why a batch cannot be taken apart: no size "batch", rows that are coupled, a leaf with two such axes. Empty: it can.
std::string BatchProblem(const ports::RelationTerms& terms);

/// Every token counts: masks are ones, positions 0, 1, 2, … (what padded places compute is nobody's business).
NamedTensors FullyAttended(const ports::RelationTerms& terms, const NamedTensors& inputs);

/// Errors: kShape naming the output of that run where it is not as the judge's.
Status CheckShape(const std::string& output, const Tensor& found, const Shape& wanted, const std::string& where);

}  // namespace conformance::relations
