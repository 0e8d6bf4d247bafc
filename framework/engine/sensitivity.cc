#include "framework/engine/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "framework/base/random.h"
#include "framework/base/strings.h"
#include "framework/compare/tolerance.h"
#include "framework/trace/tree_spec.h"

namespace conformance::engine {
namespace {

constexpr size_t kWeightBlocks = 12;

std::string Percent(size_t part, size_t whole) {
  return std::to_string(part * 100 / std::max<size_t>(whole, 1)) + " %";
}

Tensor WithNoise(const Tensor& tensor, double share, Random random) {
  if (IsComplex(tensor.dtype())) return ViewAsComplex(WithNoise(ViewAsReal(tensor), share, random));
  std::vector<double> values = tensor.ToDoubles();
  double square = 0;
  for (const double value : values) square += std::isfinite(value) ? value * value : 0;
  const double size = values.empty() ? 0 : std::sqrt(square / static_cast<double>(values.size()));
  for (double& value : values) value += share * (size > 0 ? size : 1) * random.Normal();
  return Cast(Tensor::Of<double>(tensor.shape(), values), tensor.dtype());
}

Tensor OtherInts(const Tensor& tensor, bool everywhere) {
  std::vector<int64_t> values = tensor.ToInts();
  const auto [least, largest] = std::ranges::minmax(values);
  const bool flags = tensor.dtype() == DType::kBool || (least >= 0 && largest <= 1);
  if (flags) {
    // The first of each half: in a mask a token that others attend to, whichever side is padded.
    for (size_t at = 0; at < values.size(); ++at) {
      if (everywhere || at == 0 || at == values.size() / 2) values[at] = values[at] ? 0 : 1;
    }
  } else if (least == largest) {
    for (int64_t& value : values) value += value > 0 ? -1 : 1;
  } else {
    std::ranges::rotate(values, values.begin() + 1);
  }
  return Cast(Tensor::Of<int64_t>(tensor.shape(), values), tensor.dtype());
}

bool Same(const NamedTensors& a, const NamedTensors& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!BitEqual(a[i].second, b[i].second)) return false;
  }
  return true;
}

/// "model.layers.0.self_attn" of "model.layers.0.self_attn.q_proj.weight": a numbered layer and the part after it; else the module.
std::string BlockOf(const std::string& weight) {
  const std::vector<std::string> parts = Split(weight, '.');
  for (size_t i = 0; i + 2 < parts.size(); ++i) {
    if (parts[i].find_first_not_of("0123456789") == std::string::npos && !parts[i].empty()) {
      return Join({parts.begin(), parts.begin() + static_cast<int64_t>(i) + 2}, ".");
    }
  }
  return parts.size() < 2 ? weight : Join({parts.begin(), parts.end() - 1}, ".");
}

}  // namespace

Doubts DoubtfulOutputs(const NamedTensors& outputs) {
  Doubts doubts;
  for (const auto& [name, output] : outputs) {
    const Tensor tensor = ViewAsReal(output);
    if (!IsFloating(tensor.dtype()) || tensor.num_elements() < 2) continue;
    const std::vector<double> values = tensor.ToDoubles();
    const double largest = compare::LargestOf(tensor.dtype());
    size_t zeros = 0, saturated = 0, first = 0;
    for (const double value : values) {
      zeros += value == 0;
      saturated += !(std::fabs(value) < largest);
      first += value == values[0] || (std::isnan(value) && std::isnan(values[0]));
    }
    const size_t count = values.size();
    if (saturated * 2 > count) doubts.push_back("output " + name + " is not finite or at the largest number in " + Percent(saturated, count));
    else if (first == count) doubts.push_back("output " + name + " is constant");
    else if (zeros * 20 > count * 19) doubts.push_back("output " + name + " is zero in " + Percent(zeros, count));
  }
  return doubts;
}

NamedTensors PerturbInput(const NamedTensors& inputs, const std::string& leaf, uint64_t seed, bool everywhere) {
  NamedTensors changed = inputs;
  for (auto& [name, tensor] : changed) {
    if (name != leaf || tensor.num_elements() == 0) continue;
    tensor = IsFloating(RealOf(tensor.dtype())) ? WithNoise(tensor, 1, Random::For(seed, name)) : OtherInts(tensor, everywhere);
  }
  return changed;
}

Result<Tensor> PerturbedWeights::Load(std::string_view name) const {
  CONFORMANCE_TRY(Tensor tensor, weights_->Load(name));
  if (!names_.contains(name) || !IsFloating(RealOf(tensor.dtype()))) return tensor;
  return WithNoise(tensor, 0.1, Random::For(seed_, name));
}

Status PerturbedWeights::Stream(std::string_view name, const Sink& sink, size_t) const {
  CONFORMANCE_TRY(const Tensor tensor, Load(name));
  return sink(tensor.Contiguous().bytes());
}

std::vector<WeightBlock> WeightBlocks(const weights::Weights& weights, size_t most) {
  std::vector<WeightBlock> blocks;
  for (const weights::WeightInfo& info : weights.All()) {
    if (!IsFloating(RealOf(info.dtype)) || info.bytes() == 0) continue;
    const std::string name = BlockOf(info.name);
    auto found = std::ranges::find(blocks, name, &WeightBlock::name);
    if (found == blocks.end()) found = blocks.insert(blocks.end(), {name, {}});
    found->weights.insert(info.name);
  }
  while (most > 0 && blocks.size() > most) {
    // Neighbours in pairs: what is left says less of each, and still names where to look.
    std::vector<WeightBlock> halved;
    for (size_t i = 0; i < blocks.size(); i += 2) {
      halved.push_back(std::move(blocks[i]));
      if (i + 1 == blocks.size()) continue;
      halved.back().name += " with " + blocks[i + 1].name;
      halved.back().weights.merge(blocks[i + 1].weights);
    }
    blocks = std::move(halved);
  }
  return blocks;
}

std::string Unmoved::Text() const { return std::string("no output depends on ") + (input ? "input " : "the weights of ") + name; }

std::vector<Unmoved> FindUnmoved(const NamedTensors& inputs, const std::shared_ptr<const weights::Weights>& weights,
                                 const NamedTensors& outputs, const Evaluate& evaluate, uint64_t seed) {
  std::vector<Unmoved> unmoved;
  const auto moves = [&](const NamedTensors& changed) {
    const auto moved = evaluate(&changed, nullptr);
    return !moved.ok() || !Same(*moved, outputs);
  };
  for (const auto& [name, tensor] : inputs) {
    if (tensor.num_elements() == 0 || moves(PerturbInput(inputs, name, seed))) continue;
    // A mask may say nothing of tokens that a window hides anyway.
    if (!moves(PerturbInput(inputs, name, seed, true))) unmoved.push_back({.input = true, .name = name, .weights = {}});
  }
  if (!weights) return unmoved;
  for (WeightBlock& block : WeightBlocks(*weights, kWeightBlocks)) {
    const PerturbedWeights changed(weights, block.weights, seed);
    const auto moved = evaluate(nullptr, &changed);
    if (moved.ok() && Same(*moved, outputs)) unmoved.push_back({.input = false, .name = std::move(block.name), .weights = std::move(block.weights)});
  }
  return unmoved;
}

bool Read::Has(const Unmoved& unmoved) const {
  if (unmoved.input) return inputs.contains(unmoved.name);
  return std::ranges::any_of(unmoved.weights, [&](const std::string& weight) { return weights.contains(weight); });
}

Result<Read> ReadByOutputs(const ir::Program& program) {
  constexpr std::string_view kSizesAlone[] = {"aten.zeros_like", "aten.ones_like", "aten.full_like", "aten.empty_like", "aten.new_zeros",
                                              "aten.new_ones", "aten.new_full", "aten.new_empty"};
  const ir::Graph& graph = program.graph;
  std::set<ir::ValueId> reached;
  std::vector<ir::ValueId> open;
  const auto reach = [&](const ir::Argument& argument) {
    ir::VisitValues(argument, [&](ir::ValueId id) {
      if (graph.value(id).tensor() != nullptr && reached.insert(id).second) open.push_back(id);
    });
  };
  for (const ir::Argument& output : graph.outputs()) reach(output);
  while (!open.empty()) {
    const ir::ValueId id = open.back();
    open.pop_back();
    const ir::NodeId producer = graph.value(id).producer;
    if (static_cast<int32_t>(producer) < 0) continue;
    const ir::Node& node = graph.node(producer);
    if (std::ranges::any_of(kSizesAlone, [&](std::string_view op) { return node.op().starts_with(op); })) continue;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const bool shape_of = i > 0 && (node.op().starts_with("aten.expand_as") || node.op().starts_with("aten.view_as.") || node.op().starts_with("aten.type_as"));
      if (!shape_of) reach(node.inputs[i].arg);
    }
  }
  CONFORMANCE_TRY(const trace::LeafNames names, trace::LeafNamesOf(program));
  Read read;
  size_t user = 0;
  for (size_t i = 0; i < program.signature.inputs.size() && i < graph.inputs().size(); ++i) {
    const ir::InputSpec& spec = program.signature.inputs[i];
    const auto* id = graph.inputs()[i].As<ir::ValueId>();
    const bool is_user = spec.kind == ir::InputSpec::Kind::kUserInput && !graph.NameOf(graph.inputs()[i]).empty();
    const std::string name = is_user && user < names.inputs.size() ? names.inputs[user] : spec.target;
    user += is_user ? 1 : 0;
    if (id != nullptr && reached.contains(*id)) (is_user ? read.inputs : read.weights).insert(name);
  }
  return read;
}

}  // namespace conformance::engine
