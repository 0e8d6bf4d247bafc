#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "framework/symbolic/parse.h"
#include "framework/symbolic/sympy_text.h"

// What is read can be written and is then read the same, in both notations; an error says what was wanted.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto check_size = [](const SymInt& value) {
    const auto again = ParseSymInt(value.ToString());
    if (!again.ok() || !SymInt::Same(*again, value)) std::abort();
    (void)value.Evaluate({{"s0", 7}, {"s1", 3}});
    if (value.ToString().find("invalid(") != std::string::npos) return;
    const auto sympy = ParseSympy(ToSympy(value));
    if (!sympy.ok() || !SymInt::Same(*sympy, value)) std::abort();
  };
  const auto check_condition = [](const SymBool& value) {
    const auto again = ParseSymBool(value.ToString());
    if (!again.ok() || !SymBool::Same(*again, value)) std::abort();
    (void)value.Evaluate({{"s0", 7}, {"s1", 3}});
    if (!SymBool::Same(Not(Not(value)), value)) std::abort();
  };
  const auto size_value = ParseSymInt(text);
  if (size_value.ok()) check_size(*size_value);
  else if (size_value.error().message().find("wanted") == std::string::npos) std::abort();
  if (const auto condition = ParseSymBool(text); condition.ok()) check_condition(*condition);
  if (const auto value = ParseSympy(text); value.ok()) check_size(*value);
  if (const auto value = ParseSympyBool(text); value.ok()) check_condition(*value);
  return 0;
}
