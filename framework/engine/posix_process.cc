#include "framework/engine/posix_process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <future>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <thread>
#include <utility>

#include "framework/base/strings.h"

extern char** environ;

namespace conformance::engine {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;
constexpr size_t kTailBytes = 8192;

class Pipe {
 public:
  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() { Close(); }
  Status Open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return ErrnoError("cannot make a pipe", "", errno);
    read = ends[0];
    write = ends[1];
    return Ok();
  }
  void Close() {
    CloseEnd(read);
    CloseEnd(write);
  }
  static void CloseEnd(int& end) {
    if (end >= 0) ::close(std::exchange(end, -1));
  }
  int read = -1, write = -1;
};

/// Milliseconds until `deadline` as poll wants them; 0 when it has passed.
int PollTime(TimePoint deadline) {
  const auto now = std::chrono::steady_clock::now();
  if (deadline <= now) return 0;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  return static_cast<int>(std::min<int64_t>(left, 60'000));
}

/// While it lives, writing into a pipe that nobody reads gives EPIPE in this thread and no signal.
class NoBrokenPipeSignal {
 public:
  NoBrokenPipeSignal() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~NoBrokenPipeSignal() {
    if (!was_pending_) {
      const timespec now{};
      while (sigtimedwait(&set_, nullptr, &now) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
  NoBrokenPipeSignal& operator=(const NoBrokenPipeSignal&) = delete;

 private:
  sigset_t set_, before_;
  bool was_pending_;
};

class PosixProcess : public ports::Process {
 public:
  PosixProcess(pid_t pid, int in, int out, int err) : pid_(pid), in_(in), out_(out), err_(err) {
    for (const int fd : {in_, out_, err_}) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  ~PosixProcess() override {
    Kill();
    Reap(0);
    for (int* fd : {&in_, &out_, &err_}) Pipe::CloseEnd(*fd);
  }

  int64_t pid() const override { return pid_; }

  Status Write(std::span<const std::byte> bytes, TimePoint deadline) override {
    const NoBrokenPipeSignal guard;
    while (!bytes.empty()) {
      const ssize_t count = ::write(in_, bytes.data(), bytes.size());
      if (count > 0) {
        bytes = bytes.subspan(static_cast<size_t>(count));
        continue;
      }
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno != EAGAIN) return Ended("closed its standard input");
      CONFORMANCE_RETURN_IF_ERROR(WaitFor(in_, POLLOUT, deadline));
    }
    return Ok();
  }

  Status Read(std::span<std::byte> bytes, TimePoint deadline) override {
    while (!bytes.empty()) {
      const ssize_t count = ::read(out_, bytes.data(), bytes.size());
      if (count > 0) {
        bytes = bytes.subspan(static_cast<size_t>(count));
        continue;
      }
      if (count == 0) return Ended("closed its standard output");
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return ErrnoError("cannot read from process", std::to_string(pid_), errno);
      CONFORMANCE_RETURN_IF_ERROR(WaitFor(out_, POLLIN, deadline));
    }
    return Ok();
  }

  std::string StandardErrorTail() override {
    DrainErrors();
    return tail_;
  }

  void Kill() override {
    // Not once it is reaped: the number could be somebody else's by then.
    const std::lock_guard lock(reaping_);
    if (!status_) ::kill(-pid_, SIGKILL);
  }

  std::optional<ports::ExitStatus> Wait(TimePoint deadline) override {
    auto pause = std::chrono::microseconds(200);
    while (!Reap(WNOHANG)) {
      const auto now = std::chrono::steady_clock::now();
      if (now >= deadline) return std::nullopt;
      DrainErrors();  // a child that waits for room there would never end
      std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(pause, deadline - now));
      pause = std::min<std::chrono::microseconds>(pause * 2, std::chrono::milliseconds(10));
    }
    return status_;
  }

 private:
  /// True once it has ended. What it started itself goes with it, before its number is given back to the system.
  bool Reap(int flags) {
    if (status_) return true;
    siginfo_t info{};
    int result;
    do {
      result = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT | flags);
    } while (result != 0 && errno == EINTR);
    if (result == 0 && info.si_pid == 0) return false;
    const std::lock_guard lock(reaping_);
    ports::ExitStatus end;
    if (result == 0) {
      ::kill(-pid_, SIGKILL);
      int status = 0;
      ::waitpid(pid_, &status, 0);
      if (WIFEXITED(status)) end.exit_code = WEXITSTATUS(status);
      if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
    }
    status_ = end;
    return true;
  }

  /// Waits until `fd` is ready, emptying the child's standard error meanwhile.
  Status WaitFor(int fd, short events, TimePoint deadline) {
    std::array<pollfd, 2> fds = {pollfd{fd, events, 0}, pollfd{errors_open_ ? err_ : -1, POLLIN, 0}};
    while (true) {
      const int ready = ::poll(fds.data(), fds.size(), PollTime(deadline));
      if (ready < 0 && errno != EINTR) return ErrnoError("cannot wait for process", std::to_string(pid_), errno);
      if (ready > 0 && fds[1].revents) {
        DrainErrors();
        if (!errors_open_) fds[1].fd = -1;
      }
      if (ready > 0 && fds[0].revents) return Ok();
      if (std::chrono::steady_clock::now() >= deadline) {
        return Error(ErrorKind::kTimeout, "process " + std::to_string(pid_) + " did not answer in time");
      }
    }
  }

  void DrainErrors() {
    std::array<char, 4096> buffer;
    while (errors_open_) {
      const ssize_t count = ::read(err_, buffer.data(), buffer.size());
      if (count > 0) {
        tail_.append(buffer.data(), static_cast<size_t>(count));
        if (tail_.size() > 2 * kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
        continue;
      }
      if (count < 0 && errno == EINTR) continue;
      if (count == 0 || errno != EAGAIN) errors_open_ = false;
      break;
    }
    if (tail_.size() > kTailBytes) tail_.erase(0, tail_.size() - kTailBytes);
  }

  Error Ended(std::string_view what) {
    return Error(ErrorKind::kCrash, "process " + std::to_string(pid_) + " " + std::string(what));
  }

  const pid_t pid_;
  int in_, out_, err_;
  bool errors_open_ = true;
  std::string tail_;
  std::mutex reaping_;  // Kill may come from another thread than the one that owns this
  std::optional<ports::ExitStatus> status_;
};

/// What the child needs, made ready before the fork: between fork and exec nothing may allocate.
struct Prepared {
  std::vector<std::string> argv, environment;
  std::vector<char*> argv_pointers, environment_pointers;
  std::string directory;
  std::optional<uint64_t> address_space;
  pid_t parent = 0;
};

Prepared Prepare(const ports::LaunchRequest& request) {
  Prepared prepared;
  prepared.argv = request.argv;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    if (!request.environment.contains(text.substr(0, text.find('=')))) prepared.environment.push_back(text);
  }
  for (const auto& [name, value] : request.environment) prepared.environment.push_back(name + '=' + value);
  for (std::string& text : prepared.argv) prepared.argv_pointers.push_back(text.data());
  for (std::string& text : prepared.environment) prepared.environment_pointers.push_back(text.data());
  prepared.argv_pointers.push_back(nullptr);
  prepared.environment_pointers.push_back(nullptr);
  prepared.directory = request.working_directory.string();
  prepared.address_space = request.address_space_bytes;
  prepared.parent = ::getpid();
  return prepared;
}

/// In the child: only what is safe after fork. Reports errno through `report` and ends.
[[noreturn]] void BecomeChild(Prepared& prepared, const Pipe& in, const Pipe& out, const Pipe& err, int report) {
  const auto fail = [&] {
    const int error = errno;
    ssize_t ignored = ::write(report, &error, sizeof error);
    (void)ignored;
    ::_exit(127);
  };
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != prepared.parent) ::_exit(127);  // it has ended already
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGPIPE, SIGTERM, SIGHUP, SIGCHLD}) ::signal(number, SIG_DFL);
  if (::dup2(in.read, STDIN_FILENO) < 0 || ::dup2(out.write, STDOUT_FILENO) < 0 || ::dup2(err.write, STDERR_FILENO) < 0) fail();
  if (!prepared.directory.empty() && ::chdir(prepared.directory.c_str()) != 0) fail();
  if (prepared.address_space) {
    const rlimit limit{*prepared.address_space, *prepared.address_space};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) fail();
  }
  // What others in this process have open, and not marked, is no child's business.
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);  // a crash is a verdict here, not something to look at in a debugger
  ::execvpe(prepared.argv_pointers[0], prepared.argv_pointers.data(), prepared.environment_pointers.data());
  fail();
  ::_exit(127);
}

Result<std::unique_ptr<ports::Process>> Spawn(const ports::LaunchRequest& request) {
  if (request.argv.empty() || request.argv[0].empty()) return Invalid("a process to launch has no name");
  Prepared prepared = Prepare(request);
  Pipe in, out, err, report;
  for (Pipe* pipe : {&in, &out, &err, &report}) CONFORMANCE_RETURN_IF_ERROR(pipe->Open());
  const pid_t pid = ::fork();
  if (pid < 0) return ErrnoError("cannot fork", request.argv[0], errno);
  if (pid == 0) BecomeChild(prepared, in, out, err, report.write);
  ::setpgid(pid, pid);  // here as well: whoever comes first
  Pipe::CloseEnd(in.read);
  Pipe::CloseEnd(out.write);
  Pipe::CloseEnd(err.write);
  Pipe::CloseEnd(report.write);
  int error = 0;
  ssize_t count;
  do {
    count = ::read(report.read, &error, sizeof error);  // nothing: the exec closed it
  } while (count < 0 && errno == EINTR);
  auto process = std::make_unique<PosixProcess>(pid, std::exchange(in.write, -1), std::exchange(out.read, -1), std::exchange(err.read, -1));
  if (count == static_cast<ssize_t>(sizeof error)) {
    return Unavailable("cannot run '" + request.argv[0] + "': " + std::strerror(error)).With("program", request.argv[0]);
  }
  return std::unique_ptr<ports::Process>(std::move(process));
}

/// The parent-death signal follows the thread that forked, so that one must not end before the launcher does.
class PosixLauncher : public ports::ProcessLauncher {
 public:
  ~PosixLauncher() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  Result<std::unique_ptr<ports::Process>> Launch(const ports::LaunchRequest& request) override {
    std::packaged_task<Result<std::unique_ptr<ports::Process>>()> task([&request] { return Spawn(request); });
    auto result = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      if (!thread_.joinable()) thread_ = std::thread([this] { Serve(); });
      tasks_.push(std::move(task));
    }
    wake_.notify_all();
    return result.get();
  }

 private:
  void Serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return closing_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      auto task = std::move(tasks_.front());
      tasks_.pop();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::queue<std::packaged_task<Result<std::unique_ptr<ports::Process>>()>> tasks_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace

std::shared_ptr<ports::ProcessLauncher> MakePosixLauncher() { return std::make_shared<PosixLauncher>(); }

}  // namespace conformance::engine
