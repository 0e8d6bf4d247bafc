#include "framework/engine/process_keeper.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <span>
#include <utility>

#include "framework/engine/process_memory.h"

namespace conformance::engine {
namespace {

constexpr size_t kMostChildren = 1024;
constexpr int kWatchMs = 20;  // between two looks at the memory of those that have a limit
constexpr int kIdleMs =
    500;  // between two looks whether the launcher is still there, should the socket not tell
constexpr int64_t kWalkShare = 50;  // a walk over /proc takes at most one part in so many of the time

int64_t NowNs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

struct Child {
  uint64_t id = 0;
  pid_t pid = 0;
  int status = -1;  ///< descriptor for its KeeperStatus
  uint64_t resident_limit = 0;
  uint64_t resident_bytes = 0;  ///< not 0: killed for it
};

/// What a launch needs, as pointers into the order's text.
struct Launch {
  const KeeperRequest& request;
  const char* folder;
  char* const* argv;
  char* const* environment;
  std::array<int, 3> streams;
};

/// Between fork and exec of a child. Reports errno and ends where something fails.
[[noreturn]] void BecomeChild(const Launch& launch, pid_t keeper, int report) {
  const auto fail = [&] {
    const int error = errno;
    const ssize_t ignored = ::write(report, &error, sizeof error);
    (void)ignored;
    ::_exit(127);
  };
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != keeper) ::_exit(127);  // it has ended already
  for (const int number : {SIGINT, SIGPIPE, SIGTERM, SIGHUP, SIGCHLD, SIGQUIT}) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int stream = 0; stream < 3; ++stream) {
    if (::dup2(launch.streams[static_cast<size_t>(stream)], stream) < 0) fail();
  }
  if (*launch.folder != '\0' && ::chdir(launch.folder) != 0) fail();
  if (launch.request.address_space_bytes > 0) {
    const rlimit limit{launch.request.address_space_bytes, launch.request.address_space_bytes};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) fail();
  }
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);  // a crash is a verdict here, not something to look at in a debugger
  // Where the machine itself runs out of memory, a child goes before its launcher.
  if (const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC); fd >= 0) {
    const ssize_t ignored = ::write(fd, "500", 3);
    (void)ignored;
  }
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execvpe(launch.argv[0], launch.argv, launch.environment);
  fail();
  ::_exit(127);
}

class Keeper {
 public:
  Keeper(int socket, pid_t launcher) : socket_(socket), launcher_(launcher), self_(::getpid()) {}

  void Serve() {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    sigaddset(&ends, SIGTERM);
    signals_ = ::signalfd(-1, &ends, SFD_NONBLOCK | SFD_CLOEXEC);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // whatever its children leave behind becomes its own
    while (signals_ >= 0 && Step()) {
    }
    End();
  }

 private:
  /// False where it is time to end.
  bool Step() {
    std::array<pollfd, 2> fds = {pollfd{socket_, POLLIN, 0}, pollfd{signals_, POLLIN, 0}};
    const int ready = ::poll(fds.data(), fds.size(), limited_ > 0 ? kWatchMs : kIdleMs);
    if (ready < 0 && errno != EINTR) return false;
    if (::getppid() != launcher_) return false;
    signalfd_siginfo info;
    while (::read(signals_, &info, sizeof info) == sizeof info) {
      if (info.ssi_signo == SIGTERM) return false;
    }
    Reap();
    if (limited_ > 0) WatchMemory();
    return fds[0].revents == 0 || Obey();
  }

  /// One order. False where the launcher is gone.
  bool Obey() {
    KeeperRequest request;
    std::array<int, 4> fds = {-1, -1, -1, -1};
    if (!ReceiveRequest(request, fds)) return false;
    if (request.order == KeeperOrder::kKill) {
      for (const Child& child : Children()) {
        if (child.id == request.id) ::kill(-child.pid, SIGKILL);
      }
      return true;
    }
    KeeperAnswer answer;
    const size_t pointers = (size_t{request.arguments} + request.variables + 2) * sizeof(char*);
    const size_t size = pointers + request.bytes;
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;  // its text cannot even be read away
    char* text = static_cast<char*>(memory) + pointers;
    const bool whole = ReceiveAll(text, request.bytes);
    if (whole) answer = Start(request, text, static_cast<char**>(memory), fds);
    ::munmap(memory, size);
    for (const int fd : fds) {
      if (fd >= 0) ::close(fd);
    }
    return whole && ::send(socket_, &answer, sizeof answer, MSG_NOSIGNAL) == sizeof answer;
  }

  bool ReceiveRequest(KeeperRequest& request, std::array<int, 4>& fds) {
    iovec part{&request, sizeof request};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fds)> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(socket_, &message, MSG_WAITALL | MSG_CMSG_CLOEXEC) != sizeof request) return false;
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS)
      std::memcpy(fds.data(), CMSG_DATA(header), sizeof fds);
    return true;
  }

  bool ReceiveAll(char* to, size_t size) {
    while (size > 0) {
      const ssize_t count = ::recv(socket_, to, size, 0);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return false;
      to += count;
      size -= static_cast<size_t>(count);
    }
    return true;
  }

  KeeperAnswer Start(const KeeperRequest& request, char* text, char** pointers, std::array<int, 4>& fds) {
    if (count_ == kMostChildren) return {0, EAGAIN};
    const char* folder = text;
    text += std::strlen(text) + 1;
    char** next = pointers;
    for (uint32_t i = 0; i < request.arguments + request.variables; ++i) {
      if (i == request.arguments) *next++ = nullptr;
      *next++ = text;
      text += std::strlen(text) + 1;
    }
    if (request.variables == 0) *next++ = nullptr;
    *next = nullptr;
    const Launch launch{
        request, folder, pointers, pointers + request.arguments + 1, {fds[0], fds[1], fds[2]}};
    std::array<int, 2> report;
    if (::pipe2(report.data(), O_CLOEXEC) != 0) return {0, errno};
    const pid_t pid = ::fork();
    const int fork_error = errno;
    if (pid == 0) BecomeChild(launch, self_, report[1]);
    ::close(report[1]);
    int error = pid < 0 ? fork_error : 0;
    if (pid > 0) {
      ::setpgid(pid, pid);  // here as well: whoever comes first
      const ssize_t got =
          ::read(report[0], &error, sizeof error);  // nothing: the exec closed it. All signals are blocked
      if (got != sizeof error) error = 0;
    }
    ::close(report[0]);
    if (error != 0) {
      if (pid > 0) ::waitpid(pid, nullptr, 0);
      return {0, error};
    }
    children_[count_++] = {request.id, pid, std::exchange(fds[3], -1), request.resident_bytes, 0};
    limited_ += request.resident_bytes > 0 ? 1 : 0;
    return {pid, 0};
  }

  std::span<Child> Children() { return std::span(children_).first(count_); }

  void Reap() {
    bool ended = false;
    while (true) {
      siginfo_t info{};
      if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) break;
      ended = true;
      const pid_t pid = info.si_pid;
      const auto child = std::ranges::find(Children(), pid, &Child::pid);
      // Its group goes with it, before its number is given back to the system.
      if (child != Children().end()) ::kill(-pid, SIGKILL);
      int status = 0;
      ::waitpid(pid, &status, 0);
      if (child != Children().end()) Tell(*child, status);
    }
    if (ended) KillStrays();
  }

  void Tell(Child& child, int status) {
    KeeperStatus told{-1, 0, child.resident_bytes};
    if (WIFEXITED(status)) told.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) told.signal = WTERMSIG(status);
    const ssize_t ignored = ::write(child.status, &told, sizeof told);  // a pipe that is empty takes it
    (void)ignored;
    ::close(child.status);
    limited_ -= child.resident_limit > 0 ? 1 : 0;
    child = children_[--count_];
  }

  /// Kills what came to this process because its parent ended, and is in no living child's group: nothing outlives who started it.
  /// Its own children come to this process in turn, so that the next end brings it here again.
  void KillStrays() {
    const int fd = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    std::array<char, 16384> buffer;
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    ::close(fd);
    const char* at = buffer.data();
    const char* end = at + std::max<ssize_t>(count, 0);
    while (at < end) {
      pid_t pid = 0;
      const auto number = std::from_chars(at, end, pid);
      at = number.ptr + 1;
      if (number.ec != std::errc() || pid <= 0) continue;
      const pid_t group = ::getpgid(pid);
      const bool housed = std::ranges::any_of(
          Children(), [&](const Child& child) { return child.pid == pid || child.pid == group; });
      if (!housed) ::kill(pid, SIGKILL);
    }
  }

  /// Children with a limit, each alone; now and then with all that is in their groups.
  void WatchMemory() {
    const int64_t now = NowNs();
    if (now - watched_ < int64_t{kWatchMs} * 1'000'000 / 2) return;
    watched_ = now;
    for (Child& child : Children()) {
      if (child.resident_limit > 0) Judge(child, ResidentBytes(child.pid));
    }
    if (now < next_walk_) return;
    size_t count = 0;
    for (const Child& child : Children()) {
      if (child.resident_limit > 0) groups_[count++] = {child.pid, 0};
    }
    SumGroups(std::span(groups_).first(count));
    for (const GroupMemory& group : std::span(groups_).first(count)) {
      const auto child = std::ranges::find(Children(), group.group, &Child::pid);
      if (child != Children().end()) Judge(*child, group.resident_bytes);
    }
    const int64_t after = NowNs();
    next_walk_ = after + std::max<int64_t>(int64_t{5} * kWatchMs * 1'000'000, kWalkShare * (after - now));
  }

  static void Judge(Child& child, uint64_t resident_bytes) {
    if (resident_bytes <= child.resident_limit || child.resident_bytes > 0) return;
    child.resident_bytes = resident_bytes;
    ::kill(-child.pid, SIGKILL);
  }

  /// Kills all that is left and waits for it, for a while.
  void End() {
    for (const Child& child : Children()) ::kill(-child.pid, SIGKILL);
    const int64_t patience = NowNs() + 2'000'000'000;
    while (NowNs() < patience) {
      Reap();
      KillStrays();
      siginfo_t info{};
      if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD) return;
      const timespec pause{0, 1'000'000};
      ::nanosleep(&pause, nullptr);
    }
  }

  const int socket_;
  const pid_t launcher_;
  const pid_t self_;
  int signals_ = -1;
  std::array<Child, kMostChildren> children_;
  std::array<GroupMemory, kMostChildren> groups_;
  size_t count_ = 0;
  size_t limited_ = 0;  ///< of them with a limit on memory
  int64_t watched_ = 0, next_walk_ = 0;
};

}  // namespace

void RunKeeper(int socket, pid_t launcher) {
  ::setsid();  // no signal of the launcher's terminal or group
  ::prctl(PR_SET_NAME, "conf-keeper");
  ::signal(SIGCHLD, SIG_DFL);
  // What the launcher has open is not the keeper's business: a lock or a pipe must end with the launcher.
  constexpr int kSocket = 3;
  const int high = ::fcntl(socket, F_DUPFD_CLOEXEC, kSocket + 1);
  const int nothing = ::open("/dev/null", O_RDWR);
  for (int stream = 0; stream < kSocket; ++stream) ::dup2(nothing, stream);
  if (::dup3(high, kSocket, O_CLOEXEC) < 0) ::_exit(1);
  ::close_range(kSocket + 1, ~0U, 0);
  if (::chdir("/") != 0) ::_exit(1);
  Keeper(kSocket, launcher).Serve();
  ::_exit(0);
}

}  // namespace conformance::engine
