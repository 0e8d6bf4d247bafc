#include "tools/conformance/interrupt.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

namespace conformance::cli {
namespace {

// Signal handlers reach the sweep through this; one sweep a process.
std::atomic<engine::Cancellation*> running{nullptr};

void Say(std::string_view text) {
  // Where nobody listens, nothing is lost.
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
}

void OnSignal(int) {
  const int saved = errno;
  if (engine::Cancellation* cancellation = running.load()) {
    const bool again = cancellation->stopping();
    cancellation->Request();
    Say(again ? "\nconformance: stopping now\n" : "\nconformance: finishing the cells that run; once more stops at once\n");
  }
  errno = saved;
}

}  // namespace

/// Ends the process where the sweep does not end by itself after "stop now".
class InterruptScope::Watch {
 public:
  Watch(std::shared_ptr<engine::Cancellation> cancellation, std::string farewell)
      : cancellation_(std::move(cancellation)), farewell_(std::move(farewell)), thread_([this] { Run(); }) {}
  ~Watch() {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }

 private:
  void Run() {
    constexpr auto kLook = std::chrono::milliseconds(50);
    constexpr auto kPatience = std::chrono::seconds(2);  // for workers to end and for those who wait for them
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kLook, [&] { return done_; })) {
      if (!cancellation_->now()) continue;
      if (wake_.wait_for(lock, kPatience, [&] { return done_; })) return;
      Say(farewell_);
      ::_exit(1);
    }
  }

  const std::shared_ptr<engine::Cancellation> cancellation_;
  const std::string farewell_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;
};

InterruptScope::InterruptScope(std::shared_ptr<engine::Cancellation> cancellation, std::string farewell) {
  running.store(cancellation.get());
  watch_ = std::make_unique<Watch>(std::move(cancellation), std::move(farewell));
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &old_int_);
  sigaction(SIGTERM, &action, &old_term_);
  // A limit on a file's size is an error of the write, as a full disk is, not the end of the run.
  action.sa_handler = SIG_IGN;
  sigaction(SIGXFSZ, &action, &old_size_);
}

InterruptScope::~InterruptScope() {
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
  sigaction(SIGXFSZ, &old_size_, nullptr);
  watch_.reset();
  running.store(nullptr);
}

}  // namespace conformance::cli
