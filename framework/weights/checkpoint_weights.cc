#include <mutex>
#include <optional>
#include <unordered_map>

#include "framework/weights/load_plan.h"

namespace conformance::weights {
namespace {

class CheckpointWeights : public Weights {
 public:
  CheckpointWeights(std::vector<WeightInfo> infos, std::vector<WeightRef> refs)
      : infos_(std::move(infos)), refs_(std::move(refs)), loaded_(infos_.size()) {
    for (size_t i = 0; i < infos_.size(); ++i) by_name_.emplace(infos_[i].name, i);
  }

  const std::vector<WeightInfo>& All() const override { return infos_; }

  Result<Tensor> Load(std::string_view name) const override {
    CONFORMANCE_TRY(const size_t index, Index(name));
    Loaded& entry = loaded_[index];
    // One thread makes a tensor while others wait for it; different tensors do not wait for each other.
    const std::lock_guard lock(entry.mutex);
    if (!entry.tensor) {
      CONFORMANCE_TRY(const Tensor whole, refs_[index]->Whole());
      entry.tensor = whole.Contiguous();
    }
    return *entry.tensor;
  }

  std::optional<ByteRange> Range(std::string_view name) const override {
    const Result<size_t> index = Index(name);
    return index.ok() ? refs_[*index]->Range() : std::nullopt;
  }

  Status Stream(std::string_view name, const Sink& sink, size_t block) const override {
    CONFORMANCE_TRY(const size_t index, Index(name));
    return weights::Stream(*refs_[index], sink, block);
  }

 private:
  struct Loaded {
    std::mutex mutex;
    std::optional<Tensor> tensor;
  };

  Result<size_t> Index(std::string_view name) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return NotFound("the weights have no such tensor").With("tensor", std::string(name));
    return found->second;
  }

  std::vector<WeightInfo> infos_;
  std::vector<WeightRef> refs_;
  std::unordered_map<std::string_view, size_t> by_name_;  // keys are infos_' names
  mutable std::vector<Loaded> loaded_;
};

}  // namespace

std::shared_ptr<const Weights> MakeWeights(const Resolution& resolution) {
  return std::make_shared<const CheckpointWeights>(resolution.infos, resolution.refs);
}

}  // namespace conformance::weights
