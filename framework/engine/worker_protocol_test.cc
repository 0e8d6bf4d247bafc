#include "framework/engine/worker_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "framework/testing/matchers.h"

namespace conformance::engine {
namespace {

using namespace conformance::testing;
using ::testing::HasSubstr;

class Memory : public ByteStream {
 public:
  Status Write(std::span<const std::byte> bytes) override {
    data.insert(data.end(), bytes.begin(), bytes.end());
    return Ok();
  }
  Status Read(std::span<std::byte> bytes) override {
    largest_read = std::max(largest_read, bytes.size());
    if (data.size() - at < bytes.size()) return Error(ErrorKind::kCrash, "end of stream");
    std::memcpy(bytes.data(), data.data() + at, bytes.size());
    at += bytes.size();
    return Ok();
  }
  static Memory Frame(const std::string& header) {
    Memory memory;
    for (int i = 0; i < 4; ++i) memory.data.push_back(static_cast<std::byte>(header.size() >> (8 * i)));
    for (const char c : header) memory.data.push_back(static_cast<std::byte>(c));
    return memory;
  }
  std::vector<std::byte> data;
  size_t at = 0, largest_read = 0;
};

TEST(WorkerProtocol, MessagesComeBackAsTheyWent) {
  Memory memory;
  WorkerMessage message;
  message.header["type"] = "run";
  message.header["session"] = 7;
  message.tensors = {{"a.b", Tensor::Of<float>({2, 2}, {1, 2, 3, 4})},
                     {"empty", Tensor::Of<int64_t>({0, 3}, {})},
                     {"flag", Tensor::Of<bool>({}, {true})}};
  ASSERT_THAT(WriteWorkerMessage(memory, message), IsOk());
  ASSERT_THAT(WriteWorkerMessage(memory, message), IsOk());
  for (int i = 0; i < 2; ++i) {
    const auto read = ReadWorkerMessage(memory);
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(read->header, message.header);
    ASSERT_EQ(read->tensors.size(), 3u);
    for (size_t t = 0; t < 3; ++t) {
      EXPECT_EQ(read->tensors[t].first, message.tensors[t].first);
      EXPECT_TRUE(BitEqual(read->tensors[t].second, message.tensors[t].second));
    }
  }
  EXPECT_THAT(ReadWorkerMessage(memory), IsError(ErrorKind::kCrash, HasSubstr("end of stream")));
}

TEST(WorkerProtocol, TheBytesAreThoseOfTheDocument) {
  Memory memory;
  WorkerMessage message;
  message.header["type"] = "outputs";
  message.tensors = {{"y", Tensor::Of<int32_t>({1}, {0x01020304})}};
  ASSERT_THAT(WriteWorkerMessage(memory, message), IsOk());
  const std::string header = R"({"type":"outputs","tensors":[{"name":"y","dtype":"i32","shape":[1]}]})";
  const std::string want =
      std::string(1, static_cast<char>(header.size())) + std::string(3, '\0') + header + "\x04\x03\x02\x01";
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(memory.data.data()), memory.data.size()), want);
}

TEST(WorkerProtocol, StridedTensorsAreSentRowMajor) {
  const Tensor matrix = Tensor::Of<float>({2, 2}, {1, 2, 3, 4});
  Memory memory;
  WorkerMessage message;
  message.tensors = {{"t", matrix.View({2, 2}, {1, 2}, 0)}};
  ASSERT_THAT(WriteWorkerMessage(memory, message), IsOk());
  const auto read = ReadWorkerMessage(memory);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(BitEqual(read->tensors[0].second, Tensor::Of<float>({2, 2}, {1, 3, 2, 4})));
}

TEST(WorkerProtocol, AHostileLengthAllocatesNothing) {
  Memory memory;
  memory.data.assign(4, static_cast<std::byte>(0xFF));
  EXPECT_THAT(ReadWorkerMessage(memory), IsError(ErrorKind::kCorrupt, HasSubstr("found: 4294967295")));
  EXPECT_EQ(memory.largest_read, 4u);
}

TEST(WorkerProtocol, AHostileShapeIsRefusedOrReadAsItComes) {
  Memory overflow =
      Memory::Frame(R"({"tensors":[{"name":"x","dtype":"f32","shape":[4611686018427387904,8]}]})");
  EXPECT_THAT(ReadWorkerMessage(overflow),
              IsError(ErrorKind::kCorrupt, HasSubstr("tensor \"x\" is too large")));
  Memory negative = Memory::Frame(R"({"tensors":[{"name":"x","dtype":"f32","shape":[-1]}]})");
  EXPECT_THAT(ReadWorkerMessage(negative), IsError(ErrorKind::kCorrupt, HasSubstr("[-1]")));
  // 32 GiB are announced and none come: what is asked of the stream, and so allocated, is one step.
  Memory absent = Memory::Frame(R"({"tensors":[{"name":"x","dtype":"f32","shape":[8589934592]}]})");
  EXPECT_THAT(ReadWorkerMessage(absent), IsError(ErrorKind::kCrash, HasSubstr("end of stream")));
  EXPECT_LE(absent.largest_read, size_t{16} << 20);
}

TEST(WorkerProtocol, AnEmptyTensorWithSizesThatOverflowIsRefused) {
  Memory empty =
      Memory::Frame(R"({"tensors":[{"name":"x","dtype":"f32","shape":[0,4611686018427387904,8]}]})");
  EXPECT_THAT(ReadWorkerMessage(empty), IsError(ErrorKind::kCorrupt, HasSubstr("tensor \"x\" is too large")));
}

TEST(WorkerProtocol, BoolsAreChecked) {
  Memory flags = Memory::Frame(R"({"tensors":[{"name":"x","dtype":"bool","shape":[3]}]})");
  for (const int value : {0, 1, 2}) flags.data.push_back(static_cast<std::byte>(value));
  EXPECT_THAT(ReadWorkerMessage(flags), IsError(ErrorKind::kCorrupt, HasSubstr("found: 2, wanted: 0 or 1")));
}

TEST(WorkerProtocol, WhatIsNoMessageIsNamed) {
  Memory array = Memory::Frame("[1, 2]");
  EXPECT_THAT(ReadWorkerMessage(array),
              IsError(ErrorKind::kCorrupt, HasSubstr("found: array, wanted: object")));
  Memory text = Memory::Frame("{nonsense");
  EXPECT_THAT(ReadWorkerMessage(text), IsError(ErrorKind::kCorrupt, HasSubstr("worker message")));
  Memory dtype = Memory::Frame(R"({"tensors":[{"name":"x","dtype":"f8","shape":[1]}]})");
  EXPECT_THAT(ReadWorkerMessage(dtype),
              IsError(ErrorKind::kCorrupt,
                      HasSubstr("unknown dtype of tensor \"x\" (place: worker message, found: f8")));
}

TEST(WorkerProtocol, ErrorsKeepKindFactsAndTrail) {
  const Error error = Unsupported("no such op").With("op", "aten.x.default").Trail("while lowering");
  const Error back = ErrorFromJson(ErrorToJson(error));
  EXPECT_EQ(back.kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(back.ToString(), error.ToString());
  EXPECT_EQ(ErrorFromJson(Json("nothing")).kind(), ErrorKind::kInternal);
}

}  // namespace
}  // namespace conformance::engine
