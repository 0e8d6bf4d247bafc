#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "framework/nn/module.h"
#include "framework/ops/op_context.h"
#include "framework/ports/exporter.h"

namespace conformance::rewrite {

/// A patch of model classes' methods for one export: one factory, any number of targets ("MistralModel::forward").
struct MethodPatch {
  ports::PatchInfo info;
  std::vector<std::string> targets;
  nn::MethodPatch patch;
};

/// register_patch for methods: what each export format wants swapped while it traces. A value, filled in plain order.
class PatchRegistry {
 public:
  /// The factory is called in place of each target, with the original to fall back on.
  void Register(std::string backend, std::vector<std::string> targets, nn::MethodPatch patch, std::string reason,
                std::string upstream = {}, std::string versions = {});

  const std::vector<MethodPatch>& patches() const { return patches_; }
  /// The table of one format's patches, with hits of its own: one for each export.
  nn::MethodPatches TableOf(std::string_view backend) const;
  bool Has(std::string_view backend) const;

 private:
  std::vector<MethodPatch> patches_;
};

/// While it lives, module methods called through `context` are looked up in `patches` first, then in what the context had before,
/// which comes back on every way out, exceptions included. Nothing outside the context changes: two exports at once do not see
/// each other's patches.
class ScopedPatches : public ops::PatchTable {
 public:
  ScopedPatches(ops::OpContext& context, const ops::PatchTable& patches)
      : context_(context), patches_(patches), before_(context.patches()) {
    context_.SetPatches(this);
  }
  ~ScopedPatches() override { context_.SetPatches(before_); }
  ScopedPatches(const ScopedPatches&) = delete;
  ScopedPatches& operator=(const ScopedPatches&) = delete;

  const void* Find(std::string_view target) const override;

 private:
  ops::OpContext& context_;
  const ops::PatchTable& patches_;
  const ops::PatchTable* before_;
};

}  // namespace conformance::rewrite
