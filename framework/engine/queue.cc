#include "framework/engine/queue.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <mutex>

namespace conformance::engine {
namespace {

class Queue {
 public:
  Queue(const std::vector<JobNeeds>& needs, const QueueLimits& limits, const std::function<void(size_t)>& run,
        const std::function<bool()>& stopping)
      : needs_(needs),
        limits_(limits),
        run_(run),
        stopping_(stopping),
        taken_(needs.size(), false),
        parallelism_(tbb::global_control::max_allowed_parallelism, static_cast<size_t>(limits.threads) + 1),
        arena_(limits.threads, /*reserved_for_masters=*/0) {
    uint32_t pieces = 0;
    for (const JobNeeds& job : needs) {
      for (const uint32_t piece : job.pieces) pieces = std::max(pieces, piece + 1);
    }
    pieces_.assign(pieces, Piece::kUnmade);
    least_.resize(needs.size());
    Least least{std::numeric_limits<int>::max(), std::numeric_limits<uint64_t>::max()};
    for (size_t i = needs.size(); i-- > 0;) {
      least = {std::min(least.threads, needs[i].threads), std::min(least.bytes, needs[i].bytes)};
      least_[i] = least;
    }
  }

  void Work() {
    std::unique_lock lock(mutex_);
    Dispatch();
    idle_.wait(lock, [&] { return running_ == 0; });
  }

 private:
  enum class Piece : uint8_t { kUnmade, kInWork, kMade };

  /// What any job from a place on asks for at least.
  struct Least {
    int threads;
    uint64_t bytes;
  };

  bool Fits(int threads, uint64_t bytes) const {
    if (running_ == 0) return true;
    return threads_ + threads <= limits_.threads && (limits_.bytes == 0 || bytes_ + bytes <= limits_.bytes);
  }

  bool IsReady(const JobNeeds& job) const {
    if (!Fits(job.threads, job.bytes)) return false;
    return std::none_of(job.pieces.begin(), job.pieces.end(), [&](uint32_t piece) { return pieces_[piece] == Piece::kInWork; });
  }

  /// Starts every job that is ready. The lock is held.
  void Dispatch() {
    while (first_ < taken_.size() && taken_[first_]) ++first_;
    for (size_t i = first_; i < needs_.size() && threads_ < limits_.threads; ++i) {
      if (!Fits(least_[i].threads, least_[i].bytes)) return;  // a long queue behind a full memory is not searched again and again
      if (taken_[i] || !IsReady(needs_[i])) continue;
      if (stopping_()) return;
      Start(i);
    }
  }

  void Start(size_t i) {
    const JobNeeds& job = needs_[i];
    taken_[i] = true;
    ++running_;
    threads_ += job.threads;
    bytes_ += job.bytes;
    std::vector<uint32_t> makes;
    for (const uint32_t piece : job.pieces) {
      if (pieces_[piece] != Piece::kUnmade) continue;
      pieces_[piece] = Piece::kInWork;
      makes.push_back(piece);
    }
    arena_.enqueue([this, i, makes = std::move(makes)] {
      tbb::this_task_arena::isolate([&] { run_(i); });
      const std::lock_guard lock(mutex_);
      --running_;
      threads_ -= needs_[i].threads;
      bytes_ -= needs_[i].bytes;
      for (const uint32_t piece : makes) pieces_[piece] = Piece::kMade;
      Dispatch();
      if (running_ == 0) idle_.notify_all();
    });
  }

  const std::vector<JobNeeds>& needs_;
  const QueueLimits limits_;
  const std::function<void(size_t)>& run_;
  const std::function<bool()>& stopping_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::vector<bool> taken_;
  std::vector<Least> least_;
  size_t first_ = 0;  // all before it are taken
  size_t running_ = 0;
  int threads_ = 0;
  uint64_t bytes_ = 0;
  std::vector<Piece> pieces_;
  tbb::global_control parallelism_;
  tbb::task_arena arena_;
};

}  // namespace

void RunJobs(const std::vector<JobNeeds>& needs, const QueueLimits& limits, const std::function<void(size_t)>& run,
             const std::function<bool()>& stopping) {
  QueueLimits sane = limits;
  sane.threads = std::max(sane.threads, 1);
  Queue(needs, sane, run, stopping).Work();
}

}  // namespace conformance::engine
