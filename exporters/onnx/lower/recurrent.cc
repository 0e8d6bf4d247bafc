#include "exporters/onnx/lower/recurrent.h"

#include <utility>

#include "exporters/onnx/lower/scan.h"

namespace conformance::onnx {
namespace {

// An operator of ONNX's, with its gates by their places in PyTorch's weights: LSTM has i, o, f, c for i, f, g, o; GRU has z, r, h for r, z, n.
struct Kind {
  const char* op;
  std::vector<size_t> gates;
  const char* activation = nullptr;  // of the plain recurrence
};

// Weights of one layer in one direction, as PyTorch has them.
struct Weights {
  Value in, hidden, bias_in, bias_hidden, projection;
};

class Recurrent {
 public:
  Recurrent(const Call& call, Graph& g, Kind kind)
      : call_(call), g_(g), kind_(std::move(kind)), layers_(call.Int("num_layers")), directions_(call.Bool("bidirectional") ? 2 : 1) {}

  Result<Outputs> Lower() {
    const Value input = call_.Tensor("input");
    const DType dtype = input.dtype;
    const bool has_cell = kind_.gates.size() == 4, batch_first = call_.Bool("batch_first");
    const std::vector<Value> states = has_cell ? call_.Tensors("hx") : std::vector<Value>{call_.Tensor("hx")};
    const auto width = (*states.back().sizes)[2].AsInt(), kept = (*states[0].sizes)[2].AsInt();
    if (!width || !kept) return call_.Refused("with a hidden size that is no number");
    width_ = *width, kept_ = *kept;
    std::vector<Value> wide;
    for (const Value& state : states) wide.push_back(g_.AtLeast(state, DType::kF32));
    Value x = g_.AtLeast(input, DType::kF32);
    if (batch_first) x = g_.Transpose(x, {1, 0, 2});
    const bool by_steps = kept_ != width_ || x.dtype == DType::kF64;
    std::vector<std::vector<Value>> finals(states.size());
    for (int64_t layer = 0; layer < layers_; ++layer) {
      std::vector<Value> initial;
      for (const Value& state : wide) initial.push_back(layers_ == 1 ? state : g_.Slice(state, 0, layer * directions_, (layer + 1) * directions_));
      std::vector<Value> made = by_steps ? Steps(x, layer, initial) : Layer(x, layer, initial);
      x = made[0];
      for (size_t i = 0; i < states.size(); ++i) finals[i].push_back(made[i + 1]);
    }
    std::vector<Value> outs = {g_.Cast(batch_first ? g_.Transpose(x, {1, 0, 2}) : x, dtype)};
    for (std::vector<Value>& each : finals) outs.push_back(g_.Cast(each.size() == 1 ? each[0] : g_.Concat(std::move(each), 0), dtype));
    return outs;
  }

 private:
  Weights WeightsOf(int64_t layer, int64_t direction) const {
    const bool biases = call_.Bool("has_biases"), projects = kept_ != width_;
    const int64_t each = 2 + (biases ? 2 : 0) + (projects ? 1 : 0);
    const std::vector<Value> params = call_.Tensors("params");
    const auto at = [&](int64_t place) { return g_.AtLeast(params[static_cast<size_t>((layer * directions_ + direction) * each + place)], DType::kF32); };
    Weights weights{at(0), at(1), {}, {}, {}};
    if (biases) weights.bias_in = at(2), weights.bias_hidden = at(3);
    if (projects) weights.projection = at(each - 1);
    return weights;
  }

  // Rows of each gate, in ONNX's order.
  Value Reordered(const Value& weight) {
    if (kind_.gates.size() == 1) return weight;
    const std::vector<Value> parts = g_.Split(weight, 0, std::vector<Size>(kind_.gates.size(), Size(width_)));
    std::vector<Value> ordered;
    for (const size_t gate : kind_.gates) ordered.push_back(parts[gate]);
    return g_.Concat(std::move(ordered), 0);
  }

  // Both directions, one after the other along a new first axis.
  template <typename Pick>
  Value Stacked(int64_t layer, const Pick& pick) {
    std::vector<Value> each;
    for (int64_t direction = 0; direction < directions_; ++direction) each.push_back(g_.Unsqueeze(pick(WeightsOf(layer, direction)), {0}));
    return each.size() == 1 ? each[0] : g_.Concat(std::move(each), 0);
  }

  // x [l, b, in] and states [directions, b, h] -> [l, b, directions·h] and the states after the last step.
  std::vector<Value> Layer(const Value& x, int64_t layer, const std::vector<Value>& initial) {
    const Value weight = Stacked(layer, [&](const Weights& w) { return Reordered(w.in); });
    const Value recurrence = Stacked(layer, [&](const Weights& w) { return Reordered(w.hidden); });
    const Value bias = call_.Bool("has_biases")
                           ? Stacked(layer, [&](const Weights& w) { return g_.Concat({Reordered(w.bias_in), Reordered(w.bias_hidden)}, 0); })
                           : Value();
    std::vector<Attr> attrs = {{"hidden_size", width_}, {"direction", directions_ == 2 ? "bidirectional" : "forward"}};
    if (kind_.gates.size() == 3) attrs.emplace_back("linear_before_reset", 1);
    std::vector<Value> inputs = {x, weight, recurrence, bias, Value()};
    inputs.insert(inputs.end(), initial.begin(), initial.end());
    std::vector<Value> made = g_.MultiOp(kind_.op, std::move(inputs), 1 + initial.size(), std::move(attrs));
    if (kind_.activation != nullptr) {
      g_.nodes().back().attributes.push_back(
          formats::OnnxAttribute::Strings("activations", std::vector<std::string>(static_cast<size_t>(directions_), kind_.activation)));
    }
    // [l, directions, b, h]: features of both directions stand side by side.
    made[0] = directions_ == 1 ? g_.Squeeze(made[0], {1}) : g_.Op("Reshape", {g_.Transpose(made[0], {0, 2, 1, 3}), g_.Ints({0, 0, 2 * width_})});
    return made;
  }

  // The same, a step at a time.
  std::vector<Value> Steps(const Value& x, int64_t layer, const std::vector<Value>& initial) {
    std::vector<std::vector<Value>> made(1 + initial.size());
    for (int64_t direction = 0; direction < directions_; ++direction) {
      const Weights weights = WeightsOf(layer, direction);
      Value from_in = g_.Op("MatMul", {x, g_.Transpose(weights.in, {1, 0})});
      if (weights.bias_in.defined()) from_in = g_.Op("Add", {from_in, weights.bias_in});
      Scan scan(g_);
      std::vector<std::string> states;
      for (const Value& state : initial) {
        const Value own = directions_ == 1 ? state : g_.Slice(state, 0, direction, direction + 1);
        states.push_back(scan.State(g_.Squeeze(own, {0})));
      }
      std::string from_hidden = scan.Op("MatMul", {states[0], scan.Kept(g_.Transpose(weights.hidden, {1, 0}))});
      if (weights.bias_hidden.defined()) from_hidden = scan.Op("Add", {from_hidden, scan.Kept(weights.bias_hidden)});
      const std::vector<std::string> next = Step(scan, states, from_hidden, scan.Input(from_in), weights);
      std::vector<Value> done = scan.Finish(next, next[0], 0, direction == 1);
      made[0].push_back(done.back());
      for (size_t i = 0; i < initial.size(); ++i) made[i + 1].push_back(g_.Unsqueeze(done[i], {0}));
    }
    std::vector<Value> out;
    for (size_t i = 0; i < made.size(); ++i) out.push_back(made[i].size() == 1 ? made[i][0] : g_.Concat(std::move(made[i]), i == 0 ? 2 : 0));
    return out;
  }

  // The states after one step.
  std::vector<std::string> Step(Scan& scan, const std::vector<std::string>& states, const std::string& from_hidden, const std::string& from_in,
                                const Weights& weights) {
    const size_t parts = kind_.gates.size();
    if (kind_.gates.size() == 1) return {scan.Op(kind_.activation, {scan.Op("Add", {from_hidden, from_in})})};
    if (kind_.gates.size() == 3) {  // r, z, n
      const auto h = scan.Split(from_hidden, 1, parts), in = scan.Split(from_in, 1, parts);
      const std::string reset = scan.Op("Sigmoid", {scan.Op("Add", {h[0], in[0]})}), update = scan.Op("Sigmoid", {scan.Op("Add", {h[1], in[1]})});
      const std::string fresh = scan.Op("Tanh", {scan.Op("Add", {scan.Op("Mul", {h[2], reset}), in[2]})});
      return {scan.Op("Add", {scan.Op("Mul", {scan.Op("Sub", {states[0], fresh}), update}), fresh})};
    }
    const auto gates = scan.Split(scan.Op("Add", {from_hidden, from_in}), 1, parts);  // i, f, g, o
    const std::string kept = scan.Op("Mul", {states[1], scan.Op("Sigmoid", {gates[1]})});
    const std::string cell = scan.Op("Add", {kept, scan.Op("Mul", {scan.Op("Sigmoid", {gates[0]}), scan.Op("Tanh", {gates[2]})})});
    std::string hidden = scan.Op("Mul", {scan.Op("Sigmoid", {gates[3]}), scan.Op("Tanh", {cell})});
    if (weights.projection.defined()) hidden = scan.Op("MatMul", {hidden, scan.Kept(g_.Transpose(weights.projection, {1, 0}))});
    return {hidden, cell};
  }

  const Call& call_;
  Graph& g_;
  const Kind kind_;
  const int64_t layers_, directions_;
  int64_t width_ = 0, kept_ = 0;  // h, and what a projection leaves of it
};

}  // namespace

Result<Outputs> LowerLstm(const Call& call, Graph& g) { return Recurrent(call, g, {"LSTM", {0, 3, 1, 2}}).Lower(); }
Result<Outputs> LowerGru(const Call& call, Graph& g) { return Recurrent(call, g, {"GRU", {1, 0, 2}}).Lower(); }
Result<Outputs> LowerRnnTanh(const Call& call, Graph& g) { return Recurrent(call, g, {"RNN", {0}, "Tanh"}).Lower(); }
Result<Outputs> LowerRnnRelu(const Call& call, Graph& g) { return Recurrent(call, g, {"RNN", {0}, "Relu"}).Lower(); }

}  // namespace conformance::onnx
