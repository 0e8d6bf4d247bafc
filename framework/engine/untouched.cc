#include "framework/engine/untouched.h"

#include "framework/base/hash.h"

namespace conformance::engine {

Untouched::Untouched(const NamedTensors& inputs) : inputs_(inputs), hashes_(Hashes()) {}

std::vector<uint64_t> Untouched::Hashes() const {
  std::vector<uint64_t> hashes;
  for (const auto& [name, tensor] : inputs_) {
    const Tensor whole = tensor.Contiguous();
    hashes.push_back(Hash64(whole.raw(), whole.byte_size()));
  }
  return hashes;
}

Status Untouched::Check(const std::string& who) const {
  const std::vector<uint64_t> now = Hashes();
  for (size_t i = 0; i < now.size(); ++i) {
    if (now[i] != hashes_[i]) return Internal(who + " changed its input '" + inputs_[i].first + "'");
  }
  return Ok();
}

}  // namespace conformance::engine
