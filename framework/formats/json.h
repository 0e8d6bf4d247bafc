#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "framework/base/json.h"
#include "framework/base/result.h"

namespace conformance::formats {

/// What a text may ask of its reader.
struct JsonLimits {
  uint64_t max_bytes = uint64_t{1} << 30;
  int max_depth = 128;  ///< arrays and objects inside each other
  bool allow_nonfinite =
      false;  ///< NaN, Infinity and -Infinity, which Python writes and the standard does not know
};

/// A text as RFC 8259 has it, UTF-8 checked. Integers that int64 cannot hold become doubles. Beyond the standard it refuses a key
/// that stands twice in one object, and numbers that are not finite as doubles ("1e999").
/// Errors: kCorrupt with the facts file (where given), place ("line 3, column 14"), found, wanted; kInvalid beyond a limit.
/// `file` is used in messages only.
Result<Json> ParseJson(std::string_view text, const JsonLimits& limits = {}, std::string_view file = {});

/// A whole file by ParseJson. Errors: as above and as ReadFileText.
Result<Json> ReadJson(const std::filesystem::path& path, const JsonLimits& limits = {});

/// `indent` 0: one line without blanks; else one member or element a line, `indent` blanks per level (empty ones stay `{}`, `[]`).
/// Doubles in the shortest form that reads back the same, always with a point or exponent (1.0 stays 1.0); numbers that are not
/// finite as null, for which the standard has no other word. Strings as UTF-8; bytes that are not UTF-8 as U+FFFD.
std::string WriteJson(const Json& json, int indent = 0);

/// A string with its quotes, as WriteJson writes it.
std::string JsonQuoted(std::string_view text);

}  // namespace conformance::formats
