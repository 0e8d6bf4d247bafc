#include "references/program/interpreter.h"

#include <algorithm>
#include <utility>

#include "framework/base/strings.h"
#include "framework/ops/refused.h"
#include "framework/rewrite/bind.h"
#include "framework/rewrite/composites.h"
#include "framework/trace/tree_spec.h"
#include "references/eager/model.h"
#include "references/eager/operand.h"
#include "references/program/floats.h"
#include "references/program/symbols.h"

namespace conformance::program {
namespace {

using ir::ValueId;
using ops::Argument;
using ops::Value;

constexpr std::string_view kAssertScalar = "aten._assert_scalar.default";
constexpr int kForever = INT32_MAX;
constexpr int64_t kMostSpread = 64;  ///< places in memory for each element of a tensor with steps; a file that asks for more is broken

/// One node with its op. Assertions on sizes have a condition in place of arguments.
struct Step {
  const ir::Node* node = nullptr;
  const ops::OpDef* op = nullptr;
  std::vector<Argument> args;
  std::optional<SymBool> condition;
  std::vector<ValueId> outputs;
  bool gives_size = false;
  bool gives_float = false;
  bool takes_floats = false;  ///< `args` are bound when it runs
  bool of_layout = false;  ///< strides and offsets: what the Program records is the traced layout, and holds
  std::vector<ValueId> last_uses;  ///< values that nobody reads after it
};

struct Source {
  ValueId value;
  ir::InputSpec::Kind kind;
  std::string target;
};
struct Output {
  std::string name;
  ir::Argument arg;
};

size_t Index(ValueId id) { return static_cast<size_t>(id); }

/// The condition of an assertion over sizes; none where it reads a tensor.
std::optional<SymBool> ConditionOf(const ir::Graph& graph, const ir::Node& node) {
  if (node.op() != kAssertScalar || node.inputs.empty()) return std::nullopt;
  const ir::Argument& arg = node.inputs[0].arg;
  if (const auto* ref = arg.As<ir::SymBoolRef>()) {
    if (const auto* literal = std::get_if<bool>(ref)) return SymBool(*literal);
    if (const auto* meta = std::get_if<SymBool>(&graph.value(std::get<ValueId>(*ref)).meta)) return *meta;
  }
  return std::nullopt;
}

/// Sizes and conditions that the Program has settled: who reads them reads the numbers.
bool GivesNumbers(const ir::Graph& graph, const std::vector<ValueId>& outputs) {
  return !outputs.empty() && std::ranges::all_of(outputs, [&](ValueId id) {
    const auto& meta = graph.value(id).meta;
    if (const auto* size = std::get_if<SymInt>(&meta)) return size->IsConstant();
    const auto* condition = std::get_if<SymBool>(&meta);
    return condition != nullptr && condition->IsConstant();
  });
}

bool IsOfLayout(std::string_view op) {
  return op == "aten.sym_stride.int" || op == "aten.sym_storage_offset.default" || op == "aten.sym_is_contiguous.default";
}

bool GivesConditions(const ir::Graph& graph, const std::vector<ValueId>& outputs) {
  return !outputs.empty() && std::ranges::all_of(outputs, [&](ValueId id) { return std::holds_alternative<SymBool>(graph.value(id).meta); });
}

}  // namespace

struct Interpreter::Plan {
  std::shared_ptr<const ir::Program> program;
  std::vector<Step> steps;
  std::vector<Source> sources;
  std::vector<Output> outputs;
  std::vector<std::string> input_names, output_names;
  std::vector<UserInput> user_inputs;
  bool writes = false;  ///< some op works in place

  Status Build(const ops::OpTable& ops);
  Status BuildSignature();
  void BuildLifetimes();
};

Status Interpreter::Plan::BuildSignature() {
  const ir::Graph& graph = program->graph;
  CONFORMANCE_TRY(trace::LeafNames names, trace::LeafNamesOf(*program));
  input_names = std::move(names.inputs);
  output_names = std::move(names.outputs);
  const auto& signature = program->signature;
  if (signature.inputs.size() != graph.inputs().size() || signature.outputs.size() != graph.outputs().size()) {
    return Invalid("the signature has other numbers of inputs and outputs than the graph");
  }
  size_t user = 0;
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const ir::InputSpec& spec = signature.inputs[i];
    if (spec.kind == ir::InputSpec::Kind::kConstantInput) continue;
    const bool is_user = spec.kind == ir::InputSpec::Kind::kUserInput;
    ValueId id = is_user ? graph.SizeValueOf(graph.inputs()[i]) : ValueId::kNone;
    if (const auto* tensor = graph.inputs()[i].As<ValueId>()) id = *tensor;
    if (id == ValueId::kNone) {
      return Unsupported("a graph input is neither a tensor nor a size").With("input", std::string(graph.NameOf(graph.inputs()[i])));
    }
    if (is_user) {
      if (user >= input_names.size()) return Invalid("the input spec has fewer leaves than the graph has user inputs");
      user_inputs.push_back({input_names[user++], id});
    } else {
      sources.push_back({id, spec.kind, spec.target});
    }
  }
  size_t named = 0;
  for (size_t i = 0; i < signature.outputs.size(); ++i) {
    if (signature.outputs[i].kind != ir::OutputSpec::Kind::kUserOutput) continue;
    const ir::Argument& arg = graph.outputs()[i];
    if (graph.NameOf(arg).empty()) continue;  // a constant among the outputs
    if (named >= output_names.size()) return Invalid("the output spec has fewer leaves than the graph has user outputs");
    outputs.push_back({output_names[named++], arg});
  }
  return Ok();
}

void Interpreter::Plan::BuildLifetimes() {
  std::vector<int> last(program->graph.value_capacity(), -1);
  for (size_t i = 0; i < steps.size(); ++i) {
    for (const ValueId id : steps[i].outputs) last[Index(id)] = static_cast<int>(i);
    for (const auto& input : steps[i].node->inputs) {
      ir::VisitValues(input.arg, [&](ValueId id) { last[Index(id)] = static_cast<int>(i); });
    }
  }
  for (const Output& output : outputs) {
    ir::VisitValues(output.arg, [&](ValueId id) { last[Index(id)] = kForever; });
  }
  for (const ValueId id : program->graph.ValueIds()) {
    const int at = last[Index(id)];
    if (at >= 0 && at != kForever) steps[static_cast<size_t>(at)].last_uses.push_back(id);
  }
}

Status Interpreter::Plan::Build(const ops::OpTable& ops) {
  CONFORMANCE_RETURN_IF_ERROR(BuildSignature());
  const ir::Graph& graph = program->graph;
  for (const ir::Node& node : graph.nodes()) {
    Step step;
    step.node = &node;
    step.outputs = node.OutputValues();
    step.condition = ConditionOf(graph, node);
    step.gives_float = GivesFloat(graph, node) && IsFloatOperator(node.op());
    if (!step.condition && !step.gives_float) {
      step.op = ops.Find(node.op());
      // Conditions are read off what the Program says of them, and what an assertion has settled (sym_ite of it) is a number already.
      const bool of_sizes = node.op().starts_with("torch.sym_") || node.op().starts_with("_operator.") || IsOfLayout(node.op());
      if ((of_sizes && GivesConditions(graph, step.outputs)) || (step.op == nullptr && GivesNumbers(graph, step.outputs))) continue;
      if (step.op == nullptr) {
        Error error = Unsupported("no rule and no kernel for the operator " + std::string(node.op())).With("node", node.name);
        if (const ops::RefusedOp* refused = ops::FindRefused(node.op())) error.With("reason", std::string(refused->reason));
        return error;
      }
      step.takes_floats = TakesFloats(node);
      const std::vector<double> any_float(step.takes_floats ? graph.value_capacity() : 0, 1);
      CONFORMANCE_TRY(step.args, rewrite::BindNode(graph, step.takes_floats ? WithFloats(node, any_float) : node, *step.op));
      step.gives_size = !step.op->returns.empty() && step.op->returns[0].kind != ops::ArgKind::kTensor &&
                        step.op->returns[0].kind != ops::ArgKind::kTensorList;
      step.of_layout = IsOfLayout(node.op());
      writes |= std::ranges::any_of(step.op->args, &ops::ArgSchema::written);
    }
    steps.push_back(std::move(step));
  }
  BuildLifetimes();
  return Ok();
}

namespace {

/// One run: values, symbols and the context that computes.
class Run {
 public:
  Run(const ir::Program& program, const weights::Weights& weights, const ops::Numerics& numerics)
      : program_(program), provider_(weights), context_(eager::DefaultKernels(), numerics, provider_), values_(program.graph.value_capacity()),
        floats_(program.graph.value_capacity()) {}

  Status TakeInputs(const std::vector<UserInput>& wanted, const NamedTensors& given, bool writes) {
    CONFORMANCE_TRY(auto bound, BindUserInputs(program_, wanted, given, symbols_));
    for (auto& [id, tensor] : bound) {
      if (program_.graph.value(id).tensor() == nullptr) continue;  // a size: the symbols have it
      values_[Index(id)] = Value::Eager(writes ? tensor.Clone() : std::move(tensor));
    }
    return Ok();
  }

  Status TakeWeights(const std::vector<Source>& sources, bool writes) {
    for (const Source& source : sources) {
      const ir::TensorMeta* meta = program_.graph.value(source.value).tensor();
      if (meta == nullptr) return Unsupported("a parameter or buffer is no tensor").With("name", source.target);
      ops::WeightInfo info;
      info.name = source.target;
      CONFORMANCE_TRY(info.meta, ir::ToOps(*meta));
      const auto constant = program_.constants.find(source.target);
      Tensor copy;
      if (constant != program_.constants.end()) {
        copy = writes ? constant->second.Clone() : constant->second;
        info.kind = ops::WeightInfo::Kind::kConstant;
        info.constant = &copy;
      } else if (source.kind == ir::InputSpec::Kind::kBuffer) {
        info.kind = ops::WeightInfo::Kind::kBuffer;
      } else if (source.kind != ir::InputSpec::Kind::kParameter) {
        return NotFound("the Program has no elements for a constant").With("name", source.target);
      }
      values_[Index(source.value)] = context_.Weight(info);
      if (context_.failed()) return context_.status().error();
    }
    return Ok();
  }

  Status Execute(const Step& step) {
    if (step.condition) return Check(*step.condition, *step.node);
    if (step.gives_float) return ExecuteFloat(step);
    CONFORMANCE_TRY(std::vector<Argument> args, Concrete(step));
    if (step.op->traits.random) CONFORMANCE_RETURN_IF_ERROR(LayOut(step, args));
    if (step.op->returns.empty()) {
      context_.CallMulti(*step.op, std::move(args));
    } else if (step.gives_size) {
      return ExecuteSize(step, std::move(args));
    } else {
      std::vector<Value> outputs = context_.CallMulti(*step.op, std::move(args));
      if (!context_.failed()) return Keep(step, std::move(outputs));
    }
    return context_.failed() ? Status(At(step, context_.status().error())) : Ok();
  }

  void Drop(const Step& step) {
    for (const ValueId id : step.last_uses) values_[Index(id)] = Value();
  }

  Result<Tensor> TensorOf(const std::string& name, const ir::Argument& arg) const {
    ValueId id = ValueId::kNone;
    ir::VisitValues(arg, [&](ValueId value) { id = value; });
    if (const auto* size = std::get_if<SymInt>(&program_.graph.value(id).meta)) {
      CONFORMANCE_TRY(const int64_t number, size->Evaluate(symbols_));
      return Tensor::Of<int64_t>({}, {number});
    }
    const Value& value = values_[Index(id)];
    if (!value.has_tensor()) return Unsupported("an output is no tensor").With("output", name);
    return value.tensor();
  }

 private:
  static Error At(const Step& step, Error error) {
    const std::string path = ir::ModulePath(*step.node);
    error.With("node", step.node->name);
    return path.empty() ? std::move(error) : std::move(error).With("module", path);
  }

  Status Check(const SymBool& condition, const ir::Node& node) const {
    CONFORMANCE_TRY(const bool holds, condition.Evaluate(symbols_));
    if (holds) return Ok();
    std::string sizes;
    for (const std::string& symbol : condition.Symbols()) {
      const auto it = symbols_.find(symbol);
      if (it != symbols_.end()) sizes += (sizes.empty() ? "" : ", ") + symbol + " = " + std::to_string(it->second);
    }
    return Invalid("a runtime assertion fails").With("node", node.name).With("wanted", condition.ToString()).With("found", sizes);
  }

  Result<Value> Filled(const Step& step, const Value& value) const {
    if (!value.defined()) return Value();
    const Value& found = values_[static_cast<size_t>(value.id())];
    if (found.defined()) return found;
    return At(step, Invalid("the value " + program_.graph.value(static_cast<ValueId>(value.id())).name + " is read before it is made"));
  }

  Result<SymInt> Number(const Step& step, const SymInt& size) const {
    if (size.IsConstant()) return size;
    auto number = size.Evaluate(symbols_);
    if (!number.ok()) return At(step, std::move(number).error());
    return SymInt(*number);
  }

  /// The node's arguments with elements and numbers in place of names and symbols.
  Result<std::vector<Argument>> Concrete(const Step& step) const {
    std::vector<Argument> args = step.args;
    if (step.takes_floats) {
      CONFORMANCE_TRY(args, rewrite::BindNode(program_.graph, WithFloats(*step.node, floats_), *step.op));
    }
    for (Argument& arg : args) {
      if (auto* value = std::get_if<Value>(&arg)) {
        CONFORMANCE_TRY(*value, Filled(step, *value));
      } else if (auto* values = std::get_if<std::vector<Value>>(&arg)) {
        for (Value& item : *values) {
          CONFORMANCE_TRY(item, Filled(step, item));
        }
      } else if (auto* size = std::get_if<SymInt>(&arg)) {
        CONFORMANCE_TRY(*size, Number(step, *size));
      } else if (auto* sizes = std::get_if<std::vector<SymInt>>(&arg)) {
        for (SymInt& item : *sizes) {
          CONFORMANCE_TRY(item, Number(step, item));
        }
      }
    }
    return args;
  }

  Status ExecuteFloat(const Step& step) {
    std::vector<double> numbers;
    for (const ir::NamedArgument& input : WithFloats(*step.node, floats_).inputs) {
      auto argument = rewrite::ToOps(program_.graph, input.arg);
      if (!argument.ok()) return At(step, std::move(argument).error());
      if (const auto* number = std::get_if<double>(&*argument)) {
        numbers.push_back(*number);
      } else if (const auto* size = std::get_if<SymInt>(&*argument)) {
        CONFORMANCE_TRY(const SymInt number_of, Number(step, *size));
        numbers.push_back(static_cast<double>(number_of.constant()));
      } else {
        return At(step, Unsupported("a float over what is no number").With("argument", input.name));
      }
    }
    auto answer = FloatOf(step.node->op(), numbers);
    if (!answer.ok()) return At(step, std::move(answer).error());
    floats_[Index(step.outputs[0])] = *answer;
    return Ok();
  }

  /// PyTorch draws in the order of memory, and how a tensor lies there is otherwise no part of a value: what an op draws for lies as the
  /// Program says that it does.
  Status LayOut(const Step& step, std::vector<Argument>& args) const {
    for (size_t i = 0; i < args.size(); ++i) {
      const bool* train = step.op->args[i].name == "train" ? std::get_if<bool>(&args[i]) : nullptr;
      if (train != nullptr && !*train) return Ok();  // nothing is drawn, and what is given comes back
    }
    for (size_t i = 0; i < args.size(); ++i) {
      auto* value = std::get_if<Value>(&args[i]);
      if (value == nullptr || !value->has_tensor()) continue;
      const ir::TensorMeta* meta = program_.graph.value(static_cast<ValueId>(std::get<Value>(step.args[i]).id())).tensor();
      const Tensor& tensor = value->tensor();
      if (meta == nullptr || meta->strides.size() != tensor.shape().size() || tensor.num_elements() < 2) continue;
      Shape strides;
      int64_t last = 0;
      for (size_t axis = 0; axis < meta->strides.size(); ++axis) {
        CONFORMANCE_TRY(const SymInt stride, Number(step, meta->strides[axis]));
        strides.push_back(stride.constant());
        const int64_t steps = tensor.shape()[axis] - 1;
        if (strides.back() < 0 || (steps > 0 && strides.back() > (kMostSpread * tensor.num_elements() - last) / steps)) {
          return At(step, Invalid("the Program records strides beyond its elements").With("recorded", ir::Describe(*meta)));
        }
        last += strides.back() * steps;
      }
      bool same = true;
      for (size_t axis = 0; axis < strides.size(); ++axis) same = same && (tensor.shape()[axis] == 1 || strides[axis] == tensor.strides()[axis]);
      if (same) continue;
      if (step.op->args[i].written) {
        return At(step, Unsupported("it draws into a tensor that lies in memory in another order than in PyTorch").With("recorded", ir::Describe(*meta)));
      }
      const Tensor laid = Tensor::Empty(tensor.dtype(), {last + 1}).View(tensor.shape(), strides, 0);
      const eager::IsaKernels& isa = eager::ActiveIsa();
      eager::CopyInto(isa, tensor, laid);
      *value = Value::Eager(laid, value->meta());
    }
    return Ok();
  }

  /// sym_size, arithmetic of sizes, item: what it gives is the symbol that its value stands for, or must equal it.
  Status ExecuteSize(const Step& step, std::vector<Argument> args) {
    if (step.op->returns[0].kind != ops::ArgKind::kInt || step.outputs.size() != 1) return Ok();  // comparisons: read as conditions
    if (const auto* meta = std::get_if<SymInt>(&program_.graph.value(step.outputs[0]).meta); step.of_layout && meta && meta->Evaluate(symbols_).ok()) return Ok();
    const SymInt answer = context_.CallSymInt(*step.op, std::move(args));
    if (context_.failed()) return At(step, context_.status().error());
    const auto* meta = std::get_if<SymInt>(&program_.graph.value(step.outputs[0]).meta);
    const auto number = answer.AsInt();
    if (const auto* flag = std::get_if<SymBool>(&program_.graph.value(step.outputs[0]).meta); flag != nullptr && number) {
      CONFORMANCE_TRY(const bool wanted, flag->Evaluate(symbols_));
      if (wanted == (*number != 0)) return Ok();
      return At(step, Invalid("a runtime assertion fails").With("wanted", wanted ? "true" : "false").With("found", *number != 0 ? "true" : "false"));
    }
    if (meta == nullptr || !number) return At(step, Internal("a size without a number"));
    return Learn(step, *meta, *number);
  }

  /// `meta` must be `number`; a symbol that nothing has given a value yet takes it.
  Status Learn(const Step& step, const SymInt& meta, int64_t number) {
    if (const auto symbol = meta.AsSymbol(); symbol && !symbols_.contains(*symbol)) {
      symbols_[*symbol] = number;
      return Ok();
    }
    const auto recorded = meta.Evaluate(symbols_);
    if (!recorded.ok() || *recorded == number) return Ok();  // one with a symbol that is never bound says nothing
    return At(step, Internal("the Program records another size than its node has")
                        .With("found", std::to_string(number))
                        .With("recorded", meta.ToString() + " = " + std::to_string(*recorded)));
  }

  Status Keep(const Step& step, std::vector<Value> outputs) {
    if (outputs.size() != step.outputs.size()) {
      return At(step, Internal("the operator gave " + std::to_string(outputs.size()) + " outputs, the node has " +
                               std::to_string(step.outputs.size())));
    }
    for (size_t k = 0; k < outputs.size(); ++k) {
      const ir::TensorMeta* meta = program_.graph.value(step.outputs[k]).tensor();
      if (meta != nullptr) {
        const auto dtype = ir::ToDType(meta->dtype);
        const Shape& shape = outputs[k].tensor().shape();
        if (dtype != outputs[k].dtype() || meta->sizes.size() != shape.size()) {
          return At(step, Internal("the Program records another type than its node has")
                              .With("found", ops::Describe(outputs[k].meta()))
                              .With("recorded", ir::Describe(*meta)));
        }
        for (size_t axis = 0; axis < shape.size(); ++axis) CONFORMANCE_RETURN_IF_ERROR(Learn(step, meta->sizes[axis], shape[axis]));
      }
      values_[Index(step.outputs[k])] = std::move(outputs[k]);
    }
    return Ok();
  }

  const ir::Program& program_;
  eager::StoredWeights provider_;
  eager::EagerContext context_;
  std::vector<Value> values_;
  std::vector<double> floats_;  ///< by value, where it is one
  SymbolValues symbols_;
};

}  // namespace

Result<Interpreter> Interpreter::Make(std::shared_ptr<const ir::Program> program, const ops::OpTable& ops) {
  if (rewrite::HasComposites(*program)) {
    CONFORMANCE_TRY(ir::Program written, rewrite::WriteOutComposites(*program));
    program = std::make_shared<const ir::Program>(std::move(written));
  }
  auto plan = std::make_shared<Plan>();
  plan->program = std::move(program);
  CONFORMANCE_RETURN_IF_ERROR(plan->Build(ops));
  return Interpreter(std::move(plan));
}

const std::vector<std::string>& Interpreter::input_names() const { return plan_->input_names; }
const std::vector<std::string>& Interpreter::output_names() const { return plan_->output_names; }

Result<NamedTensors> Interpreter::Run(const weights::Weights& weights, const NamedTensors& inputs, const ops::Numerics& numerics,
                                      const std::vector<std::string>& capture) const {
  const ir::Graph& graph = plan_->program->graph;
  std::vector<std::pair<size_t, ValueId>> captured;  // place in `capture`, value
  for (size_t i = 0; i < capture.size(); ++i) {
    const ValueId id = graph.FindValue(capture[i]);
    if (id == ValueId::kNone) return NotFound("the Program has no such value").With("found", capture[i]);
    captured.emplace_back(i, id);
  }
  NamedTensors seen(capture.size());
  program::Run run(*plan_->program, weights, numerics);
  CONFORMANCE_RETURN_IF_ERROR(run.TakeInputs(plan_->user_inputs, inputs, plan_->writes));
  CONFORMANCE_RETURN_IF_ERROR(run.TakeWeights(plan_->sources, plan_->writes));
  const auto look = [&](ValueId made) -> Status {
    for (const auto& [place, id] : captured) {
      if (id != made) continue;
      CONFORMANCE_TRY(const Tensor tensor, run.TensorOf(capture[place], ir::Argument(id)));
      seen[place] = {capture[place], tensor.Clone()};  // a later in-place op must not change what was seen
    }
    return Ok();
  };
  if (!captured.empty()) {
    for (const ir::Argument& input : graph.inputs()) {
      if (const auto* id = input.As<ValueId>()) CONFORMANCE_RETURN_IF_ERROR(look(*id));
    }
  }
  for (const Step& step : plan_->steps) {
    CONFORMANCE_RETURN_IF_ERROR(run.Execute(step));
    if (!captured.empty()) {
      for (const ValueId id : step.outputs) CONFORMANCE_RETURN_IF_ERROR(look(id));
    }
    run.Drop(step);
  }
  NamedTensors outputs;
  for (const Output& output : plan_->outputs) {
    CONFORMANCE_TRY(Tensor tensor, run.TensorOf(output.name, output.arg));
    outputs.emplace_back(output.name, std::move(tensor));
  }
  for (auto& entry : seen) outputs.push_back(std::move(entry));
  eager::KeepWide(outputs, numerics);
  return outputs;
}

Result<NamedTensors> ProgramReference::Run(const ports::ReferenceRequest& request) const {
  if (request.program == nullptr || request.weights == nullptr || request.inputs == nullptr) {
    return Unsupported("reference program evaluates Programs with weights and inputs").With("folder", request.source.folder.string());
  }
  // The caller keeps the Program alive for the length of the call.
  const std::shared_ptr<const ir::Program> borrowed(std::shared_ptr<const void>(), request.program);
  CONFORMANCE_TRY(const Interpreter interpreter, Interpreter::Make(borrowed));
  return interpreter.Run(*request.weights, request.inputs->tensors, request.numerics, request.capture);
}

}  // namespace conformance::program
