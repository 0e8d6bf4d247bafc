#include "framework/trace/names.h"

#include <cctype>

namespace conformance::trace {

std::string InputName(std::string_view path) {
  std::string name;
  for (const char c : path) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  if (name.empty()) return "input";
  if (std::isdigit(static_cast<unsigned char>(name[0])) != 0) name.insert(name.begin(), '_');
  return name;
}

std::string WeightName(std::string_view prefix, std::string_view target) { return std::string(prefix) + "_" + InputName(target); }

}  // namespace conformance::trace
