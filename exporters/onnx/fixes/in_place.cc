#include <algorithm>
#include <set>

#include "exporters/onnx/fixes/fixes.h"
#include "framework/rewrite/bind.h"

namespace conformance::onnx {
namespace {

// Values that may share storage with `value`: what it is a view of, and views of those.
std::set<ir::ValueId> Aliases(const ir::Graph& graph, ir::ValueId value) {
  const auto aliasing = [&](const ir::Node& node) {
    const ops::OpDef* op = ops::DefaultOps().Find(node.op());
    return op != nullptr && std::any_of(op->returns.begin(), op->returns.end(), [](const ops::ReturnSchema& output) { return output.aliased; });
  };
  std::set<ir::ValueId> found = {value};
  std::vector<ir::ValueId> open = {value};
  const auto add = [&](ir::ValueId id) {
    if (found.insert(id).second) open.push_back(id);
  };
  while (!open.empty()) {
    const ir::Value& one = graph.value(open.back());
    open.pop_back();
    if (one.producer >= ir::NodeId{0}) {
      const ir::Node& maker = graph.node(one.producer);
      if (aliasing(maker) && !maker.inputs.empty()) {
        if (const auto* base = maker.inputs[0].arg.As<ir::ValueId>()) add(*base);
      }
    }
    for (const ir::Use& use : one.uses()) {
      if (use.node < ir::NodeId{0} || !aliasing(graph.node(use.node))) continue;
      for (const ir::ValueId made : graph.node(use.node).OutputValues()) add(made);
    }
  }
  return found;
}

std::set<ir::NodeId> NodesAfter(const ir::Graph& graph, ir::NodeId node) {
  std::set<ir::NodeId> after;
  bool seen = false;
  for (const ir::Node& one : graph.nodes()) {
    if (seen) after.insert(one.id());
    if (one.id() == node) seen = true;
  }
  return after;
}

}  // namespace

// x.add_(y) becomes z = x + y, and who reads x later reads z. Refused where x is a view, or has views, that are read later: they would
// have to change too.
Result<bool> FixInPlace(rewrite::NodeEdit& edit) {
  const ops::OpDef* op = edit.op();
  if (op == nullptr || op->traits.in_place_of.empty()) return false;
  const ops::OpDef* twin = ops::DefaultOps().Find(op->traits.in_place_of);
  if (twin == nullptr) return Unsupported(op->target + " writes in place and has no twin that does not").With("node", edit.node().name);
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  const ir::ValueId written = rewrite::Recorder::IdOf(std::get<ops::Value>(args[0]));
  const ir::Graph& graph = edit.graph();
  if (graph.value(written).producer == ir::NodeId::kInput) {
    return Unsupported(op->target + " writes to an input, parameter or buffer of the program").With("node", edit.node().name);
  }
  const std::vector<ir::ValueId> made = edit.node().OutputValues();
  const std::set<ir::NodeId> later = NodesAfter(graph, edit.node().id());
  const auto read_later = [&](ir::ValueId id) {
    const auto uses = graph.value(id).uses();
    return std::any_of(uses.begin(), uses.end(), [&](const ir::Use& use) { return use.node == ir::NodeId::kOutput || later.contains(use.node); });
  };
  for (const ir::ValueId alias : Aliases(graph, written)) {
    const bool own = alias == written || std::find(made.begin(), made.end(), alias) != made.end();
    const bool view_of_result = graph.value(alias).producer >= ir::NodeId{0} && later.contains(graph.value(alias).producer);
    if (!own && !view_of_result && read_later(alias)) {
      return Unsupported(op->target + " changes " + graph.value(alias).name + ", which shares storage with " + graph.value(written).name +
                         " and is read later")
          .With("node", edit.node().name);
    }
  }
  std::vector<ops::Argument> same(args.begin(), args.begin() + static_cast<std::ptrdiff_t>(std::min(args.size(), twin->args.size())));
  ops::Value result = edit.context().Call(*twin, std::move(same));
  if (edit.context().failed()) return Error(edit.context().status().error());
  CONFORMANCE_TRY(const ops::Value before, rewrite::ValueOf(graph, written));
  if (result.dtype() != before.dtype()) {  // the written tensor keeps its type
    const ops::OpDef* cast = ops::DefaultOps().Find("aten.to.dtype");
    result = edit.context().Call(*cast, {result, before.dtype()});
  }
  // Later readers of the written value.
  const ir::ValueId replacement = rewrite::Recorder::IdOf(result);
  std::vector<ir::NodeId> readers;
  bool is_output = false;
  for (const ir::Use& use : graph.value(written).uses()) {
    if (use.node == ir::NodeId::kOutput) is_output = true;
    if (later.contains(use.node)) readers.push_back(use.node);
  }
  for (const ir::NodeId reader : readers) {
    std::vector<ir::NamedArgument> inputs = graph.node(reader).inputs;
    for (ir::NamedArgument& input : inputs) {
      ir::VisitValues(input.arg, [&](ir::ValueId& id) {
        if (id == written) id = replacement;
      });
    }
    edit.builder().SetInputs(reader, std::move(inputs));
  }
  if (is_output) {
    for (size_t i = 0; i < graph.outputs().size(); ++i) {
      ir::Argument output = graph.outputs()[i];
      ir::VisitValues(output, [&](ir::ValueId& id) {
        if (id == written) id = replacement;
      });
      edit.builder().SetOutput(i, std::move(output));
    }
  }
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(result));
  return true;
}

}  // namespace conformance::onnx
