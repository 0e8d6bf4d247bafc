#include <algorithm>

#include "framework/base/strings.h"
#include "framework/ops/op_def.h"

namespace conformance::ops {
namespace {

std::string_view KindName(ArgKind kind) {
  switch (kind) {
    case ArgKind::kTensor: return "a tensor";
    case ArgKind::kTensorList: return "a list of tensors";
    case ArgKind::kOptionalTensorList: return "a list of tensors or None";
    case ArgKind::kInt: return "an int";
    case ArgKind::kIntList: return "a list of ints";
    case ArgKind::kFloat: return "a float";
    case ArgKind::kFloatList: return "a list of floats";
    case ArgKind::kBool: return "a bool";
    case ArgKind::kBoolList: return "a list of bools";
    case ArgKind::kScalar: return "a number";
    case ArgKind::kString: return "a string";
    case ArgKind::kScalarType: return "a dtype";
    case ArgKind::kLayout: return "a layout";
    case ArgKind::kDevice: return "a device";
    case ArgKind::kMemoryFormat: return "a memory format";
  }
  return "";
}

std::string Found(const Argument& argument) {
  static constexpr std::string_view kNames[] = {"None",
                                                "a tensor",
                                                "a list of tensors",
                                                "an int",
                                                "a list of ints",
                                                "a float",
                                                "a list of floats",
                                                "a bool",
                                                "a list of bools",
                                                "a string",
                                                "a dtype",
                                                "a memory format",
                                                "a layout",
                                                "a device",
                                                "a complex number"};
  if (const auto* value = std::get_if<Value>(&argument))
    return value->defined() ? "tensor " + Describe(value->meta()) : "None";
  if (const auto* size = std::get_if<SymInt>(&argument)) return "int " + size->ToString();
  if (const auto* number = std::get_if<double>(&argument)) return "float " + DoubleText(*number);
  if (const auto* truth = std::get_if<bool>(&argument)) return *truth ? "bool True" : "bool False";
  return std::string(kNames[argument.index()]);
}

bool IsNoneArgument(const Argument& argument) {
  if (std::holds_alternative<NoneType>(argument)) return true;
  const auto* value = std::get_if<Value>(&argument);
  return value != nullptr && !value->defined();
}

bool IsNumber(const Argument& argument) {
  return std::holds_alternative<SymInt>(argument) || std::holds_alternative<double>(argument) ||
         std::holds_alternative<bool>(argument) || std::holds_alternative<ComplexNumber>(argument);
}

bool IsEmptyList(const Argument& argument) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { value.empty(); } &&
                      !std::is_same_v<std::decay_t<decltype(value)>, std::string>)
          return value.empty();
        return false;
      },
      argument);
}

// Makes `argument` what the schema's kind wants, in place; false where it is something else.
bool Convert(const ArgSchema& schema, bool number_allowed, Argument& argument) {
  switch (schema.kind) {
    case ArgKind::kTensor:
      return std::holds_alternative<Value>(argument) || (number_allowed && IsNumber(argument));
    case ArgKind::kTensorList:
    case ArgKind::kOptionalTensorList: {
      if (IsEmptyList(argument)) argument = std::vector<Value>();
      const auto* values = std::get_if<std::vector<Value>>(&argument);
      if (values == nullptr) return false;
      return schema.kind == ArgKind::kOptionalTensorList ||
             std::all_of(values->begin(), values->end(), [](const Value& value) { return value.defined(); });
    }
    case ArgKind::kInt: return std::holds_alternative<SymInt>(argument);
    case ArgKind::kIntList: {
      if (IsEmptyList(argument)) argument = std::vector<SymInt>();
      if (const auto* one = std::get_if<SymInt>(&argument)) argument = std::vector<SymInt>{*one};
      auto* values = std::get_if<std::vector<SymInt>>(&argument);
      if (values == nullptr) return false;
      if (schema.list_size && *schema.list_size > 1 && values->size() == 1)
        values->resize(static_cast<size_t>(*schema.list_size), values->front());
      return true;
    }
    case ArgKind::kFloat: {
      const auto* size = std::get_if<SymInt>(&argument);
      if (size != nullptr && size->IsConstant()) argument = static_cast<double>(size->constant());
      return std::holds_alternative<double>(argument);
    }
    case ArgKind::kFloatList: {
      if (IsEmptyList(argument)) argument = std::vector<double>();
      if (const auto* sizes = std::get_if<std::vector<SymInt>>(&argument)) {
        const auto ints = AsInts(*sizes);
        if (!ints) return false;
        argument = std::vector<double>(ints->begin(), ints->end());
      }
      return std::holds_alternative<std::vector<double>>(argument);
    }
    case ArgKind::kBool: return std::holds_alternative<bool>(argument);
    case ArgKind::kBoolList:
      if (IsEmptyList(argument)) argument = std::vector<bool>();
      return std::holds_alternative<std::vector<bool>>(argument);
    case ArgKind::kScalar: return IsNumber(argument);
    case ArgKind::kString: return std::holds_alternative<std::string>(argument);
    case ArgKind::kScalarType: return std::holds_alternative<DType>(argument);
    case ArgKind::kLayout: return std::holds_alternative<Layout>(argument);
    case ArgKind::kDevice: return std::holds_alternative<Device>(argument);
    case ArgKind::kMemoryFormat: return std::holds_alternative<MemoryFormat>(argument);
  }
  return false;
}

}  // namespace

Result<std::vector<Argument>> BindArguments(const OpDef& op, std::vector<Argument> positional,
                                            std::vector<std::pair<std::string, Argument>> keyword) {
  if (positional.size() > op.args.size()) {
    return Invalid(op.target + ": found " + std::to_string(positional.size()) + " arguments, want at most " +
                   std::to_string(op.args.size()));
  }
  std::vector<Argument> bound = std::move(positional);
  const size_t given = bound.size();
  bound.resize(op.args.size());
  std::vector<bool> named;
  if (!keyword.empty()) {
    named.resize(op.args.size());
    for (auto& [name, value] : keyword) {
      size_t i = 0;
      while (i < op.args.size() && op.args[i].name != name) ++i;
      if (i == op.args.size()) {
        std::vector<std::string> names;
        for (const ArgSchema& arg : op.args) names.push_back(arg.name);
        return Invalid(op.target + ": no argument is called '" + name + "', want one of " +
                       Join(names, ", "));
      }
      if (i < given || named[i]) return Invalid(op.target + ": found '" + name + "' twice");
      bound[i] = std::move(value);
      named[i] = true;
    }
  }
  for (size_t i = 0; i < op.args.size(); ++i) {
    const ArgSchema& schema = op.args[i];
    if (i >= given && (named.empty() || !named[i])) {
      if (!schema.default_value) {
        return Invalid(op.target + ": '" + schema.name + "' is missing, want " +
                       std::string(KindName(schema.kind)));
      }
      bound[i] = *schema.default_value;
      continue;
    }
    if (schema.optional && IsNoneArgument(bound[i])) {
      bound[i] = NoneType{};
      continue;
    }
    const bool number_allowed = op.traits.number_arg == static_cast<int>(i);
    if (IsNoneArgument(bound[i]) || !Convert(schema, number_allowed, bound[i])) {
      return TypeError(op.target + ": '" + schema.name + "' is " + Found(bound[i]) + ", want " +
                       std::string(KindName(schema.kind)) + (number_allowed ? " or a number" : "") +
                       (schema.optional ? " or None" : ""));
    }
  }
  return bound;
}

}  // namespace conformance::ops
