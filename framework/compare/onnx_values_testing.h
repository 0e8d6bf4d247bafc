#pragma once

#include <memory>
#include <string>
#include <vector>

#include "framework/formats/onnx_tensor.h"

/// For tests: values of a model from lists.
namespace conformance::compare::testing {

template <typename T>
formats::OnnxValue TensorValue(formats::OnnxElem elem, std::vector<int64_t> dims, const std::vector<T>& elements) {
  formats::OnnxValue value;
  value.tensor.elem = elem;
  value.tensor.dims = std::move(dims);
  auto owner = std::make_shared<std::vector<T>>(elements);
  auto raw = std::make_shared<Storage>();
  raw->data = reinterpret_cast<std::byte*>(owner->data());
  raw->bytes = owner->size() * sizeof(T);
  raw->owner = owner;
  value.tensor.raw = std::move(raw);
  return value;
}

inline formats::OnnxValue StringsValue(std::vector<std::string> texts) {
  formats::OnnxValue value;
  value.tensor.elem = formats::OnnxElem::kString;
  value.tensor.dims = {static_cast<int64_t>(texts.size())};
  value.tensor.strings = std::move(texts);
  return value;
}

inline formats::OnnxValue Holding(formats::OnnxValue::Kind kind, std::vector<formats::OnnxValue> items) {
  formats::OnnxValue value;
  value.kind = kind;
  value.items = std::move(items);
  return value;
}

}  // namespace conformance::compare::testing
