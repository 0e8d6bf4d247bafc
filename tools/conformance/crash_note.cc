#include "tools/conformance/crash_note.h"

#include <unistd.h>

#include <atomic>
#include <utility>

namespace conformance::cli {
namespace {

std::atomic<const std::string*> said_on_crash = nullptr;

void OnCrash(int signal) {
  if (const std::string* note = said_on_crash.exchange(nullptr)) {
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, note->data(), note->size());
  }
  ::signal(signal, SIG_DFL);
  ::raise(signal);
}

}  // namespace

CrashNote::CrashNote(std::string note) : note_(std::move(note)) {
  said_on_crash.store(&note_);
  struct sigaction action = {};
  action.sa_handler = OnCrash;
  for (size_t i = 0; i < kSignals.size(); ++i) {
    // A sanitizer's own handler says more.
    sigaction(kSignals[i], nullptr, &old_[i]);
    if (old_[i].sa_handler == SIG_DFL) sigaction(kSignals[i], &action, nullptr);
  }
}

CrashNote::~CrashNote() {
  for (size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &old_[i], nullptr);
  said_on_crash.store(nullptr);
}

}  // namespace conformance::cli
