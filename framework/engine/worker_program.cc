#include "framework/engine/worker_program.h"

#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/posix_process.h"

namespace conformance::engine {
namespace {

constexpr int kStarts =
    3;  // a worker that cannot start may have had bad luck; after so many tries all who ask are told the same

WorkerOptions OptionsFor(const WorkerCommand& command, const WorkerLimits& limits) {
  return {.command = command.argv, .environment = command.environment, .limits = limits};
}

}  // namespace

WorkerProgram::WorkerProgram(WorkerCommand command, std::shared_ptr<ports::ProcessLauncher> launcher,
                             WorkerLimits limits)
    : command_(std::move(command)),
      pool_(launcher ? std::move(launcher) : MakePosixLauncher(), OptionsFor(command_, limits)) {}

std::shared_ptr<WorkerProgram> WorkerProgram::With(std::shared_ptr<ports::ProcessLauncher> launcher,
                                                   const WorkerLimits& limits) const {
  return std::make_shared<WorkerProgram>(command_, std::move(launcher), limits);
}

Error WorkerProgram::NotThere(std::string message) const {
  Error error = Unavailable(std::move(message));
  if (!command_.how_to_add.empty()) error.With("add it with", command_.how_to_add);
  return error;
}

Result<Json> WorkerProgram::Hello() {
  const std::lock_guard lock(mutex_);
  if (hello_) return *hello_;
  auto worker = pool_.Take();
  if (worker.ok()) {
    hello_ = (*worker)->hello();
    pool_.Give(*std::move(worker), /*used=*/false);
    return *hello_;
  }
  Error error = std::move(worker).error();
  const bool absent = error.kind() == ErrorKind::kUnavailable;
  if (absent) error = NotThere(error.message());
  if (absent || ++failures_ == kStarts) hello_ = error;
  return error;
}

Result<std::string> WorkerProgram::VersionOf(std::string_view list, std::string_view what, std::string_view wanted) {
  CONFORMANCE_TRY(const Json hello, Hello());
  std::vector<std::string> names;
  const Json* entries = hello.Find(list);
  if (entries != nullptr && entries->IsArray()) {
    for (const Json& entry : entries->AsArray()) {
      const auto name = entry.GetString("name");
      if (!name.ok()) continue;
      names.push_back(*name);
      if (*name != wanted) continue;
      if (const Json* reason = entry.Find("unavailable")) {
        return NotThere(reason->IsString() ? reason->AsString() : ErrorFromJson(*reason).ToString());
      }
      const auto version = entry.GetString("version");
      return version.ok() ? *version : std::string("unknown");
    }
  }
  return NotFound("the " + command_.name + " worker knows no " + std::string(what) + " '" + std::string(wanted) + "'")
      .With("found", Join(names, ", "));
}

}  // namespace conformance::engine
