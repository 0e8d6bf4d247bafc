#include "framework/ir/argument.h"

namespace conformance::ir {

std::string_view KeyOf(ArgumentKind kind) {
  switch (kind) {
    case ArgumentKind::kNone: return "as_none";
    case ArgumentKind::kTensor: return "as_tensor";
    case ArgumentKind::kTensors: return "as_tensors";
    case ArgumentKind::kOptionalTensor: return "as_optional_tensor";
    case ArgumentKind::kOptionalTensors: return "as_optional_tensors";
    case ArgumentKind::kNestedTensors: return "as_nested_tensors";
    case ArgumentKind::kInt: return "as_int";
    case ArgumentKind::kInts: return "as_ints";
    case ArgumentKind::kIntLists: return "as_int_lists";
    case ArgumentKind::kFloat: return "as_float";
    case ArgumentKind::kFloats: return "as_floats";
    case ArgumentKind::kFloatLists: return "as_float_lists";
    case ArgumentKind::kBool: return "as_bool";
    case ArgumentKind::kBools: return "as_bools";
    case ArgumentKind::kString: return "as_string";
    case ArgumentKind::kStrings: return "as_strings";
    case ArgumentKind::kComplex: return "as_complex";
    case ArgumentKind::kSymInt: return "as_sym_int";
    case ArgumentKind::kSymInts: return "as_sym_ints";
    case ArgumentKind::kSymFloat: return "as_sym_float";
    case ArgumentKind::kSymFloats: return "as_sym_floats";
    case ArgumentKind::kSymBool: return "as_sym_bool";
    case ArgumentKind::kSymBools: return "as_sym_bools";
    case ArgumentKind::kScalarType: return "as_scalar_type";
    case ArgumentKind::kMemoryFormat: return "as_memory_format";
    case ArgumentKind::kLayout: return "as_layout";
    case ArgumentKind::kDevice: return "as_device";
    case ArgumentKind::kGraph: return "as_graph";
    case ArgumentKind::kCustomObj: return "as_custom_obj";
    case ArgumentKind::kOperator: return "as_operator";
    case ArgumentKind::kArgumentMap: return "as_string_to_argument";
    case ArgumentKind::kToken: return "as_token";
  }
  return "as_none";
}

bool Argument::IsNone() const {
  if (kind() == ArgumentKind::kNone) return true;
  const auto* optional = As<OptionalTensor>();
  return optional != nullptr && optional->value == ValueId::kNone;
}

namespace {

// Visit takes ValueId& or const ValueId&, by the constness of the argument.
template <typename Data, typename Visit>
void Walk(Data& data, const Visit& visit) {
  std::visit(
      [&](auto& held) {
        using T = std::remove_cvref_t<decltype(held)>;
        if constexpr (std::is_same_v<T, ValueId>) {
          visit(held);
        } else if constexpr (std::is_same_v<T, OptionalTensor>) {
          if (held.value != ValueId::kNone) visit(held.value);
        } else if constexpr (std::is_same_v<T, CustomObjRef> || std::is_same_v<T, TokenRef>) {
          visit(held.value);
        } else if constexpr (std::is_same_v<T, SymIntRef> || std::is_same_v<T, SymFloatRef> || std::is_same_v<T, SymBoolRef>) {
          if (auto* value = std::get_if<ValueId>(&held)) visit(*value);
        } else if constexpr (std::is_same_v<T, std::vector<ValueId>>) {
          for (auto& value : held) visit(value);
        } else if constexpr (std::is_same_v<T, std::vector<OptionalTensor>>) {
          for (auto& value : held) {
            if (value.value != ValueId::kNone) visit(value.value);
          }
        } else if constexpr (std::is_same_v<T, std::vector<std::vector<ValueId>>>) {
          for (auto& list : held) {
            for (auto& value : list) visit(value);
          }
        } else if constexpr (std::is_same_v<T, std::vector<SymIntRef>> || std::is_same_v<T, std::vector<SymFloatRef>> ||
                             std::is_same_v<T, std::vector<SymBoolRef>>) {
          for (auto& ref : held) {
            if (auto* value = std::get_if<ValueId>(&ref)) visit(*value);
          }
        } else if constexpr (std::is_same_v<T, ArgumentMap>) {
          for (auto& [key, argument] : held) Walk(argument.data, visit);
        }
      },
      data);
}

}  // namespace

void VisitValues(const Argument& argument, const std::function<void(ValueId)>& visit) { Walk(argument.data, visit); }
void VisitValues(Argument& argument, const std::function<void(ValueId&)>& visit) { Walk(argument.data, visit); }

}  // namespace conformance::ir
