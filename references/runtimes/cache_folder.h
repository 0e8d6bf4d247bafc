#pragma once

#include <filesystem>
#include <optional>

namespace conformance::runtimes {

/// Where tools/setup leaves what it fetched: CONFORMANCE_CACHE, else $XDG_CACHE_HOME/conformance, else ~/.cache/conformance. None
/// where the environment names no home either.
std::optional<std::filesystem::path> CacheFolder();

}  // namespace conformance::runtimes
