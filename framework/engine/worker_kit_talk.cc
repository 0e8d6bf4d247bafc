#include "framework/engine/worker_kit_talk.h"

#include <algorithm>
#include <utility>

#include "framework/base/strings.h"
#include "framework/engine/worker_stream.h"
#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

/// What a well-formed error answer is not; empty where it is one.
std::string WrongWithError(const WorkerMessage& answer) {
  const Json* error = answer.header.Find("error");
  if (error == nullptr || !error->IsObject()) return "an answer of type error has no object \"error\"";
  const auto kind = error->GetString("kind"), message = error->GetString("message");
  if (!kind.ok()) return "an error has no \"kind\"";
  const auto kinds = WorkerErrorKinds();
  if (std::ranges::find(kinds, std::string_view(*kind)) == kinds.end())
    return "\"" + *kind + "\" is no kind of error";
  if (!message.ok() || message->empty()) return "an error has no \"message\"";
  const Json* facts = error->Find("facts");
  if (facts != nullptr && !facts->IsArray()) return "an error's \"facts\" are no array of [name, value]";
  for (const Json& fact : facts != nullptr ? facts->AsArray() : Json::Array{}) {
    if (!fact.IsArray() || fact.AsArray().size() != 2 || !fact.AsArray()[0].IsString() ||
        !fact.AsArray()[1].IsString()) {
      return "an error's \"facts\" are no array of [name, value], both strings";
    }
  }
  if (error->Has("trail") && !error->GetStrings("trail").ok())
    return "an error's \"trail\" is no array of strings";
  return "";
}

}  // namespace

WorkerMessage RequestOf(std::string type) {
  WorkerMessage request;
  request.header["type"] = std::move(type);
  return request;
}

std::string FrameText(std::string_view header) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += static_cast<char>((header.size() >> (8 * i)) & 0xFF);
  return text.append(header);
}

Result<KitTalk> KitTalk::Start(ports::ProcessLauncher& launcher, const WorkerKitOptions& options) {
  ports::LaunchRequest launch;
  launch.argv = options.command;
  launch.environment = options.environment;
  CONFORMANCE_TRY(auto process, launcher.Launch(launch));
  KitTalk talk(std::move(process), options.start_timeout);
  CONFORMANCE_RETURN_IF_ERROR(talk.Hello());
  talk.timeout_ = options.timeout;
  return talk;
}

Error KitTalk::Broken(const Error& error, std::string_view what) {
  std::string message(what);
  message += ": " + error.ToString();
  if (error.kind() == ErrorKind::kCrash) {
    if (const auto status = process_->Wait(std::chrono::steady_clock::now() + std::chrono::seconds(1)))
      message += "; it ended with " + status->ToString();
  }
  const std::string_view tail = Trim(process_->StandardErrorTail());
  const size_t line = tail.rfind('\n');
  if (!tail.empty())
    message +=
        "; its last words: " + std::string(line == std::string_view::npos ? tail : tail.substr(line + 1));
  return Error(ErrorKind::kInvalid, std::move(message));
}

Result<WorkerMessage> KitTalk::Answer() {
  ProcessStream stream(*process_, Deadline());
  auto answer = ReadWorkerMessage(stream);
  if (!answer.ok()) return Broken(answer.error(), "no answer");
  if (answer->type().empty())
    return Invalid("an answer has no \"type\": " + formats::WriteJson(answer->header));
  if (answer->type() == "error") {
    if (std::string wrong = WrongWithError(*answer); !wrong.empty())
      return Invalid(wrong + ": " + formats::WriteJson(answer->header));
  }
  if (process_->HasOutput()) return Invalid("something follows the answer of type " + answer->type());
  return answer;
}

Result<WorkerMessage> KitTalk::Ask(const WorkerMessage& request) {
  ProcessStream stream(*process_, Deadline());
  if (Status status = WriteWorkerMessage(stream, request); !status.ok())
    return Broken(status.error(), "it does not read its request");
  return Answer();
}

Result<WorkerMessage> KitTalk::Want(std::string_view wanted, const WorkerMessage& request) {
  CONFORMANCE_TRY(WorkerMessage answer, Ask(request));
  if (answer.type() == wanted) return answer;
  return Invalid("the answer to " + request.type() + " is of another type")
      .With("found", formats::WriteJson(answer.header))
      .With("wanted", std::string(wanted));
}

Result<WorkerMessage> KitTalk::AskText(std::string_view header) {
  CONFORMANCE_RETURN_IF_ERROR(Send(FrameText(header)));
  return Answer();
}

Result<WorkerMessage> KitTalk::Hello() {
  WorkerMessage request = RequestOf("hello");
  request.header["protocol"] = kWorkerProtocol;
  return Want("hello", request);
}

Status KitTalk::Send(std::string_view bytes) {
  Status status = process_->Write(std::as_bytes(std::span(bytes)), Deadline());
  if (!status.ok()) return Broken(status.error(), "it does not read its request");
  return Ok();
}

Status KitTalk::EndsOrRefuses() {
  ProcessStream stream(*process_, Deadline());
  const auto answer = ReadWorkerMessage(stream);
  if (!answer.ok())
    return answer.error().kind() == ErrorKind::kCrash
               ? Ok()
               : Status(Broken(answer.error(), "it neither ends nor answers"));
  if (answer->type() == "error") return Ok();
  return Invalid("it is answered as if it were well formed")
      .With("found", formats::WriteJson(answer->header))
      .With("wanted", "an error, or the end");
}

Result<ports::ExitStatus> KitTalk::End() {
  std::byte letter;
  const Status read = process_->Read({&letter, 1}, Deadline());
  if (read.ok()) return Invalid("something is on standard output after the last answer");
  if (const auto status = process_->Wait(Deadline())) return *status;
  return Invalid("it goes on for more than " + DoubleText(static_cast<double>(timeout_.count()) / 1000) +
                 " s");
}

}  // namespace conformance::engine
