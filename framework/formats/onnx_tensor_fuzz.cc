#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "framework/formats/onnx_tensor.h"

// What is read has as many bytes as its type and sizes say.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const std::string_view bytes_in(reinterpret_cast<const char*>(data), size);
  for (const auto wrapper : {formats::OnnxType::Wrapper::kSequence, formats::OnnxType::Wrapper::kOptional, formats::OnnxType::Wrapper::kMap}) {
    formats::OnnxType type;
    type.wrappers = {wrapper};
    const auto value = formats::ParseOnnxValue(bytes_in, type);
    if (value.ok() && value->kind == formats::OnnxValue::Kind::kOptional && value->items.size() != 1) std::abort();
    if (value.ok() && value->kind == formats::OnnxValue::Kind::kMap && value->tensor.dims != Shape{static_cast<int64_t>(value->items.size())}) std::abort();
  }
  const auto tensor = formats::ParseOnnxTensor(bytes_in);
  if (!tensor.ok()) return 0;
  const auto bytes = formats::OnnxByteSize(tensor->elem, tensor->dims);
  if (tensor->elem != formats::OnnxElem::kString &&
      (!bytes || (tensor->raw ? tensor->raw->bytes : 0) != *bytes))
    std::abort();
  const auto view = formats::TensorOf(*tensor);
  if (view.ok() && view->shape() != tensor->dims) std::abort();
  return 0;
}
