#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/tensor/tensor.h"

namespace conformance::engine {

/// Version of the protocol that docs/worker_protocol.md describes.
inline constexpr int64_t kWorkerProtocol = 1;
/// Before the name of a captured value: an output may bear the same one.
inline constexpr std::string_view kCaptured = "captured.";

/// Where frames go to and come from: pipes, or memory in tests.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual Status Write(std::span<const std::byte> bytes) = 0;
  /// Exactly that many bytes. Errors: kCrash at the end of the stream ("0 of 4 bytes" tells a clean end apart), kTimeout.
  virtual Status Read(std::span<std::byte> bytes) = 0;
};

/// One message: a JSON header with its "type", and tensors as raw little-endian row-major bytes behind it.
struct WorkerMessage {
  Json header = Json::MakeObject();
  NamedTensors tensors;
  std::string type() const;  ///< empty where the header has none
};

/// What a reader accepts. A frame that asks for more is refused before anything is allocated for it, and what is allocated grows with
/// the bytes that really come, not with what a header says.
struct MessageLimits {
  uint32_t max_header_bytes = 64u << 20;
  uint64_t max_tensor_bytes = uint64_t{64} << 30;  ///< of one message's tensors together
};

/// A frame: u32 header length, header, the tensors' bytes without padding in the header's order.
Status WriteWorkerMessage(ByteStream& stream, const WorkerMessage& message);
/// Errors: those of the stream; kCorrupt naming place, found and wanted for anything that is no frame.
Result<WorkerMessage> ReadWorkerMessage(ByteStream& stream, const MessageLimits& limits = {});

/// Words that an error's "kind" may be.
std::span<const std::string_view> WorkerErrorKinds();
/// An error as a message, and back: kind, message, facts and trail.
Json ErrorToJson(const Error& error);
Error ErrorFromJson(const Json& json);

}  // namespace conformance::engine
