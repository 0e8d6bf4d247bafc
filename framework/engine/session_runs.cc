#include "framework/engine/session_runs.h"

#include <string>
#include <utility>

#include "framework/engine/artifact_maker.h"
#include "framework/engine/binding.h"
#include "framework/engine/guarded.h"
#include "framework/engine/untouched.h"

namespace conformance::engine {

using record::Stage;

Result<std::unique_ptr<ports::Session>> OpenSession(const SweepContext& context, const PlannedCell& cell, bool optimize,
                                                    const ports::Artifact& artifact, StageTimer& timer) {
  timer.Enter(Stage::kPrepare);
  ports::SessionOptions options;
  options.threads = context.options.backend_threads;
  options.optimize = optimize;
  options.seed = context.options.seed;
  const auto extra = context.options.backend_options.find(cell.id.backend);
  if (extra != context.options.backend_options.end()) options.extra = extra->second;
  CONFORMANCE_TRY(auto session, Guarded("backend '" + cell.id.backend + "'", [&] { return cell.backend->Prepare(artifact, options); }));
  if (!session) return Internal("backend '" + cell.id.backend + "' gives no session");
  return session;
}

Result<ports::ModelInputs> PreparedInputs(const SweepContext& context, const PlannedCell& cell, bool optimize, const LoadedCase& loaded,
                                          const Call& call, const ports::Artifact& artifact, StageTimer& timer) {
  // An exporter that is a program of its own, whose artifact takes more than the model does.
  const bool elsewhere = cell.exporter && cell.entry == Entry::kSource && !Lacking(artifact, call.inputs.tensors).empty();
  if (!elsewhere && (!cell.exporter || cell.entry != Entry::kModule)) return call.inputs;
  timer.Enter(Stage::kExport);
  CONFORMANCE_TRY(const auto config, ConfigFor(context, cell, optimize));
  const std::string who = "exporter '" + cell.id.exporter + "'";
  if (elsewhere) {
    return Guarded(who, [&] { return cell.exporter->PrepareInputs(SourceOf(cell.model->Info()), call.inputs, *config); });
  }
  CONFORMANCE_TRY(auto request, Guarded(who, [&] { return cell.exporter->Prepare(*loaded.model(), call.inputs, *config); }));
  return std::move(request.inputs);
}

Result<NamedTensors> RunSession(const PlannedCell& cell, ports::Session& session, const NamedTensors& inputs, StageTimer& timer) {
  timer.Enter(Stage::kRun);
  const std::string who = "backend '" + cell.id.backend + "'";
  const Untouched given(inputs);
  CONFORMANCE_TRY(NamedTensors outputs, Guarded(who, [&] { return session.Run(inputs); }));
  CONFORMANCE_RETURN_IF_ERROR(given.Check(who));
  return outputs;
}

}  // namespace conformance::engine
