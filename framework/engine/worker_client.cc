#include "framework/engine/worker_client.h"

#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/worker_errors.h"

namespace conformance::engine {
namespace {

using std::chrono::steady_clock;

/// A process's standard streams under one deadline.
class ProcessStream : public ByteStream {
 public:
  ProcessStream(ports::Process& process, steady_clock::time_point deadline) : process_(process), deadline_(deadline) {}
  Status Write(std::span<const std::byte> bytes) override { return process_.Write(bytes, deadline_); }
  Status Read(std::span<std::byte> bytes) override { return process_.Read(bytes, deadline_); }

 private:
  ports::Process& process_;
  steady_clock::time_point deadline_;
};

std::string LastLines(const std::string& text, size_t count) {
  const std::vector<std::string> lines = Split(Trim(text), '\n');
  const size_t first = lines.size() > count ? lines.size() - count : 0;
  return Join(std::span(lines).subspan(first), "\n");
}

bool LooksLikeNoMemory(std::string_view text) {
  for (const std::string_view sign : {"bad_alloc", "MemoryError", "Cannot allocate memory", "out of memory"}) {
    if (text.find(sign) != std::string_view::npos) return true;
  }
  return false;
}

/// Crash, or memory: what a predecessor may have caused.
bool EndedTheWorker(const Error& error) { return error.kind() == ErrorKind::kCrash || error.kind() == ErrorKind::kOutOfMemory; }

/// A session in a worker. The worker goes back to the pool with it, unless it died.
class IsolatedSession : public ports::Session {
 public:
  IsolatedSession(std::shared_ptr<WorkerPool> pool, WorkerMessage prepare) : pool_(std::move(pool)), prepare_(std::move(prepare)) {}
  ~IsolatedSession() override {
    if (worker_ && worker_->alive()) {
      WorkerMessage release;
      release.header["type"] = "release";
      release.header["session"] = id_;
      (void)worker_->Ask(release);  // one that fails here is not used again
    }
    if (worker_) pool_->Give(std::move(worker_));
  }

  Status Prepare() {
    Status status = PrepareIn(/*fresh=*/false);
    if (!status.ok() && IsInnocent(status.error())) status = PrepareIn(/*fresh=*/true);
    return status;
  }

  Result<NamedTensors> Run(const NamedTensors& inputs) override { return Ask(inputs, nullptr); }
  Result<NamedTensors> RunCapturing(const NamedTensors& inputs, const std::vector<std::string>& values) override {
    return Ask(inputs, &values);
  }

 private:
  bool IsInnocent(const Error& error) const { return EndedTheWorker(error) && worker_ && !worker_->alive() && worker_->served > 0; }

  Status PrepareIn(bool fresh) {
    if (worker_) pool_->Give(std::move(worker_));
    CONFORMANCE_TRY(worker_, pool_->Take(fresh));
    CONFORMANCE_TRY(const WorkerMessage answer, worker_->Ask(prepare_));
    const Json* id = answer.header.Find("session");
    if (answer.type() != "prepared" || id == nullptr) return Error(ErrorKind::kCrash, "the worker's answer to prepare names no session");
    id_ = *id;
    return Ok();
  }

  Result<NamedTensors> Ask(const NamedTensors& inputs, const std::vector<std::string>* values) {
    if (!worker_ || !worker_->alive()) return Error(ErrorKind::kCrash, "the session's worker is gone");
    auto outputs = Once(inputs, values);
    if (!outputs.ok() && IsInnocent(outputs.error())) {
      CONFORMANCE_RETURN_IF_ERROR(PrepareIn(/*fresh=*/true));
      outputs = Once(inputs, values);
    }
    return outputs;
  }

  Result<NamedTensors> Once(const NamedTensors& inputs, const std::vector<std::string>* values) {
    WorkerMessage request;
    request.header["type"] = "run";
    request.header["session"] = id_;
    if (values != nullptr) {
      Json capture = Json::MakeArray();
      for (const std::string& value : *values) capture.Append(value);
      request.header["capture"] = std::move(capture);
    }
    request.tensors = inputs;
    CONFORMANCE_TRY(WorkerMessage answer, worker_->Ask(request));
    return std::move(answer.tensors);
  }

  std::shared_ptr<WorkerPool> pool_;
  const WorkerMessage prepare_;
  std::unique_ptr<Worker> worker_;
  Json id_;
};

class Isolated : public ports::Backend {
 public:
  Isolated(std::shared_ptr<const ports::Backend> inner, std::shared_ptr<WorkerPool> pool)
      : inner_(std::move(inner)), pool_(std::move(pool)) {}
  std::string_view Name() const override { return inner_->Name(); }
  ports::BackendCapabilities Capabilities() const override { return inner_->Capabilities(); }
  Result<std::string> Version() const override { return inner_->Version(); }
  std::string QualifiedVersion() const override { return inner_->QualifiedVersion(); }

  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact, const ports::SessionOptions& options) const override {
    WorkerMessage request;
    request.header["type"] = "prepare";
    request.header["backend"] = inner_->Name();
    request.header["artifact"] = artifact.ToJson();
    request.header["options"] = options.ToJson();
    auto session = std::make_unique<IsolatedSession>(pool_, std::move(request));
    CONFORMANCE_RETURN_IF_ERROR(session->Prepare());
    return std::unique_ptr<ports::Session>(std::move(session));
  }

 private:
  std::shared_ptr<const ports::Backend> inner_;
  std::shared_ptr<WorkerPool> pool_;
};

}  // namespace

Worker::Worker(std::unique_ptr<ports::Process> process, const WorkerOptions& options)
    : process_(std::move(process)), timeout_(options.timeout) {}

Worker::~Worker() {
  if (!alive_) return;
  // A worker that ends by itself flushes what it has to; one that doesn't is killed by ~Process.
  const auto deadline = steady_clock::now() + std::chrono::milliseconds(500);
  ProcessStream stream(*process_, deadline);
  WorkerMessage shutdown;
  shutdown.header["type"] = "shutdown";
  if (WriteWorkerMessage(stream, shutdown).ok() && ReadWorkerMessage(stream).ok()) process_->Wait(deadline);
}

Result<std::unique_ptr<Worker>> Worker::Start(ports::ProcessLauncher& launcher, const WorkerOptions& options) {
  ports::LaunchRequest launch;
  launch.argv = options.command;
  launch.address_space_bytes = options.address_space_bytes;
  CONFORMANCE_TRY(auto process, launcher.Launch(launch));
  std::unique_ptr<Worker> worker(new Worker(std::move(process), options));
  const auto timeout = std::exchange(worker->timeout_, options.start_timeout);
  WorkerMessage hello;
  hello.header["type"] = "hello";
  hello.header["protocol"] = kWorkerProtocol;
  auto answer = worker->Ask(hello);
  if (!answer.ok()) return std::move(answer).error().Trail("starting worker " + Join(options.command, " "));
  const auto protocol = answer->header.GetInt("protocol");
  if (answer->type() != "hello" || !protocol.ok() || *protocol != kWorkerProtocol) {
    return Corrupt("the worker speaks another protocol")
        .With("worker", Join(options.command, " "))
        .With("found", answer->type() + " " + (protocol.ok() ? std::to_string(*protocol) : "without a version"))
        .With("wanted", "hello " + std::to_string(kWorkerProtocol));
  }
  worker->timeout_ = timeout;
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
  std::string message;
  if (error.kind() == ErrorKind::kTimeout) {
    message = "the worker gave no answer in " + DoubleText(static_cast<double>(timeout_.count()) / 1000) + " s and was killed";
  } else if (error.kind() == ErrorKind::kCrash) {
    message = killed ? "the worker closed its streams and was killed"
                     : "the worker ended with " + (status ? status->ToString() : std::string("an unknown status"));
  } else {
    message = "the worker's answer cannot be read, so it was killed: " + error.message();
  }
  const std::string tail = LastLines(process_->StandardErrorTail(), 20);
  ErrorKind kind = error.kind() == ErrorKind::kTimeout ? ErrorKind::kTimeout : ErrorKind::kCrash;
  if (kind == ErrorKind::kCrash && LooksLikeNoMemory(tail)) kind = ErrorKind::kOutOfMemory;
  Error result(kind, std::move(message));
  for (const auto& [name, value] : error.facts()) result.With(name, value);
  if (!tail.empty()) result.With(std::string(kLastLines), tail);
  return result;
}

Result<WorkerMessage> Worker::Ask(const WorkerMessage& request) {
  ProcessStream stream(*process_, steady_clock::now() + timeout_);
  if (Status written = WriteWorkerMessage(stream, request); !written.ok()) return Died(std::move(written).error());
  auto answer = ReadWorkerMessage(stream);
  if (!answer.ok()) return Died(std::move(answer).error());
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

void WorkerPool::Give(std::unique_ptr<Worker> worker) {
  const std::lock_guard lock(mutex_);
  owned_.erase(worker.get());
  if (!worker->alive() || stopped_) return;
  ++worker->served;
  idle_.push_back(std::move(worker));
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

std::shared_ptr<const ports::Backend> IsolatedBackend(std::shared_ptr<const ports::Backend> inner, std::shared_ptr<WorkerPool> pool) {
  return std::make_shared<Isolated>(std::move(inner), std::move(pool));
}

}  // namespace conformance::engine
