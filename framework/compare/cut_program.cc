#include "framework/compare/cut_program.h"

#include <algorithm>
#include <utility>

#include "framework/compare/local_table.h"
#include "framework/ir/builder.h"

namespace conformance::compare {
namespace {

using ir::Argument;
using ir::GraphBuilder;
using ir::NodeId;
using ir::ValueId;

/// Shares the storage; sizes are numbers.
ir::TensorMeta MetaOf(const ir::TensorMeta& declared, const Tensor& tensor) {
  ir::TensorMeta meta = declared;
  meta.sizes = ToSymInts(tensor.shape());
  meta.strides = ToSymInts(ContiguousStrides(tensor.shape()));
  return meta;
}

bool IsFloatingValue(const ir::Graph& graph, ValueId id) {
  const ir::TensorMeta* meta = graph.value(id).tensor();
  if (meta == nullptr) return false;
  const auto dtype = ir::ToDType(meta->dtype);
  return dtype && IsFloating(*dtype);
}

class Cutter {
 public:
  explicit Cutter(const ir::Program& program) : builder_(program) {}

  Status TakeFromOutside(const NamedTensors& observed) {
    size_t number = 0;
    for (const auto& [name, tensor] : observed) {
      const ValueId id = builder_.graph().FindValue(name);
      const ir::TensorMeta* meta = id == ValueId::kNone ? nullptr : builder_.graph().value(id).tensor();
      if (meta == nullptr) return NotFound("the Program has no tensor of that name").With("value", name);
      const ir::TensorMeta declared = *meta;
      const std::string target = "observed." + std::to_string(number++);
      const ValueId outside = builder_.AddConstant(target, tensor.Contiguous());
      builder_.SetMeta(outside, MetaOf(declared, tensor));
      // Uses are listed before any is changed; the graph's own outputs stay what they are.
      std::vector<NodeId> users;
      for (const ir::Use& use : builder_.graph().value(id).uses()) {
        if (use.node != NodeId::kOutput && (users.empty() || users.back() != use.node)) users.push_back(use.node);
      }
      for (const NodeId user : users) Replace(user, id, outside);
    }
    return Ok();
  }

  void AddMagnitudes() {
    std::vector<NodeId> nodes;
    for (const ir::Node& node : builder_.graph().nodes()) {
      const LocalRow* row = FindLocalRow(node.op());
      if (row != nullptr && (row->scale == LocalScale::kReduced || row->scale == LocalScale::kAttention)) nodes.push_back(node.id());
    }
    for (const NodeId node : nodes) AddMagnitude(node);
  }

  CutProgram Finish() && {
    cut_.program = std::move(builder_).Finish();
    return std::move(cut_);
  }

 private:
  void Replace(NodeId user, ValueId from, ValueId to) {
    std::vector<ir::NamedArgument> inputs = builder_.graph().node(user).inputs;
    for (ir::NamedArgument& input : inputs) {
      ir::VisitValues(input.arg, [&](ValueId& id) {
        if (id == from) id = to;
      });
    }
    builder_.SetInputs(user, std::move(inputs));
  }

  ValueId Absolute(NodeId before, ValueId id) {
    const auto known = absolute_.find(id);
    if (known != absolute_.end()) return known->second;
    const ir::TensorMeta meta = *builder_.graph().value(id).tensor();
    const ValueId made = builder_.AddOp({GraphBuilder::Place::Kind::kBefore, before}, "aten.abs.default", {{"self", Argument(id)}}, meta, {},
                                        builder_.graph().value(id).name + "_absolute");
    absolute_.emplace(id, made);
    return made;
  }

  void AddMagnitude(NodeId id) {
    const ir::Node node = builder_.graph().node(id);
    const std::vector<ValueId> outputs = node.OutputValues();
    if (outputs.size() != 1 || !IsFloatingValue(builder_.graph(), outputs[0])) return;
    const bool attention = FindLocalRow(node.op())->scale == LocalScale::kAttention;
    std::vector<ir::NamedArgument> inputs = node.inputs;
    for (ir::NamedArgument& input : inputs) {
      if (attention && input.name != "value") continue;
      ir::VisitValues(input.arg, [&](ValueId& value) {
        if (IsFloatingValue(builder_.graph(), value)) value = Absolute(id, value);
      });
    }
    const std::string name = builder_.graph().value(outputs[0]).name;
    const ir::TensorMeta meta = *builder_.graph().value(outputs[0]).tensor();
    const ValueId magnitude =
        builder_.AddOp({GraphBuilder::Place::Kind::kAfter, id}, node.op(), std::move(inputs), meta, node.metadata, name + "_magnitude");
    cut_.magnitudes.emplace(name, builder_.graph().value(magnitude).name);
  }

  ir::ProgramBuilder builder_;
  std::map<ValueId, ValueId> absolute_;
  CutProgram cut_;
};

/// detach_ changes no element.
bool Writes(const ir::Node& node) { return ir::WritesInPlace(node.target) && node.op() != "aten.detach_.default"; }

}  // namespace

Result<CutProgram> Cut(const ir::Program& program, const NamedTensors& observed) {
  for (const ir::Node& node : program.graph.nodes()) {
    if (Writes(node)) return Unsupported("the Program writes in place: a value may change after it was seen").With("node", node.name);
  }
  Cutter cutter(program);
  CONFORMANCE_RETURN_IF_ERROR(cutter.TakeFromOutside(observed));
  cutter.AddMagnitudes();
  return std::move(cutter).Finish();
}

}  // namespace conformance::compare
