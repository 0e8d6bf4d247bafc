#include "framework/weights/weights.h"

namespace conformance::weights {

uint64_t WeightInfo::bytes() const { return static_cast<uint64_t>(NumElements(shape)) * ByteSize(dtype); }

const WeightInfo* Weights::Find(std::string_view name) const {
  for (const WeightInfo& info : All())
    if (info.name == name) return &info;
  return nullptr;
}

}  // namespace conformance::weights
