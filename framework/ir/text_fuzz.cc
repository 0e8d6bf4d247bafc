#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "framework/ir/text.h"
#include "framework/ir/verify.h"

// What is read can be printed and is then read the same; whether it is a sound Program is answered, not assumed.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const auto program = ir::ParseProgram(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!program.ok()) return 0;
  (void)ir::Verify(*program, {&ops::DefaultOps(), true});
  const auto again = ir::ParseProgram(ir::PrintProgram(*program));
  if (!again.ok() || !(*again == *program)) std::abort();
  return 0;
}
