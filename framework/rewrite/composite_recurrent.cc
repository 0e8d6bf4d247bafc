#include "framework/rewrite/composite_recurrent.h"

#include "framework/ops/ops.h"

namespace conformance::rewrite {
namespace {

using ops::Argument;
using ops::OpContext;
using ops::Value;
using Values = std::vector<Value>;

/// What the input and the state add to the gates: arguments are input, state, weight_ih, weight_hh, bias_ih, bias_hh.
struct Gates {
  Value from_input, from_state;
};
Gates GatesOf(OpContext& c, const std::vector<Argument>& args, const Value& state) {
  const auto tensor = [&](size_t i) {
    const auto* value = std::get_if<Value>(&args[i]);
    return value == nullptr ? Value() : *value;
  };
  return {ops::Linear(c, tensor(0), tensor(2), tensor(4)), ops::Linear(c, state, tensor(3), tensor(5))};
}
Value Joined(OpContext& c, const Gates& gates) { return ops::Add(c, gates.from_state, gates.from_input); }
Value StateOf(const std::vector<Argument>& args) { return std::get<Value>(args[1]); }

}  // namespace

Values WriteLstmCell(OpContext& c, const std::vector<Argument>& args) {
  const Values& states = std::get<Values>(args[1]);
  if (states.size() != 2) {
    c.Fail(Invalid("lstm_cell of another number of states").With("found", std::to_string(states.size())).With("wanted", "hidden and cell"));
    return Values(2);
  }
  const Values gates = ops::Chunk(c, Joined(c, GatesOf(c, args, states[0])), 4, 1);  // i, f, g, o
  if (c.failed()) return Values(2);
  const Value kept = ops::Mul(c, ops::Sigmoid(c, gates[1]), states[1]), fresh = ops::Mul(c, ops::Sigmoid(c, gates[0]), ops::Tanh(c, gates[2]));
  const Value cell = ops::Add(c, kept, fresh);
  return {ops::Mul(c, ops::Sigmoid(c, gates[3]), ops::Tanh(c, cell)), cell};
}

Values WriteGruCell(OpContext& c, const std::vector<Argument>& args) {
  const Value state = StateOf(args);
  const Gates gates = GatesOf(c, args, state);
  const Values x = ops::Chunk(c, gates.from_input, 3, 1), h = ops::Chunk(c, gates.from_state, 3, 1);  // r, z, n
  if (c.failed()) return Values(1);
  const Value reset = ops::Sigmoid(c, ops::Add(c, h[0], x[0])), update = ops::Sigmoid(c, ops::Add(c, h[1], x[1]));
  const Value fresh = ops::Tanh(c, ops::Add(c, x[2], ops::Mul(c, h[2], reset)));
  return {ops::Add(c, ops::Mul(c, ops::Sub(c, state, fresh), update), fresh)};
}

Values WriteTanhCell(OpContext& c, const std::vector<Argument>& args) { return {ops::Tanh(c, Joined(c, GatesOf(c, args, StateOf(args))))}; }
Values WriteReluCell(OpContext& c, const std::vector<Argument>& args) { return {ops::Relu(c, Joined(c, GatesOf(c, args, StateOf(args))))}; }

}  // namespace conformance::rewrite
