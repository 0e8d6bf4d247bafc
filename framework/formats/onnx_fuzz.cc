#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "framework/formats/onnx.h"

// What is read can be written, and is then the same bytes for ever.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const auto model = formats::ParseOnnx(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!model.ok()) return 0;
  const auto bytes = formats::SerializeOnnx(*model);
  if (!bytes.ok()) std::abort();
  if (*formats::SerializeOnnx(*formats::ParseOnnx(*bytes)) != *bytes) std::abort();
  return 0;
}
