#include "framework/engine/queue.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

namespace conformance::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const auto kNever = [] { return false; };

/// Runs jobs and notes in which order they started and how many ran at once. A job ends once `enough` says so: tests wait for what
/// must come about, however busy the machine is, and give up after a minute.
class Observed {
 public:
  void Run(const std::vector<JobNeeds>& needs, const QueueLimits& limits, const std::function<bool(size_t)>& enough = [](size_t) { return true; }) {
    RunJobs(needs, limits, [&](size_t i) {
      {
        const std::lock_guard lock(mutex_);
        started_.push_back(i);
        running_.insert(i);
        most_ = std::max(most_, running_.size());
        uint64_t bytes = 0;
        for (const size_t j : running_) bytes += needs[j].bytes;
        most_bytes_ = std::max(most_bytes_, bytes);
        for (const size_t j : running_) {
          for (const size_t k : running_) {
            if (j < k) together_.insert({j, k});
          }
        }
      }
      changed_.notify_all();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));  // room for a job that must not start meanwhile
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::minutes(1), [&] { return enough(i); });
      running_.erase(i);
    }, kNever);
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<size_t> started_;
  std::multiset<size_t> running_;
  size_t most_ = 0;
  uint64_t most_bytes_ = 0;
  std::set<std::pair<size_t, size_t>> together_;
};

TEST(Queue, OneThreadKeepsTheOrder) {
  Observed observed;
  observed.Run(std::vector<JobNeeds>(5), {.threads = 1});
  EXPECT_THAT(observed.started_, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(observed.most_, 1u);
}

TEST(Queue, EveryJobRunsOnceOnAnyNumberOfThreads) {
  for (const int threads : {1, 2, 3, 8}) {
    std::vector<std::atomic<int>> runs(500);
    RunJobs(std::vector<JobNeeds>(500), {.threads = threads}, [&](size_t i) { ++runs[i]; }, kNever);
    EXPECT_TRUE(std::all_of(runs.begin(), runs.end(), [](const auto& count) { return count == 1; })) << threads;
  }
}

TEST(Queue, SeveralThreadsRunTogetherEvenOnOneCore) {
  Observed observed;
  observed.Run(std::vector<JobNeeds>(12), {.threads = 4}, [&](size_t) { return observed.most_ >= 4; });
  EXPECT_EQ(observed.most_, 4u);
}

TEST(Queue, BytesAreNeverExceededAndAGiantRunsAlone) {
  std::vector<JobNeeds> needs(9);
  for (size_t i = 0; i < needs.size(); ++i) needs[i].bytes = 40;
  needs[4].bytes = 1000;
  Observed observed;
  observed.Run(needs, {.threads = 4, .bytes = 100}, [&](size_t i) { return i == 4 || observed.most_ >= 2; });
  EXPECT_EQ(observed.started_.size(), 9u);
  EXPECT_EQ(observed.most_, 2u);
  EXPECT_EQ(observed.most_bytes_, 1000u);
  for (const auto& [a, b] : observed.together_) EXPECT_TRUE(a != 4 && b != 4);
}

TEST(Queue, ThreadsOfAJobCount) {
  std::vector<JobNeeds> needs(6);
  for (JobNeeds& job : needs) job.threads = 2;
  needs[3].threads = 9;
  Observed observed;
  observed.Run(needs, {.threads = 4});
  EXPECT_EQ(observed.started_.size(), 6u);
  EXPECT_LE(observed.most_, 2u);
  for (const auto& [a, b] : observed.together_) EXPECT_TRUE(a != 3 && b != 3);
}

TEST(Queue, APieceOfWorkIsMadeByOneJobWhileOthersAreLeftAlone) {
  // Jobs 0-3 share piece 0, jobs 4-7 piece 1: the first of each makes it, so 1-3 start after 0 has ended.
  std::vector<JobNeeds> needs(8);
  for (size_t i = 0; i < 8; ++i) needs[i].pieces = {static_cast<uint32_t>(i / 4)};
  Observed observed;
  observed.Run(needs, {.threads = 3}, [&](size_t i) { return (i != 0 && i != 4) || observed.together_.contains({0, 4}); });
  EXPECT_EQ(observed.started_.size(), 8u);
  EXPECT_TRUE(observed.together_.contains({0, 4}));
  for (const size_t i : {1, 2, 3}) EXPECT_FALSE(observed.together_.contains({0, i}));
  for (const size_t i : {5, 6, 7}) EXPECT_FALSE(observed.together_.contains({4, i}));
  const auto position = [&](size_t i) { return std::find(observed.started_.begin(), observed.started_.end(), i) - observed.started_.begin(); };
  EXPECT_LT(position(4), position(1));
}

TEST(Queue, StopsBetweenJobs) {
  std::atomic<bool> stop = false;
  std::atomic<int> runs = 0;
  RunJobs(std::vector<JobNeeds>(100), {.threads = 1}, [&](size_t) {
    if (++runs == 3) stop = true;
  }, [&] { return stop.load(); });
  EXPECT_EQ(runs, 3);
  RunJobs(std::vector<JobNeeds>(100), {.threads = 2}, [&](size_t) { ++runs; }, [] { return true; });
  EXPECT_EQ(runs, 3);
}

TEST(Queue, NothingToDo) { RunJobs({}, {.threads = 2}, [](size_t) { FAIL(); }, kNever); }

}  // namespace
}  // namespace conformance::engine
