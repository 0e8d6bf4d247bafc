#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "framework/formats/json.h"
#include "framework/ir/pt2.h"
#include "framework/ir/text.h"
#include "framework/ir/verify.h"

// models/model.json of a hostile archive: an error or a Program, which is then printed and read back.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const auto json = formats::ParseJson(std::string_view(reinterpret_cast<const char*>(data), size), {.max_depth = 64, .allow_nonfinite = true});
  if (!json.ok()) return 0;
  const auto program = ir::ProgramFromJson(*json);
  if (!program.ok()) {
    if (program.error().message().empty()) std::abort();
    return 0;
  }
  (void)ir::Verify(*program, {&ops::DefaultOps(), false});
  const auto text = ir::ParseProgram(ir::PrintProgram(*program));
  if (!text.ok() || !(*text == *program)) std::abort();
  const auto again = ir::ProgramFromJson(ir::ProgramToJson(*program));
  if (!again.ok() || !(again->graph == program->graph)) std::abort();
  return 0;
}
