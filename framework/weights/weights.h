#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/result.h"
#include "framework/tensor/tensor.h"

namespace conformance::weights {

/// A contiguous range of a file.
struct ByteRange {
  std::filesystem::path file;
  uint64_t offset = 0;
  uint64_t size = 0;
};

/// One parameter or persistent buffer, as it will be once loaded.
struct WeightInfo {
  std::string name;  ///< canonical (a tied one has its twin's): "model.embed_tokens.weight"
  DType dtype = DType::kF32;
  Shape shape;
  uint64_t bytes() const;
};

/// Elements of a model's parameters and persistent buffers, by canonical name. Const and usable from several threads at once.
class Weights {
 public:
  using Sink = std::function<Status(std::span<const std::byte>)>;

  virtual ~Weights() = default;
  /// All of them, in state_dict order, tied ones once.
  virtual const std::vector<WeightInfo>& All() const = 0;
  const WeightInfo* Find(std::string_view name) const;

  /// The elements in the declared dtype and shape, contiguous. Read-only views of the mapped file where nothing has to be changed,
  /// else made once and kept as long as someone holds them. Errors: kNotFound, kIo, kCorrupt.
  virtual Result<Tensor> Load(std::string_view name) const = 0;

  /// Where the bytes of the declared dtype and layout stand as they are in a file; none where they must be made. For writers that
  /// copy ranges without mapping them.
  virtual std::optional<ByteRange> Range(std::string_view name) const = 0;
  /// All bytes in order (row-major, little endian, declared dtype) in blocks of at most `block` bytes, without keeping them:
  /// files are read, not mapped, so resident memory does not grow with the weights.
  virtual Status Stream(std::string_view name, const Sink& sink, size_t block = size_t{1} << 20) const = 0;
};

}  // namespace conformance::weights
