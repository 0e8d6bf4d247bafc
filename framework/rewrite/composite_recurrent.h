#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::rewrite {

// One step of a recurrence, as torch.nn.LSTMCell, GRUCell and RNNCell call it; the recurrences over all steps are ops (ops/recurrent.h).
std::vector<ops::Value> WriteLstmCell(ops::OpContext& context, const std::vector<ops::Argument>& args);
std::vector<ops::Value> WriteGruCell(ops::OpContext& context, const std::vector<ops::Argument>& args);
std::vector<ops::Value> WriteTanhCell(ops::OpContext& context, const std::vector<ops::Argument>& args);
std::vector<ops::Value> WriteReluCell(ops::OpContext& context, const std::vector<ops::Argument>& args);

}  // namespace conformance::rewrite
