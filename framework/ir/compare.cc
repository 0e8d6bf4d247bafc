// Equality of graphs and programs: ids do not matter, everything else does. A difference is told in words.

#include <cmath>

#include "framework/base/strings.h"
#include "framework/ir/program.h"
#include "framework/ir/text.h"

namespace conformance::ir {
namespace {

bool SameDouble(double a, double b) { return a == b ? std::signbit(a) == std::signbit(b) : std::isnan(a) && std::isnan(b); }
bool SameDoubles(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!SameDouble(a[i], b[i])) return false;
  }
  return true;
}

std::string Found(const std::string& place, std::string_view found, std::string_view wanted) {
  return place + ": found " + std::string(found) + ", wanted " + std::string(wanted);
}

class GraphDiffer {
 public:
  GraphDiffer(const Graph& found, const Graph& wanted) : a_(found), b_(wanted) {}

  std::string Run() const {
    if (auto out = Arguments("graph input", a_.inputs(), b_.inputs()); !out.empty()) return out;
    auto x = a_.nodes().begin(), y = b_.nodes().begin();
    for (size_t index = 0; x != a_.nodes().end() || y != b_.nodes().end(); ++index, ++x, ++y) {
      const std::string place = "node " + std::to_string(index);
      if (x == a_.nodes().end()) return Found(place, "the end", y->name);
      if (y == b_.nodes().end()) return Found(place, x->name, "the end");
      if (auto out = Nodes(place + " " + x->name, *x, *y); !out.empty()) return out;
    }
    if (auto out = Arguments("graph output", a_.outputs(), b_.outputs()); !out.empty()) return out;
    if (a_.is_single_tensor_return() != b_.is_single_tensor_return()) return "is_single_tensor_return differs";
    return "";
  }

 private:
  bool Same(ValueId a, ValueId b) const {
    if (a == ValueId::kNone || b == ValueId::kNone) return a == b;
    return a_.value(a).name == b_.value(b).name;
  }
  template <typename T>
  bool SameRef(const T& a, const T& b) const {
    if (a.index() != b.index()) return false;
    if (const auto* value = std::get_if<ValueId>(&a)) return Same(*value, std::get<ValueId>(b));
    if constexpr (std::is_same_v<T, SymFloatRef>) return SameDouble(std::get<double>(a), std::get<double>(b));
    else return std::get<1>(a) == std::get<1>(b);
  }
  template <typename T, typename Equal>
  static bool SameList(const std::vector<T>& a, const std::vector<T>& b, const Equal& equal) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (!equal(a[i], b[i])) return false;
    }
    return true;
  }

  bool Same(const Argument& a, const Argument& b) const {
    if (a.data.index() != b.data.index()) return false;
    return std::visit(
        [&](const auto& x) {
          using T = std::remove_cvref_t<decltype(x)>;
          const T& y = *std::get_if<T>(&b.data);
          const auto values = [&](ValueId p, ValueId q) { return Same(p, q); };
          if constexpr (std::is_same_v<T, ValueId>) return Same(x, y);
          else if constexpr (std::is_same_v<T, std::vector<ValueId>>) return SameList(x, y, values);
          else if constexpr (std::is_same_v<T, OptionalTensor> || std::is_same_v<T, CustomObjRef> || std::is_same_v<T, TokenRef>)
            return Same(x.value, y.value);
          else if constexpr (std::is_same_v<T, std::vector<OptionalTensor>>)
            return SameList(x, y, [&](const OptionalTensor& p, const OptionalTensor& q) { return Same(p.value, q.value); });
          else if constexpr (std::is_same_v<T, std::vector<std::vector<ValueId>>>)
            return SameList(x, y, [&](const auto& p, const auto& q) { return SameList(p, q, values); });
          else if constexpr (std::is_same_v<T, SymIntRef> || std::is_same_v<T, SymFloatRef> || std::is_same_v<T, SymBoolRef>)
            return SameRef(x, y);
          else if constexpr (std::is_same_v<T, std::vector<SymIntRef>> || std::is_same_v<T, std::vector<SymFloatRef>> ||
                             std::is_same_v<T, std::vector<SymBoolRef>>)
            return SameList(x, y, [&](const auto& p, const auto& q) { return SameRef(p, q); });
          else if constexpr (std::is_same_v<T, double>) return SameDouble(x, y);
          else if constexpr (std::is_same_v<T, std::vector<double>>) return SameDoubles(x, y);
          else if constexpr (std::is_same_v<T, std::vector<std::vector<double>>>) return SameList(x, y, SameDoubles);
          else if constexpr (std::is_same_v<T, std::complex<double>>)
            return SameDouble(x.real(), y.real()) && SameDouble(x.imag(), y.imag());
          else if constexpr (std::is_same_v<T, GraphRef>) return x.name == y.name && FirstDifference(*x.graph, *y.graph).empty();
          else if constexpr (std::is_same_v<T, ArgumentMap>)
            return SameList(x, y, [&](const auto& p, const auto& q) { return p.first == q.first && Same(p.second, q.second); });
          else return x == y;
        },
        a.data);
  }

  std::string Metas(const std::string& place, const Argument& a, const Argument& b) const {
    std::vector<ValueId> x, y;
    VisitValues(a, [&](ValueId id) { x.push_back(id); });
    VisitValues(b, [&](ValueId id) { y.push_back(id); });
    for (size_t i = 0; i < x.size() && i < y.size(); ++i) {
      const Value &p = a_.value(x[i]), &q = b_.value(y[i]);
      if (!ir::Same(p.meta, q.meta)) return Found(place + ": value " + p.name, PrintMeta(p.meta), PrintMeta(q.meta));
    }
    return "";
  }

  std::string Arguments(const std::string& what, const std::vector<Argument>& a, const std::vector<Argument>& b) const {
    for (size_t i = 0; i < a.size() || i < b.size(); ++i) {
      const std::string place = what + " " + std::to_string(i);
      if (i >= a.size()) return Found(place, "nothing", PrintArgument(b_, b[i]));
      if (i >= b.size()) return Found(place, PrintArgument(a_, a[i]), "nothing");
      if (!Same(a[i], b[i])) return Found(place, Kinded(a_, a[i]), Kinded(b_, b[i]));
      if (auto out = Metas(place, a[i], b[i]); !out.empty()) return out;
    }
    return "";
  }
  static std::string Kinded(const Graph& graph, const Argument& argument) {
    return std::string(KeyOf(argument.kind())) + " " + PrintArgument(graph, argument);
  }

  std::string Nodes(const std::string& place, const Node& a, const Node& b) const {
    if (a.name != b.name) return Found(place + ": name", a.name, b.name);
    if (a.target != b.target) return Found(place + ": target", a.target, b.target);
    for (size_t i = 0; i < a.inputs.size() || i < b.inputs.size(); ++i) {
      const std::string input = place + ": input " + std::to_string(i);
      if (i >= a.inputs.size()) return Found(input, "nothing", b.inputs[i].name);
      if (i >= b.inputs.size()) return Found(input, a.inputs[i].name, "nothing");
      const NamedArgument &x = a.inputs[i], &y = b.inputs[i];
      if (x.name != y.name) return Found(input + ": name", x.name, y.name);
      if (x.kind != y.kind) return input + " " + x.name + ": positional or keyword differs";
      if (!Same(x.arg, y.arg)) return Found(input + " " + x.name, Kinded(a_, x.arg), Kinded(b_, y.arg));
    }
    if (auto out = Arguments(place + ": output", a.outputs, b.outputs); !out.empty()) return out;
    for (const auto& [key, value] : a.metadata) {
      const auto it = b.metadata.find(key);
      if (it == b.metadata.end()) return Found(place + ": metadata " + key, value, "nothing");
      if (it->second != value) return Found(place + ": metadata " + key, value, it->second);
    }
    for (const auto& [key, value] : b.metadata) {
      if (!a.metadata.contains(key)) return Found(place + ": metadata " + key, "nothing", value);
    }
    if (a.is_hop_single_tensor_return != b.is_hop_single_tensor_return) return place + ": is_hop_single_tensor_return differs";
    return "";
  }

  const Graph& a_;
  const Graph& b_;
};

template <typename T>
std::string DifferentMap(std::string_view what, const T& found, const T& wanted) {
  for (const auto& [key, value] : found) {
    const auto it = wanted.find(key);
    if (it == wanted.end()) return std::string(what) + ": found " + key + ", which is not wanted";
    if (!(it->second == value)) return std::string(what) + " of " + key + " differs";
  }
  for (const auto& [key, value] : wanted) {
    if (!found.contains(key)) return std::string(what) + ": wanted " + key + ", which is not there";
  }
  return "";
}

}  // namespace

std::string FirstDifference(const Graph& found, const Graph& wanted) { return GraphDiffer(found, wanted).Run(); }
bool operator==(const Graph& a, const Graph& b) { return FirstDifference(a, b).empty(); }

std::string FirstDifference(const Program& found, const Program& wanted) {
  if (auto out = FirstDifference(found.graph, wanted.graph); !out.empty()) return out;
  const GraphSignature &a = found.signature, &b = wanted.signature;
  for (size_t i = 0; i < a.inputs.size() || i < b.inputs.size(); ++i) {
    if (i >= a.inputs.size() || i >= b.inputs.size() || a.inputs[i] != b.inputs[i]) return "signature input " + std::to_string(i) + " differs";
  }
  for (size_t i = 0; i < a.outputs.size() || i < b.outputs.size(); ++i) {
    if (i >= a.outputs.size() || i >= b.outputs.size() || a.outputs[i] != b.outputs[i]) return "signature output " + std::to_string(i) + " differs";
  }
  for (size_t i = 0; i < found.module_call_graph.size() || i < wanted.module_call_graph.size(); ++i) {
    if (i >= found.module_call_graph.size() || i >= wanted.module_call_graph.size() ||
        found.module_call_graph[i] != wanted.module_call_graph[i]) {
      return "module call " + std::to_string(i) + " differs";
    }
  }
  if (auto out = DifferentMap("metadata", found.metadata, wanted.metadata); !out.empty()) return out;
  if (auto out = DifferentMap("namedtuple fields", found.treespec_namedtuple_fields, wanted.treespec_namedtuple_fields); !out.empty()) return out;
  if (auto out = DifferentMap("opset version", found.opset_version, wanted.opset_version); !out.empty()) return out;
  if (auto out = DifferentMap("range constraint", found.range_constraints, wanted.range_constraints); !out.empty()) return out;
  if (auto out = DifferentMap("symbol", found.symbols, wanted.symbols); !out.empty()) return out;
  if (found.schema_version != wanted.schema_version) return "schema version differs";
  if (found.torch_version != wanted.torch_version) return Found("torch version", found.torch_version, wanted.torch_version);
  if (found.verifiers != wanted.verifiers) return "verifiers differ";
  if (found.guards_code != wanted.guards_code) return "guards differ";
  for (const auto& [name, tensor] : found.constants) {
    const auto it = wanted.constants.find(name);
    if (it == wanted.constants.end()) return "constant " + name + " is not wanted";
    if (!BitEqual(tensor, it->second)) return "constant " + name + " differs";
  }
  for (const auto& [name, tensor] : wanted.constants) {
    if (!found.constants.contains(name)) return "constant " + name + " is missing";
  }
  return "";
}

bool operator==(const Program& a, const Program& b) { return FirstDifference(a, b).empty(); }

}  // namespace conformance::ir
