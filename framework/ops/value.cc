#include "framework/ops/value.h"

namespace conformance::ops {

std::string Describe(const TensorMeta& meta) {
  return std::string(ToString(meta.dtype)) + SizesText(meta.sizes);
}

Value Value::Meta(TensorMeta meta) {
  Value value;
  value.data_ = std::make_shared<const Data>(Data{std::move(meta), std::nullopt, -1, false});
  return value;
}

Value Value::Eager(Tensor tensor, TensorMeta meta) {
  Value value;
  value.data_ = std::make_shared<const Data>(Data{std::move(meta), std::move(tensor), -1, false});
  return value;
}

Value Value::Eager(Tensor tensor) {
  TensorMeta meta{tensor.dtype(), ToSymInts(tensor.shape())};
  return Eager(std::move(tensor), std::move(meta));
}

Value Value::Traced(int64_t id, TensorMeta meta) {
  Value value;
  value.data_ = std::make_shared<const Data>(Data{std::move(meta), std::nullopt, id, false});
  return value;
}

Value Value::Poisoned() {
  Value value;
  value.data_ = std::make_shared<const Data>(Data{TensorMeta{}, std::nullopt, -1, true});
  return value;
}

SymInt Value::size(int64_t axis) const {
  const int64_t from_start = axis < 0 ? axis + rank() : axis;
  if (from_start < 0 || from_start >= rank()) {
    CONFORMANCE_CHECK(poisoned(), "axis " + std::to_string(axis) + " of " + Describe(meta()));
    return 0;
  }
  return data_->meta.sizes[from_start];
}

}  // namespace conformance::ops
