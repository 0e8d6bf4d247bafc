#include <cstdint>
#include <string_view>

#include "framework/formats/pt2.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const auto archive = formats::Pt2Archive::Parse(
      formats::MappedFile::FromBytes("fuzz", std::string_view(reinterpret_cast<const char*>(data), size)));
  if (!archive.ok()) return 0;
  for (const auto* tensors : {&archive->weights(), &archive->constants()}) {
    for (const formats::Pt2Tensor& tensor : *tensors) {
      const auto read = archive->Read(tensor);
      // The first and the last element: a view may repeat a few bytes some million times.
      if (read.ok() && read->num_elements() > 0) (void)(read->At(0) + read->At(read->num_elements() - 1));
    }
  }
  return 0;
}
