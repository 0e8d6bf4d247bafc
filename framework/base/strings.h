#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

std::vector<std::string> Split(std::string_view text, char separator);
std::string Join(std::span<const std::string> parts, std::string_view separator);
bool StartsWith(std::string_view text, std::string_view prefix);
bool EndsWith(std::string_view text, std::string_view suffix);
std::string_view Trim(std::string_view text);
/// The whole text as a number, or nothing (no blanks, no overflow).
std::optional<int64_t> ParseInt(std::string_view text);
std::optional<double> ParseDouble(std::string_view text);
/// Shell pattern over a whole name: `*` any run (slashes too), `?` one character, `[ab]` a set, rest literal.
bool GlobMatch(std::string_view pattern, std::string_view text);
/// Up to `count` names nearest to `name` by edit distance, nearest first: for "unknown X, did you mean".
std::vector<std::string> Nearest(std::string_view name, std::span<const std::string> names, size_t count = 3);
/// "[2, 9, 96]".
std::string ShapeText(std::span<const int64_t> shape);
/// Shortest text that reads back as the same double ("1e-05" style, always with a point or exponent or inf/nan).
std::string DoubleText(double value);

}  // namespace conformance
