#include "framework/engine/decisions.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "framework/compare/ensemble_lane.h"
#include "framework/trace/tree_spec.h"

namespace conformance::engine {
namespace {

using ports::Decision;

bool Is(const ir::Node& node, std::initializer_list<std::string_view> ops) {
  return std::ranges::any_of(ops, [&](std::string_view op) {
    return node.op().starts_with(op) && (node.op().size() == op.size() || node.op()[op.size()] == '.');
  });
}

/// The node that made a choice, and which of its outputs; null where another sort of node made the value. Elements keep their order on the way.
const ir::Node* ChoiceBehind(const ir::Graph& graph, ir::ValueId id) {
  while (static_cast<int32_t>(graph.value(id).producer) >= 0) {
    const ir::Node& node = graph.node(graph.value(id).producer);
    if (Is(node, {"aten.argmax", "aten.argmin", "aten.topk", "aten.sort", "aten.round", "aten.eq", "aten.ne", "aten.lt", "aten.le", "aten.gt", "aten.ge"})) return &node;
    if (!Is(node, {"aten.to", "aten._to_copy", "aten.view", "aten.reshape", "aten.squeeze", "aten.unsqueeze", "aten.clone", "aten.contiguous", "aten.flatten"})) break;
    ir::ValueId from = ir::ValueId::kNone;
    ir::VisitValues(node.inputs[0].arg, [&](ir::ValueId value) { from = value; });
    if (from == ir::ValueId::kNone) break;
    id = from;
  }
  return nullptr;
}

std::optional<ir::ValueId> OutputValue(const ir::Program& program, const std::vector<std::string>& names, const std::string& output) {
  size_t user = 0;
  for (size_t i = 0; i < program.signature.outputs.size(); ++i) {
    if (program.signature.outputs[i].kind != ir::OutputSpec::Kind::kUserOutput || program.graph.NameOf(program.graph.outputs()[i]).empty()) continue;
    if (user >= names.size()) break;
    const auto* id = program.graph.outputs()[i].As<ir::ValueId>();
    if (names[user++] == output && id != nullptr) return *id;
  }
  return std::nullopt;
}

std::optional<int64_t> WholeOf(const ir::Node& node, std::string_view name) {
  const ir::Argument* argument = node.Find(name);
  const auto* whole = argument == nullptr ? nullptr : argument->As<int64_t>();
  return whole == nullptr ? std::nullopt : std::optional(*whole);
}

std::string TensorName(const ir::Graph& graph, const ir::Node& node, std::string_view argument) {
  std::string name;
  if (const ir::Argument* found = node.Find(argument)) {
    ir::VisitValues(*found, [&](ir::ValueId id) {
      if (graph.value(id).tensor() != nullptr) name = graph.value(id).name;
    });
  }
  return name;
}

Tensor Filled(const Shape& shape, double value) {
  return Tensor::Of<double>(shape, std::vector<double>(static_cast<size_t>(NumElements(shape)), value));
}

}  // namespace

Result<std::optional<Decision>> DecisionOf(const ir::Program& program, const weights::Weights& weights, const NamedTensors& inputs,
                                           const ports::Reference& evaluator, const std::string& output, uint64_t draw_seed) {
  constexpr size_t kMembers = 4;
  CONFORMANCE_TRY(const trace::LeafNames names, trace::LeafNamesOf(program));
  const auto value = OutputValue(program, names.outputs, output);
  const ir::Node* node = value ? ChoiceBehind(program.graph, *value) : nullptr;
  if (node == nullptr) return std::optional<Decision>();
  const std::string scores = TensorName(program.graph, *node, "self"), other = TensorName(program.graph, *node, "other");
  if (scores.empty()) return std::optional<Decision>();
  std::vector<std::string> capture = {scores};
  if (!other.empty() && other != scores) capture.push_back(other);

  const ports::ModelInputs given{.tensors = inputs, .kwargs = {}};
  const auto run = [&](const ops::Numerics& numerics) -> Result<NamedTensors> {
    ports::ReferenceRequest request;
    request.program = &program;
    request.weights = &weights;
    request.inputs = &given;
    request.numerics = numerics;
    request.numerics.draw_seed = draw_seed;
    request.capture = capture;
    CONFORMANCE_TRY(NamedTensors all, evaluator.Run(request));
    return NamedTensors(all.end() - static_cast<int64_t>(capture.size()), all.end());
  };
  CONFORMANCE_TRY(const NamedTensors oracle, run(ops::Numerics::Oracle()));
  if (!IsFloating(oracle[0].second.dtype())) return std::optional<Decision>();  // a choice between integers is exact
  Decision decision;
  for (size_t k = 0; k <= kMembers; ++k) {
    CONFORMANCE_TRY(const NamedTensors member, run(k == 0 ? ops::Numerics{} : ops::Numerics::Ensemble(k)));
    for (const auto& [name, spread] : compare::SpreadsOf(member, oracle)) {
      decision.radius = std::max(decision.radius, compare::EnsembleLimits().max_abs * spread.max_abs);
    }
  }
  decision.scores = oracle[0].second;
  if (Is(*node, {"aten.round"})) {
    decision.kind = Decision::Kind::kRound;
  } else if (Is(*node, {"aten.argmax", "aten.argmin", "aten.topk", "aten.sort"})) {
    decision.kind = Decision::Kind::kIndex;
    const auto axis = WholeOf(*node, "dim");
    decision.axis = axis.value_or(-1);
    if (!axis && Is(*node, {"aten.argmax", "aten.argmin"})) {  // over all elements
      decision.scores = decision.scores.Contiguous().Reshaped({decision.scores.num_elements()});
      decision.axis = 0;
    }
  } else {
    decision.kind = Decision::Kind::kCompare;
    if (!other.empty()) {
      decision.other = Find(oracle, other)->Contiguous();
      if (decision.other->num_elements() == 1) decision.other = Filled(decision.scores.shape(), decision.other->At(0));
    } else if (const ir::Argument* number = node->Find("other")) {
      const auto* real = number->As<double>();
      const auto* whole = number->As<int64_t>();
      decision.other = Filled(decision.scores.shape(), real != nullptr ? *real : whole != nullptr ? static_cast<double>(*whole) : 0);
    }
  }
  return std::optional<Decision>(std::move(decision));
}

}  // namespace conformance::engine
