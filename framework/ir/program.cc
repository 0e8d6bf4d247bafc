#include "framework/ir/program.h"

#include "framework/base/strings.h"

namespace conformance::ir {

std::string_view ToString(InputSpec::Kind kind) {
  switch (kind) {
    case InputSpec::Kind::kUserInput: return "user_input";
    case InputSpec::Kind::kParameter: return "parameter";
    case InputSpec::Kind::kBuffer: return "buffer";
    case InputSpec::Kind::kTensorConstant: return "tensor_constant";
    case InputSpec::Kind::kCustomObj: return "custom_obj";
    case InputSpec::Kind::kToken: return "token";
    case InputSpec::Kind::kConstantInput: return "constant_input";
  }
  return "user_input";
}

std::string_view ToString(OutputSpec::Kind kind) {
  switch (kind) {
    case OutputSpec::Kind::kUserOutput: return "user_output";
    case OutputSpec::Kind::kLossOutput: return "loss_output";
    case OutputSpec::Kind::kBufferMutation: return "buffer_mutation";
    case OutputSpec::Kind::kGradientToParameter: return "gradient_to_parameter";
    case OutputSpec::Kind::kGradientToUserInput: return "gradient_to_user_input";
    case OutputSpec::Kind::kUserInputMutation: return "user_input_mutation";
    case OutputSpec::Kind::kToken: return "token";
    case OutputSpec::Kind::kParameterMutation: return "parameter_mutation";
  }
  return "user_output";
}

std::vector<std::string> Program::UserInputs() const {
  std::vector<std::string> out;
  for (size_t i = 0; i < signature.inputs.size() && i < graph.inputs().size(); ++i) {
    if (signature.inputs[i].kind == InputSpec::Kind::kUserInput) out.emplace_back(graph.NameOf(graph.inputs()[i]));
  }
  return out;
}

std::vector<std::string> Program::UserOutputs() const {
  std::vector<std::string> out;
  for (size_t i = 0; i < signature.outputs.size() && i < graph.outputs().size(); ++i) {
    if (signature.outputs[i].kind == OutputSpec::Kind::kUserOutput) out.emplace_back(graph.NameOf(graph.outputs()[i]));
  }
  return out;
}

std::optional<size_t> Program::FindInput(InputSpec::Kind kind, std::string_view target) const {
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    if (signature.inputs[i].kind == kind && signature.inputs[i].target == target) return i;
  }
  return std::nullopt;
}

std::optional<int64_t> Program::Hint(const SymInt& value) const {
  if (value.IsConstant()) return value.constant();
  SymbolValues values;
  for (const std::string& name : value.Symbols()) {
    const auto it = symbols.find(name);
    if (it == symbols.end() || !it->second.hint) return std::nullopt;
    values[name] = *it->second.hint;
  }
  const auto hint = value.Evaluate(values);
  return hint.ok() ? std::optional(*hint) : std::nullopt;
}

std::vector<ModuleFrame> ParseModuleStack(std::string_view text) {
  std::vector<ModuleFrame> out;
  if (text.empty()) return out;
  for (const std::string& frame : Split(text, ';')) {
    const size_t first = frame.find(',');
    const size_t second = first == std::string::npos ? first : frame.find(',', first + 1);
    if (second == std::string::npos) {
      out.push_back({frame, "", ""});
    } else {
      out.push_back({frame.substr(0, first), frame.substr(first + 1, second - first - 1), frame.substr(second + 1)});
    }
  }
  return out;
}

std::string ModuleStackText(const std::vector<ModuleFrame>& frames) {
  std::string out;
  for (const ModuleFrame& frame : frames) {
    if (!out.empty()) out += ';';
    out += frame.key + "," + frame.path + "," + frame.class_name;
  }
  return out;
}

std::string ModulePath(const Node& node) {
  const auto it = node.metadata.find("nn_module_stack");
  if (it == node.metadata.end()) return "";
  const std::vector<ModuleFrame> frames = ParseModuleStack(it->second);
  // Sizes of inputs belong to no module; torch.export says so by a marker in each field.
  if (frames.empty() || frames.back().path == "_empty_nn_module_stack_from_metadata_hook") return "";
  return frames.back().path;
}

}  // namespace conformance::ir
