#include "framework/ops/recurrent.h"

#include <array>

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

// Arguments of all four, in the schema's order.
enum : size_t { kInput, kState, kParams, kHasBiases, kNumLayers, kDropout, kTrain, kBidirectional, kBatchFirst };

Status WantSizesOf(RuleCall& call, std::string_view name, const Value& found, const Sizes& wanted, std::string_view what) {
  CONFORMANCE_TRY(const bool same, EqualShapes(call, found.sizes(), wanted, "recurrence: sizes of states and weights"));
  if (!same) return WantShape(call, name, found, std::string(what) + " " + SizesText(wanted));
  return Ok();
}

Result<RuleResult> RecurrentRule(RuleCall& call, int64_t gates, bool has_cell) {
  const Value& x = call.tensor(kInput);
  CONFORMANCE_RETURN_IF_ERROR(WantFloating(call, "input", x));
  if (x.rank() != 3) return WantShape(call, "input", x, "of three axes");
  const int64_t layers = call.int_value(kNumLayers), directions = call.boolean(kBidirectional) ? 2 : 1;
  if (layers < 1 || layers > kMaxPieces) {
    return RuleInvalid(call, "num_layers is " + std::to_string(layers) + ", want 1 to " + std::to_string(kMaxPieces));
  }
  if (call.boolean(kTrain) && call.number(kDropout) > 0 && layers > 1) {
    return Unsupported(std::string(call.op()) + ": dropout between layers in training is random").With("found", "train = true");
  }
  const std::vector<Value> states = has_cell ? call.tensors(kState) : std::vector<Value>{call.tensor(kState)};
  const std::vector<Value> params = call.tensors(kParams);
  if (has_cell && states.size() != 2) {
    return RuleInvalid(call, "hx holds " + std::to_string(states.size()) + " tensors, want hidden and cell");
  }
  for (const Value& state : states) {
    CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "hx", state, x.dtype()));
    if (state.rank() != 3) return WantShape(call, "hx", state, "of three axes");
  }
  for (const Value& param : params) CONFORMANCE_RETURN_IF_ERROR(WantDType(call, "params", param, x.dtype()));

  const bool batch_first = call.boolean(kBatchFirst), biases = call.boolean(kHasBiases);
  const SymInt &length = x.size(batch_first ? 1 : 0), &batch = x.size(batch_first ? 0 : 1);
  CONFORMANCE_TRY(const bool steps, call.Holds(Gt(length, 0), "recurrence: at least one step"));
  if (!steps) return WantShape(call, "input", x, "with at least one step along axis " + std::to_string(batch_first ? 1 : 0));
  const int64_t cells = layers * directions;
  const SymInt width = states.back().size(2), kept = states[0].size(2);  // h, and what a projection leaves of it
  for (size_t i = 0; i < states.size(); ++i) {
    CONFORMANCE_RETURN_IF_ERROR(WantSizesOf(call, "hx", states[i], {cells, batch, i == 0 ? kept : width}, i == 0 ? "a hidden state" : "a cell state"));
  }
  CONFORMANCE_TRY(const bool whole, call.Equal(kept, width, "recurrence: is there a projection"));
  const int64_t each = 2 + (biases ? 2 : 0) + (whole ? 0 : 1);
  if (static_cast<int64_t>(params.size()) != cells * each) {
    return RuleInvalid(call, "params holds " + std::to_string(params.size()) + " tensors, want " + std::to_string(each) + " for each of " +
                                 std::to_string(cells) + " layers and directions");
  }
  for (size_t i = 0; i < params.size(); ++i) {
    const auto cell = static_cast<int64_t>(i) / each, place = static_cast<int64_t>(i) % each;
    const SymInt in = cell < directions ? x.size(2) : kept * directions;
    const bool bias = biases && (place == 2 || place == 3);
    const Sizes wanted = place == 0 ? Sizes{width * gates, in} : place == 1 ? Sizes{width * gates, kept} : bias ? Sizes{width * gates} : Sizes{kept, width};
    static constexpr std::string_view kNames[] = {"a weight_ih", "a weight_hh", "a bias", "a weight_hr"};
    CONFORMANCE_RETURN_IF_ERROR(WantSizesOf(call, "params", params[i], wanted, kNames[place < 2 ? place : bias ? 2 : 3]));
  }
  Sizes output = x.sizes();
  output[2] = kept * directions;
  RuleResult result = One(x.dtype(), std::move(output));
  for (const Value& state : states) result.tensors.push_back({x.dtype(), state.sizes()});
  return result;
}

Result<RuleResult> LstmRule(RuleCall& call) { return RecurrentRule(call, 4, true); }
Result<RuleResult> GruRule(RuleCall& call) { return RecurrentRule(call, 3, false); }
Result<RuleResult> RnnRule(RuleCall& call) { return RecurrentRule(call, 1, false); }

constexpr std::string_view kRest =
    "Tensor[] params, bool has_biases, int num_layers, float dropout, bool train, bool bidirectional, bool batch_first) -> ";
OpDef MakePlain(std::string_view name, Rule rule) {
  return MakeOp("aten::" + std::string(name) + ".input(Tensor input, Tensor hx, " + std::string(kRest) + "(Tensor, Tensor)", rule);
}

std::vector<Value> Run(OpContext& context, const OpDef& op, const Value& x, Argument state, std::vector<Value> params, const RecurrentLayers& layers) {
  return context.CallMulti(op, {x, std::move(state), std::move(params), layers.has_biases, layers.num_layers, 0.0, false, layers.bidirectional,
                                layers.batch_first});
}
RecurrentResult RunPlain(OpContext& context, const OpDef& op, const Value& x, const Value& hidden, std::vector<Value> params,
                         const RecurrentLayers& layers) {
  std::vector<Value> values = Run(context, op, x, hidden, std::move(params), layers);
  return {std::move(values[0]), std::move(values[1])};
}

}  // namespace

const OpDef& LstmOp() {
  static const OpDef op = MakeOp("aten::lstm.input(Tensor input, Tensor[] hx, " + std::string(kRest) + "(Tensor, Tensor, Tensor)", LstmRule);
  return op;
}
const OpDef& GruOp() {
  static const OpDef op = MakePlain("gru", GruRule);
  return op;
}
const OpDef& RnnTanhOp() {
  static const OpDef op = MakePlain("rnn_tanh", RnnRule);
  return op;
}
const OpDef& RnnReluOp() {
  static const OpDef op = MakePlain("rnn_relu", RnnRule);
  return op;
}

LstmResult Lstm(OpContext& context, const Value& x, const Value& hidden, const Value& cell, std::vector<Value> params,
                const RecurrentLayers& layers) {
  std::vector<Value> values = Run(context, LstmOp(), x, std::vector<Value>{hidden, cell}, std::move(params), layers);
  return {std::move(values[0]), std::move(values[1]), std::move(values[2])};
}
RecurrentResult Gru(OpContext& context, const Value& x, const Value& hidden, std::vector<Value> params, const RecurrentLayers& layers) {
  return RunPlain(context, GruOp(), x, hidden, std::move(params), layers);
}
RecurrentResult RnnTanh(OpContext& context, const Value& x, const Value& hidden, std::vector<Value> params, const RecurrentLayers& layers) {
  return RunPlain(context, RnnTanhOp(), x, hidden, std::move(params), layers);
}
RecurrentResult RnnRelu(OpContext& context, const Value& x, const Value& hidden, std::vector<Value> params, const RecurrentLayers& layers) {
  return RunPlain(context, RnnReluOp(), x, hidden, std::move(params), layers);
}

}  // namespace conformance::ops
