#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace conformance {

/// The number of a day that the calendar has: "2026-08-01", alone or as the beginning of an ISO 8601 time ("2026-08-01T12:00:00Z").
/// Differences are days. Nothing for any other text.
std::optional<int64_t> DayNumber(std::string_view text);

}  // namespace conformance
