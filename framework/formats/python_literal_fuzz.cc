#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "framework/formats/json.h"
#include "framework/formats/python_literal.h"

// Whatever is read is a value that JSON can hold; nothing hangs, and what is refused says where.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"EXPORT_SKIPS", "X"}) {
    const auto value = formats::ReadPythonAssignment(text, name);
    if (value.ok()) (void)formats::WriteJson(*value);
    else if (value.error().kind() != ErrorKind::kNotFound && value.error().Fact("place").empty()) std::abort();
  }
  return 0;
}
