#pragma once

#include <string_view>

#include "framework/base/json.h"
#include "framework/base/result.h"

namespace conformance::formats {

/// The literal that Python source assigns to `name` at the beginning of a line: `NAME = {…}` or `NAME: dict[str, str] = {…}`. Nothing is
/// evaluated: dicts with string keys (a key that stands twice counts once, the last), lists, tuples and sets (all as arrays), strings with
/// their escapes and implicit concatenation, numbers, True, False, None, comments, and parentheses around any of them.
/// Errors: kNotFound where nothing of that name is assigned, with the nearest names that are; kUnsupported with file, line and column for
/// what is no literal (a call, a name, an f-string, bytes); kCorrupt for source that ends too early; kInvalid beyond 64 levels.
Result<Json> ReadPythonAssignment(std::string_view source, std::string_view name, std::string_view file = {});

}  // namespace conformance::formats
