#include "framework/rewrite/recorder.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "framework/base/hash.h"
#include "framework/rewrite/bind.h"

namespace conformance::rewrite {
namespace {

bool IsWeight(ir::InputSpec::Kind kind) {
  return kind == ir::InputSpec::Kind::kParameter || kind == ir::InputSpec::Kind::kBuffer;
}

ir::NodeId Add(ir::ProgramBuilder& builder, ir::GraphBuilder::Place place, ir::Node node) {
  switch (place.kind) {
    case ir::GraphBuilder::Place::Kind::kBefore: return builder.InsertBefore(place.node, std::move(node));
    case ir::GraphBuilder::Place::Kind::kAfter: return builder.InsertAfter(place.node, std::move(node));
    case ir::GraphBuilder::Place::Kind::kEnd: break;
  }
  return builder.Append(std::move(node));
}

}  // namespace

std::string ResultName(std::string_view op) {
  // aten.linear.default, _operator.add, torch.sym_max: what stands before the overload.
  const size_t first = op.find('.');
  std::string_view name = first == std::string_view::npos ? op : op.substr(first + 1);
  if (const size_t dot = name.find('.'); dot != std::string_view::npos) name = name.substr(0, dot);
  if (name.size() > 4 && name.starts_with("__") && name.ends_with("__")) {
    return std::string(name.substr(2, name.size() - 4)) + "_1";
  }
  std::string result;
  for (const char c : name) result += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return result.empty() ? "value" : result;
}

Recorder::Recorder(ir::ProgramBuilder& builder, ShapeEnv& env) : builder_(builder), env_(env), sizes_(builder) {}

void Recorder::MoveTo(ir::GraphBuilder::Place place, ir::Metadata metadata) {
  place_ = place;
  metadata_ = std::move(metadata);
}

ir::Metadata Recorder::MetadataOf(std::string_view) const { return metadata_; }

ir::ValueId Recorder::NewOutput(std::string_view base, ir::ValueMeta meta) {
  return builder_.NewValue(builder_.FreshName(base), std::move(meta));
}

Result<ir::Argument> Recorder::TensorArgument(const ops::Value& value) {
  if (value.id() >= 0) return ir::Argument(IdOf(value));
  if (!value.has_tensor()) return Internal("a value of another run stands in a recorded op");
  CONFORMANCE_TRY(const ops::Value constant, MakeConstant(value.tensor()));
  return ir::Argument(IdOf(constant));
}

Result<ir::Argument> Recorder::ToArgument(const ops::Argument& argument) {
  if (const auto* value = std::get_if<ops::Value>(&argument)) {
    return value->defined() ? TensorArgument(*value) : Result<ir::Argument>(ir::Argument(ir::None{}));
  }
  if (const auto* values = std::get_if<std::vector<ops::Value>>(&argument)) {
    std::vector<ir::ValueId> ids;
    std::vector<ir::OptionalTensor> optional;
    for (const ops::Value& value : *values) {
      ir::ValueId id = ir::ValueId::kNone;
      if (value.defined()) {
        CONFORMANCE_TRY(const ir::Argument tensor, TensorArgument(value));
        id = *tensor.As<ir::ValueId>();
      }
      ids.push_back(id);
      optional.push_back({id});
    }
    const bool gaps = std::find(ids.begin(), ids.end(), ir::ValueId::kNone) != ids.end();
    return gaps ? ir::Argument(std::move(optional)) : ir::Argument(std::move(ids));
  }
  if (const auto* size = std::get_if<SymInt>(&argument)) {
    CONFORMANCE_TRY(const ir::SymIntRef ref, sizes_.Get(env_.Simplify(*size), place_, MetadataOf("aten.sym_size.int")));
    if (const auto* literal = std::get_if<int64_t>(&ref)) return ir::Argument(*literal);
    return ir::Argument(ref);
  }
  if (const auto* list = std::get_if<std::vector<SymInt>>(&argument)) {
    std::vector<ir::SymIntRef> refs;
    std::vector<int64_t> literals;
    for (const SymInt& size : *list) {
      CONFORMANCE_TRY(const ir::SymIntRef ref, sizes_.Get(env_.Simplify(size), place_, MetadataOf("aten.sym_size.int")));
      if (const auto* literal = std::get_if<int64_t>(&ref)) literals.push_back(*literal);
      refs.push_back(ref);
    }
    return literals.size() == refs.size() ? ir::Argument(std::move(literals)) : ir::Argument(std::move(refs));
  }
  return std::visit(
      [](const auto& value) -> Result<ir::Argument> {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, ops::NoneType>) {
          return ir::Argument(ir::None{});
        } else if constexpr (std::is_same_v<T, DType>) {
          return ir::Argument(ir::FromDType(value));
        } else if constexpr (std::is_same_v<T, ops::ComplexNumber>) {
          return ir::Argument(value.value);
        } else if constexpr (std::is_same_v<T, ops::MemoryFormat> || std::is_same_v<T, ops::Layout>) {
          return ir::Argument(ir::FromOps(value));
        } else if constexpr (std::is_same_v<T, ops::Value> || std::is_same_v<T, std::vector<ops::Value>> || std::is_same_v<T, SymInt> ||
                             std::is_same_v<T, std::vector<SymInt>>) {
          return Internal("handled above");
        } else {
          return ir::Argument(value);
        }
      },
      argument);
}

Result<ops::OpContext::Answer> Recorder::Execute(const ops::OpDef& op, std::vector<ops::Argument>& args, const ops::RuleResult& rule) {
  Answer answer = FromRule(rule);
  // A size, condition or number that is known needs no node.
  if (rule.sym_int && rule.sym_int->IsConstant()) return answer;
  if (rule.sym_bool && rule.sym_bool->IsConstant()) return answer;
  if (rule.number) return answer;

  ir::Node node;
  node.target = ir::TargetOf(op.target);
  node.metadata = MetadataOf(op.target);
  bool left_out = false;
  for (size_t i = 0; i < args.size(); ++i) {
    const ops::ArgSchema& schema = op.args[i];
    if (schema.default_value && Same(args[i], *schema.default_value)) {
      left_out = true;
      continue;
    }
    CONFORMANCE_TRY(ir::Argument argument, ToArgument(args[i]));
    if (schema.kind == ops::ArgKind::kOptionalTensorList && argument.kind() == ir::ArgumentKind::kTensors) {
      std::vector<ir::OptionalTensor> optional;
      for (const ir::ValueId id : *argument.As<std::vector<ir::ValueId>>()) optional.push_back({id});
      argument = ir::Argument(std::move(optional));
    }
    const auto kind = schema.keyword_only || left_out ? ir::NamedArgument::Kind::kKeyword : ir::NamedArgument::Kind::kPositional;
    node.inputs.push_back({schema.name, std::move(argument), kind});
  }

  const std::string base = ResultName(op.target);
  if (rule.sym_int) {
    const ir::ValueId id = NewOutput(base, *rule.sym_int);
    node.outputs.emplace_back(ir::SymIntRef(id));
    node.name = builder_.graph().value(id).name;
    Add(builder_, place_, std::move(node));
    sizes_.DefineSize(id);
    return answer;
  }
  if (rule.sym_bool) {
    const ir::ValueId id = NewOutput(base, *rule.sym_bool);
    node.outputs.emplace_back(ir::SymBoolRef(id));
    node.name = builder_.graph().value(id).name;
    Add(builder_, place_, std::move(node));
    return answer;
  }

  const bool list = op.returns.size() == 1 && op.returns[0].kind == ops::ArgKind::kTensorList;
  const bool several = list || op.returns.size() > 1;
  std::vector<ir::ValueId> ids;
  for (const ops::TensorMeta& meta : rule.tensors) {
    ids.push_back(NewOutput(several ? "getitem" : base, ir::MakeTensorMeta(meta.dtype, meta.sizes)));
    answer.values.push_back(ops::Value::Traced(static_cast<int64_t>(ids.back()), meta));
  }
  if (list) {
    node.outputs.emplace_back(ids);
    node.name = builder_.FreshName(base);
  } else {
    size_t made = 0;
    for (size_t i = 0; i < op.returns.size(); ++i) {
      const bool absent = std::find(rule.absent.begin(), rule.absent.end(), i) != rule.absent.end();
      node.outputs.push_back(absent ? ir::Argument(ir::None{}) : ir::Argument(ids[made++]));
    }
    if (several) node.name = builder_.FreshName(base);
    if (!several && ids.size() == 1) node.name = builder_.graph().value(ids[0]).name;
  }
  Add(builder_, place_, std::move(node));
  // Sizes that are only known when the program runs first show in the sizes of what an op makes.
  for (const ir::ValueId id : ids) sizes_.Define(id);
  return answer;
}

Result<ops::Value> Recorder::LoadWeight(const ops::WeightInfo& info) {
  if (weights_.empty()) {
    const auto& specs = builder_.signature().inputs;
    for (size_t i = 0; i < specs.size(); ++i) {
      if (!IsWeight(specs[i].kind)) continue;
      if (const auto* id = builder_.graph().inputs()[i].As<ir::ValueId>()) weights_.emplace(specs[i].target, *id);
    }
  }
  const auto found = weights_.find(info.name);
  if (found == weights_.end()) return NotFound("the program has no parameter or buffer '" + info.name + "'");
  return ValueOf(builder_.graph(), found->second);
}

Result<ops::Value> Recorder::MakeConstant(const Tensor& tensor) {
  const Tensor elements = tensor.Contiguous();
  const uint64_t hash = Hash64(elements.raw(), elements.byte_size(), static_cast<uint64_t>(elements.dtype()));
  const auto [first, last] = constants_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (BitEqual(it->second.second, elements)) return ValueOf(builder_.graph(), it->second.first);
  }
  std::string target;
  do {
    target = "lifted_tensor_" + std::to_string(next_constant_++);
  } while (builder_.rest().constants.contains(target));
  const ir::ValueId id = builder_.AddConstant(target, elements, "c_" + target);
  constants_.emplace(hash, std::pair(id, elements));
  return ValueOf(builder_.graph(), id);
}

Status Recorder::RecordAssertion(const SymBool& condition, std::string_view message) {
  const SymBool simple = env_.Simplify(condition);
  if (simple.IsConstant()) return Ok();
  ir::Metadata metadata = MetadataOf("aten._assert_scalar.default");
  CONFORMANCE_TRY(const ir::SymBoolRef ref, sizes_.Get(simple, place_, metadata));
  if (!std::holds_alternative<ir::ValueId>(ref)) return Ok();
  ir::Node node;
  node.target = ir::TargetOf("aten._assert_scalar.default");
  node.inputs.push_back({"self", ir::Argument(ref)});
  node.inputs.push_back({"assert_msg", ir::Argument(std::string(message))});
  node.metadata = std::move(metadata);
  Add(builder_, place_, std::move(node));
  return Ok();
}

void SimplifyMetas(const ShapeEnv& env, ir::ProgramBuilder& builder) {
  for (const ir::ValueId id : builder.graph().ValueIds()) {
    ir::ValueMeta meta = builder.graph().value(id).meta;
    if (auto* tensor = std::get_if<ir::TensorMeta>(&meta)) {
      if (AsInts(tensor->sizes)) continue;
      for (SymInt& size : tensor->sizes) size = env.Simplify(size);
      tensor->strides = ir::ContiguousStrides(tensor->sizes);
    } else if (auto* size = std::get_if<SymInt>(&meta)) {
      *size = env.Simplify(*size);
    } else if (auto* condition = std::get_if<SymBool>(&meta)) {
      *condition = env.Simplify(*condition);
    } else {
      continue;
    }
    builder.SetMeta(id, std::move(meta));
  }
}

Result<ShapeEnv> EnvOf(const ir::Program& program) {
  ShapeEnv env;
  env.defer_runtime_asserts = true;  // conditions were settled when the program was made
  for (const auto& [name, facts] : program.symbols) {
    SymRange range;
    if (const auto found = program.range_constraints.find(name); found != program.range_constraints.end()) {
      range.min = std::max<int64_t>(found->second.min.value_or(0), 0);
      range.max = found->second.max;
    }
    CONFORMANCE_RETURN_IF_ERROR(env.Restore(name, facts.hint, range));
  }
  return env;
}

}  // namespace conformance::rewrite
