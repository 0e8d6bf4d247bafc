#include "framework/ir/builder.h"
#include "framework/ir/pt2.h"
#include "framework/ir/pt2_json.h"

namespace conformance::ir {
namespace {

Result<std::map<std::string, std::string, std::less<>>> ReadTexts(const JsonAt& at) {
  std::map<std::string, std::string, std::less<>> out;
  CONFORMANCE_TRY(const Json::Object* object, at.Object());
  for (const auto& [key, value] : *object) {
    CONFORMANCE_TRY(const JsonAt each, at.Member(key));
    CONFORMANCE_TRY(out[key], each.String());
  }
  return out;
}

Result<std::string> TextMember(const JsonAt& at, std::string_view key) {
  CONFORMANCE_TRY(const JsonAt member, at.Member(key));
  return member.String();
}

// The name in a tensor, custom-object or token argument.
Result<std::string> ArgumentName(const JsonAt& at) {
  CONFORMANCE_TRY(const JsonAt argument, at.Member("arg"));
  return TextMember(argument, "name");
}

Result<ConstantValue> ReadConstant(const JsonAt& at) {
  CONFORMANCE_TRY(const auto held, at.Union());
  const auto& [key, x] = held;
  if (key == "as_none") return ConstantValue{};
  if (key == "as_int") {
    CONFORMANCE_TRY(const int64_t value, x.Int());
    return ConstantValue(value);
  }
  if (key == "as_float") {
    CONFORMANCE_TRY(const double value, x.Double());
    return ConstantValue(value);
  }
  if (key == "as_string") {
    CONFORMANCE_TRY(std::string value, x.String());
    return ConstantValue(std::move(value));
  }
  if (key == "as_bool") {
    CONFORMANCE_TRY(const bool value, x.Bool());
    return ConstantValue(value);
  }
  return at.Wanted("as_none, as_int, as_float, as_string or as_bool");
}

// The spec repeats the graph's argument; ours are in step by position, so the two must agree.
Status CheckName(const JsonAt& at, std::string_view found, std::string_view wanted) {
  if (found == wanted) return Ok();
  return at.Wanted("the graph's own argument at this position, " + std::string(wanted) + ", not " + std::string(found));
}
Status CheckUserArgument(const JsonAt& spec, const Graph& graph, const Argument& argument) {
  CONFORMANCE_TRY(const JsonAt at, spec.Member("arg"));
  CONFORMANCE_TRY(const auto held, at.Union());
  const std::string_view wanted = graph.NameOf(argument);
  if (wanted.empty()) return Ok();  // a literal
  const bool by_name = held.first == "as_sym_int" || held.first == "as_sym_float" || held.first == "as_sym_bool";
  CONFORMANCE_TRY(const std::string name, TextMember(held.second, by_name ? "as_name" : "name"));
  return CheckName(at, name, wanted);
}

Result<InputSpec> ReadInputSpec(const JsonAt& at, const Graph& graph, const Argument& argument) {
  CONFORMANCE_TRY(const auto held, at.Union());
  const auto& [key, x] = held;
  InputSpec out;
  const std::string_view wanted = graph.NameOf(argument);
  using K = InputSpec::Kind;
  if (key == "user_input") {
    CONFORMANCE_RETURN_IF_ERROR(CheckUserArgument(x, graph, argument));
    return out;
  }
  if (key == "constant_input") {
    out.kind = K::kConstantInput;
    CONFORMANCE_TRY(out.target, TextMember(x, "name"));
    CONFORMANCE_TRY(const JsonAt value, x.Member("value"));
    CONFORMANCE_TRY(out.constant, ReadConstant(value));
    return out;
  }
  CONFORMANCE_TRY(const std::string name, ArgumentName(x));
  CONFORMANCE_RETURN_IF_ERROR(CheckName(x, name, wanted));
  if (key == "parameter") {
    out.kind = K::kParameter;
    CONFORMANCE_TRY(out.target, TextMember(x, "parameter_name"));
  } else if (key == "buffer") {
    out.kind = K::kBuffer;
    CONFORMANCE_TRY(out.target, TextMember(x, "buffer_name"));
    if (const auto persistent = x.Optional("persistent")) {
      CONFORMANCE_TRY(out.persistent, persistent->Bool());
    }
  } else if (key == "tensor_constant") {
    out.kind = K::kTensorConstant;
    CONFORMANCE_TRY(out.target, TextMember(x, "tensor_constant_name"));
  } else if (key == "custom_obj") {
    out.kind = K::kCustomObj;
    CONFORMANCE_TRY(out.target, TextMember(x, "custom_obj_name"));
  } else if (key == "token") {
    out.kind = K::kToken;
  } else {
    return at.Wanted("a kind of input that schema 8 has");
  }
  return out;
}

Result<OutputSpec> ReadOutputSpec(const JsonAt& at, const Graph& graph, const Argument& argument) {
  CONFORMANCE_TRY(const auto held, at.Union());
  const auto& [key, x] = held;
  OutputSpec out;
  using K = OutputSpec::Kind;
  if (key == "user_output") {
    CONFORMANCE_RETURN_IF_ERROR(CheckUserArgument(x, graph, argument));
    return out;
  }
  CONFORMANCE_TRY(const std::string name, ArgumentName(x));
  CONFORMANCE_RETURN_IF_ERROR(CheckName(x, name, graph.NameOf(argument)));
  static constexpr std::tuple<std::string_view, K, std::string_view> kKinds[] = {
      {"loss_output", K::kLossOutput, ""},
      {"buffer_mutation", K::kBufferMutation, "buffer_name"},
      {"gradient_to_parameter", K::kGradientToParameter, "parameter_name"},
      {"gradient_to_user_input", K::kGradientToUserInput, "user_input_name"},
      {"user_input_mutation", K::kUserInputMutation, "user_input_name"},
      {"token", K::kToken, ""},
      {"parameter_mutation", K::kParameterMutation, "parameter_name"},
  };
  for (const auto& [kind_key, kind, target] : kKinds) {
    if (key != kind_key) continue;
    out.kind = kind;
    if (!target.empty()) {
      CONFORMANCE_TRY(out.target, TextMember(x, target));
    }
    return out;
  }
  return at.Wanted("a kind of output that schema 8 has");
}

Status ReadSignature(const JsonAt& at, Program& program) {
  const auto count = [](const JsonAt& specs, size_t wanted) -> Result<size_t> {
    CONFORMANCE_TRY(const Json::Array* array, specs.Array());
    if (array->size() != wanted) return specs.Wanted(std::to_string(wanted) + " specs, one for each of the graph's, not " + std::to_string(array->size()));
    return wanted;
  };
  CONFORMANCE_TRY(const JsonAt inputs, at.Member("input_specs"));
  CONFORMANCE_TRY(const size_t input_count, count(inputs, program.graph.inputs().size()));
  for (size_t i = 0; i < input_count; ++i) {
    CONFORMANCE_TRY(InputSpec spec, ReadInputSpec(inputs.Element(i), program.graph, program.graph.inputs()[i]));
    program.signature.inputs.push_back(std::move(spec));
  }
  CONFORMANCE_TRY(const JsonAt outputs, at.Member("output_specs"));
  CONFORMANCE_TRY(const size_t output_count, count(outputs, program.graph.outputs().size()));
  for (size_t i = 0; i < output_count; ++i) {
    CONFORMANCE_TRY(OutputSpec spec, ReadOutputSpec(outputs.Element(i), program.graph, program.graph.outputs()[i]));
    program.signature.outputs.push_back(std::move(spec));
  }
  return Ok();
}

Result<CallArgument> ReadCallArgument(const JsonAt& at) {
  CONFORMANCE_TRY(const auto held, at.Union());
  const auto& [key, x] = held;
  CallArgument out;
  static constexpr std::pair<std::string_view, ArgumentKind> kSymbolic[] = {
      {"as_sym_int", ArgumentKind::kSymInt}, {"as_sym_float", ArgumentKind::kSymFloat}, {"as_sym_bool", ArgumentKind::kSymBool}};
  for (const auto& [name, kind] : kSymbolic) {
    if (key != name) continue;
    out.kind = kind;
    CONFORMANCE_TRY(out.name, TextMember(x, "as_name"));
    return out;
  }
  if (key == "as_tensor" || key == "as_custom_obj") {
    out.kind = key == "as_tensor" ? ArgumentKind::kTensor : ArgumentKind::kCustomObj;
    CONFORMANCE_TRY(out.name, TextMember(x, "name"));
    if (key == "as_custom_obj") {
      CONFORMANCE_TRY(out.class_fqn, TextMember(x, "class_fqn"));
    }
    return out;
  }
  out.kind = ArgumentKind::kNone;
  CONFORMANCE_TRY(out.constant, ReadConstant(at));
  return out;
}

Result<ModuleCallEntry> ReadModuleCall(const JsonAt& at) {
  ModuleCallEntry out;
  CONFORMANCE_TRY(out.fqn, TextMember(at, "fqn"));
  const auto signature = at.Optional("signature");
  if (!signature) return out;
  ModuleCallSignature call;
  CONFORMANCE_TRY(const JsonAt inputs, signature->Member("inputs"));
  CONFORMANCE_TRY(call.inputs, inputs.List(ReadCallArgument));
  CONFORMANCE_TRY(const JsonAt outputs, signature->Member("outputs"));
  CONFORMANCE_TRY(call.outputs, outputs.List(ReadCallArgument));
  CONFORMANCE_TRY(call.in_spec, TextMember(*signature, "in_spec"));
  CONFORMANCE_TRY(call.out_spec, TextMember(*signature, "out_spec"));
  if (const auto names = signature->Optional("forward_arg_names")) {
    CONFORMANCE_TRY(call.forward_arg_names, names->List([](const JsonAt& each) { return each.String(); }));
  }
  out.signature = std::move(call);
  return out;
}

Status ReadRanges(const JsonAt& at, Program& program) {
  CONFORMANCE_TRY(const Json::Object* object, at.Object());
  for (const auto& [name, value] : *object) {
    CONFORMANCE_TRY(const JsonAt range, at.Member(name));
    RangeConstraint& out = program.range_constraints[name];
    if (const auto min = range.Optional("min_val")) {
      CONFORMANCE_TRY(out.min, min->Int());
    }
    if (const auto max = range.Optional("max_val")) {
      CONFORMANCE_TRY(out.max, max->Int());
    }
  }
  return Ok();
}

Status ReadGraphModule(const JsonAt& at, Program& program) {
  Pt2MetaReader metas;
  CONFORMANCE_TRY(const JsonAt graph, at.Member("graph"));
  CONFORMANCE_TRY(program.graph, ReadPt2Graph(graph, metas));
  program.symbols = std::move(metas.symbols());
  CONFORMANCE_TRY(const JsonAt signature, at.Member("signature"));
  CONFORMANCE_RETURN_IF_ERROR(ReadSignature(signature, program));
  CONFORMANCE_TRY(const JsonAt calls, at.Member("module_call_graph"));
  CONFORMANCE_TRY(program.module_call_graph, calls.List(ReadModuleCall));
  if (const auto metadata = at.Optional("metadata")) {
    CONFORMANCE_TRY(program.metadata, ReadTexts(*metadata));
  }
  if (const auto fields = at.Optional("treespec_namedtuple_fields")) {
    CONFORMANCE_TRY(const Json::Object* object, fields->Object());
    for (const auto& [name, value] : *object) {
      CONFORMANCE_TRY(const JsonAt each, fields->Member(name));
      CONFORMANCE_TRY(const JsonAt names, each.Member("field_names"));
      CONFORMANCE_TRY(program.treespec_namedtuple_fields[name], names.List([](const JsonAt& text) { return text.String(); }));
    }
  }
  return Ok();
}

}  // namespace

Result<Program> ProgramFromJson(const Json& model) {
  const JsonAt root(model, "model.json");
  Program program;
  CONFORMANCE_TRY(const JsonAt version, root.Member("schema_version"));
  CONFORMANCE_TRY(const JsonAt major, version.Member("major"));
  CONFORMANCE_TRY(program.schema_version.major, major.Int());
  CONFORMANCE_TRY(const JsonAt minor, version.Member("minor"));
  CONFORMANCE_TRY(program.schema_version.minor, minor.Int());
  if (program.schema_version.major != 8) {
    return Unsupported("model.json has schema version " + std::to_string(program.schema_version.major) + "." +
                       std::to_string(program.schema_version.minor) + "; version 8 is read");
  }
  CONFORMANCE_TRY(const JsonAt graph_module, root.Member("graph_module"));
  CONFORMANCE_RETURN_IF_ERROR(ReadGraphModule(graph_module, program));
  CONFORMANCE_TRY(const JsonAt ranges, root.Member("range_constraints"));
  CONFORMANCE_RETURN_IF_ERROR(ReadRanges(ranges, program));
  CONFORMANCE_TRY(const JsonAt opsets, root.Member("opset_version"));
  CONFORMANCE_TRY(const Json::Object* opset_object, opsets.Object());
  program.opset_version.clear();
  for (const auto& [name, value] : *opset_object) {
    CONFORMANCE_TRY(const JsonAt each, opsets.Member(name));
    CONFORMANCE_TRY(program.opset_version[name], each.Int());
  }
  const auto text = [](const JsonAt& each) { return each.String(); };
  program.verifiers.clear();
  if (const auto verifiers = root.Optional("verifiers")) {
    CONFORMANCE_TRY(program.verifiers, verifiers->List(text));
  }
  if (const auto torch = root.Optional("torch_version")) {
    CONFORMANCE_TRY(program.torch_version, torch->String());
  }
  if (const auto guards = root.Optional("guards_code")) {
    CONFORMANCE_TRY(program.guards_code, guards->List(text));
  }
  return program;
}

Result<Tensor> Pt2Program::Weight(std::string_view name) const {
  const formats::Pt2Tensor* entry = archive.FindWeight(name);
  // A persistent buffer may stand among the constants.
  if (entry == nullptr) entry = archive.FindConstant(name);
  if (entry == nullptr) return NotFound("no weight " + std::string(name)).With("file", archive.path().string());
  return archive.Read(*entry);
}

Result<std::map<std::string, Tensor, std::less<>>> Pt2Program::Weights() const {
  std::map<std::string, Tensor, std::less<>> out;
  for (const InputSpec& spec : program.signature.inputs) {
    const bool wanted = spec.kind == InputSpec::Kind::kParameter || (spec.kind == InputSpec::Kind::kBuffer && spec.persistent);
    if (!wanted) continue;
    CONFORMANCE_TRY(Tensor tensor, Weight(spec.target));
    out.emplace(spec.target, std::move(tensor));
  }
  return out;
}

Result<Pt2Program> ReadPt2(formats::Pt2Archive archive) {
  auto program = ProgramFromJson(archive.model());
  if (!program.ok()) return std::move(program).error().With("file", archive.path().string());
  Pt2Program out{std::move(program).value(), std::move(archive)};
  for (const InputSpec& spec : out.program.signature.inputs) {
    const bool inside = spec.kind == InputSpec::Kind::kTensorConstant || (spec.kind == InputSpec::Kind::kBuffer && !spec.persistent);
    if (!inside) continue;
    const formats::Pt2Tensor* entry = out.archive.FindConstant(spec.target);
    if (entry == nullptr) {
      return Corrupt("no data for the " + std::string(ToString(spec.kind)) + " " + spec.target).With("file", out.archive.path().string());
    }
    CONFORMANCE_TRY(Tensor tensor, out.archive.Read(*entry));
    out.program.constants.emplace(spec.target, std::move(tensor));
  }
  return out;
}

Result<Pt2Program> ReadPt2(const std::filesystem::path& path) {
  CONFORMANCE_TRY(auto archive, formats::OpenPt2(path));
  return ReadPt2(std::move(archive));
}

}  // namespace conformance::ir
