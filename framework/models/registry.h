#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/nn/model.h"
#include "framework/weights/load_plan.h"

namespace conformance::models {

/// One model class: how to make its module tree, on meta, from config.json.
struct ModelClass {
  std::string name;        ///< "LlamaForCausalLM", as in `architectures`
  std::string model_type;  ///< "llama"
  /// Errors name file, key, found and wanted; what is not implemented is refused by name (kUnsupported). `file` is for messages.
  std::function<Result<std::unique_ptr<nn::Model>>(const Json& config, const std::filesystem::path& file)> make;
  /// How checkpoint tensors of the class become parameters, beyond names (its config has passed `make`). None: they are parameters.
  std::function<std::vector<weights::Rule>(const Json& config)> rules = {};
};

/// Classes by name. A value: ours from DefaultModels(), more with Add.
class ModelTable {
 public:
  /// A class of the same name is replaced.
  void Add(ModelClass model_class);
  const ModelClass* Find(std::string_view name) const;
  const std::vector<ModelClass>& All() const { return classes_; }

  /// The class that a config asks for: by `architectures`, else `_class_name`, else the class registered for its `model_type`.
  /// Errors: kUnsupported for an unknown class, with the nearest names; kInvalid where the config names none.
  Result<const ModelClass*> Resolve(const Json& config, const std::filesystem::path& file) const;

 private:
  std::vector<ModelClass> classes_;
};

/// Ours, one line a class (registry.cc).
ModelTable DefaultModels();

}  // namespace conformance::models
