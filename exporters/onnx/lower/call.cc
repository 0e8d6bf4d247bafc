#include "exporters/onnx/lower/call.h"

#include <algorithm>

#include "framework/rewrite/bind.h"

namespace conformance::onnx {

Call::Call(const ir::Graph& program, const ir::Node& node, const ops::OpDef& op, const ValueTable& values, Graph& graph)
    : program_(program), node_(node), op_(op), values_(values), graph_(graph), outputs_(node.OutputValues()) {}

Call::Found Call::Find(std::string_view name) const {
  Found found;
  for (const ops::ArgSchema& schema : op_.args) {
    if (schema.name == name) found.schema = &schema;
  }
  CONFORMANCE_CHECK(found.schema != nullptr, op_.target + " has no argument " + std::string(name));
  found.given = node_.Find(name);
  return found;
}

ops::Argument Call::Plain(std::string_view name) const {
  const Found found = Find(name);
  if (found.given == nullptr) return found.schema->default_value.value_or(ops::Argument(ops::NoneType{}));
  Result<ops::Argument> argument = rewrite::ToOps(program_, *found.given);
  CONFORMANCE_CHECK(argument.ok(), op_.target + ": " + std::string(name) + " was bound before");
  return *std::move(argument);
}

bool Call::Has(std::string_view name) const {
  return std::any_of(op_.args.begin(), op_.args.end(), [&](const ops::ArgSchema& schema) { return schema.name == name; });
}

bool Call::IsNone(std::string_view name) const {
  const Found found = Find(name);
  if (found.given != nullptr) return found.given->IsNone();
  return !found.schema->default_value || std::holds_alternative<ops::NoneType>(*found.schema->default_value);
}

bool Call::IsTensor(std::string_view name) const {
  const Found found = Find(name);
  if (found.given == nullptr || found.given->IsNone()) return false;
  return found.given->kind() == ir::ArgumentKind::kTensor || found.given->kind() == ir::ArgumentKind::kOptionalTensor;
}

Value Call::Tensor(std::string_view name) const {
  const Found found = Find(name);
  if (found.given == nullptr || found.given->IsNone()) return {};
  if (const auto* id = found.given->As<ir::ValueId>()) return values_.Get(*id);
  const auto* optional = found.given->As<ir::OptionalTensor>();
  CONFORMANCE_CHECK(optional != nullptr, op_.target + ": " + std::string(name) + " is no tensor");
  return values_.Get(optional->value);
}

std::vector<Value> Call::Tensors(std::string_view name) const {
  const Found found = Find(name);
  std::vector<Value> out;
  if (found.given == nullptr) return out;
  if (const auto* ids = found.given->As<std::vector<ir::ValueId>>()) {
    for (const ir::ValueId id : *ids) out.push_back(values_.Get(id));
  } else if (const auto* optional = found.given->As<std::vector<ir::OptionalTensor>>()) {
    for (const ir::OptionalTensor& item : *optional) out.push_back(item.value == ir::ValueId::kNone ? Value() : values_.Get(item.value));
  }
  return out;
}

Value Call::Operand(std::string_view name, DType dtype) const {
  if (IsTensor(name)) return graph_.Cast(Tensor(name), dtype);
  // A fraction is true, too.
  if (const auto number = Literal(name)) return graph_.Const(dtype == DType::kBool ? double{*number != 0} : *number, dtype);
  return graph_.Cast(graph_.AsScalar(graph_.Sizes({SizeOf(name)})), dtype);
}

bool Call::Bool(std::string_view name) const { return std::get<bool>(Plain(name)); }
int64_t Call::Int(std::string_view name) const { return std::get<SymInt>(Plain(name)).constant(); }
std::string Call::String(std::string_view name) const { return std::get<std::string>(Plain(name)); }

std::optional<double> Call::Literal(std::string_view name) const {
  if (IsTensor(name)) return std::nullopt;
  const ops::Argument argument = Plain(name);
  if (const auto* value = std::get_if<double>(&argument)) return *value;
  if (const auto* value = std::get_if<bool>(&argument)) return *value ? 1 : 0;
  if (const auto* value = std::get_if<SymInt>(&argument); value != nullptr && value->IsConstant()) {
    return static_cast<double>(value->constant());
  }
  return std::nullopt;
}

double Call::Number(std::string_view name) const {
  const auto number = Literal(name);
  CONFORMANCE_CHECK(number.has_value(), op_.target + ": " + std::string(name) + " is no number");
  return *number;
}

std::vector<double> Call::Numbers(std::string_view name) const {
  if (IsNone(name)) return {};
  const ops::Argument argument = Plain(name);
  if (const auto* numbers = std::get_if<std::vector<double>>(&argument)) return *numbers;
  const std::vector<int64_t> ints = Ints(name);
  return {ints.begin(), ints.end()};
}

std::vector<int64_t> Call::Ints(std::string_view name) const {
  if (IsNone(name)) return {};
  const ops::Argument argument = Plain(name);
  if (const auto* one = std::get_if<SymInt>(&argument)) {
    const Found found = Find(name);
    return std::vector<int64_t>(static_cast<size_t>(found.schema->list_size.value_or(1)), one->constant());
  }
  if (std::holds_alternative<std::vector<double>>(argument) || std::holds_alternative<std::vector<bool>>(argument)) return {};  // empty
  const auto ints = AsInts(std::get<std::vector<SymInt>>(argument));
  CONFORMANCE_CHECK(ints.has_value(), op_.target + ": " + std::string(name) + " depends on symbols");
  const Found found = Find(name);
  const auto wanted = static_cast<size_t>(found.schema->list_size.value_or(0));
  if (ints->size() == 1 && wanted > 1) return std::vector<int64_t>(wanted, ints->front());
  return *ints;
}

std::optional<DType> Call::DTypeOf(std::string_view name) const {
  const ops::Argument argument = Plain(name);
  const auto* dtype = std::get_if<DType>(&argument);
  return dtype == nullptr ? std::nullopt : std::optional(*dtype);
}

Size Call::SizeOf(const ir::SymIntRef& ref) const {
  if (const auto* literal = std::get_if<int64_t>(&ref)) return *literal;
  const ir::ValueId id = std::get<ir::ValueId>(ref);
  // A size that turned out to be a number needs no value.
  if (const auto* known = std::get_if<SymInt>(&program_.value(id).meta); known != nullptr && known->IsConstant()) return known->constant();
  return values_.Get(id);
}

Size Call::SizeOf(std::string_view name) const {
  const Found found = Find(name);
  if (found.given != nullptr) {
    if (const auto* ref = found.given->As<ir::SymIntRef>()) return SizeOf(*ref);
  }
  return std::get<SymInt>(Plain(name)).constant();
}

std::vector<Size> Call::SizesOf(std::string_view name) const {
  const Found found = Find(name);
  std::vector<Size> out;
  if (found.given != nullptr) {
    if (const auto* refs = found.given->As<std::vector<ir::SymIntRef>>()) {
      for (const ir::SymIntRef& ref : *refs) out.push_back(SizeOf(ref));
      return out;
    }
  }
  for (const int64_t size : Ints(name)) out.emplace_back(size);
  return out;
}

std::vector<SymInt> Call::SymIntsOf(std::string_view name) const {
  const ops::Argument argument = Plain(name);
  if (const auto* sizes = std::get_if<std::vector<SymInt>>(&argument)) return *sizes;
  if (const auto* one = std::get_if<SymInt>(&argument)) return {*one};
  return {};
}

int64_t Call::Axis(std::string_view name, int64_t rank) const {
  const int64_t axis = Int(name);
  return axis < 0 ? axis + std::max<int64_t>(rank, 1) : axis;
}

std::vector<int64_t> Call::Axes(std::string_view name, int64_t rank) const {
  std::vector<int64_t> axes = Ints(name);
  for (int64_t& axis : axes) axis = axis < 0 ? axis + std::max<int64_t>(rank, 1) : axis;
  return axes;
}

DType Call::OutputDType(size_t i) const {
  const auto* meta = program_.value(outputs_[i]).tensor();
  return ir::ToDType(meta->dtype).value_or(DType::kF32);
}
const std::vector<SymInt>& Call::OutputSizes(size_t i) const { return program_.value(outputs_[i]).tensor()->sizes; }

Error Call::Refused(std::string_view what) const {
  return Unsupported(op_.target + " " + std::string(what) + " has no translation to ONNX").With("op", op_.target).With("node", node_.name);
}

}  // namespace conformance::onnx
