#include "framework/rewrite/bind.h"

#include <utility>

namespace conformance::rewrite {
namespace {

Result<SymInt> SizeOf(const ir::Graph& graph, const ir::SymIntRef& ref) {
  if (const auto* literal = std::get_if<int64_t>(&ref)) return SymInt(*literal);
  const ir::Value& value = graph.value(std::get<ir::ValueId>(ref));
  if (const auto* size = std::get_if<SymInt>(&value.meta)) return *size;
  return Invalid("the value " + value.name + " is " + ir::Describe(value.meta) + ", want a size");
}

}  // namespace

Result<ops::Value> ValueOf(const ir::Graph& graph, ir::ValueId id) {
  const ir::Value& value = graph.value(id);
  const ir::TensorMeta* meta = value.tensor();
  if (meta == nullptr) return Invalid("the value " + value.name + " is " + ir::Describe(value.meta) + ", want a tensor");
  CONFORMANCE_TRY(ops::TensorMeta known, ir::ToOps(*meta));
  return ops::Value::Traced(static_cast<int64_t>(id), std::move(known));
}

Result<ops::Argument> ToOps(const ir::Graph& graph, const ir::Argument& argument) {
  using Kind = ir::ArgumentKind;
  const auto optional = [&](ir::ValueId id) -> Result<ops::Value> {
    return id == ir::ValueId::kNone ? Result<ops::Value>(ops::Value()) : ValueOf(graph, id);
  };
  switch (argument.kind()) {
    case Kind::kNone: return ops::Argument(ops::NoneType{});
    case Kind::kTensor: {
      CONFORMANCE_TRY(ops::Value value, ValueOf(graph, *argument.As<ir::ValueId>()));
      return ops::Argument(std::move(value));
    }
    case Kind::kOptionalTensor: {
      CONFORMANCE_TRY(ops::Value value, optional(argument.As<ir::OptionalTensor>()->value));
      return value.defined() ? ops::Argument(std::move(value)) : ops::Argument(ops::NoneType{});
    }
    case Kind::kTensors: {
      std::vector<ops::Value> values;
      for (const ir::ValueId id : *argument.As<std::vector<ir::ValueId>>()) {
        CONFORMANCE_TRY(ops::Value value, ValueOf(graph, id));
        values.push_back(std::move(value));
      }
      return ops::Argument(std::move(values));
    }
    case Kind::kOptionalTensors: {
      std::vector<ops::Value> values;
      for (const ir::OptionalTensor& item : *argument.As<std::vector<ir::OptionalTensor>>()) {
        CONFORMANCE_TRY(ops::Value value, optional(item.value));
        values.push_back(std::move(value));
      }
      return ops::Argument(std::move(values));
    }
    case Kind::kInt: return ops::Argument(SymInt(*argument.As<int64_t>()));
    case Kind::kInts: return ops::Argument(ToSymInts(*argument.As<std::vector<int64_t>>()));
    case Kind::kFloat: return ops::Argument(*argument.As<double>());
    case Kind::kFloats: return ops::Argument(*argument.As<std::vector<double>>());
    case Kind::kBool: return ops::Argument(*argument.As<bool>());
    case Kind::kBools: return ops::Argument(*argument.As<std::vector<bool>>());
    case Kind::kString: return ops::Argument(*argument.As<std::string>());
    case Kind::kSymInt: {
      CONFORMANCE_TRY(SymInt size, SizeOf(graph, *argument.As<ir::SymIntRef>()));
      return ops::Argument(std::move(size));
    }
    case Kind::kSymInts: {
      std::vector<SymInt> sizes;
      for (const ir::SymIntRef& item : *argument.As<std::vector<ir::SymIntRef>>()) {
        CONFORMANCE_TRY(SymInt size, SizeOf(graph, item));
        sizes.push_back(std::move(size));
      }
      return ops::Argument(std::move(sizes));
    }
    case Kind::kSymFloat:
      if (const auto* literal = std::get_if<double>(argument.As<ir::SymFloatRef>())) return ops::Argument(*literal);
      break;
    case Kind::kSymBool:
      if (const auto* literal = std::get_if<bool>(argument.As<ir::SymBoolRef>())) return ops::Argument(*literal);
      break;
    case Kind::kScalarType: {
      const auto dtype = ir::ToDType(*argument.As<ir::ScalarType>());
      if (!dtype) return Unsupported("the dtype " + std::string(ir::ToString(*argument.As<ir::ScalarType>())));
      return ops::Argument(*dtype);
    }
    case Kind::kMemoryFormat: {
      const auto format = ir::ToOps(*argument.As<ir::MemoryFormat>());
      if (!format) return Unsupported("the memory format " + std::string(ir::ToString(*argument.As<ir::MemoryFormat>())));
      return ops::Argument(*format);
    }
    case Kind::kLayout: {
      const auto layout = ir::ToOps(*argument.As<ir::Layout>());
      if (!layout) return Unsupported("the layout " + std::string(ir::ToString(*argument.As<ir::Layout>())));
      return ops::Argument(*layout);
    }
    case Kind::kComplex: return ops::Argument(ops::ComplexNumber(*argument.As<std::complex<double>>()));
    case Kind::kDevice: return ops::Argument(*argument.As<ir::Device>());
    default: break;
  }
  return Unsupported("an argument of the kind " + std::string(ir::KeyOf(argument.kind())));
}

Result<std::vector<ops::Argument>> BindNode(const ir::Graph& graph, const ir::Node& node, const ops::OpDef& op) {
  const auto named = [&](Error error) { return std::move(error).With("node", node.name); };
  std::vector<std::pair<std::string, ops::Argument>> given;
  for (const ir::NamedArgument& input : node.inputs) {
    Result<ops::Argument> argument = ToOps(graph, input.arg);
    if (!argument.ok()) return named(std::move(argument).error().With("argument", input.name));
    given.emplace_back(input.name, *std::move(argument));
  }
  Result<std::vector<ops::Argument>> bound = ops::BindArguments(op, {}, std::move(given));
  if (!bound.ok()) return named(std::move(bound).error());
  return bound;
}

bool Same(const ops::Argument& a, const ops::Argument& b) {
  if (a.index() != b.index()) return false;
  const auto same_value = [](const ops::Value& x, const ops::Value& y) {
    return x.defined() == y.defined() && (!x.defined() || (x.id() == y.id() && x.id() >= 0));
  };
  return std::visit(
      [&](const auto& x) {
        using T = std::decay_t<decltype(x)>;
        const T& y = std::get<T>(b);
        if constexpr (std::is_same_v<T, ops::Value>) {
          return same_value(x, y);
        } else if constexpr (std::is_same_v<T, SymInt>) {
          return SymInt::Same(x, y);
        } else if constexpr (std::is_same_v<T, std::vector<ops::Value>> || std::is_same_v<T, std::vector<SymInt>>) {
          if (x.size() != y.size()) return false;
          for (size_t i = 0; i < x.size(); ++i) {
            if constexpr (std::is_same_v<T, std::vector<SymInt>>) {
              if (!SymInt::Same(x[i], y[i])) return false;
            } else {
              if (!same_value(x[i], y[i])) return false;
            }
          }
          return true;
        } else {
          return x == y;
        }
      },
      a);
}

}  // namespace conformance::rewrite
