#include "framework/nn/module.h"

#include <set>

namespace conformance::nn {
namespace {

std::string Joined(const std::string& prefix, const std::string& name) {
  if (prefix.empty()) return name;
  return name.empty() ? prefix : prefix + "." + name;
}

NamedValues NamedOutputs(const std::vector<ops::Value>& values) {
  NamedValues outputs;
  if (values.size() == 1) {
    outputs.emplace_back("output", values.front());
    return outputs;
  }
  for (size_t i = 0; i < values.size(); ++i) outputs.emplace_back(std::to_string(i), values[i]);
  return outputs;
}

}  // namespace

std::vector<const Module*> Module::Modules() const {
  std::vector<const Module*> all{this};
  for (size_t i = 0; i < owned_.size(); ++i)
    for (const Module* below : owned_[i]->Modules()) all.push_back(below);
  return all;
}

const Module* Module::FindModule(std::string_view path) const {
  if (path.empty()) return this;
  for (const auto& [name, child] : children_view_) {
    if (path == name) return child;
    if (path.size() > name.size() && path.substr(0, name.size()) == name && path[name.size()] == '.')
      if (const Module* found = child->FindModule(path.substr(name.size() + 1))) return found;
  }
  return nullptr;
}

std::vector<const Parameter*> Module::StateDict() const {
  std::vector<const Parameter*> all;
  for (const Module* module : Modules()) {
    for (const auto kind : {ops::WeightInfo::Kind::kParameter, ops::WeightInfo::Kind::kBuffer})
      for (const auto& parameter : module->parameters_)
        if (parameter->info.kind == kind) all.push_back(parameter.get());
  }
  return all;
}

std::vector<const Parameter*> Module::Constants() const {
  std::vector<const Parameter*> all;
  for (const Module* module : Modules())
    for (const auto& parameter : module->parameters_)
      if (parameter->info.kind == ops::WeightInfo::Kind::kConstant) all.push_back(parameter.get());
  return all;
}

const Parameter* Module::FindParameter(std::string_view full_name) const {
  for (const Module* module : Modules())
    for (const auto& parameter : module->parameters_)
      if (parameter->full_name_ == full_name) return parameter.get();
  return nullptr;
}

int64_t Module::NumParameters() const {
  int64_t count = 0;
  for (const Parameter* parameter : StateDict())
    if (parameter->info.kind == ops::WeightInfo::Kind::kParameter && parameter->tied_to == nullptr)
      count += conformance::NumElements(std::span<const int64_t>(parameter->shape()));
  return count;
}

void Module::To(DType dtype) {
  for (const auto& parameter : parameters_)
    if (parameter->info.kind != ops::WeightInfo::Kind::kConstant && IsFloating(parameter->info.meta.dtype) &&
        !parameter->fixed_dtype)
      parameter->info.meta.dtype = dtype == DType::kF16 && parameter->wide_in_f16 ? DType::kF32 : dtype;
  for (const auto& child : owned_) child->To(dtype);
}

void Module::Finish() {
  AssignPaths("");
  for (const Module* module : Modules())
    for (const auto& parameter : module->parameters_)
      parameter->info.name = parameter->tied_to ? parameter->tied_to->full_name_ : parameter->full_name_;
}

void Module::Untie(std::string_view full_name) {
  for (const Module* module : Modules())
    for (const auto& parameter : module->parameters_)
      if (parameter->full_name_ == full_name) {
        parameter->tied_to = nullptr;
        parameter->info.name = parameter->full_name_;
      }
}

void Module::AssignPaths(const std::string& prefix) {
  path_ = prefix;
  for (const auto& parameter : parameters_) parameter->full_name_ = Joined(prefix, parameter->name);
  for (const auto& child : owned_) child->AssignPaths(Joined(prefix, child->local_name_));
}

void Module::Adopt(std::string name, std::unique_ptr<Module> child) {
  for (const auto& [other, unused] : children_view_)
    CONFORMANCE_CHECK(other != name, "a module has two children called " + name);
  child->local_name_ = name;
  children_view_.emplace_back(std::move(name), child.get());
  owned_.push_back(std::move(child));
}

Parameter& Module::AddTensor(std::string name, Shape shape, DType dtype, ops::WeightInfo::Kind kind, Init init) {
  auto parameter = std::make_unique<Parameter>();
  parameter->name = std::move(name);
  parameter->full_name_ = parameter->name;
  parameter->info.name = parameter->name;
  parameter->info.kind = kind;
  parameter->info.meta = {dtype, ToSymInts(shape)};
  parameter->init = init;
  parameter->shape_ = std::move(shape);
  parameters_.push_back(std::move(parameter));
  return *parameters_.back();
}

Parameter& Module::AddParameter(std::string name, Shape shape, Init init, DType dtype) {
  return AddTensor(std::move(name), std::move(shape), dtype, ops::WeightInfo::Kind::kParameter, init);
}

Parameter& Module::AddBuffer(std::string name, Shape shape, DType dtype, Init init) {
  return AddTensor(std::move(name), std::move(shape), dtype, ops::WeightInfo::Kind::kBuffer, init);
}

Parameter& Module::AddConstant(std::string name, Tensor elements) {
  Parameter& parameter =
      AddTensor(std::move(name), elements.shape(), elements.dtype(), ops::WeightInfo::Kind::kConstant, Init::kZeros);
  parameter.constant = std::move(elements);
  parameter.info.constant = &*parameter.constant;
  return parameter;
}

void Module::Tie(Parameter& parameter, const Parameter& target) {
  CONFORMANCE_CHECK(parameter.shape() == target.shape(), "tied parameters of different shapes");
  parameter.tied_to = &target;
}

std::vector<ops::Value> Module::CallMulti(ops::OpContext& context, const NamedValues& inputs,
                                          const std::function<std::vector<ops::Value>()>& body) const {
  ops::OpContext::Scope scope(context, local_name_, class_name_);
  if (context.has_observers()) scope.Inputs(inputs);
  std::vector<ops::Value> outputs = Dispatch(context, "forward", inputs, body);
  if (context.has_observers()) scope.Outputs(NamedOutputs(outputs));
  return outputs;
}

ops::Value Module::Call(ops::OpContext& context, const NamedValues& inputs, const std::function<ops::Value()>& body) const {
  std::vector<ops::Value> outputs =
      CallMulti(context, inputs, [&body] { return std::vector<ops::Value>{body()}; });
  if (outputs.size() == 1) return std::move(outputs.front());
  context.Fail(Invalid("a patch of " + class_name_ + "::forward returned " + std::to_string(outputs.size()) +
                       " values, wanted 1"));
  return ops::Value::Poisoned();
}

Tree Module::CallTree(ops::OpContext& context, const NamedValues& inputs, const std::function<Tree()>& body) const {
  ops::OpContext::Scope scope(context, local_name_, class_name_);
  if (context.has_observers()) scope.Inputs(inputs);
  Tree outputs = body();
  if (context.has_observers()) scope.Outputs(GetLeafTensors(outputs));
  return outputs;
}

std::vector<ops::Value> Module::Dispatch(ops::OpContext& context, std::string_view method, const NamedValues& inputs,
                                         const std::function<std::vector<ops::Value>()>& body) const {
  if (context.patches() != nullptr) {
    const std::string target = class_name_ + "::" + std::string(method);
    if (const void* found = context.patches()->Find(target))
      return (*static_cast<const MethodPatch*>(found))(context, *this, inputs, body);
  }
  return body();
}

void MethodPatches::Add(std::string target, MethodPatch patch) {
  auto entry = std::make_unique<Entry>();
  entry->target = std::move(target);
  entry->patch = std::move(patch);
  patches_.push_back(std::move(entry));
}

const void* MethodPatches::Find(std::string_view target) const {
  // The last one added wins, as the last patch applied does.
  for (auto entry = patches_.rbegin(); entry != patches_.rend(); ++entry) {
    if ((*entry)->target != target) continue;
    (*entry)->hits.fetch_add(1, std::memory_order_relaxed);
    return &(*entry)->patch;
  }
  return nullptr;
}

std::vector<std::pair<std::string, int64_t>> MethodPatches::Hits() const {
  std::vector<std::pair<std::string, int64_t>> hits;
  for (const auto& entry : patches_) hits.emplace_back(entry->target, entry->hits.load(std::memory_order_relaxed));
  return hits;
}

}  // namespace conformance::nn
