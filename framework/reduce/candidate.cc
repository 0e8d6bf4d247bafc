#include "framework/reduce/candidate.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "framework/ir/builder.h"
#include "framework/ir/verify.h"
#include "framework/trace/tree_spec.h"

namespace conformance::reduce {
namespace {

using ir::Argument;
using ir::InputSpec;
using ir::NodeId;
using ir::OutputSpec;
using ir::ValueId;

/// detach_ changes no element.
bool Writes(const ir::Node& node) { return ir::WritesInPlace(node.target) && node.op() != "aten.detach_.default"; }

Status CheckReducible(const ir::Program& program) {
  for (const ir::Node& node : program.graph.nodes()) {
    if (Writes(node)) return Unsupported("a Program that writes in place cannot be reduced").With("node", node.name).With("target", node.target);
    for (const ir::NamedArgument& input : node.inputs) {
      if (input.arg.As<ir::GraphRef>() != nullptr) return Unsupported("a Program with subgraphs cannot be reduced").With("node", node.name);
    }
  }
  return Ok();
}

ir::TensorMeta MetaOf(const ir::TensorMeta& declared, const Tensor& tensor) {
  ir::TensorMeta meta = declared;
  meta.sizes = ToSymInts(tensor.shape());
  meta.strides = ToSymInts(ContiguousStrides(tensor.shape()));
  meta.storage_offset = 0;
  return meta;
}

/// Nodes, inputs and weights that nobody reads go, and what is left gets a plain signature.
Result<Candidate> Tidy(ir::ProgramBuilder builder, const Candidate& from, NamedTensors inputs) {
  builder.EraseDead();
  builder.RemoveUnusedWeights();
  for (size_t i = builder.graph().inputs().size(); i-- > 0;) {
    if (builder.signature().inputs[i].kind != InputSpec::Kind::kUserInput) continue;
    const auto* id = builder.graph().inputs()[i].As<ValueId>();
    if (id != nullptr && !builder.graph().value(*id).uses().empty()) continue;
    builder.RemoveInputAt(i);
  }
  Candidate made;
  made.program = std::move(builder).Finish();
  made.program.guards_code.clear();
  const std::vector<std::string> names = made.program.UserInputs(), outputs = made.program.UserOutputs();
  ir::ModuleCallSignature signature;
  for (const std::string& name : names) signature.inputs.push_back({.kind = ir::ArgumentKind::kTensor, .name = name, .class_fqn = {}, .constant = {}});
  for (const std::string& name : outputs) signature.outputs.push_back({.kind = ir::ArgumentKind::kTensor, .name = name, .class_fqn = {}, .constant = {}});
  signature.in_spec = trace::SpecOfInputs(names);
  signature.out_spec = trace::SpecOfLeaves(outputs);
  signature.forward_arg_names = names;
  made.program.module_call_graph = {{"", std::move(signature)}};
  for (const std::string& name : names) {
    const Tensor* tensor = Find(inputs, name);
    if (tensor == nullptr) return Invalid("an input of the Program has no elements").With("input", name);
    made.inputs.emplace_back(name, *tensor);
  }
  for (const InputSpec& input : made.program.signature.inputs) {
    if (input.kind != InputSpec::Kind::kParameter && !(input.kind == InputSpec::Kind::kBuffer && input.persistent)) continue;
    const auto weight = from.weights.find(input.target);
    if (weight == from.weights.end()) return Invalid("a weight of the Program has no elements").With("weight", input.target);
    made.weights.emplace(*weight);
  }
  CONFORMANCE_RETURN_IF_ERROR(ir::Verify(made.program));
  return made;
}

Result<ValueId> TensorNamed(const ir::Graph& graph, const std::string& name) {
  const ValueId id = graph.FindValue(name);
  if (id == ValueId::kNone || graph.value(id).tensor() == nullptr) return NotFound("the Program has no tensor of that name").With("value", name);
  return id;
}

void ReplaceOutputs(ir::ProgramBuilder& builder, const std::vector<ValueId>& values) {
  // New ones first: an output that stays must not lose its last use on the way.
  const size_t before = builder.graph().outputs().size();
  for (const ValueId value : values) builder.AddOutput({OutputSpec::Kind::kUserOutput, {}}, Argument(value));
  for (size_t i = before; i-- > 0;) builder.RemoveOutputAt(i);
}

/// What symbols are on the candidate's inputs.
SymbolValues SymbolsOf(const Candidate& candidate) {
  SymbolValues values;
  for (const auto& [name, tensor] : candidate.inputs) {
    const ValueId id = candidate.program.graph.FindValue(name);
    const ir::TensorMeta* meta = id == ValueId::kNone ? nullptr : candidate.program.graph.value(id).tensor();
    if (meta == nullptr) continue;
    for (size_t i = 0; i < meta->sizes.size() && i < tensor.shape().size(); ++i) {
      if (const auto symbol = meta->sizes[i].AsSymbol()) values.emplace(*symbol, tensor.shape()[i]);
    }
  }
  return values;
}

/// Metas of all tensors by what the Program makes of the candidate's inputs.
Status SetMetas(ir::ProgramBuilder& builder, const Candidate& candidate, const Evaluate& evaluate) {
  std::vector<std::string> names;
  std::vector<ValueId> ids;
  for (const ir::Node& node : builder.graph().nodes()) {
    for (const ValueId id : node.OutputValues()) {
      if (builder.graph().value(id).tensor() == nullptr) continue;
      names.push_back(builder.graph().value(id).name);
      ids.push_back(id);
    }
  }
  CONFORMANCE_TRY(const NamedTensors made, evaluate(candidate, names));
  if (made.size() < names.size()) return Internal("the evaluator gives too few values");
  const size_t first = made.size() - names.size();
  for (size_t i = 0; i < ids.size(); ++i) {
    builder.SetMeta(ids[i], MetaOf(*builder.graph().value(ids[i]).tensor(), made[first + i].second));
  }
  return Ok();
}

}  // namespace

int64_t Candidate::elements() const {
  int64_t count = 0;
  for (const auto& [name, tensor] : inputs) count += tensor.num_elements();
  for (const auto& [name, tensor] : weights) count += tensor.num_elements();
  return count;
}

Result<Candidate> Plain(Candidate candidate) {
  CONFORMANCE_RETURN_IF_ERROR(CheckReducible(candidate.program));
  std::vector<std::string> outputs;
  for (const std::string& name : candidate.program.UserOutputs()) {
    const ValueId id = candidate.program.graph.FindValue(name);
    if (id == ValueId::kNone || candidate.program.graph.value(id).tensor() == nullptr) continue;
    if (std::ranges::find(outputs, name) == outputs.end()) outputs.push_back(name);
  }
  if (outputs.empty()) return Unsupported("a Program without a tensor among its outputs cannot be reduced");
  return KeepOutputs(candidate, outputs);
}

Result<Candidate> KeepOutputs(const Candidate& candidate, const std::vector<std::string>& values) {
  ir::ProgramBuilder builder(candidate.program);
  std::vector<ValueId> ids;
  for (const std::string& name : values) {
    CONFORMANCE_TRY(const ValueId id, TensorNamed(builder.graph(), name));
    ids.push_back(id);
  }
  ReplaceOutputs(builder, ids);
  return Tidy(std::move(builder), candidate, candidate.inputs);
}

Result<Candidate> CutAt(const Candidate& candidate, const NamedTensors& values, bool but_outputs) {
  ir::ProgramBuilder builder(candidate.program);
  NamedTensors inputs = candidate.inputs;
  for (const auto& [name, tensor] : values) {
    CONFORMANCE_TRY(const ValueId id, TensorNamed(builder.graph(), name));
    std::vector<NodeId> readers;
    for (const ir::Use& use : builder.graph().value(id).uses()) {
      if (use.node != NodeId::kOutput) readers.push_back(use.node);
      else if (!but_outputs) return Unsupported("an output cannot be cut").With("value", name);
    }
    const ir::TensorMeta meta = *builder.graph().value(id).tensor();
    const std::string fresh = builder.FreshName("cut_" + name);
    const ValueId input = builder.AddUserInput(fresh, MetaOf(meta, tensor));
    for (const NodeId reader : readers) {
      std::vector<ir::NamedArgument> arguments = builder.graph().node(reader).inputs;
      for (ir::NamedArgument& argument : arguments) {
        ir::VisitValues(argument.arg, [&](ValueId& read) {
          if (read == id) read = input;
        });
      }
      builder.SetInputs(reader, std::move(arguments));
    }
    inputs.emplace_back(fresh, tensor.Contiguous());
  }
  return Tidy(std::move(builder), candidate, std::move(inputs));
}

Result<Candidate> Bypass(const Candidate& candidate, const std::string& node, const std::string& operand) {
  ir::ProgramBuilder builder(candidate.program);
  const ir::Node* found = builder.graph().FindNode(node);
  if (found == nullptr) return NotFound("the Program has no such node").With("node", node);
  const std::vector<ValueId> outputs = found->OutputValues();
  CONFORMANCE_TRY(const ValueId other, TensorNamed(builder.graph(), operand));
  const ir::TensorMeta* made = outputs.size() == 1 ? builder.graph().value(outputs[0]).tensor() : nullptr;
  const ir::TensorMeta* read = builder.graph().value(other).tensor();
  const auto same = [](const SymInt& a, const SymInt& b) { return SymInt::Same(a, b); };
  if (made == nullptr || made->dtype != read->dtype || !std::ranges::equal(made->sizes, read->sizes, same)) {
    return Unsupported("the operand is of another type").With("node", node).With("operand", operand);
  }
  builder.ReplaceAllUses(outputs[0], other);
  return Tidy(std::move(builder), candidate, candidate.inputs);
}

Result<Candidate> Concrete(const Candidate& candidate, const Evaluate& evaluate) {
  const SymbolValues values = SymbolsOf(candidate);
  ir::ProgramBuilder builder(candidate.program);
  CONFORMANCE_RETURN_IF_ERROR(SetMetas(builder, candidate, evaluate));
  for (const ValueId id : builder.graph().ValueIds()) {
    const ir::Value& value = builder.graph().value(id);
    if (const auto* size = std::get_if<SymInt>(&value.meta)) {
      CONFORMANCE_TRY(const int64_t number, size->Evaluate(values));
      builder.SetMeta(id, SymInt(number));
    } else if (std::holds_alternative<SymBool>(value.meta)) {
      return Unsupported("a Program with conditions over sizes stays symbolic").With("value", value.name);
    } else if (const ir::TensorMeta* meta = value.tensor(); meta != nullptr && value.producer == NodeId::kInput) {
      if (const Tensor* tensor = Find(candidate.inputs, value.name)) builder.SetMeta(id, MetaOf(*meta, *tensor));
    }
  }
  builder.rest().symbols.clear();
  builder.rest().range_constraints.clear();
  return Tidy(std::move(builder), candidate, candidate.inputs);
}

namespace {

/// The first `smaller` along every axis of that size.
Tensor Sliced(const Tensor& tensor, int64_t size, int64_t smaller) {
  Shape shape = tensor.shape();
  for (int64_t& dim : shape) {
    if (dim == size) dim = smaller;
  }
  return shape == tensor.shape() ? tensor : tensor.View(shape, tensor.strides(), tensor.offset()).Contiguous();
}

/// Literal sizes; places and axes are none.
void ShrinkLiterals(ir::ProgramBuilder& builder, int64_t size, int64_t smaller) {
  std::vector<NodeId> nodes;
  for (const ir::Node& node : builder.graph().nodes()) nodes.push_back(node.id());
  const auto shrink = [&](int64_t& number) {
    if (number == size) number = smaller;
  };
  for (const NodeId id : nodes) {
    std::vector<ir::NamedArgument> inputs = builder.graph().node(id).inputs;
    for (ir::NamedArgument& input : inputs) {
      if (input.name.starts_with("dim") || input.name == "axis" || input.name == "padding_idx") continue;
      if (auto* number = std::get_if<int64_t>(&input.arg.data)) shrink(*number);
      if (auto* numbers = std::get_if<std::vector<int64_t>>(&input.arg.data)) std::ranges::for_each(*numbers, shrink);
      if (auto* sizes = std::get_if<std::vector<ir::SymIntRef>>(&input.arg.data)) {
        for (ir::SymIntRef& each : *sizes) {
          if (auto* number = std::get_if<int64_t>(&each)) shrink(*number);
        }
      }
    }
    builder.SetInputs(id, std::move(inputs));
  }
}

}  // namespace

Result<Candidate> Shrink(const Candidate& candidate, int64_t size, int64_t smaller, const Evaluate& evaluate) {
  if (!candidate.program.symbols.empty()) return Unsupported("only concrete Programs shrink");
  Candidate shrunk = candidate;
  for (auto& [name, tensor] : shrunk.inputs) tensor = Sliced(tensor, size, smaller);
  for (auto& [name, tensor] : shrunk.weights) tensor = Sliced(tensor, size, smaller);
  ir::ProgramBuilder builder(std::move(shrunk.program));
  for (auto& [name, tensor] : builder.rest().constants) tensor = Sliced(tensor, size, smaller);
  for (size_t i = 0; i < builder.graph().inputs().size(); ++i) {
    const auto* id = builder.graph().inputs()[i].As<ValueId>();
    const ir::TensorMeta* meta = id ? builder.graph().value(*id).tensor() : nullptr;
    if (meta == nullptr) continue;
    ir::TensorMeta made = *meta;
    for (SymInt& dim : made.sizes) {
      if (dim.AsInt() == size) dim = smaller;
    }
    made.strides = ir::ContiguousStrides(made.sizes);
    builder.SetMeta(*id, made);
  }
  ShrinkLiterals(builder, size, smaller);
  shrunk.program = std::move(builder).Finish();
  ir::ProgramBuilder again(shrunk.program);
  CONFORMANCE_RETURN_IF_ERROR(SetMetas(again, shrunk, evaluate));
  return Tidy(std::move(again), shrunk, shrunk.inputs);
}

std::vector<std::string> Ancestors(const ir::Program& program, const std::string& value) {
  const ir::Graph& graph = program.graph;
  std::set<NodeId> needed;
  const ValueId start = graph.FindValue(value);
  if (start == ValueId::kNone) return {};
  std::vector<ValueId> open = {start};
  while (!open.empty()) {
    const NodeId producer = graph.value(open.back()).producer;
    open.pop_back();
    if (static_cast<int32_t>(producer) < 0 || !needed.insert(producer).second) continue;
    for (const ir::NamedArgument& input : graph.node(producer).inputs) {
      ir::VisitValues(input.arg, [&](ValueId id) { open.push_back(id); });
    }
  }
  std::vector<std::string> names;
  for (const ir::Node& node : graph.nodes()) {
    if (!needed.contains(node.id())) continue;
    for (const ValueId id : node.OutputValues()) {
      if (graph.value(id).tensor() != nullptr) names.push_back(graph.value(id).name);
    }
  }
  return names;
}

}  // namespace conformance::reduce
