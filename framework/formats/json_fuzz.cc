#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "framework/formats/json.h"

// What is read can be written and is then read the same, whatever the option.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto json = formats::ParseJson(text);
  if (!json.ok()) {
    if (json.error().Fact("found").empty()) std::abort();
  } else {
    for (const int indent : {0, 2}) {
      if (!(*formats::ParseJson(formats::WriteJson(*json, indent)) == *json)) std::abort();
    }
  }
  const auto loose = formats::ParseJson(text, {.max_depth = 16, .allow_nonfinite = true});
  if (loose.ok()) (void)*formats::ParseJson(formats::WriteJson(*loose));
  return 0;
}
