#include "references/onnx/gradient.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/operator.h"

namespace conformance::onnx_reference {
namespace {

using formats::OnnxAttribute;
using formats::OnnxGraph;
using formats::OnnxModel;
using formats::OnnxNode;
using formats::Quoted;
using Names = std::vector<std::string>;

constexpr uint64_t kMostLookedAt = 16;  ///< times the most nodes of a model

bool IsGradient(const OnnxNode& node) { return node.domain == kTraining && node.op_type == "Gradient"; }

/// Nodes one after the other, each with a name of its own for its output.
class Writer {
 public:
  explicit Writer(std::string prefix) : prefix_(std::move(prefix)) {}

  std::string Fresh() { return prefix_ + std::to_string(next_++); }
  void Add(OnnxNode node) { nodes_.push_back(std::move(node)); }
  std::string Op(std::string op, Names inputs, std::string domain = "", std::vector<OnnxAttribute> attributes = {}) {
    OnnxNode node;
    node.op_type = std::move(op);
    node.domain = std::move(domain);
    node.inputs = std::move(inputs);
    node.outputs = {Fresh()};
    node.attributes = std::move(attributes);
    nodes_.push_back(std::move(node));
    return nodes_.back().outputs[0];
  }
  std::string Filled(const std::string& like, float value) { return Op("FilledLike", {like}, std::string(kOwn), {OnnxAttribute::Float("value", value)}); }
  std::vector<OnnxNode> Take() { return std::move(nodes_); }

 private:
  const std::string prefix_;
  int next_ = 0;
  std::vector<OnnxNode> nodes_;
};

/// One node of the part, and the derivative by its output.
struct Step {
  const OnnxNode& node;
  const std::string& y;
  const std::string& dy;
  const std::string& x(size_t i) const { return node.inputs[i]; }
};

/// The derivative by input `i`, of dy's sizes or smaller ones that broadcast to it.
using Rule = std::string (*)(Writer& w, const Step& s, size_t i);

const std::map<std::string, Rule, std::less<>>& Rules() {
  static const std::map<std::string, Rule, std::less<>> rules = {
      {"Identity", [](Writer&, const Step& s, size_t) { return s.dy; }},
      {"Add", [](Writer&, const Step& s, size_t) { return s.dy; }},
      {"Sum", [](Writer&, const Step& s, size_t) { return s.dy; }},
      {"Sub", [](Writer& w, const Step& s, size_t i) { return i == 0 ? s.dy : w.Op("Neg", {s.dy}); }},
      {"Neg", [](Writer& w, const Step& s, size_t) { return w.Op("Neg", {s.dy}); }},
      {"Mul", [](Writer& w, const Step& s, size_t i) { return w.Op("Mul", {s.dy, s.x(1 - i)}); }},
      {"Div",
       [](Writer& w, const Step& s, size_t i) {
         if (i == 0) return w.Op("Div", {s.dy, s.x(1)});
         return w.Op("Neg", {w.Op("Mul", {s.dy, w.Op("Div", {s.y, s.x(1)})})});
       }},
      {"Pow",
       [](Writer& w, const Step& s, size_t i) {
         if (i == 1) return w.Op("Mul", {s.dy, w.Op("Mul", {s.y, w.Op("Log", {s.x(0)})})});
         const std::string less = w.Op("Sub", {s.x(1), w.Filled(s.x(1), 1)});
         return w.Op("Mul", {s.dy, w.Op("Mul", {s.x(1), w.Op("Pow", {s.x(0), less})})});
       }},
      {"Reciprocal", [](Writer& w, const Step& s, size_t) { return w.Op("Neg", {w.Op("Mul", {s.dy, w.Op("Mul", {s.y, s.y})})}); }},
      {"Exp", [](Writer& w, const Step& s, size_t) { return w.Op("Mul", {s.dy, s.y}); }},
      {"Log", [](Writer& w, const Step& s, size_t) { return w.Op("Div", {s.dy, s.x(0)}); }},
      {"Sqrt", [](Writer& w, const Step& s, size_t) { return w.Op("Div", {s.dy, w.Op("Add", {s.y, s.y})}); }},
      {"Sin", [](Writer& w, const Step& s, size_t) { return w.Op("Mul", {s.dy, w.Op("Cos", {s.x(0)})}); }},
      {"Cos", [](Writer& w, const Step& s, size_t) { return w.Op("Neg", {w.Op("Mul", {s.dy, w.Op("Sin", {s.x(0)})})}); }},
      {"Tanh",
       [](Writer& w, const Step& s, size_t) { return w.Op("Mul", {s.dy, w.Op("Sub", {w.Filled(s.y, 1), w.Op("Mul", {s.y, s.y})})}); }},
      {"Sigmoid",
       [](Writer& w, const Step& s, size_t) { return w.Op("Mul", {s.dy, w.Op("Mul", {s.y, w.Op("Sub", {w.Filled(s.y, 1), s.y})})}); }},
      {"Abs", [](Writer& w, const Step& s, size_t) { return w.Op("Mul", {s.dy, w.Op("Sign", {s.x(0)})}); }},
      {"Relu", [](Writer& w, const Step& s, size_t) { return w.Op("Mul", {s.dy, w.Op("Sign", {s.y})}); }},
  };
  return rules;
}

/// What one Gradient node becomes.
class Differentiation {
 public:
  Differentiation(const OnnxNode& gradient, const std::vector<OnnxNode>& before)
      : gradient_(gradient), before_(before), writer_(Prefix(gradient)) {}

  Result<std::vector<OnnxNode>> WriteOut() {
    CONFORMANCE_RETURN_IF_ERROR(ReadAttributes());
    CONFORMANCE_RETURN_IF_ERROR(Evaluate());
    std::map<std::string, std::string> by;  // derivatives by the part's values, under their new names
    by[Renamed(y_)] = writer_.Filled(Renamed(y_), 1);
    for (auto node = part_.rbegin(); node != part_.rend(); ++node) CONFORMANCE_RETURN_IF_ERROR(Backwards(*node, by));
    for (size_t i = 0; i < gradient_.outputs.size(); ++i) {
      if (gradient_.outputs[i].empty()) continue;
      if (i >= xs_) return Invalid("a Gradient with more outputs than xs").With("found", std::to_string(gradient_.outputs.size())).With("wanted", std::to_string(xs_));
      const auto found = by.find(gradient_.inputs[i]);
      OnnxNode last;
      last.op_type = "Identity";
      last.inputs = {found == by.end() ? writer_.Filled(gradient_.inputs[i], 0) : found->second};
      last.outputs = {gradient_.outputs[i]};
      writer_.Add(std::move(last));
    }
    return writer_.Take();
  }

 private:
  static std::string Prefix(const OnnxNode& gradient) {
    for (const std::string& output : gradient.outputs) {
      if (!output.empty()) return output + "/gradient/";
    }
    return "/gradient/";
  }
  const std::string& Renamed(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? name : found->second;
  }

  Status ReadAttributes() {
    for (const char* which : {"xs", "zs"}) {
      const OnnxAttribute* attribute = gradient_.Find(which);
      if (attribute != nullptr && attribute->kind != OnnxAttribute::Kind::kStrings) return TypeError("an attribute of Gradient is no list of names").With("found", which);
      if (attribute == nullptr && which[0] == 'x') return Invalid("a Gradient without the attribute xs");
      for (const std::string& name : attribute == nullptr ? Names() : attribute->strings) {
        const size_t place = names_.size();
        if (place >= gradient_.inputs.size() || gradient_.inputs[place].empty() || !names_.emplace(name, gradient_.inputs[place]).second) {
          return Invalid("a Gradient's inputs are not those that xs and zs name, each once")
              .With("found", std::to_string(gradient_.inputs.size()) + " inputs")
              .With("place", Quoted(name));
        }
      }
      if (which[0] == 'x') xs_ = names_.size();
    }
    const OnnxAttribute* y = gradient_.Find("y");
    if (y == nullptr || y->kind != OnnxAttribute::Kind::kString) return Invalid("a Gradient without the attribute y");
    y_ = y->s;
    return Ok();
  }

  /// The part once more, from the node's own inputs.
  Status Evaluate() {
    std::map<std::string_view, const OnnxNode*> makers;
    for (const OnnxNode& node : before_) {
      for (const std::string& output : node.outputs) makers.emplace(output, &node);
    }
    std::set<const OnnxNode*> needed;
    std::vector<std::string_view> open = {y_};
    while (!open.empty()) {
      const std::string_view name = open.back();
      open.pop_back();
      const auto maker = makers.find(name);
      if (names_.contains(std::string(name)) || maker == makers.end() || !needed.insert(maker->second).second) continue;
      open.insert(open.end(), maker->second->inputs.begin(), maker->second->inputs.end());
    }
    if (needed.empty() && !names_.contains(y_)) return Invalid("a Gradient's y is made by no node before it").With("found", Quoted(y_));
    varying_.insert(gradient_.inputs.begin(), gradient_.inputs.begin() + static_cast<std::ptrdiff_t>(xs_));
    for (const OnnxNode& node : before_) {
      if (!needed.contains(&node)) continue;
      OnnxNode copy = node;
      for (std::string& input : copy.inputs) input = Renamed(input);
      const bool varies = std::ranges::any_of(copy.inputs, [&](const std::string& input) { return varying_.contains(input); });
      for (std::string& output : copy.outputs) {
        if (output.empty()) continue;
        const std::string name = writer_.Fresh();
        // A value that xs or zs name is given, though a node on the way makes others beside it.
        names_.emplace(output, name);
        output = name;
        if (varies) varying_.insert(name);
      }
      writer_.Add(copy);
      part_.push_back(std::move(copy));
    }
    return Ok();
  }

  Status Backwards(const OnnxNode& node, std::map<std::string, std::string>& by) {
    const auto found = std::ranges::find_if(node.outputs, [&](const std::string& output) { return by.contains(output); });
    if (found == node.outputs.end()) return Ok();
    const auto rule = Rules().find(node.op_type);
    if (rule == Rules().end() || !node.domain.empty() || node.outputs.size() != 1) {
      return Unsupported("an operator that Gradient cannot go back through here").With("found", Quoted(node.op_type)).With("wanted", "an operator of one element each");
    }
    const std::string dy = by.at(*found);
    const Step step{node, *found, dy};
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (!varying_.contains(node.inputs[i])) continue;
      const std::string wide = rule->second(writer_, step, i);
      const std::string each = writer_.Op("SumTo", {wide, node.inputs[i]}, std::string(kOwn));
      const auto [place, fresh] = by.try_emplace(node.inputs[i], each);
      if (!fresh) place->second = writer_.Op("Add", {place->second, each});
    }
    return Ok();
  }


  const OnnxNode& gradient_;
  const std::vector<OnnxNode>& before_;
  Writer writer_;
  std::map<std::string, std::string> names_;  ///< of the graph's values in the part
  std::set<std::string, std::less<>> varying_;  ///< values of the part that depend on xs
  std::vector<OnnxNode> part_;
  std::string y_;
  size_t xs_ = 0;
};

}  // namespace

Result<std::shared_ptr<const OnnxModel>> WithGradientsWrittenOut(const OnnxModel& model, uint64_t max_nodes) {
  if (std::ranges::none_of(model.graph.nodes, IsGradient)) return std::shared_ptr<const OnnxModel>();
  auto written = std::make_shared<OnnxModel>(model);
  written->opset_imports.push_back({std::string(kOwn), 1});
  written->graph.nodes.clear();
  uint64_t looked_at = 0;
  for (const OnnxNode& node : model.graph.nodes) {
    if (!IsGradient(node)) {
      written->graph.nodes.push_back(node);
      continue;
    }
    // Each of them looks at all nodes before it.
    looked_at += written->graph.nodes.size();
    if (written->graph.nodes.size() > max_nodes || looked_at > kMostLookedAt * max_nodes) {
      return Error(ErrorKind::kOutOfMemory, "a model of too many nodes").With("wanted", "at most " + std::to_string(max_nodes) + ", gradients written out");
    }
    auto nodes = Differentiation(node, written->graph.nodes).WriteOut();
    if (!nodes.ok()) return std::move(nodes).error().With("place", "node " + Quoted(node.name) + " (\"Gradient\")");
    for (OnnxNode& each : *nodes) written->graph.nodes.push_back(std::move(each));
  }
  return std::shared_ptr<const OnnxModel>(std::move(written));
}

}  // namespace conformance::onnx_reference
