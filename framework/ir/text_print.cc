#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <unordered_map>

#include "framework/base/strings.h"
#include "framework/ir/text.h"

namespace conformance::ir {
namespace {

constexpr size_t kTableFrom = 24;         // strings at least this long that occur twice go into the table
constexpr int64_t kNumbersUpTo = 1024;    // constants of more elements are written as bytes

std::string Quoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += "\\x";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

bool IsPlainName(std::string_view name) {
  if (name.empty()) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
}
std::string ValueText(const Graph& graph, ValueId id) {
  if (id == ValueId::kNone) return "None";
  const std::string& name = graph.value(id).name;
  return "%" + (IsPlainName(name) ? name : Quoted(name));
}
std::string TargetText(const Node& node) {
  const std::string op(node.op());
  const bool dotted = std::all_of(op.begin(), op.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
  });
  return dotted && !op.empty() && TargetOf(op) == node.target ? op : Quoted(node.target);
}
std::string BoolText(bool value) { return value ? "True" : "False"; }

template <typename List, typename Print>
std::string ListText(const List& list, std::string_view prefix, const Print& print) {
  std::string out(prefix);
  out += "[";
  bool first = true;
  for (const auto& element : list) {
    if (!first) out += ", ";
    first = false;
    out += print(element);
  }
  return out + "]";
}

template <typename T>
std::string RefText(const Graph& graph, const T& ref) {
  if (const auto* value = std::get_if<ValueId>(&ref)) return ValueText(graph, *value);
  if constexpr (std::is_same_v<T, SymIntRef>) return std::to_string(std::get<int64_t>(ref));
  else if constexpr (std::is_same_v<T, SymFloatRef>) return DoubleText(std::get<double>(ref));
  else return BoolText(std::get<bool>(ref));
}
template <typename T>
bool AnyValue(const std::vector<T>& refs) {
  return std::any_of(refs.begin(), refs.end(), [](const T& ref) { return std::holds_alternative<ValueId>(ref); });
}

std::string DeviceText(const Device& device) {
  return "device(" + Quoted(device.type) + (device.index ? ", " + std::to_string(*device.index) : "") + ")";
}

std::string ConstantText(const ConstantValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  if (const auto* real = std::get_if<double>(&value)) return DoubleText(*real);
  if (const auto* text = std::get_if<std::string>(&value)) return Quoted(*text);
  if (const auto* flag = std::get_if<bool>(&value)) return BoolText(*flag);
  return "None";
}

// Strings of metadata that occur more than once.
class StringTable {
 public:
  void Count(const std::string& text) {
    if (text.size() >= kTableFrom) ++counts_[text];
  }
  void Number() {
    for (const auto& [text, count] : counts_) {
      if (count > 1) {
        numbers_.emplace(text, numbers_.size());
        texts_.push_back(text);
      }
    }
  }
  std::string Text(const std::string& text) const {
    const auto it = numbers_.find(text);
    return it == numbers_.end() ? Quoted(text) : "$" + std::to_string(it->second);
  }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::map<std::string, size_t> counts_;  // sorted, so that the same program gives the same text
  std::unordered_map<std::string, size_t> numbers_;
  std::vector<std::string> texts_;
};

class Printer {
 public:
  Printer(const StringTable* strings, bool full) : strings_(strings), full_(full) {}

  void Nodes(const Graph& graph, const std::string& indent, std::string& out) const {
    std::string module = "\n";
    for (const Node& node : graph.nodes()) {
      if (const std::string path = ModulePath(node); path != module) {
        module = path;
        if (!path.empty()) out += indent + "# " + Quoted(path).substr(1, Quoted(path).size() - 2) + "\n";
      }
      out += indent + NodeText(graph, node, indent) + "\n";
    }
  }

  std::string NodeText(const Graph& graph, const Node& node, const std::string& indent) const {
    std::string out;
    for (const Argument& output : node.outputs) {
      if (!out.empty()) out += ", ";
      out += Made(graph, output);
    }
    if (!out.empty()) out += " = ";
    out += TargetText(node) + "(";
    bool first = true;
    for (const NamedArgument& input : node.inputs) {
      if (!first) out += ", ";
      first = false;
      if (!input.kind) out += "~";
      else if (*input.kind == NamedArgument::Kind::kKeyword) out += "*";
      else if (*input.kind == NamedArgument::Kind::kUnknown) out += "?";
      out += (IsPlainName(input.name) ? input.name : Quoted(input.name)) + "=" + Argument_(graph, input.arg, indent);
    }
    out += ")";
    if (!full_) return out;
    const std::vector<ValueId> made = node.OutputValues();
    if (made.size() != 1 || graph.value(made[0]).name != node.name) out += " as " + (IsPlainName(node.name) ? node.name : Quoted(node.name));
    if (node.is_hop_single_tensor_return) out += " hop_single=" + BoolText(*node.is_hop_single_tensor_return);
    if (!node.metadata.empty()) out += " !";
    for (const auto& [key, value] : node.metadata) out += " " + (IsPlainName(key) ? key : Quoted(key)) + "=" + strings_->Text(value);
    return out;
  }

  // The graph's interior: inputs, nodes, return.
  void Body(const Graph& graph, const GraphSignature* signature, const std::string& indent, std::string& out) const {
    for (size_t i = 0; i < graph.inputs().size(); ++i) {
      out += indent + "input " + Made(graph, graph.inputs()[i]);
      if (signature != nullptr && i < signature->inputs.size()) out += " " + SpecText(signature->inputs[i]);
      out += "\n";
    }
    Nodes(graph, indent, out);
    for (size_t i = 0; i < graph.outputs().size(); ++i) {
      out += indent + "output " + Argument_(graph, graph.outputs()[i], indent);
      if (signature != nullptr && i < signature->outputs.size()) {
        const OutputSpec& spec = signature->outputs[i];
        out += " " + std::string(ToString(spec.kind));
        if (!spec.target.empty()) out += " " + Quoted(spec.target);
      }
      out += "\n";
    }
    if (graph.is_single_tensor_return()) out += indent + "single_tensor_return\n";
  }

  std::string Argument_(const Graph& graph, const Argument& argument, const std::string& indent) const {
    return std::visit(
        [&](const auto& x) -> std::string {
          using T = std::remove_cvref_t<decltype(x)>;
          const auto value = [&](ValueId id) { return ValueText(graph, id); };
          const auto integer = [](int64_t number) { return std::to_string(number); };
          if constexpr (std::is_same_v<T, None>) return "None";
          else if constexpr (std::is_same_v<T, ValueId>) return value(x);
          else if constexpr (std::is_same_v<T, std::vector<ValueId>>) return ListText(x, x.empty() ? "tensors" : "", value);
          else if constexpr (std::is_same_v<T, OptionalTensor>) return "optional(" + value(x.value) + ")";
          else if constexpr (std::is_same_v<T, std::vector<OptionalTensor>>)
            return ListText(x, "optionals", [&](const OptionalTensor& each) { return value(each.value); });
          else if constexpr (std::is_same_v<T, std::vector<std::vector<ValueId>>>)
            return ListText(x, "nested", [&](const auto& each) { return ListText(each, "", value); });
          else if constexpr (std::is_same_v<T, int64_t>) return std::to_string(x);
          else if constexpr (std::is_same_v<T, std::vector<int64_t>>) return ListText(x, "", integer);
          else if constexpr (std::is_same_v<T, std::vector<std::vector<int64_t>>>)
            return ListText(x, "int_lists", [&](const auto& each) { return ListText(each, "", integer); });
          else if constexpr (std::is_same_v<T, double>) return DoubleText(x);
          else if constexpr (std::is_same_v<T, std::vector<double>>) return ListText(x, x.empty() ? "floats" : "", DoubleText);
          else if constexpr (std::is_same_v<T, std::vector<std::vector<double>>>)
            return ListText(x, "float_lists", [&](const auto& each) { return ListText(each, "", DoubleText); });
          else if constexpr (std::is_same_v<T, bool>) return BoolText(x);
          else if constexpr (std::is_same_v<T, std::vector<bool>>)
            return ListText(x, x.empty() ? "bools" : "", [](bool each) { return BoolText(each); });
          else if constexpr (std::is_same_v<T, std::string>) return Quoted(x);
          else if constexpr (std::is_same_v<T, std::vector<std::string>>)
            return ListText(x, x.empty() ? "strings" : "", [](const std::string& each) { return Quoted(each); });
          else if constexpr (std::is_same_v<T, std::complex<double>>)
            return "complex(" + DoubleText(x.real()) + ", " + DoubleText(x.imag()) + ")";
          else if constexpr (std::is_same_v<T, SymIntRef>)
            return std::holds_alternative<ValueId>(x) ? RefText(graph, x) : "sym(" + RefText(graph, x) + ")";
          else if constexpr (std::is_same_v<T, SymFloatRef>)
            return std::holds_alternative<ValueId>(x) ? RefText(graph, x) : "symf(" + RefText(graph, x) + ")";
          else if constexpr (std::is_same_v<T, SymBoolRef>)
            return std::holds_alternative<ValueId>(x) ? RefText(graph, x) : "symb(" + RefText(graph, x) + ")";
          else if constexpr (std::is_same_v<T, std::vector<SymIntRef>>)
            return ListText(x, AnyValue(x) ? "" : "syms", [&](const SymIntRef& each) { return RefText(graph, each); });
          else if constexpr (std::is_same_v<T, std::vector<SymFloatRef>>)
            return ListText(x, AnyValue(x) ? "" : "symfs", [&](const SymFloatRef& each) { return RefText(graph, each); });
          else if constexpr (std::is_same_v<T, std::vector<SymBoolRef>>)
            return ListText(x, AnyValue(x) ? "" : "symbs", [&](const SymBoolRef& each) { return RefText(graph, each); });
          else if constexpr (std::is_same_v<T, ScalarType>) return "dtype." + std::string(ToString(x));
          else if constexpr (std::is_same_v<T, MemoryFormat>) return "memory." + std::string(ToString(x));
          else if constexpr (std::is_same_v<T, Layout>) return "layout." + std::string(ToString(x));
          else if constexpr (std::is_same_v<T, Device>) return DeviceText(x);
          else if constexpr (std::is_same_v<T, GraphRef>) {
            std::string out = "graph " + Quoted(x.name) + " {\n";
            Body(*x.graph, nullptr, indent + "  ", out);
            return out + indent + "}";
          } else if constexpr (std::is_same_v<T, CustomObjRef> || std::is_same_v<T, TokenRef>) return value(x.value);
          else if constexpr (std::is_same_v<T, OperatorRef>) return "op " + Quoted(x.target);
          else {
            static_assert(std::is_same_v<T, ArgumentMap>);
            std::string out = "{";
            for (const auto& [key, each] : x) {
              if (out.size() > 1) out += ", ";
              out += Quoted(key) + ": " + Argument_(graph, each, indent);
            }
            return out + "}";
          }
        },
        argument.data);
  }

 private:
  // An output or input with the types of the values it makes.
  std::string Made(const Graph& graph, const Argument& argument) const {
    const auto typed = [&](ValueId id) { return ValueText(graph, id) + ": " + PrintMeta(graph.value(id).meta); };
    if (const auto* value = argument.As<ValueId>()) return typed(*value);
    if (const auto* values = argument.As<std::vector<ValueId>>()) return ListText(*values, values->empty() ? "tensors" : "", typed);
    if (const auto* optional = argument.As<OptionalTensor>()) {
      return "optional(" + (optional->value == ValueId::kNone ? std::string("None") : typed(optional->value)) + ")";
    }
    if (const auto* optionals = argument.As<std::vector<OptionalTensor>>()) {
      return ListText(*optionals, "optionals",
                      [&](const OptionalTensor& each) { return each.value == ValueId::kNone ? std::string("None") : typed(each.value); });
    }
    if (const auto* nested = argument.As<std::vector<std::vector<ValueId>>>()) {
      return ListText(*nested, "nested", [&](const auto& each) { return ListText(each, "", typed); });
    }
    if (const auto* object = argument.As<CustomObjRef>()) return typed(object->value);
    if (const auto* token = argument.As<TokenRef>()) return typed(token->value);
    if (const auto* sym = argument.As<SymIntRef>(); sym != nullptr && std::holds_alternative<ValueId>(*sym)) return typed(std::get<ValueId>(*sym));
    if (const auto* sym = argument.As<SymFloatRef>(); sym != nullptr && std::holds_alternative<ValueId>(*sym)) return typed(std::get<ValueId>(*sym));
    if (const auto* sym = argument.As<SymBoolRef>(); sym != nullptr && std::holds_alternative<ValueId>(*sym)) return typed(std::get<ValueId>(*sym));
    const auto list = [&](const auto& refs, const char* prefix) {
      return ListText(refs, AnyValue(refs) ? "" : prefix, [&](const auto& each) {
        return std::holds_alternative<ValueId>(each) ? typed(std::get<ValueId>(each)) : RefText(graph, each);
      });
    };
    if (const auto* syms = argument.As<std::vector<SymIntRef>>()) return list(*syms, "syms");
    if (const auto* syms = argument.As<std::vector<SymFloatRef>>()) return list(*syms, "symfs");
    if (const auto* syms = argument.As<std::vector<SymBoolRef>>()) return list(*syms, "symbs");
    if (const auto* map = argument.As<ArgumentMap>()) {
      std::string out = "{";
      for (const auto& [key, each] : *map) {
        if (out.size() > 1) out += ", ";
        out += Quoted(key) + ": " + Made(graph, each);
      }
      return out + "}";
    }
    return Argument_(graph, argument, "");
  }

  static std::string SpecText(const InputSpec& spec) {
    std::string out(ToString(spec.kind));
    if (!spec.target.empty()) out += " " + Quoted(spec.target);
    if (spec.kind == InputSpec::Kind::kBuffer && !spec.persistent) out += " nonpersistent";
    if (spec.kind == InputSpec::Kind::kConstantInput) out += " = " + ConstantText(spec.constant);
    return out;
  }

  const StringTable* strings_;
  bool full_;
};

std::string CallArgumentText(const CallArgument& argument) {
  std::string out;
  switch (argument.kind) {
    case ArgumentKind::kTensor: out = "tensor"; break;
    case ArgumentKind::kSymInt: out = "int"; break;
    case ArgumentKind::kSymFloat: out = "float"; break;
    case ArgumentKind::kSymBool: out = "bool"; break;
    case ArgumentKind::kToken: out = "token"; break;
    case ArgumentKind::kCustomObj: return "object " + Quoted(argument.name) + " " + Quoted(argument.class_fqn);
    default: return "constant " + ConstantText(argument.constant);
  }
  return out + " " + Quoted(argument.name);
}

std::string ElementsText(const Tensor& tensor) {
  const Tensor dense = ViewAsReal(tensor).Contiguous();  // complex elements as two numbers each
  bool as_numbers = dense.num_elements() <= kNumbersUpTo;
  if (IsFloating(dense.dtype())) {
    // The payload of a NaN and the sign of a zero in a half are in the bytes only.
    for (const double value : as_numbers ? dense.ToDoubles() : std::vector<double>()) as_numbers &= !std::isnan(value);
    if (!as_numbers) return "hex";
    return ListText(dense.ToDoubles(), "", DoubleText);
  }
  if (!as_numbers) return "hex";
  return ListText(dense.ToInts(), "", [](int64_t value) { return std::to_string(value); });
}

std::string HexText(const Tensor& tensor) {
  static constexpr char kHex[] = "0123456789abcdef";
  const Tensor dense = tensor.Contiguous();
  std::string out = "hex \"";
  for (const std::byte byte : dense.bytes()) {
    out += kHex[static_cast<unsigned>(byte) >> 4];
    out += kHex[static_cast<unsigned>(byte) & 15];
  }
  return out + "\"";
}

void Header(const Program& program, const StringTable& strings, std::string& out) {
  const auto quoted = [](const std::string& text) { return Quoted(text); };
  out += "program schema " + std::to_string(program.schema_version.major) + "." + std::to_string(program.schema_version.minor) + "\n";
  if (!program.torch_version.empty()) out += "torch " + Quoted(program.torch_version) + "\n";
  out += "verifiers " + ListText(program.verifiers, "", quoted) + "\n";
  for (const auto& [name, version] : program.opset_version) out += "opset " + Quoted(name) + " " + std::to_string(version) + "\n";
  for (const auto& [name, facts] : program.symbols) {
    out += "symbol " + Quoted(name);
    if (!facts.positive) out += " any_sign";
    if (facts.hint) out += " hint " + std::to_string(*facts.hint);
    out += "\n";
  }
  for (const auto& [name, range] : program.range_constraints) {
    out += "range " + Quoted(name);
    if (range.min) out += " min " + std::to_string(*range.min);
    if (range.max) out += " max " + std::to_string(*range.max);
    out += "\n";
  }
  for (const std::string& guard : program.guards_code) out += "guard " + Quoted(guard) + "\n";
  for (const auto& [key, value] : program.metadata) out += "metadata " + Quoted(key) + " " + Quoted(value) + "\n";
  for (const auto& [name, fields] : program.treespec_namedtuple_fields) {
    out += "namedtuple " + Quoted(name) + " " + ListText(fields, "", quoted) + "\n";
  }
  for (const ModuleCallEntry& entry : program.module_call_graph) {
    out += "module " + Quoted(entry.fqn);
    if (entry.signature) {
      const ModuleCallSignature& call = *entry.signature;
      out += " call inputs " + ListText(call.inputs, "", CallArgumentText) + " outputs " + ListText(call.outputs, "", CallArgumentText) +
             " in_spec " + Quoted(call.in_spec) + " out_spec " + Quoted(call.out_spec);
      if (call.forward_arg_names) out += " forward " + ListText(*call.forward_arg_names, "", quoted);
    }
    out += "\n";
  }
  for (const auto& [name, tensor] : program.constants) {
    std::string elements = ElementsText(tensor);
    if (elements == "hex") elements = HexText(tensor);
    out += "constant " + Quoted(name) + " " + std::string(ToString(tensor.dtype())) + ShapeText(tensor.shape()) + " = " + elements + "\n";
  }
  for (size_t i = 0; i < strings.texts().size(); ++i) out += "$" + std::to_string(i) + " = " + Quoted(strings.texts()[i]) + "\n";
}

void CountStrings(const Graph& graph, StringTable& strings) {
  const std::function<void(const Argument&)> nested = [&](const Argument& argument) {
    if (const auto* inner = argument.As<GraphRef>()) CountStrings(*inner->graph, strings);
    if (const auto* map = argument.As<ArgumentMap>()) {
      for (const auto& [key, each] : *map) nested(each);
    }
  };
  for (const Node& node : graph.nodes()) {
    for (const auto& [key, value] : node.metadata) strings.Count(value);
    for (const NamedArgument& input : node.inputs) nested(input.arg);
  }
}

}  // namespace

std::string PrintMeta(const ValueMeta& meta) {
  if (const auto* tensor = std::get_if<TensorMeta>(&meta)) {
    std::string out = std::string(ToString(tensor->dtype)) + SizesText(tensor->sizes);
    TensorMeta plain;
    plain.strides = ContiguousStrides(tensor->sizes);
    TensorMeta strides;
    strides.strides = tensor->strides;
    if (!Same(plain, strides)) out += " stride " + SizesText(tensor->strides);
    if (tensor->storage_offset.AsInt() != 0) out += " offset(" + tensor->storage_offset.ToString() + ")";
    if (tensor->device != Device{}) out += " " + DeviceText(tensor->device);
    if (tensor->layout != Layout::kStrided) out += " layout." + std::string(ToString(tensor->layout));
    if (tensor->requires_grad) out += " grad";
    return out;
  }
  if (const auto* size = std::get_if<SymInt>(&meta)) return "int(" + size->ToString() + ")";
  if (const auto* number = std::get_if<SymFloat>(&meta)) {
    if (!number->expression) return "float(" + DoubleText(number->value) + ")";
    return "float(" + Quoted(*number->expression) + (number->hint ? ", " + DoubleText(*number->hint) : "") + ")";
  }
  if (const auto* condition = std::get_if<SymBool>(&meta)) return "bool(" + condition->ToString() + ")";
  if (const auto* object = std::get_if<CustomObjMeta>(&meta)) return "object(" + Quoted(object->class_fqn) + ")";
  return "token";
}

std::string PrintArgument(const Graph& graph, const Argument& argument) { return Printer(nullptr, false).Argument_(graph, argument, ""); }
std::string PrintNode(const Graph& graph, const Node& node) { return Printer(nullptr, false).NodeText(graph, node, ""); }

std::string PrintGraph(const Graph& graph) {
  std::string out;
  Printer(nullptr, false).Body(graph, nullptr, "", out);
  return out;
}

std::string PrintProgram(const Program& program) {
  StringTable strings;
  CountStrings(program.graph, strings);
  strings.Number();
  std::string out;
  Header(program, strings, out);
  out += "graph {\n";
  Printer(&strings, true).Body(program.graph, &program.signature, "  ", out);
  return out + "}\n";
}

}  // namespace conformance::ir
