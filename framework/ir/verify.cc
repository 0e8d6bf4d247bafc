#include "framework/ir/verify.h"

#include <set>

#include "framework/base/strings.h"
#include "framework/ir/text.h"

namespace conformance::ir {
namespace {

Error Broken(std::string message, std::string place, std::string found, std::string wanted) {
  return Invalid(std::move(message)).With("place", std::move(place)).With("found", std::move(found)).With("wanted", std::move(wanted));
}

std::string_view MetaKind(const ValueMeta& meta) {
  static constexpr std::string_view kNames[] = {"a tensor", "an int", "a float", "a bool", "an object", "a token"};
  return kNames[meta.index()];
}

// What the values in an argument of this kind must be: index into ValueMeta, or -1 where it holds none.
int WantedMeta(ArgumentKind kind) {
  switch (kind) {
    case ArgumentKind::kTensor:
    case ArgumentKind::kTensors:
    case ArgumentKind::kOptionalTensor:
    case ArgumentKind::kOptionalTensors:
    case ArgumentKind::kNestedTensors: return 0;
    case ArgumentKind::kSymInt:
    case ArgumentKind::kSymInts: return 1;
    case ArgumentKind::kSymFloat:
    case ArgumentKind::kSymFloats: return 2;
    case ArgumentKind::kSymBool:
    case ArgumentKind::kSymBools: return 3;
    case ArgumentKind::kCustomObj: return 4;
    case ArgumentKind::kToken: return 5;
    default: return -1;
  }
}

class GraphVerifier {
 public:
  GraphVerifier(const Graph& graph, const VerifyOptions& options) : graph_(graph), options_(options) {}

  Status Run() {
    defined_.assign(graph_.value_capacity(), false);
    for (size_t i = 0; i < graph_.inputs().size(); ++i) {
      CONFORMANCE_RETURN_IF_ERROR(Define(graph_.inputs()[i], NodeId::kInput, "graph input " + std::to_string(i)));
    }
    size_t index = 0;
    for (const Node& node : graph_.nodes()) {
      if (auto status = CheckNode(node); !status.ok()) {
        return std::move(status).error().With("node", std::to_string(index) + " " + node.name + " (" + node.target + ")");
      }
      ++index;
    }
    for (size_t i = 0; i < graph_.outputs().size(); ++i) {
      CONFORMANCE_RETURN_IF_ERROR(CheckArgument(graph_.outputs()[i], "graph output " + std::to_string(i)));
    }
    for (const ValueId id : graph_.ValueIds()) {
      if (!defined_[static_cast<size_t>(id)]) {
        return Broken("a value that nothing makes", "value " + graph_.value(id).name, "no producer", "a graph input or a node");
      }
    }
    return Ok();
  }

 private:
  Status Define(const Argument& argument, NodeId producer, const std::string& place) {
    Status status;
    VisitValues(argument, [&](ValueId id) {
      if (!status.ok()) return;
      const Value& value = graph_.value(id);
      if (defined_[static_cast<size_t>(id)] || value.producer != producer) {
        status = Broken("a value with two producers", place, value.name, "each value made once");
        return;
      }
      defined_[static_cast<size_t>(id)] = true;
      status = CheckMeta(value, place);
    });
    if (!status.ok()) return status;
    return CheckKinds(argument, place);
  }

  Status CheckMeta(const Value& value, const std::string& place) const {
    const TensorMeta* tensor = value.tensor();
    if (tensor == nullptr) return Ok();
    if (tensor->strides.size() != tensor->sizes.size() && tensor->layout == Layout::kStrided) {
      return Broken("strides that do not fit the sizes", place + ", value " + value.name, SizesText(tensor->strides), SizesText(tensor->sizes));
    }
    for (const SymInt& size : tensor->sizes) {
      if (size.AsInt().value_or(0) < 0) return Broken("a negative size", place + ", value " + value.name, size.ToString(), "0 or more");
    }
    if (tensor->dtype == ScalarType::kUnknown) return Broken("a tensor of unknown dtype", place + ", value " + value.name, "unknown", "a dtype");
    return Ok();
  }

  Status CheckKinds(const Argument& argument, const std::string& place) const {
    if (const auto* map = argument.As<ArgumentMap>()) {
      for (const auto& [key, each] : *map) CONFORMANCE_RETURN_IF_ERROR(CheckKinds(each, place + "[" + key + "]"));
      return Ok();
    }
    const int wanted = WantedMeta(argument.kind());
    Status status;
    VisitValues(argument, [&](ValueId id) {
      const Value& value = graph_.value(id);
      if (status.ok() && static_cast<int>(value.meta.index()) != wanted) {
        status = Broken("an argument of another kind than the value that it names", place, value.name + " is " + std::string(MetaKind(value.meta)),
                        std::string(KeyOf(argument.kind())));
      }
    });
    return status;
  }

  Status CheckArgument(const Argument& argument, const std::string& place) const {
    Status status;
    VisitValues(argument, [&](ValueId id) {
      if (status.ok() && !defined_[static_cast<size_t>(id)]) {
        status = Broken("a value used before it is made", place, graph_.value(id).name, "an input or an earlier node's output");
      }
    });
    if (!status.ok()) return status;
    CONFORMANCE_RETURN_IF_ERROR(CheckKinds(argument, place));
    return CheckNested(argument, place);
  }

  Status CheckNested(const Argument& argument, const std::string& place) const {
    if (const auto* nested = argument.As<GraphRef>()) {
      if (auto status = Verify(*nested->graph, options_); !status.ok()) return std::move(status).error().Trail("in the graph " + nested->name + ", " + place);
    }
    if (const auto* map = argument.As<ArgumentMap>()) {
      for (const auto& [key, each] : *map) CONFORMANCE_RETURN_IF_ERROR(CheckNested(each, place + "[" + key + "]"));
    }
    return Ok();
  }

  Status CheckNode(const Node& node) {
    if (node.target.empty()) return Broken("a node without target", "target", "nothing", "an operator");
    std::set<std::string_view> names;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const NamedArgument& input = node.inputs[i];
      const std::string place = "input " + std::to_string(i) + " " + input.name;
      CONFORMANCE_RETURN_IF_ERROR(CheckArgument(input.arg, place));
      if (!input.name.empty() && !names.insert(input.name).second) return Broken("an argument given twice", place, input.name, "each once");
    }
    if (options_.ops != nullptr) {
      if (const ops::OpDef* op = options_.ops->Find(node.op())) CONFORMANCE_RETURN_IF_ERROR(CheckOp(node, *op));
      else if (options_.known_ops_only) return Broken("an unknown operator", "target", node.target, "one of the op table");
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      CONFORMANCE_RETURN_IF_ERROR(Define(node.outputs[i], node.id(), "output " + std::to_string(i)));
    }
    return Ok();
  }

  static const ops::ArgSchema* FindArg(const ops::OpDef& op, std::string_view name) {
    for (const ops::ArgSchema& arg : op.args) {
      if (arg.name == name) return &arg;
    }
    return nullptr;
  }

  Status CheckOp(const Node& node, const ops::OpDef& op) const {
    size_t position = 0;
    for (const NamedArgument& input : node.inputs) {
      const ops::ArgSchema* arg = FindArg(op, input.name);
      if (arg == nullptr) {
        std::vector<std::string> names;
        for (const ops::ArgSchema& each : op.args) names.push_back(each.name);
        return Broken("an argument that the operator does not have", "inputs", input.name, Join(names, ", "));
      }
      if (input.kind == NamedArgument::Kind::kPositional) {
        if (arg->keyword_only) return Broken("a keyword argument given by position", "input " + input.name, "positional", "keyword");
        // Arguments that equal their default may be left out, so positions grow but may skip.
        const auto at = static_cast<size_t>(arg - op.args.data());
        if (at < position) return Broken("positional arguments out of order", "input " + input.name, "after a later one", "the schema's order");
        position = at;
      }
      if (!KindFits(*arg, input.arg)) {
        return Broken("an argument of a kind that the operator does not take", "input " + input.name, std::string(KeyOf(input.arg.kind())),
                      "argument " + arg->name + " of " + op.target);
      }
    }
    for (const ops::ArgSchema& arg : op.args) {
      if (!arg.default_value && node.Find(arg.name) == nullptr) {
        return Broken("a missing argument", "inputs", "nothing for " + arg.name, "all arguments without default");
      }
    }
    return CheckReturns(node, op);
  }

  Status CheckReturns(const Node& node, const ops::OpDef& op) const {
    const std::string place = "outputs";
    if (node.outputs.size() != op.returns.size()) {
      return Broken("another number of outputs than the operator has", place, std::to_string(node.outputs.size()), std::to_string(op.returns.size()));
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const ArgumentKind found = node.outputs[i].kind();
      bool fits = true;
      switch (op.returns[i].kind) {
        // An op that returns one of several tensors that nothing asks for gives None.
        case ops::ArgKind::kTensor: fits = found == ArgumentKind::kTensor || found == ArgumentKind::kNone || found == ArgumentKind::kOptionalTensor; break;
        case ops::ArgKind::kTensorList: fits = found == ArgumentKind::kTensors; break;
        case ops::ArgKind::kInt: fits = found == ArgumentKind::kSymInt || found == ArgumentKind::kInt || found == ArgumentKind::kSymFloat || found == ArgumentKind::kSymBool; break;
        case ops::ArgKind::kFloat: fits = found == ArgumentKind::kSymFloat || found == ArgumentKind::kFloat; break;
        case ops::ArgKind::kBool: fits = found == ArgumentKind::kSymBool || found == ArgumentKind::kBool; break;
        default: break;
      }
      if (!fits) {
        return Broken("an output of another kind than the operator's", "output " + std::to_string(i), std::string(KeyOf(found)), "a return of " + op.target);
      }
    }
    return Ok();
  }

  const Graph& graph_;
  const VerifyOptions& options_;
  std::vector<bool> defined_;
};

Status CheckSymbols(const Program& program, const std::set<std::string>& used, const std::string& place) {
  for (const std::string& name : used) {
    if (!program.symbols.contains(name)) return Broken("a symbol without an entry", place, name, "an entry in the program's symbols");
    if (!program.range_constraints.contains(name)) {
      return Broken("a symbol without range constraint", place, name, "an entry in range_constraints");
    }
  }
  return Ok();
}

Status CheckAllSymbols(const Program& program) {
  for (const auto& [name, range] : program.range_constraints) {
    if (range.min && range.max && *range.min > *range.max) {
      return Broken("an empty range", "range_constraints " + name, std::to_string(*range.min) + " to " + std::to_string(*range.max), "min <= max");
    }
  }
  for (const ValueId id : program.graph.ValueIds()) {
    const Value& value = program.graph.value(id);
    const std::string place = "value " + value.name;
    const auto check = [&](const SymInt& size) { return size.IsConstant() ? Ok() : CheckSymbols(program, size.Symbols(), place); };
    if (const TensorMeta* tensor = value.tensor()) {
      for (const SymInt& size : tensor->sizes) CONFORMANCE_RETURN_IF_ERROR(check(size));
      for (const SymInt& stride : tensor->strides) CONFORMANCE_RETURN_IF_ERROR(check(stride));
      CONFORMANCE_RETURN_IF_ERROR(check(tensor->storage_offset));
    } else if (const auto* size = std::get_if<SymInt>(&value.meta)) {
      CONFORMANCE_RETURN_IF_ERROR(check(*size));
    } else if (const auto* condition = std::get_if<SymBool>(&value.meta)) {
      CONFORMANCE_RETURN_IF_ERROR(CheckSymbols(program, condition->Symbols(), place));
    }
  }
  return Ok();
}

Status CheckConstant(const Program& program, const InputSpec& spec, const TensorMeta& meta, const std::string& place) {
  const auto it = program.constants.find(spec.target);
  if (it == program.constants.end()) return Broken("a constant without elements", place, spec.target, "an entry in the program's constants");
  const auto dtype = ToDType(meta.dtype);
  const auto sizes = AsInts(meta.sizes);
  if (!dtype || it->second.dtype() != *dtype || !sizes || *sizes != it->second.shape()) {
    return Broken("a constant unlike its declaration", place + " " + spec.target, Describe(it->second), Describe(ValueMeta(meta)));
  }
  return Ok();
}

Status CheckInputs(const Program& program) {
  const Graph& graph = program.graph;
  const GraphSignature& signature = program.signature;
  if (signature.inputs.size() != graph.inputs().size()) {
    return Broken("a signature of another length than the graph's inputs", "signature inputs", std::to_string(signature.inputs.size()),
                  std::to_string(graph.inputs().size()));
  }
  std::set<std::pair<InputSpec::Kind, std::string>> targets;
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const InputSpec& spec = signature.inputs[i];
    const Argument& input = graph.inputs()[i];
    const std::string place = "signature input " + std::to_string(i);
    using K = InputSpec::Kind;
    const bool tensor = spec.kind == K::kParameter || spec.kind == K::kBuffer || spec.kind == K::kTensorConstant;
    if (tensor && input.kind() != ArgumentKind::kTensor) {
      return Broken("a weight that is no tensor", place + " " + spec.target, std::string(KeyOf(input.kind())), "as_tensor");
    }
    if (spec.kind == K::kCustomObj && input.kind() != ArgumentKind::kCustomObj) {
      return Broken("an object that is none", place + " " + spec.target, std::string(KeyOf(input.kind())), "as_custom_obj");
    }
    if (spec.kind == K::kConstantInput && !graph.NameOf(input).empty()) {
      return Broken("a constant input that is a value", place, std::string(graph.NameOf(input)), "a literal");
    }
    if (tensor || spec.kind == K::kCustomObj) {
      if (spec.target.empty()) return Broken("a weight without name", place, "nothing", "a dotted name");
      if (!targets.emplace(spec.kind, spec.target).second) return Broken("a weight twice among the inputs", place, spec.target, "each once");
    }
    const bool inside = spec.kind == K::kTensorConstant || (spec.kind == K::kBuffer && !spec.persistent);
    if (inside) CONFORMANCE_RETURN_IF_ERROR(CheckConstant(program, spec, *graph.value(*input.As<ValueId>()).tensor(), place));
  }
  for (const auto& [name, tensor] : program.constants) {
    if (!targets.contains({InputSpec::Kind::kTensorConstant, name}) && !targets.contains({InputSpec::Kind::kBuffer, name})) {
      return Broken("a constant that no input stands for", "constants", name, "the target of a tensor_constant or buffer");
    }
  }
  return Ok();
}

Status CheckOutputs(const Program& program) {
  const Graph& graph = program.graph;
  const GraphSignature& signature = program.signature;
  if (signature.outputs.size() != graph.outputs().size()) {
    return Broken("a signature of another length than the graph's outputs", "signature outputs", std::to_string(signature.outputs.size()),
                  std::to_string(graph.outputs().size()));
  }
  for (size_t i = 0; i < signature.outputs.size(); ++i) {
    const OutputSpec& spec = signature.outputs[i];
    const std::string place = "signature output " + std::to_string(i);
    using K = OutputSpec::Kind;
    std::optional<InputSpec::Kind> wanted;
    if (spec.kind == K::kBufferMutation) wanted = InputSpec::Kind::kBuffer;
    if (spec.kind == K::kParameterMutation || spec.kind == K::kGradientToParameter) wanted = InputSpec::Kind::kParameter;
    if (wanted && !program.FindInput(*wanted, spec.target)) {
      return Broken("an output written back to nothing", place, spec.target, "the " + std::string(ToString(*wanted)) + " of an input");
    }
    if (spec.kind == K::kUserInputMutation || spec.kind == K::kGradientToUserInput) {
      const ValueId id = graph.FindValue(spec.target);
      if (id == ValueId::kNone || graph.value(id).producer != NodeId::kInput) {
        return Broken("an output written back to nothing", place, spec.target, "a graph input's name");
      }
    }
    if (spec.kind != K::kUserOutput && spec.kind != K::kToken && graph.outputs()[i].kind() != ArgumentKind::kTensor) {
      return Broken("a written-back output that is no tensor", place, std::string(KeyOf(graph.outputs()[i].kind())), "as_tensor");
    }
  }
  return Ok();
}

}  // namespace

bool KindFits(const ops::ArgSchema& schema, const Argument& argument) {
  using A = ArgumentKind;
  const A found = argument.kind();
  if (argument.IsNone()) return schema.optional;
  if (const auto* empty = argument.As<std::vector<int64_t>>(); empty != nullptr && empty->empty()) {
    return schema.kind == ops::ArgKind::kTensorList || schema.kind == ops::ArgKind::kOptionalTensorList || schema.kind == ops::ArgKind::kIntList ||
           schema.kind == ops::ArgKind::kFloatList || schema.kind == ops::ArgKind::kBoolList;
  }
  const bool number = found == A::kInt || found == A::kFloat || found == A::kBool || found == A::kSymInt || found == A::kSymFloat || found == A::kSymBool ||
                      found == A::kComplex;
  switch (schema.kind) {
    case ops::ArgKind::kTensor: return found == A::kTensor || found == A::kOptionalTensor || number;
    case ops::ArgKind::kTensorList: return found == A::kTensors;
    case ops::ArgKind::kOptionalTensorList: return found == A::kTensors || found == A::kOptionalTensors;
    case ops::ArgKind::kInt: return found == A::kInt || found == A::kSymInt;
    case ops::ArgKind::kIntList: return found == A::kInts || found == A::kSymInts || (schema.list_size && found == A::kInt);
    case ops::ArgKind::kFloat: return found == A::kFloat || found == A::kInt || found == A::kSymFloat || found == A::kSymInt;
    case ops::ArgKind::kFloatList: return found == A::kFloats || found == A::kSymFloats;
    case ops::ArgKind::kBool: return found == A::kBool || found == A::kSymBool;
    case ops::ArgKind::kBoolList: return found == A::kBools || found == A::kSymBools;
    case ops::ArgKind::kScalar: return number;
    case ops::ArgKind::kString: return found == A::kString;
    case ops::ArgKind::kScalarType: return found == A::kScalarType;
    case ops::ArgKind::kLayout: return found == A::kLayout;
    case ops::ArgKind::kDevice: return found == A::kDevice;
    case ops::ArgKind::kMemoryFormat: return found == A::kMemoryFormat;
  }
  return false;
}

Status Verify(const Graph& graph, const VerifyOptions& options) { return GraphVerifier(graph, options).Run(); }

Status Verify(const Program& program, const VerifyOptions& options) {
  CONFORMANCE_RETURN_IF_ERROR(Verify(program.graph, options));
  CONFORMANCE_RETURN_IF_ERROR(CheckInputs(program));
  CONFORMANCE_RETURN_IF_ERROR(CheckOutputs(program));
  return CheckAllSymbols(program);
}

}  // namespace conformance::ir
