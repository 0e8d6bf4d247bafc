#include <cmath>

#include "framework/ir/pt2.h"
#include "framework/symbolic/sympy_text.h"

namespace conformance::ir {
namespace {

Json Object(std::initializer_list<Json::Member> members) { return Json(Json::Object(members)); }
Json One(std::string_view key, Json value) { return Json(Json::Object{{std::string(key), std::move(value)}}); }

Json RealJson(double value) {
  if (std::isnan(value)) return Json("NaN");
  if (std::isinf(value)) return Json(value > 0 ? "Infinity" : "-Infinity");
  return Json(value);
}

template <typename List, typename Write>
Json Array(const List& list, const Write& write) {
  Json out = Json::MakeArray();
  for (const auto& element : list) out.Append(write(element));
  return out;
}
Json Texts(const std::vector<std::string>& texts) {
  return Array(texts, [](const std::string& text) { return Json(text); });
}

Json ConstantJson(const ConstantValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return One("as_int", *number);
  if (const auto* real = std::get_if<double>(&value)) return One("as_float", RealJson(*real));
  if (const auto* text = std::get_if<std::string>(&value)) return One("as_string", *text);
  if (const auto* flag = std::get_if<bool>(&value)) return One("as_bool", *flag);
  return One("as_none", true);
}

class Writer {
 public:
  explicit Writer(const Program& program) : program_(program) {
    positive_ = [this](const std::string& name) {
      const auto it = program_.symbols.find(name);
      return it == program_.symbols.end() || it->second.positive;
    };
  }

  Json GraphJson(const Graph& graph) const {
    Json tensors = Json::MakeObject(), ints = Json::MakeObject(), bools = Json::MakeObject(), floats = Json::MakeObject(), objects = Json::MakeObject();
    const auto add = [](Json& table, const std::string& name, Json value) { table.AsObject().emplace_back(name, std::move(value)); };
    for (const ValueId id : graph.ValueIds()) {
      const Value& value = graph.value(id);
      if (const auto* tensor = value.tensor()) add(tensors, value.name, TensorJson(*tensor));
      if (const auto* size = std::get_if<SymInt>(&value.meta)) add(ints, value.name, SizeJson(*size));
      if (const auto* condition = std::get_if<SymBool>(&value.meta)) add(bools, value.name, BoolJson(*condition));
      if (const auto* number = std::get_if<SymFloat>(&value.meta)) add(floats, value.name, FloatJson(*number));
      if (const auto* object = std::get_if<CustomObjMeta>(&value.meta)) {
        add(objects, value.name, Object({{"name", value.name}, {"class_fqn", object->class_fqn}}));
      }
    }
    const auto argument = [&](const Argument& each) { return ArgumentJson(graph, each); };
    Json nodes = Json::MakeArray();
    for (const Node& node : graph.nodes()) nodes.Append(NodeJson(graph, node));
    return Object({{"inputs", Array(graph.inputs(), argument)},
                   {"outputs", Array(graph.outputs(), argument)},
                   {"nodes", std::move(nodes)},
                   {"tensor_values", std::move(tensors)},
                   {"sym_int_values", std::move(ints)},
                   {"sym_bool_values", std::move(bools)},
                   {"is_single_tensor_return", graph.is_single_tensor_return()},
                   {"custom_obj_values", std::move(objects)},
                   {"sym_float_values", std::move(floats)}});
  }

  Json SignatureJson() const {
    Json inputs = Json::MakeArray(), outputs = Json::MakeArray();
    for (size_t i = 0; i < program_.signature.inputs.size(); ++i) inputs.Append(InputJson(program_.signature.inputs[i], program_.graph.inputs()[i]));
    for (size_t i = 0; i < program_.signature.outputs.size(); ++i) outputs.Append(OutputJson(program_.signature.outputs[i], program_.graph.outputs()[i]));
    return Object({{"input_specs", std::move(inputs)}, {"output_specs", std::move(outputs)}});
  }

 private:
  Json SizeJson(const SymInt& size) const {
    if (size.IsConstant()) return One("as_int", size.constant());
    Json expression = Object({{"expr_str", ToSympy(size, positive_)}, {"hint", nullptr}});
    if (const auto hint = program_.Hint(size)) expression["hint"] = One("as_int", *hint);
    return One("as_expr", std::move(expression));
  }
  Json BoolJson(const SymBool& condition) const {
    if (condition.IsConstant()) return One("as_bool", *condition.AsBool());
    return One("as_expr", Object({{"expr_str", ToSympy(condition, positive_)}, {"hint", nullptr}}));
  }
  static Json FloatJson(const SymFloat& number) {
    if (!number.expression) return One("as_float", RealJson(number.value));
    return One("as_expr", Object({{"expr_str", *number.expression}, {"hint", number.hint ? One("as_float", RealJson(*number.hint)) : Json()}}));
  }
  static Json DeviceJson(const Device& device) {
    return Object({{"type", device.type}, {"index", device.index ? Json(*device.index) : Json()}});
  }
  Json TensorJson(const TensorMeta& meta) const {
    const auto size = [this](const SymInt& each) { return SizeJson(each); };
    return Object({{"dtype", static_cast<int64_t>(meta.dtype)},
                   {"sizes", Array(meta.sizes, size)},
                   {"requires_grad", meta.requires_grad},
                   {"device", DeviceJson(meta.device)},
                   {"strides", Array(meta.strides, size)},
                   {"storage_offset", SizeJson(meta.storage_offset)},
                   {"layout", static_cast<int64_t>(meta.layout)}});
  }

  template <typename Ref>
  static Json RefJson(const Graph& graph, const Ref& ref) {
    if (const auto* id = std::get_if<ValueId>(&ref)) return One("as_name", graph.value(*id).name);
    if constexpr (std::is_same_v<Ref, SymIntRef>) return One("as_int", std::get<int64_t>(ref));
    else if constexpr (std::is_same_v<Ref, SymFloatRef>) return One("as_float", RealJson(std::get<double>(ref)));
    else return One("as_bool", std::get<bool>(ref));
  }
  static Json NameJson(const Graph& graph, ValueId id) { return One("name", graph.value(id).name); }
  static Json OptionalJson(const Graph& graph, const OptionalTensor& optional) {
    return optional.value == ValueId::kNone ? One("as_none", true) : One("as_tensor", NameJson(graph, optional.value));
  }

  Json ArgumentJson(const Graph& graph, const Argument& argument) const {
    return One(KeyOf(argument.kind()),
               std::visit(
                   [&](const auto& x) -> Json {
                     using T = std::remove_cvref_t<decltype(x)>;
                     const auto name = [&](ValueId id) { return NameJson(graph, id); };
                     const auto ref = [&](const auto& each) { return RefJson(graph, each); };
                     const auto integer = [](int64_t each) { return Json(each); };
                     if constexpr (std::is_same_v<T, None>) return Json(true);
                     else if constexpr (std::is_same_v<T, ValueId>) return name(x);
                     else if constexpr (std::is_same_v<T, std::vector<ValueId>>) return Array(x, name);
                     else if constexpr (std::is_same_v<T, OptionalTensor>) return OptionalJson(graph, x);
                     else if constexpr (std::is_same_v<T, std::vector<OptionalTensor>>)
                       return Array(x, [&](const OptionalTensor& each) { return OptionalJson(graph, each); });
                     else if constexpr (std::is_same_v<T, std::vector<std::vector<ValueId>>>)
                       return Array(x, [&](const auto& each) { return Array(each, name); });
                     else if constexpr (std::is_same_v<T, int64_t> || std::is_same_v<T, bool> || std::is_same_v<T, std::string>) return Json(x);
                     else if constexpr (std::is_same_v<T, std::vector<int64_t>>) return Array(x, integer);
                     else if constexpr (std::is_same_v<T, std::vector<std::vector<int64_t>>>)
                       return Array(x, [&](const auto& each) { return Array(each, integer); });
                     else if constexpr (std::is_same_v<T, double>) return RealJson(x);
                     else if constexpr (std::is_same_v<T, std::vector<double>>) return Array(x, RealJson);
                     else if constexpr (std::is_same_v<T, std::vector<std::vector<double>>>)
                       return Array(x, [](const auto& each) { return Array(each, RealJson); });
                     else if constexpr (std::is_same_v<T, std::vector<bool>>) return Array(x, [](bool each) { return Json(each); });
                     else if constexpr (std::is_same_v<T, std::vector<std::string>>) return Texts(x);
                     else if constexpr (std::is_same_v<T, std::complex<double>>)
                       return Object({{"real", RealJson(x.real())}, {"imag", RealJson(x.imag())}});
                     else if constexpr (std::is_same_v<T, SymIntRef> || std::is_same_v<T, SymFloatRef> || std::is_same_v<T, SymBoolRef>) return ref(x);
                     else if constexpr (std::is_same_v<T, std::vector<SymIntRef>> || std::is_same_v<T, std::vector<SymFloatRef>> ||
                                        std::is_same_v<T, std::vector<SymBoolRef>>)
                       return Array(x, ref);
                     else if constexpr (std::is_same_v<T, ScalarType> || std::is_same_v<T, MemoryFormat> || std::is_same_v<T, Layout>)
                       return Json(static_cast<int64_t>(x));
                     else if constexpr (std::is_same_v<T, Device>) return DeviceJson(x);
                     else if constexpr (std::is_same_v<T, GraphRef>) return Object({{"name", x.name}, {"graph", GraphJson(*x.graph)}});
                     else if constexpr (std::is_same_v<T, CustomObjRef>) {
                       const auto* meta = std::get_if<CustomObjMeta>(&graph.value(x.value).meta);
                       return Object({{"name", graph.value(x.value).name}, {"class_fqn", meta != nullptr ? meta->class_fqn : ""}});
                     } else if constexpr (std::is_same_v<T, OperatorRef>) return Json(x.target);
                     else if constexpr (std::is_same_v<T, TokenRef>) return name(x.value);
                     else {
                       static_assert(std::is_same_v<T, ArgumentMap>);
                       Json out = Json::MakeObject();
                       for (const auto& [key, each] : x) out.AsObject().emplace_back(key, ArgumentJson(graph, each));
                       return out;
                     }
                   },
                   argument.data));
  }

  Json NodeJson(const Graph& graph, const Node& node) const {
    Json inputs = Json::MakeArray(), metadata = Json::MakeObject();
    for (const NamedArgument& input : node.inputs) {
      inputs.Append(Object({{"name", input.name},
                            {"arg", ArgumentJson(graph, input.arg)},
                            {"kind", input.kind ? Json(static_cast<int64_t>(*input.kind)) : Json()}}));
    }
    for (const auto& [key, value] : node.metadata) metadata.AsObject().emplace_back(key, value);
    return Object({{"target", node.target},
                   {"inputs", std::move(inputs)},
                   {"outputs", Array(node.outputs, [&](const Argument& each) { return ArgumentJson(graph, each); })},
                   {"metadata", std::move(metadata)},
                   {"is_hop_single_tensor_return", node.is_hop_single_tensor_return ? Json(*node.is_hop_single_tensor_return) : Json()},
                   {"name", node.name}});
  }

  Json InputJson(const InputSpec& spec, const Argument& argument) const {
    const Graph& graph = program_.graph;
    using K = InputSpec::Kind;
    const std::string_view key = ToString(spec.kind);
    if (spec.kind == K::kUserInput) return One(key, One("arg", ArgumentJson(graph, argument)));
    if (spec.kind == K::kConstantInput) return One(key, Object({{"name", spec.target}, {"value", ConstantJson(spec.constant)}}));
    if (spec.kind == K::kCustomObj) {
      const Json held = ArgumentJson(graph, argument);
      return One(key, Object({{"arg", held.AsObject().front().second}, {"custom_obj_name", spec.target}}));
    }
    const Json name = One("name", std::string(graph.NameOf(argument)));
    if (spec.kind == K::kToken) return One(key, One("arg", name));
    if (spec.kind == K::kParameter) return One(key, Object({{"arg", name}, {"parameter_name", spec.target}}));
    if (spec.kind == K::kTensorConstant) return One(key, Object({{"arg", name}, {"tensor_constant_name", spec.target}}));
    return One(key, Object({{"arg", name}, {"buffer_name", spec.target}, {"persistent", spec.persistent}}));
  }

  Json OutputJson(const OutputSpec& spec, const Argument& argument) const {
    const Graph& graph = program_.graph;
    using K = OutputSpec::Kind;
    const std::string_view key = ToString(spec.kind);
    if (spec.kind == K::kUserOutput) return One(key, One("arg", ArgumentJson(graph, argument)));
    Json out = One("arg", One("name", std::string(graph.NameOf(argument))));
    switch (spec.kind) {
      case K::kBufferMutation: out["buffer_name"] = spec.target; break;
      case K::kGradientToParameter:
      case K::kParameterMutation: out["parameter_name"] = spec.target; break;
      case K::kGradientToUserInput:
      case K::kUserInputMutation: out["user_input_name"] = spec.target; break;
      case K::kUserOutput:
      case K::kLossOutput:
      case K::kToken: break;
    }
    return One(key, std::move(out));
  }

  const Program& program_;
  IsPositive positive_;
};

Json CallJson(const CallArgument& argument) {
  switch (argument.kind) {
    case ArgumentKind::kTensor: return One("as_tensor", One("name", argument.name));
    case ArgumentKind::kSymInt:
    case ArgumentKind::kSymFloat:
    case ArgumentKind::kSymBool: return One(KeyOf(argument.kind), One("as_name", argument.name));
    case ArgumentKind::kCustomObj: return One("as_custom_obj", Object({{"name", argument.name}, {"class_fqn", argument.class_fqn}}));
    default: return ConstantJson(argument.constant);
  }
}

Json ModuleCallJson(const ModuleCallEntry& entry) {
  Json signature;
  if (entry.signature) {
    signature = Object({{"inputs", Array(entry.signature->inputs, CallJson)},
                        {"outputs", Array(entry.signature->outputs, CallJson)},
                        {"in_spec", entry.signature->in_spec},
                        {"out_spec", entry.signature->out_spec},
                        {"forward_arg_names", entry.signature->forward_arg_names ? Texts(*entry.signature->forward_arg_names) : Json()}});
  }
  return Object({{"fqn", entry.fqn}, {"signature", std::move(signature)}});
}

}  // namespace

Json ProgramToJson(const Program& program) {
  const Writer writer(program);
  Json metadata = Json::MakeObject(), fields = Json::MakeObject(), opsets = Json::MakeObject(), ranges = Json::MakeObject();
  for (const auto& [key, value] : program.metadata) metadata.AsObject().emplace_back(key, value);
  for (const auto& [name, names] : program.treespec_namedtuple_fields) fields.AsObject().emplace_back(name, One("field_names", Texts(names)));
  for (const auto& [name, version] : program.opset_version) opsets.AsObject().emplace_back(name, version);
  for (const auto& [name, range] : program.range_constraints) {
    ranges.AsObject().emplace_back(
        name, Object({{"min_val", range.min ? Json(*range.min) : Json()}, {"max_val", range.max ? Json(*range.max) : Json()}}));
  }
  return Object({{"graph_module", Object({{"graph", writer.GraphJson(program.graph)},
                                          {"signature", writer.SignatureJson()},
                                          {"module_call_graph", Array(program.module_call_graph, ModuleCallJson)},
                                          {"metadata", std::move(metadata)},
                                          {"treespec_namedtuple_fields", std::move(fields)}})},
                 {"opset_version", std::move(opsets)},
                 {"range_constraints", std::move(ranges)},
                 {"schema_version", Object({{"major", program.schema_version.major}, {"minor", program.schema_version.minor}})},
                 {"verifiers", Texts(program.verifiers)},
                 {"torch_version", program.torch_version},
                 {"guards_code", Texts(program.guards_code)}});
}

}  // namespace conformance::ir
