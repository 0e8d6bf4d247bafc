#include "framework/trace/trace.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "framework/base/strings.h"
#include "framework/ir/builder.h"
#include "framework/ir/verify.h"
#include "framework/nn/tree.h"
#include "framework/rewrite/fix.h"
#include "framework/rewrite/patches.h"
#include "framework/trace/guards.h"
#include "framework/trace/names.h"
#include "framework/trace/trace_context.h"
#include "framework/trace/tree_spec.h"

namespace conformance::trace {
namespace {

ir::TensorMeta MetaOf(const nn::Parameter& parameter) { return ir::MakeTensorMeta(parameter.dtype(), parameter.info.meta.sizes); }

// Parameters, then persistent buffers, then constants: the order of PyTorch's signatures.
void AddWeights(const nn::Model& model, ir::ProgramBuilder& builder) {
  for (const nn::Parameter* parameter : model.StateDict()) {
    if (parameter->tied_to != nullptr || parameter->info.kind != ops::WeightInfo::Kind::kParameter) continue;
    builder.AddParameter(parameter->info.name, MetaOf(*parameter), WeightName("p", parameter->info.name));
  }
  for (const nn::Parameter* buffer : model.StateDict()) {
    if (buffer->tied_to != nullptr || buffer->info.kind != ops::WeightInfo::Kind::kBuffer) continue;
    builder.AddBuffer(buffer->info.name, MetaOf(*buffer), true, WeightName("b", buffer->info.name));
  }
  for (const nn::Parameter* constant : model.Constants()) {
    builder.AddBuffer(constant->info.name, MetaOf(*constant), false, WeightName("b", constant->info.name));
    if (constant->constant) builder.rest().constants.insert_or_assign(constant->info.name, *constant->constant);
  }
}

// The request's tensors in the order of the tree that they make.
Result<NamedTensors> InTreeOrder(const NamedTensors& tensors) {
  CONFORMANCE_TRY(const nn::Tree tree, nn::TreeFromTensors(tensors));
  NamedTensors ordered;
  for (const auto& [name, value] : nn::GetLeafTensors(tree)) ordered.emplace_back(name, value.tensor());
  return ordered;
}

Status CheckShapeNames(const DynamicShapes& shapes, const NamedTensors& inputs) {
  for (const auto& [leaf, specs] : shapes) {
    if (Find(inputs, leaf) != nullptr) continue;
    std::vector<std::string> names;
    for (const auto& [name, tensor] : inputs) names.push_back(name);
    return Invalid("dynamic_shapes names '" + leaf + "', which is no input; the inputs are " + Join(names, ", ")).With("field", "dynamic_shapes");
  }
  return Ok();
}

bool IsBookkeeping(std::string_view name) {
  const size_t dot = name.rfind('.');
  return name.substr(dot == std::string_view::npos ? 0 : dot + 1).starts_with('_');
}

void AddSymbols(const ShapeEnv& env, ir::Program& program) {
  std::set<std::string> used;
  for (const ir::ValueId id : program.graph.ValueIds()) {
    const ir::ValueMeta& meta = program.graph.value(id).meta;
    if (const auto* tensor = std::get_if<ir::TensorMeta>(&meta)) {
      for (const SymInt& size : tensor->sizes) {
        if (!size.IsConstant()) used.merge(size.Symbols());
      }
    } else if (const auto* size = std::get_if<SymInt>(&meta)) {
      used.merge(size->Symbols());
    } else if (const auto* condition = std::get_if<SymBool>(&meta)) {
      used.merge(condition->Symbols());
    }
  }
  const auto ranges = env.RangeConstraints();
  for (const std::string& name : used) {
    const SymbolInfo* info = env.FindSymbol(name);
    ir::SymbolFacts facts;
    facts.hint = info == nullptr ? std::nullopt : info->hint;
    facts.positive = facts.hint.has_value();
    program.symbols.insert_or_assign(name, facts);
    const auto range = ranges.find(name);
    if (range != ranges.end()) program.range_constraints.insert_or_assign(name, ir::RangeConstraint{range->second.min, range->second.max});
  }
}

void AddModuleCalls(const nn::Model& model, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                    ir::Program& program) {
  ir::ModuleCallSignature root;
  root.in_spec = SpecOfInputs(inputs);
  root.out_spec = SpecOfLeaves(outputs);
  std::vector<std::string> arguments;
  for (const std::string& name : inputs) {
    const std::string first = name.substr(0, name.find('.'));
    if (std::find(arguments.begin(), arguments.end(), first) == arguments.end()) arguments.push_back(first);
  }
  root.forward_arg_names = std::move(arguments);
  program.module_call_graph.push_back({"", std::move(root)});
  for (const nn::Module* module : model.Modules()) {
    if (!module->path().empty()) program.module_call_graph.push_back({module->path(), std::nullopt});
  }
}

// The request, with what the recorder makes of it, up to the outputs.
struct Recording {
  std::vector<std::string> input_names;
  std::vector<ir::ValueId> input_values;
  nn::NamedValues outputs;
};

Result<Recording> Record(const nn::Model& model, const ports::TraceRequest& request, TraceContext& context) {
  ir::ProgramBuilder& builder = context.builder();
  CONFORMANCE_TRY(const NamedTensors inputs, InTreeOrder(request.inputs.tensors));
  CONFORMANCE_RETURN_IF_ERROR(CheckShapeNames(request.dynamic_shapes, inputs));
  AddWeights(model, builder);
  Recording recording;
  nn::NamedValues leaves;
  for (const auto& [name, tensor] : inputs) {
    const auto specs = request.dynamic_shapes.find(name);
    CONFORMANCE_TRY(std::vector<SymInt> sizes,
                    context.env().SizesOf(name, tensor.shape(), specs == request.dynamic_shapes.end() ? std::vector<DimSpec>() : specs->second));
    const ops::TensorMeta meta{tensor.dtype(), sizes};
    const ir::ValueId id = builder.AddUserInput(builder.FreshName(InputName(name)), ir::MakeTensorMeta(tensor.dtype(), std::move(sizes)));
    context.sizes().Define(id, true);
    recording.input_names.push_back(name);
    recording.input_values.push_back(id);
    leaves.emplace_back(name, ops::Value::Traced(static_cast<int64_t>(id), meta));
  }
  CONFORMANCE_TRY(const nn::Tree tree, nn::TreeFromLeaves(leaves));

  nn::Tree output;
  {
    std::optional<rewrite::ScopedPatches> patched;
    if (request.method_patches != nullptr) patched.emplace(context, *static_cast<const ops::PatchTable*>(request.method_patches));
    output = model.Forward(context, tree, request.inputs.kwargs);
  }
  if (context.failed()) return Error(context.status().error());
  for (auto& [name, value] : nn::GetLeafTensors(output)) {
    if (value.id() < 0) {
      if (!value.has_tensor()) return Internal("the output " + name + " comes from another run");
      value = context.Constant(value.tensor());
      if (context.failed()) return Error(context.status().error());
    }
    recording.outputs.emplace_back(name, value);
  }
  if (recording.outputs.empty()) return Invalid(model.class_name() + " returned no tensor");
  return recording;
}

}  // namespace

Result<TracedProgram> Trace(const nn::Model& model, const ports::TraceRequest& request) {
  ir::ProgramBuilder builder{ir::Program{}};
  ShapeEnv env;
  env.defer_runtime_asserts = request.defer_runtime_asserts;
  TraceContext context(builder, env);
  Result<Recording> recorded = Record(model, request, context);
  if (!recorded.ok()) return std::move(recorded).error().Trail("while tracing " + model.class_name());
  const Recording& recording = *recorded;

  std::vector<std::string> output_names;
  for (const auto& [name, value] : recording.outputs) {
    builder.AddOutput({ir::OutputSpec::Kind::kUserOutput, {}}, ir::Argument(rewrite::Recorder::IdOf(value)));
    output_names.push_back(name);
  }
  for (const GuardRecord& assertion : env.assertions()) {
    CONFORMANCE_RETURN_IF_ERROR(context.RecordAssertion(assertion.condition, assertion.why));
  }
  rewrite::SimplifyMetas(env, builder);
  rewrite::RemoveDeadNodes(builder);

  TracedProgram traced;
  for (size_t i = 0; i < recording.input_names.size(); ++i) {
    const ir::Value& value = builder.graph().value(recording.input_values[i]);
    if (value.uses().empty() && !IsBookkeeping(recording.input_names[i])) traced.report.unused_inputs.push_back(recording.input_names[i]);
  }
  if (request.strict && !traced.report.unused_inputs.empty()) {
    return Invalid("strict: forward never reads " + Join(traced.report.unused_inputs, ", ")).With("model", model.class_name());
  }
  traced.report.guards = env.guards();
  traced.report.assertions = env.assertions();
  traced.report.specialisations = env.Specialisations();
  traced.report.ranges = env.RangeConstraints();

  traced.program = std::move(builder).Finish();
  AddSymbols(env, traced.program);
  AddModuleCalls(model, recording.input_names, output_names, traced.program);
  traced.program.guards_code = GuardsCode(env, recording.input_names, traced.program);
  if (!traced.report.specialisations.empty()) {
    traced.program.metadata["specialisations"] = Join(traced.report.specialisations, "\n");
  }
  CONFORMANCE_RETURN_IF_ERROR(ir::Verify(traced.program));
  return traced;
}

}  // namespace conformance::trace
