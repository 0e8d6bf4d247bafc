#include <cstdint>
#include <string_view>

#include "framework/formats/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const auto file = formats::SafetensorsFile::Parse(
      formats::MappedFile::FromBytes("fuzz", std::string_view(reinterpret_cast<const char*>(data), size)));
  if (!file.ok()) return 0;
  for (const formats::SafetensorsEntry& entry : file->entries()) {
    const auto tensor = file->Read(entry);
    if (tensor.ok()) (void)tensor->Clone();  // touches every byte
  }
  return 0;
}
