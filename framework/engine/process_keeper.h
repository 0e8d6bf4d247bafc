#pragma once

#include <sys/types.h>

#include <cstdint>

namespace conformance::engine {

// The keeper is a small process between the one that launches and its children. It starts them, reaps them, watches their memory, and
// when its launcher is gone, however that ended, it kills them and everything that they have started. What follows is what the two say
// to each other over a socket. The keeper is a fork of a process that may have many threads: nothing in it allocates or throws.

enum class KeeperOrder : uint32_t { kLaunch, kKill };

/// kLaunch: followed by `bytes` of text, zero-terminated: folder (empty: the launcher's), `arguments` words, `variables` NAME=value.
/// Comes with four descriptors: the child's standard input, output and error, and where its KeeperStatus goes. Answered by KeeperAnswer.
/// kKill: kills the group of the child that was launched as `id`, if that still runs. No answer.
struct KeeperRequest {
  KeeperOrder order = KeeperOrder::kLaunch;
  uint32_t bytes = 0;
  uint32_t arguments = 0;
  uint32_t variables = 0;
  uint64_t address_space_bytes = 0;  ///< 0: no limit
  uint64_t resident_bytes = 0;       ///< of the child's whole process group; 0: no limit
  uint64_t id = 0;                   ///< chosen by the launcher, never twice
};

struct KeeperAnswer {
  int64_t pid = 0;    ///< 0: it could not be started
  int32_t error = 0;  ///< errno
};

/// How a child ended, once, on the descriptor that came with the launch.
struct KeeperStatus {
  int32_t exit_code = -1;  ///< -1: a signal ended it
  int32_t signal = 0;
  uint64_t resident_bytes = 0;  ///< not 0: killed because it had so much
};

/// Serves orders from `socket` until the other end is closed or `launcher` is gone; then kills what is left and ends the process.
[[noreturn]] void RunKeeper(int socket, pid_t launcher);

}  // namespace conformance::engine
