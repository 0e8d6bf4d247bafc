#pragma once

#include <string>
#include <string_view>

#include "framework/models/config_reader.h"

namespace conformance::models {

/// `name` in small letters, if it is one of diffusers' activations, which are fewer than transformers' (ACT2CLS); kUnsupported, kept by the
/// reader, for another.
std::string DiffusersActivation(ConfigReader& reader, std::string_view key, std::string name);

}  // namespace conformance::models
