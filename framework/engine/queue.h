#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace conformance::engine {

/// What one job asks for before it may start.
struct JobNeeds {
  uint64_t bytes = 0;  ///< of memory, given back when it ends
  int threads = 1;
  /// Numbers of shared pieces of work that the job makes if nobody has made them yet. While one job makes a piece, others that need
  /// it are not ready, so that no thread waits for another's work.
  std::vector<uint32_t> pieces;
};

struct QueueLimits {
  int threads = 1;          ///< jobs' threads together; a job that asks for more runs alone
  uint64_t bytes = 0;       ///< jobs' bytes together, likewise; 0: no limit
};

/// Runs jobs 0 … needs.size() − 1 in parallel, each the first ready one in order when a thread becomes free. Returns when all have
/// ended, or, once `stopping` says so, when those that run have. `run` must not throw. Loops inside a job are isolated: a thread that
/// waits there takes no other job.
void RunJobs(const std::vector<JobNeeds>& needs, const QueueLimits& limits, const std::function<void(size_t)>& run,
             const std::function<bool()>& stopping);

}  // namespace conformance::engine
