#include "framework/cases/file_case.h"

#include <algorithm>

#include "framework/cases/input_files.h"

namespace conformance::cases {
namespace {

/// What a file holds is run as it is, so it must be what the model declares. A leaf without a plan of its sizes takes any.
Status CheckGiven(const Leaf& leaf, const Tensor& tensor) {
  const auto named = [&](Error error) {
    return std::move(error)
        .With("input", leaf.name)
        .With("found", Describe(tensor))
        .With("wanted", std::string(ToString(leaf.dtype)) + SizesText(leaf.sizes));
  };
  if (tensor.dtype() != leaf.dtype)
    return named(TypeError("a given input has another type than the model's"));
  if (tensor.shape().size() != leaf.sizes.size())
    return named(ShapeError("a given input has another rank than the model's"));
  for (size_t axis = 0; axis < leaf.sizes.size(); ++axis) {
    const auto fixed = leaf.sizes[axis].AsInt();
    if (fixed && *fixed != tensor.shape()[axis])
      return named(
          ShapeError("a given input has another size than the model's on axis " + std::to_string(axis)));
  }
  return Ok();
}

}  // namespace

std::vector<std::string> WordsOf(const std::string& path, const FileOptions& options) {
  std::vector<std::string> words = {path};
  for (const std::string& input : options.inputs) words.insert(words.end(), {"--inputs", input});
  for (const std::string& output : options.expected) words.insert(words.end(), {"--expected", output});
  for (const auto& [name, size] : options.sizes)
    words.insert(words.end(), {"--size", name + '=' + std::to_string(size)});
  if (!options.judge.empty()) words.insert(words.end(), {"--reference", options.judge});
  return words;
}

engine::CaseInfo InfoOf(const std::filesystem::path& file, const FileOptions& options) {
  constexpr uint64_t kBeside = uint64_t{32} << 20;
  engine::CaseInfo info;
  info.name = file.filename().string();
  info.source = file;
  info.words = WordsOf(file.string(), options);
  std::error_code ignored;
  const auto size = std::filesystem::file_size(file, ignored);
  info.bytes = (ignored ? 0 : 3 * size) + kBeside;
  return info;
}

engine::Variant VariantOf(const LeafPlan& plan) {
  const bool dynamic = !plan.symbols.empty();
  return {.name = dynamic ? "dynamic" : "static", .recording = false, .dynamic = dynamic};
}

Result<std::vector<engine::Call>> CallsOf(const LeafPlan& plan, const FileOptions& options, uint64_t seed) {
  std::vector<engine::Call> calls;
  const auto add = [&](std::string assignment, NamedTensors tensors) {
    engine::Call call;
    call.assignment = std::move(assignment);
    call.inputs.kwargs = Json::MakeObject();
    call.inputs.tensors = std::move(tensors);
    calls.push_back(std::move(call));
  };
  if (!options.inputs.empty()) {
    std::vector<std::string> names;
    for (const Leaf& leaf : plan.leaves) names.push_back(leaf.name);
    CONFORMANCE_TRY(NamedTensors given, ReadInputs(options.inputs, names));
    for (size_t i = 0; i < given.size(); ++i)
      CONFORMANCE_RETURN_IF_ERROR(CheckGiven(plan.leaves[i], given[i].second));
    add("", std::move(given));
    return calls;
  }
  CONFORMANCE_TRY(NamedTensors first, plan.Make(plan.First(), seed));
  add("", std::move(first));
  for (const load::Assignment& assignment : plan.Unseen()) {
    CONFORMANCE_TRY(NamedTensors tensors, plan.Make(assignment, seed));
    add(load::ToString(assignment), std::move(tensors));
  }
  return calls;
}

DType FloatingOf(const std::vector<DType>& dtypes) {
  const auto floating =
      std::find_if(dtypes.begin(), dtypes.end(), [](DType dtype) { return IsFloating(dtype); });
  return floating == dtypes.end() ? DType::kF32 : *floating;
}

}  // namespace conformance::cases
