#include "framework/engine/worker_client.h"

#include <csignal>
#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/worker_errors.h"
#include "framework/engine/worker_stream.h"

namespace conformance::engine {
namespace {

using std::chrono::steady_clock;

/// How loaders and shells end where what they are to start, or a library of it, is missing.
constexpr int kNotThere = 127;

std::string LastLines(const std::string& text, size_t count) {
  const std::vector<std::string> lines = Split(Trim(text), '\n');
  const size_t first = lines.size() > count ? lines.size() - count : 0;
  return Join(std::span(lines).subspan(first), "\n");
}

std::string MebibytesText(uint64_t bytes) {
  const uint64_t tenths = (bytes * 10 + (uint64_t{1} << 19)) >> 20;
  return std::to_string(tenths / 10) + (tenths % 10 != 0 ? "." + std::to_string(tenths % 10) : "") + " MiB";
}

bool LooksLikeNoMemory(std::string_view text) {
  for (const std::string_view sign :
       {"bad_alloc", "MemoryError", "Cannot allocate memory", "out of memory"}) {
    if (text.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Worker::Worker(std::unique_ptr<ports::Process> process, const WorkerLimits& limits)
    : process_(std::move(process)), limits_(limits), timeout_(limits.start_timeout) {}

Worker::~Worker() {
  if (!alive_) return;
  // A worker that ends by itself flushes what it has to; one that doesn't is killed by ~Process.
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(500);
  ProcessStream stream(*process_, deadline);
  WorkerMessage shutdown;
  shutdown.header["type"] = "shutdown";
  if (WriteWorkerMessage(stream, shutdown).ok() && ReadWorkerMessage(stream).ok()) process_->Wait(deadline);
}

Result<std::unique_ptr<Worker>> Worker::Start(ports::ProcessLauncher& launcher,
                                              const WorkerOptions& options) {
  ports::LaunchRequest launch;
  launch.argv = options.command;
  launch.environment = options.environment;
  launch.address_space_bytes = options.limits.address_space_bytes;
  launch.resident_bytes = options.limits.resident_bytes;
  CONFORMANCE_TRY(auto process, launcher.Launch(launch));
  std::unique_ptr<Worker> worker(new Worker(std::move(process), options.limits));
  WorkerMessage hello;
  hello.header["type"] = "hello";
  hello.header["protocol"] = kWorkerProtocol;
  auto answer = worker->Ask(hello);
  if (!answer.ok()) return std::move(answer).error().Trail("starting worker " + Join(options.command, " "));
  const auto protocol = answer->header.GetInt("protocol");
  if (answer->type() != "hello" || !protocol.ok() || *protocol != kWorkerProtocol) {
    return Corrupt("the worker speaks another protocol")
        .With("worker", Join(options.command, " "))
        .With("found",
              answer->type() + " " + (protocol.ok() ? std::to_string(*protocol) : "without a version"))
        .With("wanted", "hello " + std::to_string(kWorkerProtocol));
  }
  worker->timeout_ = options.limits.timeout;
  worker->hello_ = std::move(answer->header);
  return worker;
}

Error Worker::Died(Error error) {
  alive_ = false;
  // A pipe that closes comes a moment before the end of its process can be seen.
  const auto grace = std::chrono::milliseconds(error.kind() == ErrorKind::kCrash ? 2000 : 0);
  auto status = process_->Wait(steady_clock::now() + grace);
  const bool killed = !status;
  if (killed) {
    process_->Kill();
    status = process_->Wait(steady_clock::now() + std::chrono::seconds(5));
  }
  std::string tail = LastLines(process_->StandardErrorTail(), 20);
  ErrorKind kind = error.kind() == ErrorKind::kTimeout ? ErrorKind::kTimeout : ErrorKind::kCrash;
  std::string message;
  if (status && status->resident_bytes) {
    kind = ErrorKind::kOutOfMemory;
    message = "the worker had more than its limit of " + MebibytesText(limits_.resident_bytes.value_or(0)) +
              " in memory and was killed";
    tail = "in memory at last: " + MebibytesText(*status->resident_bytes) + (tail.empty() ? "" : "\n") +
           tail;  // no two times the same
  } else if (kind == ErrorKind::kTimeout) {
    message = "the worker gave no answer in " + DoubleText(static_cast<double>(timeout_.count()) / 1000) +
              " s and was killed";
  } else if (error.kind() == ErrorKind::kCrash && hello_.IsNull() && status && status->exit_code == kNotThere) {
    return Unavailable("the worker's program, or a library that it needs, is not there: " + LastLines(tail, 1));
  } else if (error.kind() == ErrorKind::kCrash) {
    message =
        killed ? "the worker closed its streams and was killed"
               : "the worker ended with " + (status ? status->ToString() : std::string("an unknown status"));
    // Limits tell of themselves; nobody else here kills what has not ended.
    if (!killed && status && status->signal == SIGKILL)
      message += ", perhaps because the machine ran out of memory";
    if (LooksLikeNoMemory(tail)) kind = ErrorKind::kOutOfMemory;
  } else if (error.kind() == ErrorKind::kInvalid) {
    message = "the worker was killed: " + error.message();
  } else {
    message = "the worker's answer cannot be read, so it was killed: " + error.message();
  }
  Error result(kind, std::move(message));
  for (const auto& [name, value] : error.facts()) result.With(name, value);
  if (!tail.empty()) result.With(std::string(kLastLines), tail);
  return result;
}

Result<WorkerMessage> Worker::Ask(const WorkerMessage& request) {
  // Nobody asked for what is there already: it would be taken for an answer.
  if (!hello_.IsNull() && process_->HasOutput())
    return Died(Invalid("it wrote to standard output what nobody had asked for"));
  process_->BoundStandardError(limits_.log_bytes);
  ProcessStream stream(*process_, steady_clock::now() + timeout_);
  const auto over = [&](Error error) {
    if (error.kind() == ErrorKind::kInvalid) error.With("limit", MebibytesText(limits_.log_bytes));
    return Died(std::move(error));
  };
  if (Status written = WriteWorkerMessage(stream, request); !written.ok())
    return over(std::move(written).error());
  auto answer = ReadWorkerMessage(stream, {.max_tensor_bytes = limits_.answer_bytes});
  if (!answer.ok()) return over(std::move(answer).error());
  if (answer->type() == "error") {
    const Json* error = answer->header.Find("error");
    return ErrorFromJson(error != nullptr ? *error : Json());
  }
  return answer;
}

WorkerPool::WorkerPool(std::shared_ptr<ports::ProcessLauncher> launcher, WorkerOptions options)
    : launcher_(std::move(launcher)), options_(std::move(options)) {}
WorkerPool::~WorkerPool() = default;

Result<std::unique_ptr<Worker>> WorkerPool::Take(bool fresh) {
  const auto stopped = [] { return Error(ErrorKind::kCancelled, "the workers were stopped"); };
  std::unique_ptr<Worker> worker;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return stopped();
    if (!fresh && !idle_.empty()) {
      worker = std::move(idle_.back());
      idle_.pop_back();
    } else {
      ++started_;
    }
  }
  if (!worker) {
    CONFORMANCE_TRY(worker, Worker::Start(*launcher_, options_));
  }
  const std::lock_guard lock(mutex_);
  if (stopped_) {
    worker->Kill();
    return stopped();
  }
  owned_.insert(worker.get());
  return worker;
}

void WorkerPool::Give(std::unique_ptr<Worker> worker, bool used) {
  const std::lock_guard lock(mutex_);
  owned_.erase(worker.get());
  if (!worker->alive() || stopped_) return;
  if (used) ++worker->served;
  idle_.push_back(std::move(worker));
}

Result<WorkerMessage> WorkerPool::Ask(const WorkerMessage& request) {
  CONFORMANCE_TRY(auto worker, Take());
  auto answer = worker->Ask(request);
  if (!answer.ok() && IsInnocent(answer.error(), *worker)) {
    Give(std::move(worker));
    CONFORMANCE_TRY(worker, Take(/*fresh=*/true));
    answer = worker->Ask(request);
  }
  Give(std::move(worker));
  return answer;
}

void WorkerPool::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  for (Worker* worker : owned_) worker->Kill();
  for (const auto& worker : idle_) worker->Kill();
  idle_.clear();
}

size_t WorkerPool::started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

bool IsInnocent(const Error& error, const Worker& worker) {
  if (worker.alive() || worker.served == 0) return false;
  switch (error.kind()) {
    case ErrorKind::kCrash:
    case ErrorKind::kOutOfMemory:
    case ErrorKind::kTimeout: return true;
    default: return false;
  }
}

}  // namespace conformance::engine
