#include "framework/engine/posix_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/process_keeper.h"

extern char** environ;

namespace conformance::engine {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;
constexpr size_t kTailBytes = 8192;
constexpr size_t kGulpBytes = size_t{1} << 20;  // of standard error, read at one go

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

/// The launcher's end of a keeper. Usable from several threads.
class KeeperLine {
 public:
  static Result<std::shared_ptr<KeeperLine>> Open() {
    std::array<int, 2> ends;
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      return ErrnoError("cannot make a socket", "", errno);
    const pid_t self = ::getpid();
    const pid_t keeper = ::fork();
    if (keeper == 0) {
      ::close(ends[0]);
      RunKeeper(ends[1], self);
    }
    const int error = errno;
    ::close(ends[1]);
    if (keeper < 0) {
      ::close(ends[0]);
      return ErrnoError("cannot fork", "", error);
    }
    return std::shared_ptr<KeeperLine>(new KeeperLine(ends[0], self, keeper));
  }
  ~KeeperLine() {
    ::close(socket_);
    if (::getpid() != owner_) return;
    while (::waitpid(keeper_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  KeeperLine(const KeeperLine&) = delete;
  KeeperLine& operator=(const KeeperLine&) = delete;

  /// Of this process (not of one that it was forked from), and still there.
  bool Holds() const {
    if (::getpid() != owner_) return false;
    char nothing;
    return ::recv(socket_, &nothing, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EINTR);
  }

  /// `id` is the new child's name in Kill. Errors: kIo where the keeper is gone.
  Result<KeeperAnswer> Launch(KeeperRequest request, const std::string& text, const std::array<int, 4>& fds,
                              uint64_t& id) {
    const std::lock_guard lock(mutex_);
    id = request.id = ++last_id_;
    KeeperAnswer answer;
    if (!SendRequest(request, &fds) || !SendAll(text) || !Receive(answer))
      return IoError("the process that keeps workers is gone");
    return answer;
  }
  void Kill(uint64_t id) {
    KeeperRequest request;
    request.order = KeeperOrder::kKill;
    request.id = id;
    const std::lock_guard lock(mutex_);
    SendRequest(request, nullptr);  // where the keeper is gone, so is the child
  }

 private:
  KeeperLine(int socket, pid_t owner, pid_t keeper) : socket_(socket), owner_(owner), keeper_(keeper) {}

  bool SendRequest(KeeperRequest& request, const std::array<int, 4>* fds) {
    iovec part{&request, sizeof request};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof *fds)> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (fds != nullptr) {
      message.msg_control = control.data();
      message.msg_controllen = control.size();
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof *fds);
      std::memcpy(CMSG_DATA(header), fds->data(), sizeof *fds);
    }
    ssize_t count;
    do {
      count = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    return count == sizeof request;
  }
  bool SendAll(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      text.remove_prefix(static_cast<size_t>(count));
    }
    return true;
  }
  bool Receive(KeeperAnswer& answer) {
    ssize_t count;
    do {
      count = ::recv(socket_, &answer, sizeof answer, MSG_WAITALL);
    } while (count < 0 && errno == EINTR);
    return count == sizeof answer;
  }

  const int socket_;
  const pid_t owner_, keeper_;
  std::mutex mutex_;
  uint64_t last_id_ = 0;
};

/// A child of the keeper, with our ends of its pipes.
class PosixProcess : public ports::Process {
 public:
  PosixProcess(std::shared_ptr<KeeperLine> keeper, uint64_t id, int64_t pid, const std::array<int, 4>& fds)
      : keeper_(std::move(keeper)),
        id_(id),
        pid_(pid),
        in_(fds[0]),
        out_(fds[1]),
        err_(fds[2]),
        end_(fds[3]) {
    for (const int fd : fds) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  ~PosixProcess() override {
    if (!HasEnded()) {
      Kill();
      Wait(std::chrono::steady_clock::now() + std::chrono::seconds(5));
    }
    for (int* fd : {&in_, &out_, &err_, &end_}) Pipe::CloseEnd(*fd);
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

  void CloseInput() override { Pipe::CloseEnd(in_); }

  bool HasOutput() override {
    pollfd fd{out_, POLLIN, 0};
    return ::poll(&fd, 1, 0) > 0 && (fd.revents & POLLIN) != 0;
  }

  std::string StandardErrorTail() override {
    DrainErrors();
    return tail_;
  }
  void BoundStandardError(uint64_t bytes) override {
    error_bound_ = error_bytes_ + std::min(bytes, UINT64_MAX - error_bytes_);
  }

  void Kill() override { keeper_->Kill(id_); }

  std::optional<ports::ExitStatus> Wait(TimePoint deadline) override {
    while (!HasEnded()) {
      std::array<pollfd, 2> fds = {pollfd{end_, POLLIN, 0}, pollfd{errors_open_ ? err_ : -1, POLLIN, 0}};
      const int ready = ::poll(fds.data(), fds.size(), PollTime(deadline));
      if (ready < 0 && errno != EINTR) return std::nullopt;
      if (ready > 0 && fds[1].revents != 0)
        DrainErrors();  // a child that waits for room there would never end
      if (std::chrono::steady_clock::now() >= deadline && !HasEnded()) return std::nullopt;
    }
    return status_;
  }

 private:
  bool HasEnded() {
    if (status_) return true;
    KeeperStatus told;
    ssize_t count;
    do {
      count = ::read(end_, &told, sizeof told);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return false;
    ports::ExitStatus status;
    if (count == sizeof told) {
      if (told.exit_code >= 0)
        status.exit_code = told.exit_code;
      else
        status.signal = told.signal;
      if (told.resident_bytes > 0) status.resident_bytes = told.resident_bytes;
    } else {
      ::kill(static_cast<pid_t>(-pid_),
             SIGKILL);  // the keeper went without a word, and so without killing the child's group
    }
    status_ = status;
    return true;
  }

  /// Waits until `fd` is ready, emptying the child's standard error meanwhile.
  Status WaitFor(int fd, short events, TimePoint deadline) {
    while (true) {
      std::array<pollfd, 3> fds = {pollfd{fd, events, 0}, pollfd{errors_open_ ? err_ : -1, POLLIN, 0},
                                   pollfd{end_, POLLIN, 0}};
      const int ready = ::poll(fds.data(), fds.size(), PollTime(deadline));
      if (ready < 0 && errno != EINTR)
        return ErrnoError("cannot wait for process", std::to_string(pid_), errno);
      if (ready > 0 && fds[1].revents != 0) DrainErrors();
      if (error_bytes_ > error_bound_) return Invalid("it wrote more to standard error than it may");
      if (ready > 0 && fds[0].revents != 0) return Ok();
      if (ready > 0 && fds[2].revents != 0)
        return Ended("has ended");  // what it started may still hold its pipes
      if (std::chrono::steady_clock::now() >= deadline) {
        return Error(ErrorKind::kTimeout, "process " + std::to_string(pid_) + " did not answer in time");
      }
    }
  }

  /// At most a gulp: one that writes faster than it can be read must not keep us here.
  void DrainErrors() {
    std::array<char, 16384> buffer;
    for (size_t gulp = 0; errors_open_ && gulp < kGulpBytes;) {
      const ssize_t count = ::read(err_, buffer.data(), buffer.size());
      if (count > 0) {
        gulp += static_cast<size_t>(count);
        error_bytes_ += static_cast<uint64_t>(count);
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

  const std::shared_ptr<KeeperLine> keeper_;
  const uint64_t id_;
  const int64_t pid_;
  int in_, out_, err_, end_;
  bool errors_open_ = true;
  uint64_t error_bytes_ = 0, error_bound_ = UINT64_MAX;
  std::string tail_;
  std::optional<ports::ExitStatus> status_;
};

/// Folder, words and variables as a keeper wants them.
std::string LaunchText(const ports::LaunchRequest& request, KeeperRequest& order) {
  std::string text;
  const auto add = [&](const std::string& word) {
    text += word;
    text += '\0';
  };
  std::error_code ignored;
  add(request.working_directory.empty()
          ? std::filesystem::current_path(ignored).string()
          : std::filesystem::absolute(request.working_directory, ignored).string());
  for (const std::string& word : request.argv) add(word);
  order.arguments = static_cast<uint32_t>(request.argv.size());
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string variable = *entry;
    if (request.environment.contains(variable.substr(0, variable.find('=')))) continue;
    add(variable);
    ++order.variables;
  }
  for (const auto& [name, value] : request.environment) add(name + '=' + value);
  order.variables += static_cast<uint32_t>(request.environment.size());
  order.bytes = static_cast<uint32_t>(text.size());
  order.address_space_bytes = request.address_space_bytes.value_or(0);
  order.resident_bytes = request.resident_bytes.value_or(0);
  return text;
}

class PosixLauncher : public ports::ProcessLauncher {
 public:
  Status Start() override {
    CONFORMANCE_RETURN_IF_ERROR(Keeper());
    return Ok();
  }

  Result<std::unique_ptr<ports::Process>> Launch(const ports::LaunchRequest& request) override {
    if (request.argv.empty() || request.argv[0].empty()) return Invalid("a process to launch has no name");
    for (const std::string& word : request.argv) {
      if (word.find('\0') != std::string::npos)
        return Invalid("a word of a command holds a zero byte").With("program", request.argv[0]);
    }
    CONFORMANCE_TRY(const auto keeper, Keeper());
    KeeperRequest order;
    const std::string text = LaunchText(request, order);
    Pipe in, out, err, end;
    for (Pipe* pipe : {&in, &out, &err, &end}) CONFORMANCE_RETURN_IF_ERROR(pipe->Open());
    uint64_t id = 0;
    CONFORMANCE_TRY(const KeeperAnswer answer,
                    keeper->Launch(order, text, {in.read, out.write, err.write, end.write}, id));
    if (answer.pid == 0) {
      return Unavailable("cannot run '" + request.argv[0] + "': " + std::strerror(answer.error))
          .With("program", request.argv[0]);
    }
    const std::array<int, 4> ours = {std::exchange(in.write, -1), std::exchange(out.read, -1),
                                     std::exchange(err.read, -1), std::exchange(end.read, -1)};
    return std::unique_ptr<ports::Process>(std::make_unique<PosixProcess>(keeper, id, answer.pid, ours));
  }

 private:
  Result<std::shared_ptr<KeeperLine>> Keeper() {
    const std::lock_guard lock(mutex_);
    if (!keeper_ || !keeper_->Holds()) {
      CONFORMANCE_TRY(keeper_, KeeperLine::Open());
    }
    return keeper_;
  }

  std::mutex mutex_;
  std::shared_ptr<KeeperLine> keeper_;  // children hold it too: they may outlive the launcher
};

}  // namespace

std::shared_ptr<ports::ProcessLauncher> MakePosixLauncher() { return std::make_shared<PosixLauncher>(); }

}  // namespace conformance::engine
