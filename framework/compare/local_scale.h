#pragma once

#include <optional>
#include <vector>

#include "framework/compare/local_table.h"
#include "framework/ir/graph.h"
#include "framework/ops/op_def.h"
#include "framework/tensor/tensor.h"

namespace conformance::compare {

/// One operator as it was evaluated: the tensors of its arguments, its result, and the result over absolute values.
struct LocalCall {
  const ir::Node* node = nullptr;
  const ops::OpDef* op = nullptr;
  std::vector<std::pair<std::string, const Tensor*>> inputs;  ///< by argument's name; lists by their elements
  const Tensor* output = nullptr;                             ///< ŷ
  const Tensor* magnitude = nullptr;                          ///< M; null where the row needs none
  const Tensor* Find(std::string_view argument) const;
};

/// λ of the local bound. Source: docs/verdicts.md.
inline constexpr double kLocalFactor = 4;
inline constexpr std::string_view kLocalRule =
    "local: each operator in f64 on the backend's own inputs; |y − ŷ| ≤ 4 · (√K · u_acc · M + u_store · |y| + c · u_acc · S), K the reduction "
    "length, M the operator over absolute values, c and S by operator (docs/verdicts.md), u_acc = 2^-24 (2^-53 in f64), u_store that of the "
    "declared type";

/// The bound of every element of ŷ. `declared` is the type of the stored result. Nothing where the row cannot be applied to this call.
std::optional<std::vector<double>> LocalBound(const LocalRow& row, const LocalCall& call, DType declared);

/// How many terms an element of the result sums; 1 where it sums none.
double ReductionLength(const LocalCall& call);

}  // namespace conformance::compare
