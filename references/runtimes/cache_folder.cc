#include "references/runtimes/cache_folder.h"

#include <cstdlib>

namespace conformance::runtimes {

std::optional<std::filesystem::path> CacheFolder() {
  if (const char* named = std::getenv("CONFORMANCE_CACHE")) return std::filesystem::path(named);
  if (const char* xdg = std::getenv("XDG_CACHE_HOME")) return std::filesystem::path(xdg) / "conformance";
  if (const char* home = std::getenv("HOME")) return std::filesystem::path(home) / ".cache" / "conformance";
  return std::nullopt;
}

}  // namespace conformance::runtimes
