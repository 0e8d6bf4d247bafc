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

/// A session in a worker. The worker goes back to the pool with it, unless it died.
class IsolatedSession : public ports::Session {
 public:
  IsolatedSession(std::shared_ptr<WorkerPool> pool, std::unique_ptr<Worker> worker, Json id)
      : pool_(std::move(pool)), worker_(std::move(worker)), id_(std::move(id)) {}
  ~IsolatedSession() override {
    if (!worker_->alive()) return;
    WorkerMessage release;
    release.header["type"] = "release";
    release.header["session"] = id_;
    if (worker_->Ask(release).ok()) pool_->Give(std::move(worker_));
  }
  Result<NamedTensors> Run(const NamedTensors& inputs) override { return Ask(inputs, nullptr); }
  Result<NamedTensors> RunCapturing(const NamedTensors& inputs, const std::vector<std::string>& values) override {
    return Ask(inputs, &values);
  }

 private:
  Result<NamedTensors> Ask(const NamedTensors& inputs, const std::vector<std::string>* values) {
    if (!worker_->alive()) return Error(ErrorKind::kCrash, "the session's worker is gone");
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
    CONFORMANCE_TRY(std::unique_ptr<Worker> worker, pool_->Take());
    WorkerMessage request;
    request.header["type"] = "prepare";
    request.header["backend"] = inner_->Name();
    request.header["artifact"] = artifact.ToJson();
    request.header["options"] = options.ToJson();
    auto answer = worker->Ask(request);
    if (!answer.ok()) {
      if (worker->alive()) pool_->Give(std::move(worker));
      return std::move(answer).error();
    }
    const Json* id = answer->header.Find("session");
    if (answer->type() != "prepared" || id == nullptr) return Corrupt("a worker's answer to prepare names no session");
    return std::unique_ptr<ports::Session>(std::make_unique<IsolatedSession>(pool_, std::move(worker), *id));
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
  Error result(error.kind() == ErrorKind::kTimeout ? ErrorKind::kTimeout : ErrorKind::kCrash, std::move(message));
  for (const auto& [name, value] : error.facts()) result.With(name, value);
  const std::string tail = LastLines(process_->StandardErrorTail(), 20);
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

Result<std::unique_ptr<Worker>> WorkerPool::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
    ++started_;
  }
  return Worker::Start(*launcher_, options_);
}

void WorkerPool::Give(std::unique_ptr<Worker> worker) {
  if (!worker->alive()) return;
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(worker));
}

size_t WorkerPool::started() const {
  const std::lock_guard lock(mutex_);
  return started_;
}

std::shared_ptr<const ports::Backend> IsolatedBackend(std::shared_ptr<const ports::Backend> inner, std::shared_ptr<WorkerPool> pool) {
  return std::make_shared<Isolated>(std::move(inner), std::move(pool));
}

}  // namespace conformance::engine
