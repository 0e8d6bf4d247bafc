#include <algorithm>

#include "framework/ir/builder.h"

namespace conformance::ir {

namespace {

// Order of graph inputs, as torch.export keeps it.
int RankOf(InputSpec::Kind kind) {
  switch (kind) {
    case InputSpec::Kind::kToken: return 0;
    case InputSpec::Kind::kParameter: return 1;
    case InputSpec::Kind::kBuffer: return 2;
    case InputSpec::Kind::kTensorConstant: return 3;
    case InputSpec::Kind::kCustomObj: return 4;
    case InputSpec::Kind::kUserInput:
    case InputSpec::Kind::kConstantInput: return 5;
  }
  return 5;
}
int RankOf(OutputSpec::Kind kind) {
  switch (kind) {
    case OutputSpec::Kind::kToken: return 0;
    case OutputSpec::Kind::kParameterMutation: return 1;
    case OutputSpec::Kind::kBufferMutation: return 2;
    case OutputSpec::Kind::kUserInputMutation: return 3;
    case OutputSpec::Kind::kUserOutput:
    case OutputSpec::Kind::kLossOutput: return 4;
    case OutputSpec::Kind::kGradientToParameter: return 5;
    case OutputSpec::Kind::kGradientToUserInput: return 6;
  }
  return 4;
}

// "model.layers.0.weight" -> "p_model_layers_0_weight"
std::string LiftedName(std::string_view prefix, std::string_view target) {
  std::string out(prefix);
  for (const char c : target) out += c == '.' ? '_' : c;
  return out;
}

template <typename Specs>
size_t PlaceFor(const Specs& specs, int rank) {
  size_t place = specs.size();
  while (place > 0 && RankOf(specs[place - 1].kind) > rank) --place;
  return place;
}

}  // namespace

ProgramBuilder::ProgramBuilder(Program program) : GraphBuilder(std::move(program.graph)), program_(std::move(program)) {}

Program ProgramBuilder::Finish() && {
  program_.graph = std::move(*this).Take();
  return std::move(program_);
}

ValueId ProgramBuilder::AddSpecified(InputSpec spec, std::string name, ValueMeta meta) {
  std::vector<InputSpec>& specs = program_.signature.inputs;
  const size_t place = PlaceFor(specs, RankOf(spec.kind));
  const bool last = place == specs.size();
  ValueId id = ValueId::kNone;
  if (last) {
    id = AddInput(std::move(name), std::move(meta));
  } else {
    // Only tensors stand before the user's inputs.
    id = NewValue(std::move(name), std::move(meta));
    InsertInput(place, Argument(id));
  }
  specs.insert(specs.begin() + static_cast<std::ptrdiff_t>(place), std::move(spec));
  return id;
}

ValueId ProgramBuilder::AddParameter(std::string target, TensorMeta meta, std::string_view wanted_name) {
  std::string name = FreshName(wanted_name.empty() ? LiftedName("p_", target) : std::string(wanted_name));
  return AddSpecified({InputSpec::Kind::kParameter, std::move(target), true, {}}, std::move(name), std::move(meta));
}

ValueId ProgramBuilder::AddBuffer(std::string target, TensorMeta meta, bool persistent, std::string_view wanted_name) {
  std::string name = FreshName(wanted_name.empty() ? LiftedName("b_", target) : std::string(wanted_name));
  return AddSpecified({InputSpec::Kind::kBuffer, std::move(target), persistent, {}}, std::move(name), std::move(meta));
}

ValueId ProgramBuilder::AddConstant(std::string target, Tensor elements, std::string_view wanted_name) {
  std::string name = FreshName(wanted_name.empty() ? LiftedName("c_", target) : std::string(wanted_name));
  TensorMeta meta = MakeTensorMeta(elements.dtype(), ToSymInts(elements.shape()));
  program_.constants.insert_or_assign(target, std::move(elements));
  return AddSpecified({InputSpec::Kind::kTensorConstant, std::move(target), true, {}}, std::move(name), std::move(meta));
}

ValueId ProgramBuilder::AddUserInput(std::string name, ValueMeta meta) {
  return AddSpecified({InputSpec::Kind::kUserInput, "", true, {}}, std::move(name), std::move(meta));
}

void ProgramBuilder::AddUserInput(Argument constant, std::string name) {
  ConstantValue value;
  if (const auto* number = constant.As<int64_t>()) value = *number;
  if (const auto* number = constant.As<double>()) value = *number;
  if (const auto* flag = constant.As<bool>()) value = *flag;
  if (const auto* text = constant.As<std::string>()) value = *text;
  AddInput(std::move(constant));
  program_.signature.inputs.push_back({InputSpec::Kind::kConstantInput, std::move(name), true, std::move(value)});
}

void ProgramBuilder::AddOutput(OutputSpec spec, Argument output) {
  std::vector<OutputSpec>& specs = program_.signature.outputs;
  const size_t place = PlaceFor(specs, RankOf(spec.kind));
  InsertOutput(place, std::move(output));
  specs.insert(specs.begin() + static_cast<std::ptrdiff_t>(place), std::move(spec));
}

void ProgramBuilder::RemoveInputAt(size_t index) {
  EraseInput(index);
  const InputSpec spec = program_.signature.inputs[index];
  program_.signature.inputs.erase(program_.signature.inputs.begin() + static_cast<std::ptrdiff_t>(index));
  const bool still_named = std::any_of(program_.signature.inputs.begin(), program_.signature.inputs.end(),
                                       [&](const InputSpec& other) { return other.target == spec.target; });
  if (!still_named) program_.constants.erase(spec.target);
}

void ProgramBuilder::RemoveOutputAt(size_t index) {
  EraseOutput(index);
  program_.signature.outputs.erase(program_.signature.outputs.begin() + static_cast<std::ptrdiff_t>(index));
}

size_t ProgramBuilder::RemoveUnusedWeights() {
  size_t removed = 0;
  for (size_t i = graph().inputs().size(); i-- > 0;) {
    const InputSpec::Kind kind = program_.signature.inputs[i].kind;
    const auto* value = graph().inputs()[i].As<ValueId>();
    const bool weight = kind == InputSpec::Kind::kParameter || kind == InputSpec::Kind::kBuffer || kind == InputSpec::Kind::kTensorConstant;
    if (!weight || value == nullptr || !graph().value(*value).uses().empty()) continue;
    // A buffer that is written back is wanted even where it is never read.
    const std::string& target = program_.signature.inputs[i].target;
    const bool mutated = std::any_of(program_.signature.outputs.begin(), program_.signature.outputs.end(), [&](const OutputSpec& spec) {
      return (spec.kind == OutputSpec::Kind::kBufferMutation || spec.kind == OutputSpec::Kind::kParameterMutation) && spec.target == target;
    });
    if (mutated) continue;
    RemoveInputAt(i);
    ++removed;
  }
  return removed;
}

}  // namespace conformance::ir
