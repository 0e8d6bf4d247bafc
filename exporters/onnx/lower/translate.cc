#include "exporters/onnx/lower/translate.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

#include "exporters/onnx/lower/call.h"
#include "exporters/onnx/lower/graph.h"
#include "exporters/onnx/lower/registry.h"
#include "framework/base/strings.h"
#include "framework/ops/refused.h"
#include "framework/rewrite/bind.h"
#include "framework/rewrite/fix.h"
#include "framework/rewrite/recorder.h"
#include "framework/trace/tree_spec.h"

namespace conformance::onnx {
namespace {

using InputKind = ir::InputSpec::Kind;
using OutputKind = ir::OutputSpec::Kind;

formats::OnnxType TypeOf(DType dtype, const std::vector<SymInt>& sizes) {
  formats::OnnxType type;
  type.elem = formats::OnnxElemOf(dtype);
  type.shape.emplace();
  for (const SymInt& size : sizes) {
    formats::OnnxDim dim;
    dim.size = size.AsInt();
    if (!dim.size) dim.symbol = size.ToString();
    type.shape->push_back(std::move(dim));
  }
  return type;
}
formats::OnnxValueInfo InfoOf(const Value& value, const ops::TensorMeta& meta) {
  formats::OnnxValueInfo info;
  info.name = value.name;
  info.type = TypeOf(meta.dtype, meta.sizes);
  return info;
}
ports::ValueInfo PortInfo(std::string name, const ops::TensorMeta& meta) {
  ports::ValueInfo info;
  info.name = std::move(name);
  info.dtype = meta.dtype;
  for (const SymInt& size : meta.sizes) info.dims.push_back(size.ToString());
  return info;
}

class Translator {
 public:
  Translator(const ir::Program& program, int64_t opset, const ops::OpTable& ops)
      : program_(program), graph_(program.graph), ops_(ops), g_(opset), values_(graph_.value_capacity()) {}

  Result<LoweredModel> Run() {
    CONFORMANCE_RETURN_IF_ERROR(NameLeaves());
    CONFORMANCE_TRY(env_, rewrite::EnvOf(program_));
    CONFORMANCE_RETURN_IF_ERROR(Inputs());
    for (const ir::Node& node : graph_.nodes()) CONFORMANCE_RETURN_IF_ERROR(Translate(node));
    CONFORMANCE_RETURN_IF_ERROR(AddOutputs());
    return Finish();
  }

 private:
  // Dotted names of user inputs and outputs, told apart where both have one.
  Status NameLeaves() {
    for (size_t i = 0; i < program_.signature.outputs.size(); ++i) {
      const ir::OutputSpec& spec = program_.signature.outputs[i];
      if (spec.kind == OutputKind::kUserOutput) continue;
      return Unsupported("the program has an output of the kind " + std::string(ir::ToString(spec.kind)) + " (" + spec.target +
                         "), which ONNX has no word for; export a program that does not write to its buffers or inputs");
    }
    CONFORMANCE_TRY(leaves_, trace::LeafNamesOf(program_));
    const std::set<std::string> inputs(leaves_.inputs.begin(), leaves_.inputs.end());
    const std::set<std::string> outputs(leaves_.outputs.begin(), leaves_.outputs.end());
    for (std::string& name : leaves_.inputs) {
      if (outputs.contains(name)) name = "input." + name;
    }
    for (std::string& name : leaves_.outputs) {
      if (inputs.contains(name)) name = "output." + name;
    }
    for (const auto* names : {&leaves_.inputs, &leaves_.outputs}) {
      for (const std::string& name : *names) {
        if (!g_.Reserve(name)) return Invalid("two inputs or outputs of the program are called " + name);
      }
    }
    return Ok();
  }

  Status Inputs() {
    size_t next = 0;
    for (size_t i = 0; i < program_.signature.inputs.size(); ++i) {
      const ir::InputSpec& spec = program_.signature.inputs[i];
      const auto* id = graph_.inputs()[i].As<ir::ValueId>();
      if (const ir::ValueId size = graph_.SizeValueOf(graph_.inputs()[i]); spec.kind == InputKind::kUserInput && size != ir::ValueId::kNone) {
        CONFORMANCE_RETURN_IF_ERROR(AddSize(size, next));
        continue;
      }
      if (id == nullptr) {
        if (spec.kind == InputKind::kUserInput && !graph_.NameOf(graph_.inputs()[i]).empty()) {
          return Unsupported("the program's input " + std::string(graph_.NameOf(graph_.inputs()[i])) + " is neither a tensor nor a size");
        }
        continue;  // a constant: the graph does not read it
      }
      CONFORMANCE_TRY(const ops::Value known, rewrite::ValueOf(graph_, *id));
      Value value;
      value.dtype = known.dtype();
      value.sizes = known.sizes();
      if (spec.kind == InputKind::kUserInput) {
        if (next >= leaves_.inputs.size()) return Invalid("the program has more inputs than its pytree spec");
        value.name = leaves_.inputs[next++];
        g_.graph().inputs.push_back(InfoOf(value, known.meta()));
        out_.inputs.push_back(PortInfo(value.name, known.meta()));
      } else if (!graph_.value(*id).uses().empty()) {
        CONFORMANCE_RETURN_IF_ERROR(AddWeight(spec, known, value));
      }
      if (value.defined()) Map(*id, value, {});
      values_.Set(*id, std::move(value));
    }
    return Ok();
  }

  // A size that the caller gives: i64[] outside, i64[1] inside as all sizes are.
  Status AddSize(ir::ValueId id, size_t& next) {
    if (next >= leaves_.inputs.size()) return Invalid("the program has more inputs than its pytree spec");
    Value given;
    given.name = leaves_.inputs[next++];
    given.dtype = DType::kI64;
    given.sizes.emplace();
    const ops::TensorMeta meta{.dtype = DType::kI64, .sizes = {}};
    g_.graph().inputs.push_back(InfoOf(given, meta));
    out_.inputs.push_back(PortInfo(given.name, meta));
    Value size = g_.AsVector(given);
    size.sizes = std::vector<SymInt>{SymInt(1)};
    Map(id, size, g_.nodes().back().name);
    values_.Set(id, std::move(size));
    return Ok();
  }

  Status AddWeight(const ir::InputSpec& spec, const ops::Value& known, Value& value) {
    value.name = g_.Fresh(spec.target);
    const auto constant = program_.constants.find(spec.target);
    if (constant != program_.constants.end()) {
      formats::OnnxTensor tensor = formats::OnnxTensorOf(value.name, constant->second);
      g_.graph().initializers.push_back(std::move(tensor));
      return Ok();
    }
    if (spec.kind != InputKind::kParameter && spec.kind != InputKind::kBuffer) {
      return Invalid("the program has no elements for its constant " + spec.target);
    }
    if (value.name != spec.target) return Invalid("the parameter " + spec.target + " has the name of an input or output");
    const auto sizes = AsInts(known.sizes());
    if (!sizes) return Invalid("the parameter " + spec.target + " has symbolic sizes");
    formats::OnnxTensor tensor;
    tensor.name = value.name;
    tensor.elem = formats::OnnxElemOf(known.dtype());
    tensor.dims = *sizes;
    // Bytes and their place come when the file is written.
    tensor.external = formats::OnnxExternal{"weights", 0, static_cast<uint64_t>(conformance::NumElements(*sizes)) * ByteSize(known.dtype())};
    g_.graph().initializers.push_back(std::move(tensor));
    out_.weights.push_back(value.name);
    return Ok();
  }

  void Map(ir::ValueId id, const Value& value, std::string node) {
    const ir::NodeId producer = graph_.value(id).producer;
    std::string touched = static_cast<int32_t>(producer) < 0 ? std::string() : rewrite::TouchedBy(graph_.node(producer));
    out_.value_map.entries.push_back({graph_.value(id).name, value.name, std::move(node), std::move(touched)});
  }

  // What a file can have wrong is found here, so that translations may trust their arguments.
  Status Check(const ir::Node& node, const ops::OpDef& op) {
    const auto place = [&](Error error) { return std::move(error).With("op", op.target).With("node", node.name).With("module", ir::ModulePath(node)); };
    Result<std::vector<ops::Argument>> arguments = rewrite::BindNode(graph_, node, op);
    if (!arguments.ok()) return place(std::move(arguments).error());
    Result<ops::RuleResult> rule = ops::ApplyRule(op, *arguments, &env_, ir::ModulePath(node));
    if (!rule.ok()) return place(std::move(rule).error());
    const std::vector<ir::ValueId> outputs = node.OutputValues();
    const size_t wanted = rule->tensors.size() + (rule->sym_int ? 1 : 0) + (rule->sym_bool ? 1 : 0);
    if (outputs.size() != wanted && !rule->number) {
      return place(Invalid("the node has " + std::to_string(outputs.size()) + " outputs, the op makes " + std::to_string(wanted)));
    }
    for (size_t i = 0; i < rule->tensors.size(); ++i) {
      CONFORMANCE_TRY(const ops::Value value, rewrite::ValueOf(graph_, outputs[i]));
      const ops::TensorMeta& meta = rule->tensors[i];
      if (value.dtype() != meta.dtype || value.rank() != static_cast<int64_t>(meta.sizes.size())) {
        return place(Invalid("the program says that the result is " + ops::Describe(value.meta()) + ", the op makes " + ops::Describe(meta)));
      }
    }
    return Ok();
  }

  Status Translate(const ir::Node& node) {
    const ops::OpDef* op = ops_.Find(node.op());
    const TranslationEntry* entry = FindTranslation(node.op());
    if (op == nullptr || entry == nullptr) {
      if (IsUnread(node) || GivesNumbers(node)) return Ok();
      Error error = Unsupported("the operator " + std::string(node.op()) + " has no translation to ONNX")
                        .With("op", std::string(node.op()))
                        .With("node", node.name)
                        .With("module", ir::ModulePath(node));
      if (const ops::RefusedOp* refused = ops::FindRefused(node.op())) error.With("reason", std::string(refused->reason));
      if (op != nullptr && op->traits.random) {
        error.With("reason", "random: no runtime of ONNX draws PyTorch's numbers; make what it draws an input of the model");
      }
      return error;
    }
    CONFORMANCE_RETURN_IF_ERROR(Check(node, *op));
    g_.SetSource(ir::ModulePath(node), node.name);
    const size_t first_node = g_.nodes().size();
    const Call call(graph_, node, *op, values_, g_);
    Result<Outputs> answer = entry->translate(call, g_);
    if (!answer.ok()) return std::move(answer).error().With("module", ir::ModulePath(node));
    const std::vector<ir::ValueId> outputs = node.OutputValues();
    if (answer->values.size() != outputs.size()) return Internal(node.target + " was translated to another number of values");
    for (size_t i = 0; i < outputs.size(); ++i) CONFORMANCE_RETURN_IF_ERROR(Set(node, outputs[i], std::move(answer->values[i]), first_node));
    return Ok();
  }

  Status Set(const ir::Node& node, ir::ValueId id, Value value, size_t first_node) {
    const ir::Value& known = graph_.value(id);
    if (known.tensor() != nullptr) {
      CONFORMANCE_TRY(const ops::Value wanted, rewrite::ValueOf(graph_, id));
      if (value.dtype != wanted.dtype()) {
        return Internal(node.target + " was translated to " + std::string(ToString(value.dtype)) + ", want " + ops::Describe(wanted.meta()))
            .With("node", node.name);
      }
      const bool fresh = g_.Rename(value, g_.Fresh(known.name), first_node);
      value.sizes = wanted.sizes();
      if (IsComplex(wanted.dtype())) {  // pairs under the program's type (lower/fourier.h): no value of the file is that
        values_.Set(id, std::move(value));
        return Ok();
      }
      if (fresh) g_.graph().value_info.push_back(InfoOf(value, wanted.meta()));
    } else {
      g_.Rename(value, g_.Fresh(known.name), first_node);
      value.sizes = std::vector<SymInt>{SymInt(1)};
    }
    Map(id, value, g_.nodes().size() > first_node ? g_.nodes().back().name : std::string());
    values_.Set(id, std::move(value));
    return Ok();
  }

  bool IsUnread(const ir::Node& node) const {
    const std::vector<ir::ValueId> outputs = node.OutputValues();
    return std::all_of(outputs.begin(), outputs.end(), [&](ir::ValueId id) { return graph_.value(id).uses().empty(); }) && !outputs.empty();
  }

  // Sizes that the program records as numbers: who reads them reads the number.
  bool GivesNumbers(const ir::Node& node) const {
    const std::vector<ir::ValueId> outputs = node.OutputValues();
    return !outputs.empty() && std::all_of(outputs.begin(), outputs.end(), [&](ir::ValueId id) {
      const auto* size = std::get_if<SymInt>(&graph_.value(id).meta);
      return size != nullptr && size->IsConstant();
    });
  }

  Status AddOutputs() {
    size_t next = 0;
    std::set<std::string> taken;  // values that already are an output
    for (const formats::OnnxValueInfo& input : g_.graph().inputs) taken.insert(input.name);
    for (const formats::OnnxTensor& weight : g_.graph().initializers) taken.insert(weight.name);
    std::unordered_map<std::string, std::string> renamed;
    g_.SetSource({}, "output");
    for (size_t i = 0; i < program_.signature.outputs.size(); ++i) {
      if (graph_.NameOf(graph_.outputs()[i]).empty()) continue;  // a constant
      if (next >= leaves_.outputs.size()) return Invalid("the program has more outputs than its pytree spec");
      const std::string& name = leaves_.outputs[next++];
      CONFORMANCE_TRY(auto found, OutputOf(graph_.outputs()[i]));
      auto& [value, meta] = found;
      if (!taken.insert(value.name).second) {  // an input, a weight, or an output twice: the name belongs to that
        value = g_.Identity(value);
        taken.insert(value.name);
      }
      renamed.emplace(value.name, name);
      value.name = name;
      g_.graph().outputs.push_back(InfoOf(value, meta));
      out_.outputs.push_back(PortInfo(name, meta));
    }
    Rename(renamed);
    return Ok();
  }

  // A tensor, or a size as i64[].
  Result<std::pair<Value, ops::TensorMeta>> OutputOf(const ir::Argument& output) {
    if (const auto* id = output.As<ir::ValueId>()) {
      CONFORMANCE_TRY(const ops::Value known, rewrite::ValueOf(graph_, *id));
      return std::pair(values_.Get(*id), known.meta());
    }
    const ir::ValueId size = graph_.SizeValueOf(output);
    if (size == ir::ValueId::kNone) return Unsupported("the program's output " + std::string(graph_.NameOf(output)) + " is neither a tensor nor a size");
    const auto number = std::get<SymInt>(graph_.value(size).meta).AsInt();
    const Value scalar = number ? g_.Identity(g_.Int(*number)) : g_.AsScalar(values_.Get(size));
    return std::pair(scalar, ops::TensorMeta{.dtype = DType::kI64, .sizes = {}});
  }

  void Rename(const std::unordered_map<std::string, std::string>& renamed) {
    const auto rename = [&](std::string& name) {
      if (const auto found = renamed.find(name); found != renamed.end()) name = found->second;
    };
    for (formats::OnnxNode& node : g_.nodes()) {
      for (std::string& input : node.inputs) rename(input);
      for (std::string& output : node.outputs) rename(output);
    }
    std::erase_if(g_.graph().value_info, [&](const formats::OnnxValueInfo& info) { return renamed.contains(info.name); });
    for (ports::ValueMap::Entry& entry : out_.value_map.entries) rename(entry.artifact_value);
  }

  Result<LoweredModel> Finish() {
    formats::OnnxModel& model = out_.model;
    model.ir_version = IrVersionOf(g_.Opset());
    model.opset_imports.push_back({"", g_.Opset()});
    model.producer_name = "conformance";
    model.graph = std::move(g_.graph());
    model.graph.name = "main_graph";
    return std::move(out_);
  }

  const ir::Program& program_;
  const ir::Graph& graph_;
  const ops::OpTable& ops_;
  Graph g_;
  ValueTable values_;
  ShapeEnv env_;
  trace::LeafNames leaves_;
  LoweredModel out_;
};

}  // namespace

int64_t IrVersionOf(int64_t opset) {
  // https://github.com/onnx/onnx/blob/main/docs/Versioning.md; metadata of nodes came with IR version 10.
  if (opset <= 22) return 10;
  if (opset == 23) return 11;
  if (opset == 24) return 12;
  if (opset <= 26) return 13;
  return 14;
}

Result<LoweredModel> Translate(const ir::Program& program, int64_t opset, const ops::OpTable& ops) {
  return Translator(program, opset, ops).Run();
}

}  // namespace conformance::onnx
