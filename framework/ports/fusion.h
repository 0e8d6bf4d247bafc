#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/ports/artifact.h"

namespace conformance::weights { class LoadPlan; }

namespace conformance::ports {

/// One place of a meta-initialised model where a fusion applies.
struct FusionMatch {
  std::string module_path;  ///< "visual.patch_embed.proj"
  std::string class_name;   ///< what stands there
};

/// ModuleFusionSpec: which modules, which replacement, which reversible weight rules. Works on the meta-initialised model; reads no
/// weights.
class Fusion {
 public:
  virtual ~Fusion() = default;
  virtual std::string_view Name() const = 0;  ///< "patch_embeddings"
  /// Unknown names and wrong values in `fusion_config` are errors.
  virtual Status Validate(const Json& value) const = 0;
  virtual Result<std::vector<FusionMatch>> Discover(const nn::Model& model) const = 0;
  /// Replaces the matched modules and adds the rules that make their weights from the checkpoint's.
  virtual Status Apply(const std::vector<FusionMatch>& matches, nn::Model& model, weights::LoadPlan& plan) const = 0;
};

}  // namespace conformance::ports
