#pragma once

#include <vector>

#include "framework/ops/op_context.h"

namespace conformance::ops {

/// How the layers of a recurrence are laid out. `params` of a call are, for each layer and in it for each direction: weight_ih [g·h, in],
/// weight_hh [g·h, r], with biases bias_ih [g·h] and bias_hh [g·h], with a projection weight_hr [r, h]. Layers after the first read both
/// directions of the one before: their `in` is r times the directions.
struct RecurrentLayers {
  bool has_biases = true;
  int64_t num_layers = 1;
  bool bidirectional = false;
  bool batch_first = false;
};

/// Long short-term memory: gates i, f, g, o; c' = f·c + i·g, h' = o·tanh(c'), which a projection takes to fewer features.
/// Shapes: x [l, b, in] ([b, l, in] where batch_first), hidden [n, b, r] and cell [n, b, h] with n = layers times directions -> output
///         [l, b, r·directions] (or [b, l, …]) and both states after the last step. r differs from h where there is a projection.
/// Types:  floats, all the same. Halves are computed in f32 and rounded wherever PyTorch's kernel for processors stores them.
/// Errors: kShape for sizes that do not fit, and without steps; kType for other types; kInvalid for another number of params;
///         kUnsupported for dropout between layers in training, which is random.
/// Source: torch.nn.LSTM; Hochreiter & Schmidhuber 1997; projections: Sak et al., arXiv:1402.1128.
struct LstmResult {
  Value output, hidden, cell;
};
LstmResult Lstm(OpContext& context, const Value& x, const Value& hidden, const Value& cell, std::vector<Value> params,
                const RecurrentLayers& layers);

/// Gated recurrent units: gates r, z, n, where r is applied to what is already multiplied by weight_hh;
/// n = tanh(x_n + r·h_n), h' = (1 − z)·n + z·h. The plain recurrences: h' = tanh(x + h) or relu(x + h). Shapes, types and errors as
/// above, without a cell and without projection.
/// Source: torch.nn.GRU, torch.nn.RNN; Cho et al., arXiv:1406.1078.
struct RecurrentResult {
  Value output, hidden;
};
RecurrentResult Gru(OpContext& context, const Value& x, const Value& hidden, std::vector<Value> params, const RecurrentLayers& layers);
RecurrentResult RnnTanh(OpContext& context, const Value& x, const Value& hidden, std::vector<Value> params, const RecurrentLayers& layers);
RecurrentResult RnnRelu(OpContext& context, const Value& x, const Value& hidden, std::vector<Value> params, const RecurrentLayers& layers);

const OpDef& LstmOp();     ///< aten.lstm.input
const OpDef& GruOp();      ///< aten.gru.input
const OpDef& RnnTanhOp();  ///< aten.rnn_tanh.input
const OpDef& RnnReluOp();  ///< aten.rnn_relu.input

}  // namespace conformance::ops
