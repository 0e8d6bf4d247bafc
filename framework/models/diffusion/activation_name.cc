#include "framework/models/diffusion/activation_name.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "framework/base/strings.h"

namespace conformance::models {

std::string DiffusersActivation(ConfigReader& reader, std::string_view key, std::string name) {
  static const std::vector<std::string> known = {"swish", "silu", "mish", "gelu", "relu"};
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (std::find(known.begin(), known.end(), name) != known.end()) return name;
  reader.Fail(Unsupported("config field " + std::string(key) + " has a value that is not implemented")
                  .With("key", std::string(key))
                  .With("found", name)
                  .With("wanted", Join(known, ", ")));
  return "silu";
}

}  // namespace conformance::models
