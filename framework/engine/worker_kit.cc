#include "framework/engine/worker_kit.h"

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <set>
#include <utility>

#include "framework/base/random.h"
#include "framework/base/strings.h"
#include "framework/engine/worker_kit_talk.h"
#include "framework/engine/worker_protocol.h"
#include "framework/formats/file.h"
#include "framework/formats/json.h"
#include "framework/formats/onnx.h"
#include "framework/ports/backend.h"

namespace conformance::engine {
namespace {

constexpr std::string_view kIdentity = "identity";

/// Ends a check without a verdict.
Error Skip(std::string why) { return {ErrorKind::kUnsupported, std::move(why)}; }

/// The worker under test; what many checks share is started once, and again where a check has broken it.
class Kit {
 public:
  Kit(ports::ProcessLauncher& launcher, const WorkerKitOptions& options)
      : launcher_(launcher), options_(options) {}
  ~Kit() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
  }

  Result<KitTalk> Start() const { return KitTalk::Start(launcher_, options_); }
  Result<KitTalk*> Talk() {
    if (!talk_) {
      CONFORMANCE_TRY(KitTalk talk, Start());
      talk_.emplace(std::move(talk));
    }
    return &*talk_;
  }
  void Drop() { talk_.reset(); }

  Result<Json> Hello() {
    CONFORMANCE_TRY(KitTalk * talk, Talk());
    CONFORMANCE_TRY(const WorkerMessage hello, talk->Hello());
    return hello.header;
  }
  /// The first backend that takes `format` (any: ""); nothing where there is none.
  Result<std::optional<std::string>> BackendOf(std::string_view format) {
    CONFORMANCE_TRY(const Json hello, Hello());
    const Json* backends = hello.Find("backends");
    for (const Json& entry :
         backends != nullptr && backends->IsArray() ? backends->AsArray() : Json::Array{}) {
      const auto name = entry.GetString("name");
      const auto formats = entry.GetStrings("formats");
      if (!name.ok() || !formats.ok() || entry.Has("unavailable")) continue;
      if (format.empty() || std::ranges::find(*formats, format) != formats->end())
        return std::optional<std::string>(*name);
    }
    return std::optional<std::string>();
  }

  /// Something to run: the one given, a graph of one Identity for "onnx", or nothing but its format for "identity".
  Result<WorkerKitArtifact> Artifact() {
    if (options_.artifact) return *options_.artifact;
    WorkerKitArtifact made;
    made.inputs = {{"x", Tensor::Of<float>({2, 3}, {1, -2, 3.5f, 0, 1e-30f, -1e30f})}};
    for (const std::string_view format : {kIdentity, std::string_view("onnx")}) {
      CONFORMANCE_TRY(const auto backend, BackendOf(format));
      if (!backend) continue;
      made.backend = *backend;
      made.artifact.format = format;
      CONFORMANCE_TRY(made.artifact.path, WriteArtifact(format));
      made.artifact.files = {made.artifact.path};
      return made;
    }
    return Skip("no backend takes \"identity\" or \"onnx\", and no artifact was given");
  }
  Result<WorkerMessage> PrepareRequest() {
    CONFORMANCE_TRY(const WorkerKitArtifact artifact, Artifact());
    WorkerMessage request = RequestOf("prepare");
    request.header["backend"] = artifact.backend;
    request.header["artifact"] = artifact.artifact.ToJson();
    request.header["options"] = ports::SessionOptions{}.ToJson();
    return request;
  }
  /// A session of the above.
  Result<Json> Prepare(KitTalk& talk) {
    CONFORMANCE_TRY(const WorkerMessage request, PrepareRequest());
    CONFORMANCE_TRY(const WorkerMessage answer, talk.Want("prepared", request));
    const Json* session = answer.header.Find("session");
    if (session == nullptr || !session->IsInt()) {
      return Invalid("\"prepared\" has no \"session\", an integer")
          .With("found", formats::WriteJson(answer.header));
    }
    return *session;
  }

 private:
  Result<std::filesystem::path> WriteArtifact(std::string_view format) {
    if (folder_.empty()) {
      std::error_code error;
      std::string name = (std::filesystem::temp_directory_path(error) / "worker_kit.XXXXXX").string();
      if (error || ::mkdtemp(name.data()) == nullptr)
        return IoError("cannot make a folder for artifacts").With("folder", name);
      folder_ = name;
    }
    const std::filesystem::path path = folder_ / ("artifact." + std::string(format));
    std::string bytes;
    if (format == "onnx") {
      CONFORMANCE_TRY(bytes, formats::SerializeOnnx(IdentityModel()));
    }
    CONFORMANCE_RETURN_IF_ERROR(formats::WriteFileAtomic(path, bytes));
    return path;
  }
  static formats::OnnxModel IdentityModel() {
    const auto value = [](const char* name) {
      formats::OnnxValueInfo info;
      info.name = name;
      info.type.elem = formats::OnnxElem::kFloat;
      info.type.shape = std::vector<formats::OnnxDim>{{.size = 2, .symbol = ""}, {.size = 3, .symbol = ""}};
      return info;
    };
    formats::OnnxNode node;
    node.name = node.op_type = "Identity";
    node.inputs = {"x"};
    node.outputs = {"y"};
    formats::OnnxModel model;
    model.ir_version = 8;
    model.opset_imports = {{"", 17}};
    model.graph.name = "identity";
    model.graph.nodes = {std::move(node)};
    model.graph.inputs = {value("x")};
    model.graph.outputs = {value("y")};
    return model;
  }

  ports::ProcessLauncher& launcher_;
  const WorkerKitOptions& options_;
  std::optional<KitTalk> talk_;
  std::filesystem::path folder_;
};

WorkerMessage RunRequest(const Json& session, NamedTensors inputs) {
  WorkerMessage request = RequestOf("run");
  request.header["session"] = session;
  request.tensors = std::move(inputs);
  return request;
}
WorkerMessage ReleaseRequest(const Json& session) {
  WorkerMessage request = RequestOf("release");
  request.header["session"] = session;
  return request;
}

/// `request` is answered by an error, and the worker goes on.
Status Refuses(Kit& kit, const WorkerMessage& request) {
  CONFORMANCE_TRY(KitTalk * talk, kit.Talk());
  CONFORMANCE_RETURN_IF_ERROR(talk->Want("error", request));
  CONFORMANCE_RETURN_IF_ERROR(talk->Hello());
  return Ok();
}

Status SaysHello(Kit& kit) {
  CONFORMANCE_TRY(const Json hello, kit.Hello());
  const auto protocol = hello.GetInt("protocol");
  if (!protocol.ok() || *protocol != kWorkerProtocol)
    return Invalid("hello names no \"protocol\", an integer").With("found", formats::WriteJson(hello));
  return Ok();
}

Status SaysWhatItHas(Kit& kit) {
  CONFORMANCE_TRY(const Json hello, kit.Hello());
  const Json* backends = hello.Find("backends");
  if (backends == nullptr || !backends->IsArray())
    return Invalid("hello has no array \"backends\"").With("found", formats::WriteJson(hello));
  std::set<std::string> names;
  for (const Json& entry : backends->AsArray()) {
    const auto name = entry.GetString("name");
    const std::string text = formats::WriteJson(entry);
    if (!name.ok() || name->empty()) return Invalid("a backend has no \"name\"").With("found", text);
    if (!names.insert(*name).second) return Invalid("two backends have one name").With("found", *name);
    if (!entry.GetStrings("formats").ok())
      return Invalid("a backend has no array of strings \"formats\"").With("found", text);
    const Json* missing = entry.Find("unavailable");
    if (missing != nullptr ? !missing->GetString("message").ok() : !entry.GetString("version").ok()) {
      return Invalid("a backend has neither a \"version\", a string, nor \"unavailable\", an error")
          .With("found", text);
    }
  }
  if (!hello.GetStrings("exporters").ok())
    return Invalid("hello has no array of strings \"exporters\"").With("found", formats::WriteJson(hello));
  if (names.empty() && hello.GetStrings("exporters")->empty())
    return Invalid("the worker has neither a backend nor an exporter");
  return Ok();
}

Status OtherVersion(Kit& kit) {
  WorkerMessage request = RequestOf("hello");
  request.header["protocol"] = 9999;
  return Refuses(kit, request);
}
Status UnknownType(Kit& kit) { return Refuses(kit, RequestOf("nonesuch")); }
Status NoType(Kit& kit) { return Refuses(kit, {}); }

Status IdsComeBack(Kit& kit) {
  CONFORMANCE_TRY(KitTalk * talk, kit.Talk());
  Json object = Json::MakeObject();
  object["a"] = 1;
  for (const Json& id : {Json(7), Json("a \"b\" \xC3\xA9"), object}) {
    for (const char* type : {"hello", "nonesuch"}) {
      WorkerMessage request = RequestOf(type);
      request.header["protocol"] = kWorkerProtocol;
      request.header["id"] = id;
      CONFORMANCE_TRY(const WorkerMessage answer, talk->Ask(request));
      const Json* found = answer.header.Find("id");
      if (found == nullptr || *found != id) {
        return Invalid("an id does not come back")
            .With("found", formats::WriteJson(answer.header))
            .With("wanted", formats::WriteJson(id));
      }
    }
  }
  CONFORMANCE_TRY(const WorkerMessage answer, talk->Hello());
  if (answer.header.Has("id"))
    return Invalid("an answer has an id that its request had not")
        .With("found", formats::WriteJson(answer.header));
  return Ok();
}

Status JsonOfAnyKind(Kit& kit) {
  CONFORMANCE_TRY(KitTalk * talk, kit.Talk());
  const std::string large =
      R"({"type":"hello","protocol":1,"unknown":")" + std::string(size_t{1} << 20, 'x') + "\"}";
  for (const std::string_view text :
       {std::string_view(
            " {\n\t\"protocol\" : 1 , \"type\" : \"hel\\u006co\" , \"unknown\" : {\"deep\":[null,1e3]} } "),
        std::string_view(large)}) {
    CONFORMANCE_TRY(const WorkerMessage answer, talk->AskText(text));
    if (answer.type() != "hello")
      return Invalid("a hello is not understood").With("found", formats::WriteJson(answer.header));
  }
  return Ok();
}

Status TensorsAreReadAway(Kit& kit) {
  WorkerMessage request = RequestOf("nonesuch");
  request.tensors = {{"x", Tensor::Zeros(DType::kF32, {1 << 18})}, {"y", Tensor::Zeros(DType::kU8, {3})}};
  return Refuses(kit, request);
}

Status WrongPrepares(Kit& kit) {
  CONFORMANCE_TRY(const auto backend, kit.BackendOf(""));
  WorkerMessage request = RequestOf("prepare");
  CONFORMANCE_RETURN_IF_ERROR(Refuses(kit, request));
  ports::Artifact artifact;
  artifact.format = "nonesuch";
  artifact.path = "/nonexistent/artifact";
  request.header["backend"] = "no such backend";
  request.header["artifact"] = artifact.ToJson();
  request.header["options"] = ports::SessionOptions{}.ToJson();
  CONFORMANCE_RETURN_IF_ERROR(Refuses(kit, request));
  if (!backend) return Ok();
  request.header["backend"] = *backend;
  CONFORMANCE_RETURN_IF_ERROR(Refuses(kit, request));  // a format that nobody takes
  request.header["artifact"] = "a string";
  return Refuses(kit, request);
}

Status WrongSessions(Kit& kit) {
  CONFORMANCE_TRY(const auto backend, kit.BackendOf(""));
  if (!backend) return Skip("the worker has no backend");
  const NamedTensors inputs = {{"x", Tensor::Zeros(DType::kF32, {1 << 18})}};
  for (const Json& session : {Json(123456789), Json(-1), Json("a string"), Json()}) {
    CONFORMANCE_RETURN_IF_ERROR(Refuses(kit, RunRequest(session, inputs)));
  }
  CONFORMANCE_TRY(KitTalk * talk, kit.Talk());
  CONFORMANCE_TRY(const WorkerMessage answer, talk->Ask(ReleaseRequest(123456789)));
  if (answer.type() == "released" || answer.type() == "error") return Ok();
  return Invalid("the release of an unknown session is answered otherwise")
      .With("found", answer.type())
      .With("wanted", "released or error");
}

Status WrongExports(Kit& kit) {
  WorkerMessage request = RequestOf("export");
  CONFORMANCE_RETURN_IF_ERROR(Refuses(kit, request));
  request.header["exporter"] = "no such exporter";
  request.header["folder"] = "/nonexistent";
  request.header["config"] = Json::MakeObject();
  request.header["kwargs"] = Json::MakeObject();
  return Refuses(kit, request);
}

Status SameTensors(const NamedTensors& found, const NamedTensors& wanted) {
  if (found.size() != wanted.size()) {
    return Invalid("another number of tensors")
        .With("found", std::to_string(found.size()))
        .With("wanted", std::to_string(wanted.size()));
  }
  for (size_t i = 0; i < found.size(); ++i) {
    const auto& [name, tensor] = found[i];
    const auto& [want_name, want] = wanted[i];
    if (name != want_name) return Invalid("another name").With("found", name).With("wanted", want_name);
    if (tensor.dtype() != want.dtype() || tensor.shape() != want.shape()) {
      return Invalid("tensor \"" + name + "\" is another")
          .With("found", Describe(tensor))
          .With("wanted", Describe(want));
    }
    if (!BitEqual(tensor, want))
      return Invalid("tensor \"" + name + "\" (" + Describe(want) + ") has other bits");
  }
  return Ok();
}

Status RunsAnArtifact(Kit& kit) {
  CONFORMANCE_TRY(KitTalk * talk, kit.Talk());
  CONFORMANCE_TRY(const WorkerKitArtifact artifact, kit.Artifact());
  CONFORMANCE_TRY(const Json session, kit.Prepare(*talk));
  std::optional<NamedTensors> first;
  for (int i = 0; i < 2; ++i) {
    CONFORMANCE_TRY(WorkerMessage answer, talk->Want("outputs", RunRequest(session, artifact.inputs)));
    if (answer.tensors.empty()) return Invalid("a run gives no outputs");
    if (!first)
      first = std::move(answer.tensors);
    else
      CONFORMANCE_RETURN_IF_ERROR(SameTensors(answer.tensors, *first));
  }
  CONFORMANCE_RETURN_IF_ERROR(talk->Want("released", ReleaseRequest(session)));
  return Refuses(kit, RunRequest(session, artifact.inputs));  // it is gone
}

Status WrongInputs(Kit& kit) {
  CONFORMANCE_TRY(const WorkerKitArtifact artifact, kit.Artifact());
  if (artifact.artifact.format == kIdentity || artifact.inputs.empty())
    return Skip("an identity takes any input");
  CONFORMANCE_TRY(KitTalk * talk, kit.Talk());
  CONFORMANCE_TRY(const Json session, kit.Prepare(*talk));
  NamedTensors inputs = artifact.inputs;
  inputs.front().first = "no such input";
  CONFORMANCE_RETURN_IF_ERROR(Refuses(kit, RunRequest(session, inputs)));
  CONFORMANCE_RETURN_IF_ERROR(
      talk->Want("outputs", RunRequest(session, artifact.inputs)));  // the session is not broken by it
  CONFORMANCE_RETURN_IF_ERROR(talk->Want("released", ReleaseRequest(session)));
  return Ok();
}

Status ManySessions(Kit& kit) {
  constexpr size_t kSessions = 64;
  CONFORMANCE_TRY(KitTalk * talk, kit.Talk());
  CONFORMANCE_TRY(const WorkerKitArtifact artifact, kit.Artifact());
  std::vector<Json> sessions;
  for (size_t i = 0; i < kSessions; ++i) {
    CONFORMANCE_TRY(Json session, kit.Prepare(*talk));
    if (std::ranges::find(sessions, session) != sessions.end())
      return Invalid("two sessions that are open have one number");
    sessions.push_back(std::move(session));
  }
  for (size_t i = 0; i < kSessions; i += 2) {
    CONFORMANCE_RETURN_IF_ERROR(talk->Want("released", ReleaseRequest(sessions[i])));
  }
  for (size_t i = 1; i < kSessions; i += 2) {
    CONFORMANCE_RETURN_IF_ERROR(talk->Want("outputs", RunRequest(sessions[i], artifact.inputs)));
    CONFORMANCE_RETURN_IF_ERROR(talk->Want("released", ReleaseRequest(sessions[i])));
  }
  return Ok();
}

/// Every pattern of bits that one or two bytes have, and many of the wider types': signalling NaNs, both zeros, subnormals.
Tensor BitsOf(DType dtype) {
  Random random(static_cast<uint64_t>(dtype) + 1);
  Tensor tensor = Tensor::Empty(dtype, {256, 2});
  for (size_t i = 0; i < tensor.byte_size(); ++i) {
    const uint64_t value = i < 256 ? i : random.Next();
    tensor.raw_mutable()[i] = static_cast<std::byte>(dtype == DType::kBool ? value % 2 : value % 256);
  }
  return tensor;
}

/// Tensors through an identity: what goes in comes out.
Status Crosses(Kit& kit, const NamedTensors& tensors) {
  CONFORMANCE_TRY(const auto backend, kit.BackendOf(kIdentity));
  if (!backend) return Skip("no backend takes \"identity\"");
  CONFORMANCE_TRY(KitTalk * talk, kit.Talk());
  CONFORMANCE_TRY(const Json session, kit.Prepare(*talk));
  CONFORMANCE_TRY(const WorkerMessage answer, talk->Want("outputs", RunRequest(session, tensors)));
  CONFORMANCE_RETURN_IF_ERROR(SameTensors(answer.tensors, tensors));
  CONFORMANCE_RETURN_IF_ERROR(talk->Want("released", ReleaseRequest(session)));
  return Ok();
}

Status DTypesCross(Kit& kit) {
  NamedTensors tensors;
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kBF16, DType::kI64, DType::kI32,
                            DType::kI16, DType::kI8, DType::kU8, DType::kBool, DType::kC64, DType::kC128}) {
    tensors.emplace_back(ToString(dtype), BitsOf(dtype));
  }
  return Crosses(kit, tensors);
}

Status ShapesCross(Kit& kit) {
  NamedTensors tensors;
  for (const Shape& shape :
       {Shape{}, Shape{0}, Shape{2, 0, 3}, Shape{0, 0}, Shape{1, 1, 1, 1, 1, 1, 1, 1}, Shape{3, 5}}) {
    tensors.emplace_back("of shape " + ShapeText(shape), Tensor::Zeros(DType::kI16, shape));
  }
  CONFORMANCE_RETURN_IF_ERROR(Crosses(kit, tensors));
  return Crosses(kit, {});
}

Status NamesCross(Kit& kit) {
  NamedTensors tensors;
  for (const char* name : {"past_key_values.layers.0.keys", "a b", "\"quoted\" \\ back",
                           "gr\xC3\xB6\xC3\x9F"
                           "e",
                           "\xE6\xB3\xA8\xE6\x84\x8F", "\xF0\x9F\x98\x80", "tab\tline\n", "z", "a"}) {
    tensors.emplace_back(name, Tensor::Of<float>({1}, {static_cast<float>(tensors.size())}));
  }
  return Crosses(kit, tensors);
}

Status LargeTensorsCross(Kit& kit) {
  Tensor large =
      Tensor::Empty(DType::kU8, {(int64_t{24} << 20) + 1});  // far more than a pipe holds, and of an odd size
  for (size_t i = 0; i < large.byte_size(); ++i)
    large.raw_mutable()[i] = static_cast<std::byte>(i * 2654435761u >> 16);
  return Crosses(
      kit,
      {{"small", Tensor::Of<float>({1}, {1})}, {"large", large}, {"after", Tensor::Of<float>({1}, {2})}});
}

Status ShutsDown(Kit& kit) {
  CONFORMANCE_TRY(KitTalk talk, kit.Start());
  CONFORMANCE_RETURN_IF_ERROR(talk.Want("bye", RequestOf("shutdown")));
  CONFORMANCE_TRY(const ports::ExitStatus status, talk.End());
  if (status.exit_code == 0) return Ok();
  return Invalid("it does not end well after bye")
      .With("found", status.ToString())
      .With("wanted", "exit code 0");
}

Status EndsWithItsInput(Kit& kit) {
  CONFORMANCE_TRY(KitTalk talk, kit.Start());
  talk.CloseInput();
  CONFORMANCE_TRY(const ports::ExitStatus status, talk.End());
  if (status.exit_code == 0) return Ok();
  return Invalid("it does not end well with its standard input")
      .With("found", status.ToString())
      .With("wanted", "exit code 0");
}

Status EndsInsideAFrame(Kit& kit) {
  const std::string frame =
      FrameText(R"({"type":"nonesuch","tensors":[{"name":"x","dtype":"f32","shape":[1000000]}]})");
  for (const size_t size : {size_t{2}, size_t{10}, frame.size()}) {
    CONFORMANCE_TRY(KitTalk talk, kit.Start());
    CONFORMANCE_RETURN_IF_ERROR(talk.Send(frame.substr(0, size)));
    talk.CloseInput();
    CONFORMANCE_RETURN_IF_ERROR(talk.End());
  }
  return Ok();
}

Status RefusesWhatIsNoFrame(Kit& kit) {
  const std::pair<const char*, std::string> frames[] = {
      {"a length of 4 GiB", "\xFF\xFF\xFF\xFF" + std::string(100, 'x')},
      {"a length of 0", std::string(4, '\0')},
      {"a header that is no JSON", FrameText("{nonsense")},
      {"a header that is no object", FrameText("[1, 2]")},
      {"a header that is no UTF-8", FrameText("{\"type\":\"\xFF\xFE\"}")},
      {"tensors that are no array", FrameText(R"({"type":"hello","protocol":1,"tensors":3})")},
      {"a tensor without a shape",
       FrameText(R"({"type":"hello","protocol":1,"tensors":[{"name":"x","dtype":"f32"}]})")},
      {"a size below 0",
       FrameText(R"({"type":"hello","protocol":1,"tensors":[{"name":"x","dtype":"f32","shape":[-1]}]})")},
      {"an unknown dtype",
       FrameText(R"({"type":"hello","protocol":1,"tensors":[{"name":"x","dtype":"f8","shape":[1]}]})")},
      {"sizes that overflow",
       FrameText(
           R"({"type":"hello","protocol":1,"tensors":[{"name":"x","dtype":"f32","shape":[4611686018427387904,8]}]})")},
  };
  for (const auto& [what, bytes] : frames) {
    CONFORMANCE_TRY(KitTalk talk, kit.Start());
    (void)talk.Send(bytes);  // one that ends at once need not read it all
    if (Status status = talk.EndsOrRefuses(); !status.ok())
      return std::move(status).error().With("sent", what);
  }
  return Ok();
}

struct Check {
  const char* name;
  Status (*run)(Kit& kit);
};

constexpr Check kChecks[] = {
    {"it says hello", SaysHello},
    {"hello says what it has", SaysWhatItHas},
    {"another version of the protocol is an error", OtherVersion},
    {"an unknown type is an error", UnknownType},
    {"a request without a type is an error", NoType},
    {"ids come back, in errors too", IdsComeBack},
    {"headers are any JSON, and unknown fields are passed over", JsonOfAnyKind},
    {"tensors that nobody wants are read away", TensorsAreReadAway},
    {"prepares that cannot be are errors", WrongPrepares},
    {"unknown sessions are errors", WrongSessions},
    {"exports that cannot be are errors", WrongExports},
    {"an artifact is prepared, run twice, released", RunsAnArtifact},
    {"inputs that don't fit are errors", WrongInputs},
    {"many sessions at once", ManySessions},
    {"bits of every dtype cross", DTypesCross},
    {"shapes cross: scalars, empty ones, many axes", ShapesCross},
    {"names cross, in their order", NamesCross},
    {"large tensors cross", LargeTensorsCross},
    {"shutdown is answered by bye and exit code 0", ShutsDown},
    {"the end of standard input ends it", EndsWithItsInput},
    {"an end inside a frame ends it", EndsInsideAFrame},
    {"what is no frame ends it or is an error", RefusesWhatIsNoFrame},
};

}  // namespace

std::string_view ToString(WorkerCheck::Word word) {
  switch (word) {
    case WorkerCheck::Word::kPass: return "pass";
    case WorkerCheck::Word::kFail: return "fail";
    case WorkerCheck::Word::kSkip: return "skip";
  }
  return "fail";
}

std::vector<WorkerCheck> CheckWorker(ports::ProcessLauncher& launcher, const WorkerKitOptions& options,
                                     const std::function<void(const WorkerCheck&)>& seen) {
  Kit kit(launcher, options);
  std::vector<WorkerCheck> checks;
  for (const Check& check : kChecks) {
    WorkerCheck result{.name = check.name, .word = WorkerCheck::Word::kPass, .why = ""};
    if (Status status = check.run(kit); !status.ok()) {
      result.word = status.error().kind() == ErrorKind::kUnsupported ? WorkerCheck::Word::kSkip
                                                                     : WorkerCheck::Word::kFail;
      result.why = status.error().ToString();
      if (result.word == WorkerCheck::Word::kFail)
        kit.Drop();  // what follows starts from a worker that is whole
    }
    if (seen) seen(result);
    checks.push_back(std::move(result));
    if (&check == kChecks && checks.back().word == WorkerCheck::Word::kFail)
      break;  // one that cannot start fails nothing more
  }
  return checks;
}

bool WorkerPasses(const std::vector<WorkerCheck>& checks) {
  return std::ranges::none_of(
      checks, [](const WorkerCheck& check) { return check.word == WorkerCheck::Word::kFail; });
}

}  // namespace conformance::engine
