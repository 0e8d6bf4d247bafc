#pragma once

#include <initializer_list>
#include <vector>

#include "framework/tensor/tensor.h"

namespace conformance::testing {

/// Small tensors as tests write them: F32({1, 2}) is f32[2], F32({{1, 2}, {3, 4}}) is f32[2, 2]; Scalar forms by Tensor::Of.
namespace internal {
template <typename T>
Tensor Vector(std::initializer_list<T> values) {
  return Tensor::Of<T>({static_cast<int64_t>(values.size())}, std::vector<T>(values));
}
template <typename T>
Tensor Matrix(std::initializer_list<std::initializer_list<T>> rows) {
  std::vector<T> values;
  for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
  const auto columns = rows.size() == 0 ? 0 : static_cast<int64_t>(rows.begin()->size());
  return Tensor::Of<T>({static_cast<int64_t>(rows.size()), columns}, values);
}
}  // namespace internal

inline Tensor F32(std::initializer_list<float> values) { return internal::Vector(values); }
inline Tensor F32(std::initializer_list<std::initializer_list<float>> rows) { return internal::Matrix(rows); }
inline Tensor F64(std::initializer_list<double> values) { return internal::Vector(values); }
inline Tensor F64(std::initializer_list<std::initializer_list<double>> rows) { return internal::Matrix(rows); }
inline Tensor I64(std::initializer_list<int64_t> values) { return internal::Vector(values); }
inline Tensor I64(std::initializer_list<std::initializer_list<int64_t>> rows) { return internal::Matrix(rows); }
inline Tensor Bool(std::initializer_list<bool> values) { return internal::Vector(values); }
inline Tensor Bool(std::initializer_list<std::initializer_list<bool>> rows) { return internal::Matrix(rows); }

/// f32 of any shape, row-major.
inline Tensor F32Of(Shape shape, const std::vector<float>& values) { return Tensor::Of<float>(std::move(shape), values); }
/// All elements 1, f32.
inline Tensor Ones(Shape shape) {
  const auto count = static_cast<size_t>(NumElements(shape));
  return Tensor::Of<float>(std::move(shape), std::vector<float>(count, 1.0f));
}

}  // namespace conformance::testing
