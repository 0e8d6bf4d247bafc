#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "framework/formats/onnx_tensor.h"

// What is read has as many bytes as its type and sizes say.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const auto tensor = formats::ParseOnnxTensor(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!tensor.ok()) return 0;
  const auto bytes = formats::OnnxByteSize(tensor->elem, tensor->dims);
  if (tensor->elem != formats::OnnxElem::kString &&
      (!bytes || (tensor->raw ? tensor->raw->bytes : 0) != *bytes))
    std::abort();
  const auto view = formats::TensorOf(*tensor);
  if (view.ok() && view->shape() != tensor->dims) std::abort();
  return 0;
}
