#include <cstdint>
#include <string_view>

#include "framework/formats/zip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const auto zip = formats::ZipFile::Parse(
      formats::MappedFile::FromBytes("fuzz", std::string_view(reinterpret_cast<const char*>(data), size)));
  if (!zip.ok()) return 0;
  for (const formats::ZipEntry& entry : zip->entries()) (void)zip->Read(entry).ok();
  return 0;
}
