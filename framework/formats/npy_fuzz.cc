#include <cstdint>
#include <string_view>

#include "framework/formats/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const auto tensor = formats::ParseNpy(
      formats::MappedFile::FromBytes("fuzz", std::string_view(reinterpret_cast<const char*>(data), size)));
  if (tensor.ok()) (void)tensor->Clone();  // touches every byte
  return 0;
}
