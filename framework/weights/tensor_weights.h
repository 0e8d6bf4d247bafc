#pragma once

#include <map>
#include <string>
#include <vector>

#include "framework/weights/weights.h"

namespace conformance::weights {

/// Weights that are tensors already: of a `.pt2` that was read, of a test. Shares their storage.
class TensorWeights : public Weights {
 public:
  explicit TensorWeights(std::map<std::string, Tensor, std::less<>> tensors);
  const std::vector<WeightInfo>& All() const override { return all_; }
  Result<Tensor> Load(std::string_view name) const override;
  std::optional<ByteRange> Range(std::string_view) const override { return std::nullopt; }
  Status Stream(std::string_view name, const Sink& sink, size_t block) const override;

 private:
  std::map<std::string, Tensor, std::less<>> tensors_;
  std::vector<WeightInfo> all_;
};

}  // namespace conformance::weights
