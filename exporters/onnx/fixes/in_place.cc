#include <algorithm>
#include <initializer_list>
#include <optional>
#include <set>

#include "exporters/onnx/fixes/fixes.h"
#include "framework/rewrite/bind.h"

namespace conformance::onnx {
namespace {

bool IsView(const ir::Node& node) {
  const ops::OpDef* op = ops::DefaultOps().Find(node.op());
  return op != nullptr && std::any_of(op->returns.begin(), op->returns.end(), [](const ops::ReturnSchema& output) { return output.aliased; });
}

// What the value is a view of; kNone for one with storage of its own, and for inputs.
ir::ValueId ParentOf(const ir::Graph& graph, ir::ValueId value) {
  const ir::NodeId producer = graph.value(value).producer;
  if (producer < ir::NodeId{0} || !IsView(graph.node(producer)) || graph.node(producer).inputs.empty()) return ir::ValueId::kNone;
  const auto* parent = graph.node(producer).inputs[0].arg.As<ir::ValueId>();
  return parent != nullptr ? *parent : ir::ValueId::kNone;
}

// Values that may share storage with `value`: what it is a view of, and views of those.
std::set<ir::ValueId> Aliases(const ir::Graph& graph, ir::ValueId value) {
  std::set<ir::ValueId> found = {value};
  std::vector<ir::ValueId> open = {value};
  const auto add = [&](ir::ValueId id) {
    if (found.insert(id).second) open.push_back(id);
  };
  while (!open.empty()) {
    const ir::ValueId one = open.back();
    open.pop_back();
    if (const ir::ValueId parent = ParentOf(graph, one); parent != ir::ValueId::kNone) add(parent);
    for (const ir::Use& use : graph.value(one).uses()) {
      if (use.node < ir::NodeId{0} || !IsView(graph.node(use.node))) continue;
      for (const ir::ValueId made : graph.node(use.node).OutputValues()) add(made);
    }
  }
  return found;
}

// The value, what it is a view of, what that is a view of, …
std::vector<ir::ValueId> ViewsUpTo(const ir::Graph& graph, ir::ValueId value) {
  std::vector<ir::ValueId> views = {value};
  for (ir::ValueId parent = ParentOf(graph, value); parent != ir::ValueId::kNone; parent = ParentOf(graph, parent)) views.push_back(parent);
  return views;
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

// What a value becomes where readers come later.
struct Replacement {
  ir::ValueId old, made;
};

bool Is(const ir::Node& node, std::initializer_list<std::string_view> targets) {
  return std::find(targets.begin(), targets.end(), node.op()) != targets.end();
}

// The parent of a view with the view's elements replaced by `part`: what the view op does, the other way round. None for ops that this
// has no answer for.
Result<std::optional<ops::Value>> PutBack(rewrite::NodeEdit& edit, const ir::Node& view, const ops::Value& parent, const ops::Value& part) {
  ops::OpContext& c = edit.context();
  const ops::OpTable& table = ops::DefaultOps();
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, rewrite::BindNode(edit.graph(), view, *table.Find(view.op())));
  const auto call = [&](std::string_view target, std::vector<ops::Argument> given) { return std::optional(c.Call(*table.Find(target), std::move(given))); };
  if (Is(view, {"aten.slice.Tensor"})) return call("aten.slice_scatter.default", {parent, part, args[1], args[2], args[3], args[4]});
  if (Is(view, {"aten.select.int"})) return call("aten.select_scatter.default", {parent, part, args[1], args[2]});
  if (Is(view, {"aten.transpose.int"})) return call("aten.transpose.int", {part, args[1], args[2]});
  if (Is(view, {"aten.t.default"})) return call("aten.t.default", {part});
  if (Is(view, {"aten.alias.default", "aten.detach.default"})) return std::optional(part);
  if (Is(view, {"aten.view.default", "aten.reshape.default", "aten._unsafe_view.default", "aten.unsqueeze.default", "aten.squeeze.default",
                "aten.squeeze.dim", "aten.squeeze.dims", "aten.flatten.using_ints", "aten.unflatten.int"})) {
    return call("aten.view.default", {part, parent.sizes()});  // the same elements in the same order
  }
  return std::optional<ops::Value>();
}

void ReplaceLater(rewrite::NodeEdit& edit, const std::set<ir::NodeId>& later, const Replacement& change) {
  const ir::Graph& graph = edit.graph();
  std::vector<ir::NodeId> readers;
  bool is_output = false;
  for (const ir::Use& use : graph.value(change.old).uses()) {
    if (use.node == ir::NodeId::kOutput) is_output = true;
    if (later.contains(use.node)) readers.push_back(use.node);
  }
  const auto replace = [&](ir::Argument& argument) {
    ir::VisitValues(argument, [&](ir::ValueId& id) {
      if (id == change.old) id = change.made;
    });
  };
  for (const ir::NodeId reader : readers) {
    std::vector<ir::NamedArgument> inputs = graph.node(reader).inputs;
    for (ir::NamedArgument& input : inputs) replace(input.arg);
    edit.builder().SetInputs(reader, std::move(inputs));
  }
  for (size_t i = 0; is_output && i < graph.outputs().size(); ++i) {
    ir::Argument output = graph.outputs()[i];
    replace(output);
    edit.builder().SetOutput(i, std::move(output));
  }
}

}  // namespace

// x.add_(y) becomes z = x + y, and who reads x later reads z; so does atan2(x, y, out=z). Where x is a view, what it is a view of becomes the same with z put back in its
// place (x[:, 1:].copy_(y): a slice_scatter), and so on to the tensor at the bottom. Refused where another view of it is read later: it
// would have to change too.
Result<bool> FixInPlace(rewrite::NodeEdit& edit) {
  const ops::OpDef* op = edit.op();
  if (op == nullptr || op->traits.in_place_of.empty()) return false;
  const ops::OpDef* twin = ops::DefaultOps().Find(op->traits.in_place_of);
  if (twin == nullptr) return Unsupported(op->target + " writes in place and has no twin that does not").With("node", edit.node().name);
  CONFORMANCE_TRY(const std::vector<ops::Argument> args, edit.Arguments());
  const ir::ValueId written = rewrite::Recorder::IdOf(std::get<ops::Value>(args[ops::WrittenArgument(*op).value()]));
  const ir::Graph& graph = edit.graph();
  const std::vector<ir::ValueId> views = ViewsUpTo(graph, written);
  if (graph.value(views.back()).producer < ir::NodeId{0}) {
    return Unsupported(op->target + " writes to an input, parameter or buffer of the program").With("node", edit.node().name);
  }
  const std::vector<ir::ValueId> made = edit.node().OutputValues();
  const std::set<ir::NodeId> later = NodesAfter(graph, edit.node().id());
  const auto read_later = [&](ir::ValueId id) {
    const auto uses = graph.value(id).uses();
    return std::any_of(uses.begin(), uses.end(), [&](const ir::Use& use) { return use.node == ir::NodeId::kOutput || later.contains(use.node); });
  };
  const auto refused = [&](ir::ValueId alias) {
    return Unsupported(op->target + " changes " + graph.value(alias).name + ", which shares storage with " + graph.value(written).name +
                       " and is read later")
        .With("node", edit.node().name);
  };
  const auto contains = [](const std::vector<ir::ValueId>& ids, ir::ValueId id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); };
  bool below = false;  // something that it is a view of is read later
  for (const ir::ValueId alias : Aliases(graph, written)) {
    const bool view_of_result = graph.value(alias).producer >= ir::NodeId{0} && later.contains(graph.value(alias).producer);
    if (contains(made, alias) || view_of_result || !read_later(alias)) continue;
    if (!contains(views, alias)) return refused(alias);
    below = below || alias != written;
  }
  std::vector<ops::Argument> same(args.begin(), args.begin() + static_cast<std::ptrdiff_t>(std::min(args.size(), twin->args.size())));
  ops::Value result = edit.context().Call(*twin, std::move(same));
  if (edit.context().failed()) return Error(edit.context().status().error());
  CONFORMANCE_TRY(const ops::Value before, rewrite::ValueOf(graph, written));
  if (result.dtype() != before.dtype()) {  // the written tensor keeps its type
    const ops::OpDef* cast = ops::DefaultOps().Find("aten.to.dtype");
    result = edit.context().Call(*cast, {result, before.dtype()});
  }
  std::vector<Replacement> changes = {{written, rewrite::Recorder::IdOf(result)}};
  ops::Value part = result;
  for (size_t i = 1; below && i < views.size(); ++i) {
    CONFORMANCE_TRY(const ops::Value parent, rewrite::ValueOf(graph, views[i]));
    CONFORMANCE_TRY(const auto whole, PutBack(edit, graph.node(graph.value(views[i - 1]).producer), parent, part));
    if (!whole) return refused(views[i]);
    if (edit.context().failed()) return Error(edit.context().status().error());
    part = *whole;
    changes.push_back({views[i], rewrite::Recorder::IdOf(part)});
  }
  for (const Replacement& change : changes) ReplaceLater(edit, later, change);
  CONFORMANCE_RETURN_IF_ERROR(edit.ReplaceWith(result));
  return true;
}

}  // namespace conformance::onnx
