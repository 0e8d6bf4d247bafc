#include "framework/engine/process_memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

namespace conformance::engine {
namespace {

using PathBuffer = std::array<char, 48>;

/// "/proc/PID/NAME" in `buffer`.
const char* ProcPath(PathBuffer& buffer, std::string_view pid, std::string_view name) {
  char* at = buffer.data();
  const auto add = [&](std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    at += text.size();
  };
  if (pid.size() + name.size() + 8 > buffer.size()) return "";
  add("/proc/");
  add(pid);
  add("/");
  add(name);
  *at = '\0';
  return buffer.data();
}

std::string_view ReadSmallFile(const char* path, std::span<char> buffer) {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t count = ::read(fd, buffer.data(), buffer.size());
  ::close(fd);
  return {buffer.data(), count > 0 ? static_cast<size_t>(count) : 0};
}

/// The number at word `index` (from 0) of `text`; 0 where there is none.
uint64_t NumberAt(std::string_view text, int index) {
  for (int i = 0; i < index; ++i) {
    const size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return 0;
    text.remove_prefix(blank + 1);
  }
  uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

uint64_t PageBytes() { return static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)); }

void AddProcess(std::string_view pid, std::span<GroupMemory> groups) {
  PathBuffer path;
  std::array<char, 1024> buffer;
  std::string_view text = ReadSmallFile(ProcPath(path, pid, "stat"), buffer);
  // "PID (NAME) STATE PPID PGRP …": the name may hold anything, so words are counted from its end. RSS is the 24th of all.
  const size_t name_end = text.rfind(") ");
  if (name_end == std::string_view::npos) return;
  text.remove_prefix(name_end + 2);
  const auto group = static_cast<pid_t>(NumberAt(text, 2));
  for (GroupMemory& entry : groups) {
    if (entry.group == group) entry.resident_bytes += NumberAt(text, 21) * PageBytes();
  }
}

}  // namespace

uint64_t MachineBytes() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const uint64_t machine = pages > 0 ? static_cast<uint64_t>(pages) * PageBytes() : uint64_t{4} << 30;
  std::array<char, 64> buffer;
  const std::string_view text =
      ReadSmallFile("/sys/fs/cgroup/memory.max", buffer);  // a container's; elsewhere "max", or not there
  const uint64_t group = NumberAt(text, 0);
  return group > 0 ? std::min(machine, group) : machine;
}

uint64_t ResidentBytes(pid_t pid) {
  std::array<char, 24> number;
  const auto end = std::to_chars(number.data(), number.data() + number.size(), pid).ptr;
  PathBuffer path;
  std::array<char, 256> buffer;
  const char* file = ProcPath(path, {number.data(), static_cast<size_t>(end - number.data())}, "statm");
  return NumberAt(ReadSmallFile(file, buffer), 1) * PageBytes();
}

void SumGroups(std::span<GroupMemory> groups) {
  const int folder = ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  alignas(dirent64) std::array<char, 8192> entries;
  // opendir would allocate.
  for (long count; (count = ::syscall(SYS_getdents64, folder, entries.data(), entries.size())) > 0;) {
    for (long at = 0; at < count;) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries.data() + at);
      const std::string_view name = entry->d_name;
      if (name.front() >= '1' && name.front() <= '9') AddProcess(name, groups);
      at += entry->d_reclen;
    }
  }
  ::close(folder);
}

}  // namespace conformance::engine
