#include "framework/engine/worker_host.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <map>
#include <memory>
#include <utility>

#include "framework/engine/guarded.h"
#include "framework/engine/worker_program.h"
#include "framework/ports/backend.h"
#include "framework/ports/exporter.h"
#include "framework/ports/reference.h"

namespace conformance::engine {
namespace {

/// A worker's side of its standard streams; blocking.
class FdStream : public ByteStream {
 public:
  FdStream(int in, int out) : in_(in), out_(out) {}
  Status Write(std::span<const std::byte> bytes) override {
    size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n = write(out_, bytes.data() + done, bytes.size() - done);
      if (n < 0 && errno != EINTR) return ErrnoError("cannot write", "standard output", errno);
      if (n > 0) done += static_cast<size_t>(n);
    }
    return Ok();
  }
  Status Read(std::span<std::byte> bytes) override {
    size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t n = read(in_, bytes.data() + done, bytes.size() - done);
      if (n == 0) {
        return Error(ErrorKind::kCrash, "standard input ended after " + std::to_string(done) + " of " +
                                            std::to_string(bytes.size()) + " bytes");
      }
      if (n < 0 && errno != EINTR) return ErrnoError("cannot read", "standard input", errno);
      if (n > 0) done += static_cast<size_t>(n);
    }
    return Ok();
  }

 private:
  int in_, out_;
};

class Host {
 public:
  explicit Host(const Toolbox& toolbox) : toolbox_(toolbox) {}

  Result<WorkerMessage> Answer(const WorkerMessage& request) {
    const std::string type = request.type();
    if (type == "hello") return Hello(request);
    if (type == "prepare") return Prepare(request);
    if (type == "run") return Run(request);
    if (type == "release") return Release(request);
    if (type == "export") return Export(request);
    if (type == "inputs") return PrepareInputs(request);
    if (type == "evaluate") return Evaluate(request);
    if (type == "shutdown") return Plain("bye");
    return Unsupported("unknown message type").With("found", type).With("wanted", "hello, prepare, run, release, export, inputs, evaluate, shutdown");
  }

 private:
  static WorkerMessage Plain(const char* type) {
    WorkerMessage answer;
    answer.header["type"] = type;
    return answer;
  }

  Result<WorkerMessage> Hello(const WorkerMessage& request) {
    CONFORMANCE_TRY(const int64_t protocol, request.header.GetInt("protocol"));
    if (protocol != kWorkerProtocol) {
      return Unsupported("this worker speaks another version of the protocol")
          .With("found", std::to_string(protocol))
          .With("wanted", std::to_string(kWorkerProtocol));
    }
    WorkerMessage answer = Plain("hello");
    answer.header["protocol"] = kWorkerProtocol;
    Json backends = Json::MakeArray();
    for (const auto& backend : toolbox_.backends.All()) {
      if (!backend->Capabilities().in_process) continue;  // it has workers of its own
      Json entry = Json::MakeObject();
      entry["name"] = backend->Name();
      Json formats = Json::MakeArray();
      for (const std::string& format : backend->Capabilities().formats) formats.Append(format);
      entry["formats"] = std::move(formats);
      const auto version = Guarded("the backend", [&] { return backend->Version(); });
      if (version.ok())
        entry["version"] = *version;
      else
        entry["unavailable"] = ErrorToJson(version.error());
      backends.Append(std::move(entry));
    }
    answer.header["backends"] = std::move(backends);
    Json exporters = Json::MakeArray();
    for (const auto& exporter : toolbox_.exporters.All()) {
      const auto capabilities = exporter->Capabilities();
      if (capabilities.exports_checkpoints && !capabilities.isolated) exporters.Append(exporter->Name());
    }
    answer.header["exporters"] = std::move(exporters);
    Json references = Json::MakeArray();
    for (const auto& reference : toolbox_.references.All()) {
      if (LivesElsewhere(*reference)) continue;
      Json entry = Json::MakeObject();
      entry["name"] = reference->Name();
      const auto version = reference->Version();
      if (version.ok()) entry["version"] = *version;
      else entry["unavailable"] = ErrorToJson(version.error());
      references.Append(std::move(entry));
    }
    answer.header["references"] = std::move(references);
    return answer;
  }

  Result<WorkerMessage> Prepare(const WorkerMessage& request) {
    CONFORMANCE_TRY(const std::string name, request.header.GetString("backend"));
    const ports::Backend* backend = toolbox_.backends.Find(name);
    if (backend == nullptr || !backend->Capabilities().in_process)
      return NotFound("this worker has no such backend").With("found", name);
    const Json* artifact_json = request.header.Find("artifact");
    const Json* options_json = request.header.Find("options");
    if (artifact_json == nullptr || options_json == nullptr)
      return Invalid("prepare needs \"artifact\" and \"options\"");
    CONFORMANCE_TRY(const ports::Artifact artifact, ports::Artifact::FromJson(*artifact_json));
    CONFORMANCE_TRY(const ports::SessionOptions options, ports::SessionOptions::FromJson(*options_json));
    CONFORMANCE_TRY(auto session, backend->Prepare(artifact, options));
    if (session == nullptr) return Internal("the backend gave no session").With("backend", name);
    const int64_t id = next_session_++;
    sessions_[id] = std::move(session);
    WorkerMessage answer = Plain("prepared");
    answer.header["session"] = id;
    return answer;
  }

  Result<ports::Session*> SessionOf(const WorkerMessage& request) {
    CONFORMANCE_TRY(const int64_t id, request.header.GetInt("session"));
    const auto it = sessions_.find(id);
    if (it == sessions_.end()) return NotFound("no such session").With("found", std::to_string(id));
    return it->second.get();
  }

  Result<WorkerMessage> Run(const WorkerMessage& request) {
    CONFORMANCE_TRY(ports::Session * session, SessionOf(request));
    WorkerMessage answer = Plain("outputs");
    if (request.header.Has("capture")) {
      CONFORMANCE_TRY(const auto values, request.header.GetStrings("capture"));
      CONFORMANCE_TRY(answer.tensors, session->RunCapturing(request.tensors, values));
      if (answer.tensors.size() < values.size()) return Internal("a backend captured fewer values than it was asked for");
      const size_t first = answer.tensors.size() - values.size();
      for (size_t i = 0; i < values.size(); ++i) answer.tensors[first + i].first = std::string(kCaptured) + values[i];
    } else {
      CONFORMANCE_TRY(answer.tensors, session->Run(request.tensors));
    }
    return answer;
  }

  Result<WorkerMessage> Release(const WorkerMessage& request) {
    CONFORMANCE_TRY(const int64_t id, request.header.GetInt("session"));
    sessions_.erase(id);
    return Plain("released");
  }

  /// What lives in workers of its own is theirs to offer.
  static bool LivesElsewhere(const ports::Reference& reference) {
    return dynamic_cast<const LivesInWorker<ports::Reference>*>(&reference) != nullptr;
  }

  /// What export, inputs and evaluate say of the model.
  static Result<ports::ModelSource> SourceIn(const WorkerMessage& request) {
    CONFORMANCE_TRY(const std::string folder, request.header.GetString("folder"));
    const Json* spec = request.header.Find("spec");
    return ports::ModelSource{.folder = folder, .spec = spec != nullptr ? *spec : Json()};
  }
  static ports::ModelInputs InputsIn(const WorkerMessage& request) {
    const Json* kwargs = request.header.Find("kwargs");
    return {request.tensors, kwargs != nullptr ? *kwargs : Json::MakeObject()};
  }
  Result<std::pair<const ports::Exporter*, std::unique_ptr<ports::ExportConfig>>> ExporterIn(const WorkerMessage& request) {
    CONFORMANCE_TRY(const std::string name, request.header.GetString("exporter"));
    const ports::Exporter* exporter = toolbox_.exporters.Find(name);
    if (exporter == nullptr || exporter->Capabilities().isolated) return NotFound("this worker has no such exporter").With("found", name);
    const Json* json = request.header.Find("config");
    CONFORMANCE_TRY(auto config, toolbox_.export_configs.FromJson(json != nullptr ? *json : Json()));
    return std::pair(exporter, std::move(config));
  }

  Result<WorkerMessage> Export(const WorkerMessage& request) {
    CONFORMANCE_TRY(const ports::ModelSource source, SourceIn(request));
    CONFORMANCE_TRY(const auto found, ExporterIn(request));
    CONFORMANCE_TRY(const ports::Artifact artifact, found.first->ExportCheckpoint(source, InputsIn(request), *found.second));
    WorkerMessage answer = Plain("artifact");
    answer.header["artifact"] = artifact.ToJson();
    return answer;
  }

  Result<WorkerMessage> PrepareInputs(const WorkerMessage& request) {
    CONFORMANCE_TRY(const ports::ModelSource source, SourceIn(request));
    CONFORMANCE_TRY(const auto found, ExporterIn(request));
    CONFORMANCE_TRY(ports::ModelInputs inputs, found.first->PrepareInputs(source, InputsIn(request), *found.second));
    WorkerMessage answer = Plain("prepared inputs");
    answer.tensors = std::move(inputs.tensors);
    return answer;
  }

  Result<WorkerMessage> Evaluate(const WorkerMessage& request) {
    CONFORMANCE_TRY(const std::string name, request.header.GetString("reference"));
    const ports::Reference* reference = toolbox_.references.Find(name);
    if (reference == nullptr || LivesElsewhere(*reference)) return NotFound("this worker has no such reference").With("found", name);
    ports::ReferenceRequest wanted;
    CONFORMANCE_TRY(wanted.source, SourceIn(request));
    const ports::ModelInputs inputs = InputsIn(request);
    wanted.inputs = &inputs;
    CONFORMANCE_TRY(const bool oracle, request.header.GetBool("oracle"));
    if (oracle) wanted.numerics = ops::Numerics::Oracle();
    if (!oracle && request.header.Has("member")) {
      CONFORMANCE_TRY(const int64_t seed, request.header.GetInt("member"));
      if (seed > 0) wanted.numerics = ops::Numerics::Ensemble(static_cast<uint64_t>(seed));
    }
    if (request.header.Has("seed")) {
      CONFORMANCE_TRY(const int64_t seed, request.header.GetInt("seed"));
      wanted.numerics.draw_seed = static_cast<uint64_t>(seed);
    }
    WorkerMessage answer = Plain("outputs");
    CONFORMANCE_TRY(answer.tensors, reference->Run(wanted));
    return answer;
  }

  const Toolbox& toolbox_;
  std::map<int64_t, std::unique_ptr<ports::Session>> sessions_;
  int64_t next_session_ = 1;
};

}  // namespace

int ServeWorker(const Toolbox& toolbox, ByteStream& stream) {
  Host host(toolbox);
  while (true) {
    auto request = ReadWorkerMessage(stream);
    // The other end is gone, or talks something else: no answer can be placed.
    if (!request.ok()) return request.error().kind() == ErrorKind::kCrash ? 0 : 2;
    auto answer = Guarded("the worker's backend", [&] { return host.Answer(*request); });
    WorkerMessage message;
    if (answer.ok()) {
      message = *std::move(answer);
    } else {
      message.header["type"] = "error";
      message.header["error"] = ErrorToJson(answer.error());
    }
    if (const Json* id = request->header.Find("id")) message.header["id"] = *id;
    if (!WriteWorkerMessage(stream, message).ok()) return 2;
    if (message.type() == "bye") return 0;
  }
}

int RunWorkerHost(const Toolbox& toolbox) {
  std::signal(SIGPIPE, SIG_IGN);
  const int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (out < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return 2;
  FdStream stream(STDIN_FILENO, out);
  return ServeWorker(toolbox, stream);
}

}  // namespace conformance::engine
