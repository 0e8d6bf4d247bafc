#include "references/onnx/interpreter.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/gradient.h"
#include "references/onnx/plan.h"
#include "references/onnx/stores.h"

namespace conformance::onnx_reference {
namespace {

using formats::Quoted;

/// A caller's value against what the graph declares.
Status CheckInput(const formats::OnnxValueInfo& declared, const Value& value) {
  const Array* array = value.array();
  if (!declared.type.wrappers.empty() || array == nullptr || !declared.type.IsKnown()) {
    const bool tensor = declared.type.wrappers.empty();
    if (tensor && declared.type.IsKnown() && array == nullptr && !value.IsAbsent()) {
      return TypeError("an input is no tensor").With("input", Quoted(declared.name)).With("found", Describe(value)).With("wanted", "a tensor");
    }
    return Ok();
  }
  if (array->elem() != declared.type.elem) {
    return TypeError("an input of another type")
        .With("input", Quoted(declared.name))
        .With("found", Describe(*array))
        .With("wanted", std::string(NameOf(declared.type.elem)));
  }
  if (!declared.type.shape) return Ok();
  const auto& dims = *declared.type.shape;
  bool fits = dims.size() == array->dims().size();
  std::string wanted = "[";
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i].size && fits && *dims[i].size != array->dims()[i]) fits = false;
    wanted += (i ? ", " : "") + (dims[i].size ? std::to_string(*dims[i].size) : dims[i].symbol.empty() ? "?" : dims[i].symbol);
  }
  if (fits) return Ok();
  return ShapeError("an input of another shape").With("input", Quoted(declared.name)).With("found", Describe(*array)).With("wanted", wanted + "]");
}

}  // namespace

Result<Interpreter> Interpreter::Make(std::shared_ptr<const formats::OnnxModel> model, const std::filesystem::path& folder, Limits limits) {
  Interpreter made;
  CONFORMANCE_TRY(made.written_out_, WithGradientsWrittenOut(*model, limits.max_nodes));
  CONFORMANCE_TRY(made.plan_, PlanModel(made.written_out_ ? *made.written_out_ : *model, folder, limits));
  made.model_ = std::move(model);
  made.limits_ = limits;
  return made;
}

Result<Interpreter> Interpreter::Open(const std::filesystem::path& path, Limits limits) {
  CONFORMANCE_TRY(formats::OnnxModel model, formats::ReadOnnx(path));
  auto made = Make(std::make_shared<const formats::OnnxModel>(std::move(model)), path.parent_path(), limits);
  if (!made.ok()) return std::move(made).error().With("file", path.string());
  return made;
}

Result<Values> Interpreter::Run(std::span<const Value> inputs, const RunOptions& options) const {
  std::map<std::string, Value, std::less<>> none;
  return RunCapturing(inputs, {}, none, options);
}

Result<Values> Interpreter::RunCapturing(std::span<const Value> inputs, const std::vector<std::string>& values,
                                         std::map<std::string, Value, std::less<>>& captured, const RunOptions& options) const {
  const auto& declared = model_->graph.inputs;
  if (inputs.size() > declared.size())
    return Invalid("more inputs than the graph has").With("found", std::to_string(inputs.size())).With("wanted", std::to_string(declared.size()));
  for (const std::string& name : values) {
    if (std::find(plan_->slots.begin(), plan_->slots.end(), name) == plan_->slots.end())
      return NotFound("the graph has no such value").With("found", Quoted(name));
    captured.try_emplace(name);
  }
  Values given(declared.size());
  for (size_t i = 0; i < declared.size(); ++i) {
    if (i < inputs.size()) given[i] = inputs[i];
    if (given[i].IsAbsent()) {
      const bool has_default = std::any_of(plan_->constants.begin(), plan_->constants.end(), [&](const auto& c) { return c.first == plan_->inputs[i]; });
      if (has_default) continue;
      return Invalid("an input is missing").With("input", Quoted(declared[i].name));
    }
    CONFORMANCE_RETURN_IF_ERROR(CheckInput(declared[i], given[i]));
    if (options.oracle) {
      CONFORMANCE_TRY(given[i], Widened(given[i]));
    }
  }
  RunState run{.limits = limits_, .options = options, .captured = values.empty() ? nullptr : &captured};
  return RunPlan(*plan_, given, {}, run, true);
}

}  // namespace conformance::onnx_reference
