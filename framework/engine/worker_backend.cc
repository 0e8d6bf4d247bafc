#include "framework/engine/worker_backend.h"

#include <utility>

#include "framework/engine/worker_client.h"

namespace conformance::engine {
namespace {

/// A session in a worker that it owns alone. The worker goes back to the pool with it, unless it died.
class WorkerSession : public ports::Session {
 public:
  WorkerSession(std::shared_ptr<WorkerProgram> program, WorkerMessage prepare)
      : program_(std::move(program)), prepare_(std::move(prepare)) {}
  ~WorkerSession() override {
    if (worker_ && worker_->alive() && !id_.IsNull()) {
      WorkerMessage release;
      release.header["type"] = "release";
      release.header["session"] = id_;
      (void)worker_->Ask(release);  // one that fails here is not used again
    }
    if (worker_) program_->pool().Give(std::move(worker_));
  }

  Status Prepare() {
    Status status = PrepareIn(/*fresh=*/false);
    if (!status.ok() && worker_ && IsInnocent(status.error(), *worker_)) status = PrepareIn(/*fresh=*/true);
    return status;
  }

  Result<NamedTensors> Run(const NamedTensors& inputs) override { return Ask(inputs, nullptr); }
  Result<NamedTensors> RunCapturing(const NamedTensors& inputs,
                                    const std::vector<std::string>& values) override {
    return Ask(inputs, &values);
  }

 private:
  Status PrepareIn(bool fresh) {
    id_ = Json();
    if (worker_) program_->pool().Give(std::move(worker_));
    CONFORMANCE_TRY(worker_, program_->pool().Take(fresh));
    CONFORMANCE_TRY(const WorkerMessage answer, worker_->Ask(prepare_));
    const Json* id = answer.header.Find("session");
    if (answer.type() != "prepared" || id == nullptr || id->IsNull()) {
      return Error(ErrorKind::kCrash, "the worker's answer to prepare names no session")
          .With("found", answer.type());
    }
    id_ = *id;
    return Ok();
  }

  Result<NamedTensors> Ask(const NamedTensors& inputs, const std::vector<std::string>* values) {
    if (!worker_ || !worker_->alive()) return Error(ErrorKind::kCrash, "the session's worker is gone");
    auto outputs = Once(inputs, values);
    if (!outputs.ok() && IsInnocent(outputs.error(), *worker_)) {
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
    if (answer.type() != "outputs") {
      return Error(ErrorKind::kCrash, "the worker's answer to run is no outputs")
          .With("found", answer.type());
    }
    if (values != nullptr) {
      if (answer.tensors.size() < values->size()) {
        return Error(ErrorKind::kCrash, "the worker captured fewer values than it was asked for").With("found", std::to_string(answer.tensors.size()));
      }
      const size_t first = answer.tensors.size() - values->size();
      for (size_t i = 0; i < values->size(); ++i) answer.tensors[first + i].first = (*values)[i];
    }
    return std::move(answer.tensors);
  }

  const std::shared_ptr<WorkerProgram> program_;
  const WorkerMessage prepare_;
  std::unique_ptr<Worker> worker_;
  Json id_;
};

Result<std::unique_ptr<ports::Session>> PrepareInWorker(const std::shared_ptr<WorkerProgram>& program,
                                                        std::string_view backend,
                                                        const ports::Artifact& artifact,
                                                        const ports::SessionOptions& options) {
  WorkerMessage request;
  request.header["type"] = "prepare";
  request.header["backend"] = backend;
  request.header["artifact"] = artifact.ToJson();
  request.header["options"] = options.ToJson();
  auto session = std::make_unique<WorkerSession>(program, std::move(request));
  CONFORMANCE_RETURN_IF_ERROR(session->Prepare());
  return std::unique_ptr<ports::Session>(std::move(session));
}

class Isolated : public ports::Backend {
 public:
  Isolated(std::shared_ptr<const ports::Backend> inner, std::shared_ptr<WorkerProgram> program)
      : inner_(std::move(inner)), program_(std::move(program)) {}
  std::string_view Name() const override { return inner_->Name(); }
  ports::BackendCapabilities Capabilities() const override {
    ports::BackendCapabilities capabilities = inner_->Capabilities();
    capabilities.onnx_values = false;  // the protocol's tensors are the framework's
    return capabilities;
  }
  Result<std::string> Version() const override { return inner_->Version(); }
  std::string QualifiedVersion() const override { return inner_->QualifiedVersion(); }
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact,
                                                  const ports::SessionOptions& options) const override {
    return PrepareInWorker(program_, inner_->Name(), artifact, options);
  }

 private:
  const std::shared_ptr<const ports::Backend> inner_;
  const std::shared_ptr<WorkerProgram> program_;
};

}  // namespace

WorkerBackend::WorkerBackend(WorkerBackendInfo info, std::shared_ptr<WorkerProgram> program)
    : info_(std::move(info)), program_(std::move(program)) {}

ports::BackendCapabilities WorkerBackend::Capabilities() const {
  return {.formats = info_.formats,
          .dtypes = info_.dtypes,
          .in_process = false,
          .intermediates = info_.intermediates,
          .onnx_values = false};
}

Result<std::unique_ptr<ports::Session>> WorkerBackend::Prepare(const ports::Artifact& artifact,
                                                               const ports::SessionOptions& options) const {
  return PrepareInWorker(program_, info_.name, artifact, options);
}

std::shared_ptr<const ports::Backend> WorkerBackend::In(std::shared_ptr<WorkerProgram> program) const {
  return std::make_shared<WorkerBackend>(info_, std::move(program));
}

std::shared_ptr<const ports::Backend> IsolatedBackend(std::shared_ptr<const ports::Backend> inner,
                                                      std::shared_ptr<WorkerProgram> program) {
  return std::make_shared<Isolated>(std::move(inner), std::move(program));
}

}  // namespace conformance::engine
