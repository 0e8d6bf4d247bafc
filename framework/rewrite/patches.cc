#include "framework/rewrite/patches.h"

#include <algorithm>
#include <utility>

#include "framework/base/strings.h"

namespace conformance::rewrite {

void PatchRegistry::Register(std::string backend, std::vector<std::string> targets, nn::MethodPatch patch, std::string reason,
                             std::string upstream, std::string versions) {
  MethodPatch entry;
  entry.info.target = Join(targets, " ");
  entry.info.backend = std::move(backend);
  entry.info.kind = "method";
  entry.info.reason = std::move(reason);
  entry.info.upstream = std::move(upstream);
  entry.info.versions = std::move(versions);
  entry.targets = std::move(targets);
  entry.patch = std::move(patch);
  patches_.push_back(std::move(entry));
}

nn::MethodPatches PatchRegistry::TableOf(std::string_view backend) const {
  nn::MethodPatches table;
  for (const MethodPatch& entry : patches_) {
    if (entry.info.backend != backend) continue;
    for (const std::string& target : entry.targets) table.Add(target, entry.patch);
  }
  return table;
}

bool PatchRegistry::Has(std::string_view backend) const {
  return std::any_of(patches_.begin(), patches_.end(), [&](const MethodPatch& entry) { return entry.info.backend == backend; });
}

const void* ScopedPatches::Find(std::string_view target) const {
  if (const void* own = patches_.Find(target)) return own;
  return before_ == nullptr ? nullptr : before_->Find(target);
}

}  // namespace conformance::rewrite
