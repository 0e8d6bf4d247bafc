#pragma once

#include "exporters/onnx/lower/call.h"

namespace conformance::onnx {

/// aten.lstm.input: an LSTM for each layer, with ONNX's order of gates; a Scan for each layer and direction where there is a projection,
/// which ONNX's operator lacks, and of f64, which ONNX Runtime's lacks.
Result<Outputs> LowerLstm(const Call& call, Graph& g);
/// aten.gru.input, aten.rnn_tanh.input, aten.rnn_relu.input, likewise.
Result<Outputs> LowerGru(const Call& call, Graph& g);
Result<Outputs> LowerRnnTanh(const Call& call, Graph& g);
Result<Outputs> LowerRnnRelu(const Call& call, Graph& g);

}  // namespace conformance::onnx
