#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/models/registry.h"
#include "framework/nn/model.h"
#include "framework/weights/load_plan.h"
#include "framework/weights/weights.h"

namespace conformance::load {

/// A checkpoint folder, open: its config, its module tree on meta and its weights (not yet read).
struct LoadedModel {
  std::filesystem::path folder;
  std::string class_name;     ///< "LlamaForCausalLM"
  Json config;                ///< config.json as it is
  Json generation_config;     ///< generation_config.json, or null
  std::shared_ptr<const nn::Model> model;
  std::shared_ptr<const weights::Weights> weights;
  std::vector<weights::Applied> applied;      ///< rules that made the model's tensors, for saving
};

struct LoadOptions {
  /// Declared type of the parameters; none: config.json's `dtype` (or `torch_dtype`), else the checkpoint's own.
  std::optional<DType> dtype;
  /// Where the folder has no weights: make them from this seed. None: missing weights are an error.
  std::optional<uint64_t> random_weights_seed;
  /// Rules of a fusion or the like, applied to the checkpoint's tensors before names are adapted.
  weights::LoadPlan plan;
};

/// Folder -> config, module, weights. Reads config.json and the headers of model.safetensors, or of the shards that
/// model.safetensors.index.json lists; nothing else. Errors: kNotFound, kCorrupt, kInvalid, kUnsupported, with file and key;
/// missing, unexpected and mis-shaped tensors by name with both shapes.
Result<LoadedModel> LoadModel(const std::filesystem::path& folder, const models::ModelTable& models = models::DefaultModels(),
                              const LoadOptions& options = {});

/// A model from its config alone, with weights made from a seed.
Result<LoadedModel> MakeRandomModel(const Json& config, uint64_t seed,
                                    const models::ModelTable& models = models::DefaultModels(), const LoadOptions& options = {});

/// Writes config.json, generation_config.json (where there is one) and model.safetensors with the names and layouts that the
/// checkpoint had: what was loaded, backwards. Tied tensors are written once. Bytes are streamed.
Status SaveModel(const LoadedModel& loaded, const std::filesystem::path& folder);

}  // namespace conformance::load
