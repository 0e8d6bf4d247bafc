#include "framework/load/load.h"

#include <algorithm>
#include <utility>

#include "framework/base/strings.h"
#include "framework/formats/checkpoint_files.h"
#include "framework/formats/json.h"
#include "framework/formats/output_file.h"
#include "framework/formats/safetensors.h"
#include "framework/weights/seeded_weights.h"

namespace conformance::load {
namespace {

/// The type that the config declares, or none.
Result<std::optional<DType>> ConfigDType(const Json& config, const std::filesystem::path& file) {
  for (const std::string_view key : {"dtype", "torch_dtype"}) {
    const Json* json = config.Find(key);
    if (json == nullptr || json->IsNull()) continue;
    if (!json->IsString())
      return TypeError("field has the wrong type")
          .With("file", file.string())
          .With("key", std::string(key))
          .With("found", std::string(Json::KindName(json->kind())))
          .With("wanted", "string");
    std::string_view name = json->AsString();
    if (StartsWith(name, "torch.")) name.remove_prefix(6);
    if (name == "auto") continue;
    const std::optional<DType> dtype = DTypeFromTorchName(name);
    if (!dtype || !IsFloating(*dtype))
      return Unsupported("a type that weights cannot have here")
          .With("file", file.string())
          .With("key", std::string(key))
          .With("found", json->AsString())
          .With("wanted", "float64, float32, float16 or bfloat16");
    return dtype;
  }
  return std::optional<DType>();
}

/// The type of the first floating tensor, as transformers takes it where the config says nothing.
std::optional<DType> StoredDType(const formats::CheckpointFiles& files) {
  for (const std::string& name : files.names())
    if (const auto dtype = files.Find(name).entry->dtype; dtype && IsFloating(*dtype)) return dtype;
  return std::nullopt;
}

Result<Json> ReadGenerationConfig(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "generation_config.json";
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return Json();
  CONFORMANCE_TRY(Json json, formats::ReadJson(file));
  if (!json.IsObject())
    return TypeError("generation config is no object").With("file", file.string()).With("found", std::string(Json::KindName(json.kind())));
  return json;
}

}  // namespace

Result<LoadedModel> LoadModel(const std::filesystem::path& folder, const models::ModelTable& models, const LoadOptions& options) {
  const std::filesystem::path config_file = folder / "config.json";
  LoadedModel loaded;
  loaded.folder = folder;
  CONFORMANCE_TRY(loaded.config, formats::ReadJson(config_file));
  CONFORMANCE_TRY(loaded.generation_config, ReadGenerationConfig(folder));
  CONFORMANCE_TRY(const models::ModelClass* const model_class, models.Resolve(loaded.config, config_file));
  loaded.class_name = model_class->name;
  CONFORMANCE_TRY(const std::shared_ptr<nn::Model> model, model_class->make(loaded.config, config_file));
  CONFORMANCE_TRY(std::optional<DType> dtype, ConfigDType(loaded.config, config_file));
  if (options.dtype) dtype = options.dtype;

  Result<formats::CheckpointFiles> files = formats::OpenCheckpointFiles(folder);
  const bool none = !files.ok() && files.error().kind() == ErrorKind::kNotFound;
  if (none && options.random_weights_seed) {
    model->To(dtype.value_or(DType::kF32));
    loaded.weights = weights::WeightsFromSeed(*model, *options.random_weights_seed);
    loaded.model = model;
    return loaded;
  }
  if (!files.ok()) return std::move(files).error();
  if (!dtype) dtype = StoredDType(*files);
  model->To(dtype.value_or(DType::kF32));
  weights::LoadPlan plan = options.plan;
  if (model_class->rules)
    for (weights::Rule& rule : model_class->rules(loaded.config)) plan.Add(std::move(rule));
  CONFORMANCE_TRY(weights::Resolution resolution, plan.Resolve(*files, *model));
  for (const std::string& name : resolution.untied) model->Untie(name);
  loaded.weights = weights::MakeWeights(resolution);
  loaded.applied = std::move(resolution.applied);
  loaded.model = model;
  return loaded;
}

Result<LoadedModel> MakeRandomModel(const Json& config, uint64_t seed, const models::ModelTable& models, const LoadOptions& options) {
  LoadedModel loaded;
  loaded.config = config;
  const std::filesystem::path no_file = "config.json";
  CONFORMANCE_TRY(const models::ModelClass* const model_class, models.Resolve(config, no_file));
  loaded.class_name = model_class->name;
  CONFORMANCE_TRY(std::unique_ptr<nn::Model> model, model_class->make(config, no_file));
  CONFORMANCE_TRY(std::optional<DType> dtype, ConfigDType(config, no_file));
  model->To(options.dtype ? *options.dtype : dtype.value_or(DType::kF32));
  loaded.weights = weights::WeightsFromSeed(*model, seed);
  loaded.model = std::move(model);
  return loaded;
}

Status SaveModel(const LoadedModel& loaded, const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return ErrnoError("cannot make the folder", folder.string(), failed.value());

  weights::NamedRefs tensors;
  for (const weights::WeightInfo& info : loaded.weights->All()) tensors.emplace_back(info.name, weights::OfWeights(loaded.weights, info));
  CONFORMANCE_TRY(tensors, weights::Reverse(loaded.applied, std::move(tensors)));
  // The order of the Python library: widest types first, then by name.
  std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    const size_t a_width = ByteSize(a.second->dtype()), b_width = ByteSize(b.second->dtype());
    return a_width != b_width ? a_width > b_width : a.first < b.first;
  });
  std::vector<formats::SafetensorsEntry> entries;
  for (const auto& [name, ref] : tensors) {
    formats::SafetensorsEntry entry;
    entry.name = name;
    entry.dtype_name = std::string(formats::SafetensorsDTypeName(ref->dtype()));
    entry.dtype = ref->dtype();
    entry.shape = ref->shape();
    entry.size = static_cast<uint64_t>(ref->size()) * ByteSize(ref->dtype());
    entries.push_back(std::move(entry));
  }
  const std::string header = formats::SafetensorsHeader(entries, {{"format", "pt"}});
  CONFORMANCE_TRY(formats::OutputFile file, formats::OutputFile::Create(folder / "model.safetensors"));
  CONFORMANCE_RETURN_IF_ERROR(file.Write(header));
  for (const auto& [name, ref] : tensors) {
    if (const std::optional<weights::ByteRange> range = ref->Range()) {
      CONFORMANCE_RETURN_IF_ERROR(file.CopyRange(range->file, range->offset, range->size));
      continue;
    }
    CONFORMANCE_RETURN_IF_ERROR(
        weights::Stream(*ref, [&file](std::span<const std::byte> bytes) { return file.Write(bytes); }, size_t{1} << 20));
  }
  CONFORMANCE_RETURN_IF_ERROR(file.Commit());

  const auto write = [&](const Json& json, std::string_view name) {
    return formats::WriteFileAtomic(folder / name, formats::WriteJson(json, 2) + "\n");
  };
  CONFORMANCE_RETURN_IF_ERROR(write(loaded.config, "config.json"));
  if (!loaded.generation_config.IsNull()) CONFORMANCE_RETURN_IF_ERROR(write(loaded.generation_config, "generation_config.json"));
  return Ok();
}

}  // namespace conformance::load
