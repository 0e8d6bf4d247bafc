#include "framework/weights/tensor_weights.h"

#include <algorithm>
#include <utility>

namespace conformance::weights {

TensorWeights::TensorWeights(std::map<std::string, Tensor, std::less<>> tensors) : tensors_(std::move(tensors)) {
  for (const auto& [name, tensor] : tensors_) all_.push_back({name, tensor.dtype(), tensor.shape()});
}

Result<Tensor> TensorWeights::Load(std::string_view name) const {
  const auto it = tensors_.find(name);
  if (it == tensors_.end()) return NotFound("there is no such weight").With("found", std::string(name));
  return it->second.Contiguous();
}

Status TensorWeights::Stream(std::string_view name, const Sink& sink, size_t block) const {
  CONFORMANCE_TRY(const Tensor tensor, Load(name));
  const auto bytes = tensor.bytes();
  for (size_t at = 0; at < bytes.size(); at += block) {
    CONFORMANCE_RETURN_IF_ERROR(sink(bytes.subspan(at, std::min(block, bytes.size() - at))));
  }
  return Ok();
}

}  // namespace conformance::weights
