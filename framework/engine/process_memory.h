#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace conformance::engine {

/// Memory of a process group, as the kernel counts it: pages in memory, mapped files among them.
struct GroupMemory {
  pid_t group = 0;
  uint64_t resident_bytes = 0;
};

/// What this machine, or the control group that this process is in, has for all.
uint64_t MachineBytes();

/// Resident bytes of one process; 0 where there is none. Allocates nothing.
uint64_t ResidentBytes(pid_t pid);

/// Adds up the resident bytes of all processes of each group: one walk over /proc. Allocates nothing.
void SumGroups(std::span<GroupMemory> groups);

}  // namespace conformance::engine
