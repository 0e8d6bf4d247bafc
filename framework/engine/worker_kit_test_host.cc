// A worker that breaks the protocol in the way that its argument names, for worker_kit_test; without one it keeps to it.

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "framework/engine/worker_host.h"
#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

class Identity : public ports::Backend {
 public:
  std::string_view Name() const override { return "identity"; }
  ports::BackendCapabilities Capabilities() const override { return {.formats = {"identity"}, .dtypes = {}}; }
  Result<std::string> Version() const override { return std::string("1"); }
  Result<std::unique_ptr<ports::Session>> Prepare(const ports::Artifact& artifact,
                                                  const ports::SessionOptions&) const override {
    if (artifact.format != "identity") return Unsupported("only identities").With("found", artifact.format);
    struct Session : ports::Session {
      Result<NamedTensors> Run(const NamedTensors& inputs) override { return inputs; }
    };
    return std::unique_ptr<ports::Session>(std::make_unique<Session>());
  }
};

/// Standard input and output; what goes out is spoilt as `fault` says. WriteWorkerMessage writes a header, then each tensor.
class FaultyStream : public ByteStream {
 public:
  explicit FaultyStream(std::string_view fault) : fault_(fault) {}

  Status Write(std::span<const std::byte> bytes) override {
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (tensors_ > 0) {
      --tensors_;
      if (fault_ == "bits" && !text.empty()) text.back() = static_cast<char>(text.back() ^ 1);
      return Put(text);
    }
    CONFORMANCE_TRY(Json header, formats::ParseJson(text.substr(4)));
    if (const Json* tensors = header.Find("tensors")) tensors_ = tensors->AsArray().size();
    Spoil(header);
    const std::string spoilt = formats::WriteJson(header);
    std::string frame;
    for (int i = 0; i < 4; ++i) frame += static_cast<char>((spoilt.size() >> (8 * i)) & 0xFF);
    if (fault_ == "chatter") frame.insert(0, "Loading library\n");
    frame += spoilt;
    if (fault_ == "trailer") frame += "\n";
    if (fault_ == "silence" && header.GetString("type").value() == "error") return Ok();
    return Put(frame);
  }
  Status Read(std::span<std::byte> bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = read(STDIN_FILENO, bytes.data(), bytes.size());
      if (count <= 0) {
        if (fault_ == "immortal") pause();
        return Error(ErrorKind::kCrash, "end");
      }
      bytes = bytes.subspan(static_cast<size_t>(count));
    }
    return Ok();
  }

 private:
  void Spoil(Json& header) {
    if (fault_ == "ids") header.Erase("id");
    if (fault_ == "kinds" && header.Has("error")) header["error"]["kind"] = "oops";
    if (fault_ == "version" && header.Has("backends")) header["backends"].AsArray()[0].Erase("version");
    if (fault_ == "names" && header.Has("tensors")) {
      for (Json& tensor : header["tensors"].AsArray()) tensor["name"] = "out";
    }
  }
  Status Put(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = write(STDOUT_FILENO, text.data(), text.size());
      if (count <= 0) return IoError("cannot write");
      text.remove_prefix(static_cast<size_t>(count));
    }
    return Ok();
  }

  const std::string_view fault_;
  size_t tensors_ = 0;  ///< still to come after a header
};

}  // namespace
}  // namespace conformance::engine

int main(int argc, char** argv) {
  using namespace conformance::engine;
  Toolbox toolbox;
  toolbox.backends.Add(std::make_shared<const Identity>());
  const std::string_view fault = argc > 1 ? argv[1] : "";
  FaultyStream stream(fault);
  const int code = ServeWorker(toolbox, stream);
  return fault == "code" ? 3 : code;
}
