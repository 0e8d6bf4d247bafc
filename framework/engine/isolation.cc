#include "framework/engine/isolation.h"

#include <chrono>
#include <utility>

#include "framework/engine/worker_backend.h"

namespace conformance::engine {

Isolation::Isolation(const Toolbox& toolbox, const SweepOptions& options)
    : toolbox_(toolbox), isolates_all_(options.isolation.all), cancellation_(options.cancellation) {}

Isolation::~Isolation() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  wake_.notify_all();
  if (watcher_.joinable()) watcher_.join();
}

Result<std::unique_ptr<Isolation>> Isolation::Make(const Toolbox& toolbox, const SweepOptions& options) {
  if (options.isolation.all && options.isolation.worker_command.empty())
    return Invalid("--isolate needs to know how to start a worker");
  std::unique_ptr<Isolation> isolation(new Isolation(toolbox, options));
  isolation->Rehouse(isolation->toolbox_.backends, options.isolation.limits);
  isolation->Rehouse(isolation->toolbox_.exporters, options.isolation.limits);
  isolation->Rehouse(isolation->toolbox_.references, options.isolation.limits);
  if (options.isolation.all) isolation->IsolateBackends(options.isolation);
  return isolation;
}

Status Isolation::Begin(const std::vector<PlannedCell>& plan) {
  bool needs_workers = false;
  for (const PlannedCell& cell : plan) {
    const bool runs_in_worker = isolates_all_ || !cell.backend->Capabilities().in_process;
    needs_workers |= runs_in_worker || (cell.exporter && cell.exporter->Capabilities().isolated);
    writes_programs_ |= runs_in_worker && !cell.exporter && !cell.variant.recording;
  }
  if (cancellation_ && !programs_.empty()) {
    watcher_ = std::thread([this] { Watch(*cancellation_); });
  }
  return needs_workers ? toolbox_.process_launcher->Start() : Ok();
}

template <typename Port>
void Isolation::Rehouse(Table<const Port>& table, const WorkerLimits& limits) {
  for (const auto& entry : std::vector(table.All())) {
    const auto* lodger = dynamic_cast<const LivesInWorker<Port>*>(entry.get());
    if (lodger != nullptr) table.Replace(lodger->In(HouseFor(lodger->program(), limits)));
  }
}

std::shared_ptr<WorkerProgram> Isolation::HouseFor(const std::shared_ptr<WorkerProgram>& program,
                                                   const WorkerLimits& limits) {
  for (const auto& [given, ours] : programs_) {
    if (given == program) return ours;
  }
  programs_.emplace_back(program, program->With(toolbox_.process_launcher, limits));
  return programs_.back().second;
}

void Isolation::IsolateBackends(const IsolationOptions& options) {
  WorkerCommand command;
  command.name = "isolated";
  command.argv = options.worker_command;
  const auto program =
      std::make_shared<WorkerProgram>(std::move(command), toolbox_.process_launcher, options.limits);
  for (const auto& backend : std::vector(toolbox_.backends.All())) {
    if (backend->Capabilities().in_process) toolbox_.backends.Replace(IsolatedBackend(backend, program));
  }
  programs_.emplace_back(program, program);
}

void Isolation::Watch(const Cancellation& cancellation) {
  constexpr auto kInterval = std::chrono::milliseconds(50);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kInterval, [&] { return done_; })) {
    if (!cancellation.now()) continue;
    for (const auto& [given, ours] : programs_) ours->pool().Stop();
    return;
  }
}

}  // namespace conformance::engine
