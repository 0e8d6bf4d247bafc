#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "framework/engine/worker_protocol.h"

namespace {

class Memory : public conformance::engine::ByteStream {
 public:
  explicit Memory(std::span<const std::byte> data) : data_(data) {}
  conformance::Status Write(std::span<const std::byte> bytes) override {
    written.insert(written.end(), bytes.begin(), bytes.end());
    return conformance::Ok();
  }
  conformance::Status Read(std::span<std::byte> bytes) override {
    if (data_.size() < bytes.size())
      return conformance::Error(conformance::ErrorKind::kCrash, "end of stream");
    if (!bytes.empty()) std::memcpy(bytes.data(), data_.data(), bytes.size());
    data_ = data_.subspan(bytes.size());
    return conformance::Ok();
  }
  std::vector<std::byte> written;

 private:
  std::span<const std::byte> data_;
};

}  // namespace

// What is read can be written and read again; errors say what was found.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace conformance::engine;
  const MessageLimits limits{.max_header_bytes = 1u << 20, .max_tensor_bytes = 1u << 24};
  Memory stream({reinterpret_cast<const std::byte*>(data), size});
  while (true) {
    const auto message = ReadWorkerMessage(stream, limits);
    if (!message.ok()) break;
    if (!WriteWorkerMessage(stream, *message).ok()) std::abort();
    Memory again(stream.written);
    const auto second = ReadWorkerMessage(again, limits);
    if (!second.ok() || second->tensors.size() != message->tensors.size()) std::abort();
    if (message->type() == "error") (void)ErrorFromJson(message->header);
    stream.written.clear();
  }
  return 0;
}
