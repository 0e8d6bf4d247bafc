#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace conformance {

/// 64-bit hash of bytes (FNV-1a, finished by a mixer): stable over runs and machines; for names, journals' checksums
/// and caches, not for security.
uint64_t Hash64(const void* data, size_t size, uint64_t seed = 0);
inline uint64_t Hash64(std::string_view text, uint64_t seed = 0) { return Hash64(text.data(), text.size(), seed); }
/// A size or a seed? Say which, by a string_view.
uint64_t Hash64(const char* text, uint64_t size_or_seed) = delete;

/// For unordered containers of strings that are looked up by string_view.
struct TextHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// 16 lower-case hex digits.
std::string Hex64(uint64_t value);

}  // namespace conformance
