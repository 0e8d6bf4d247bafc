#include "framework/engine/worker_backend.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/sweep.h"

namespace conformance::engine {
namespace {

/// Watches for "stop now" while workers are at work.
class PoolIsolation : public Isolation {
 public:
  PoolIsolation(std::shared_ptr<WorkerPool> pool, std::shared_ptr<Cancellation> cancellation) : pool_(std::move(pool)) {
    if (cancellation) watcher_ = std::thread([this, cancellation = std::move(cancellation)] { Watch(*cancellation); });
  }
  ~PoolIsolation() override {
    {
      const std::lock_guard lock(mutex_);
      done_ = true;
    }
    wake_.notify_all();
    if (watcher_.joinable()) watcher_.join();
  }

 private:
  void Watch(const Cancellation& cancellation) {
    constexpr auto kInterval = std::chrono::milliseconds(50);
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kInterval, [&] { return done_; })) {
      if (!cancellation.now()) continue;
      pool_->Stop();
      return;
    }
  }

  const std::shared_ptr<WorkerPool> pool_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread watcher_;
};

}  // namespace

WorkerExporter::WorkerExporter(std::string name, std::string format, std::unique_ptr<ports::ExportConfig> config,
                               std::shared_ptr<WorkerPool> pool)
    : name_(std::move(name)), format_(std::move(format)), config_(std::move(config)), pool_(std::move(pool)) {}

ports::ExporterCapabilities WorkerExporter::Capabilities() const {
  ports::ExporterCapabilities capabilities;
  capabilities.format = format_;
  capabilities.exports_checkpoints = true;
  capabilities.isolated = true;
  return capabilities;
}

Result<ports::Artifact> WorkerExporter::ExportCheckpoint(const std::filesystem::path& folder, const ports::ModelInputs& inputs,
                                                         const ports::ExportConfig& config) const {
  WorkerMessage request;
  request.header["type"] = "export";
  request.header["exporter"] = name_;
  request.header["folder"] = folder.string();
  request.header["config"] = config.to_json();
  request.header["kwargs"] = inputs.kwargs;
  request.tensors = inputs.tensors;
  for (const bool fresh : {false, true}) {
    CONFORMANCE_TRY(auto worker, pool_->Take(fresh));
    const bool had_owners = worker->served > 0;
    auto answer = worker->Ask(request);
    const bool died = !worker->alive();
    pool_->Give(std::move(worker));
    if (!answer.ok()) {
      if (died && had_owners && answer.error().kind() != ErrorKind::kTimeout) continue;  // a predecessor may have broken it
      return std::move(answer).error();
    }
    const Json* artifact = answer->header.Find("artifact");
    if (!artifact) return Error(ErrorKind::kCrash, "the worker's answer to export has no artifact");
    return ports::Artifact::FromJson(*artifact);
  }
  return Internal("a fresh worker had owners before");
}

Result<std::unique_ptr<Isolation>> IsolateBackends(const std::vector<PlannedCell>& plan, SweepContext& context) {
  const IsolationOptions& isolation = context.options.isolation;
  if (!isolation.all) {
    for (const PlannedCell& cell : plan) context.backends[cell.id.backend] = cell.backend;
    return std::unique_ptr<Isolation>(std::make_unique<Isolation>());
  }
  if (isolation.worker_command.empty()) return Invalid("--isolate needs to know how to start a worker");
  WorkerOptions options;
  options.command = isolation.worker_command;
  options.timeout = isolation.timeout;
  options.address_space_bytes = isolation.address_space_bytes;
  auto pool = std::make_shared<WorkerPool>(context.toolbox.process_launcher, std::move(options));
  for (const PlannedCell& cell : plan) {
    if (context.backends.contains(cell.id.backend)) continue;
    const auto capabilities = cell.backend->Capabilities();
    // One that is not of this process has workers of its own.
    context.backends[cell.id.backend] = capabilities.in_process ? IsolatedBackend(cell.backend, pool) : cell.backend;
  }
  context.writes_programs = true;
  return std::unique_ptr<Isolation>(std::make_unique<PoolIsolation>(std::move(pool), context.options.cancellation));
}

}  // namespace conformance::engine
