#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "framework/base/result.h"
#include "framework/engine/worker_kit.h"
#include "framework/engine/worker_protocol.h"
#include "framework/ports/process_launcher.h"

namespace conformance::engine {

/// A request with a type; more fields are set in its header.
WorkerMessage RequestOf(std::string type);

/// A talk with one process under test. Every answer is looked at: it must be well formed, errors too, and nothing may follow it.
class KitTalk {
 public:
  static Result<KitTalk> Start(ports::ProcessLauncher& launcher, const WorkerKitOptions& options);

  /// Errors: a sentence that says how the answer is against the protocol, or how the worker ended, with its last words.
  Result<WorkerMessage> Ask(const WorkerMessage& request);
  /// As Ask, and the answer must be of type `wanted`.
  Result<WorkerMessage> Want(std::string_view wanted, const WorkerMessage& request);
  /// As Ask, for a header that is sent as it stands.
  Result<WorkerMessage> AskText(std::string_view header);
  Result<WorkerMessage> Hello();

  /// Bytes as they are. An error where it doesn't take them.
  Status Send(std::string_view bytes);
  void CloseInput() { process_->CloseInput(); }
  /// What comes next: an answer of type error, or its end. An error where neither comes in time, or something else.
  Status EndsOrRefuses();
  /// Waits for its end; nothing but the end may be on standard output. Errors: it goes on.
  Result<ports::ExitStatus> End();

 private:
  KitTalk(std::unique_ptr<ports::Process> process, std::chrono::milliseconds timeout)
      : process_(std::move(process)), timeout_(timeout) {}
  Result<WorkerMessage> Answer();
  Error Broken(const Error& error, std::string_view what);
  std::chrono::steady_clock::time_point Deadline() const {
    return std::chrono::steady_clock::now() + timeout_;
  }

  std::unique_ptr<ports::Process> process_;
  std::chrono::milliseconds timeout_;
};

/// A header with its length before it.
std::string FrameText(std::string_view header);

}  // namespace conformance::engine
