#pragma once

#include <cstdint>

namespace conformance::engine {

/// MiB that a worker in tests may have in memory: more than it starts with, and soon filled on a busy machine too.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr uint64_t kTestRoomMib = 192;
#else
inline constexpr uint64_t kTestRoomMib = 40;
#endif

}  // namespace conformance::engine
