#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/tensor/tensor.h"
#include "framework/weights/weights.h"

namespace conformance::weights {

class Source;
/// A tensor that is not read yet: a range of a file, and what is to be done with it. Immutable; copies are cheap.
using WeightRef = std::shared_ptr<const Source>;

/// Elements in row-major order, made on demand. Const and usable from several threads at once.
class Source {
 public:
  Source(DType dtype, Shape shape) : dtype_(dtype), shape_(std::move(shape)) {}
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int64_t size() const { return NumElements(shape_); }

  /// Elements [begin, end) into `out`. Errors: kIo, kCorrupt with the file.
  virtual Status Read(int64_t begin, int64_t end, std::byte* out) const = 0;
  /// All elements; a view of a mapping where nothing has to be changed.
  virtual Result<Tensor> Whole() const;
  /// Where the elements stand as they are in a file; none where they must be made.
  virtual std::optional<ByteRange> Range() const { return std::nullopt; }
  /// The rules from the file on: "transpose(0, 1) of model.safetensors:wq", for messages and tests.
  virtual std::string Describe() const = 0;

 private:
  DType dtype_;
  Shape shape_;
};

/// A file opened for positioned reads, shared by its tensors; opened at the first read.
class FileReader;
std::shared_ptr<const FileReader> MakeFileReader(std::filesystem::path path);

/// Elements that stand in a file. `map` gives the mapped view for Whole (none: they are read).
WeightRef InFile(std::shared_ptr<const FileReader> file, uint64_t offset, DType dtype, Shape shape, std::string name,
                 std::function<Result<Tensor>()> map);
/// Elements in memory. Made contiguous.
WeightRef InMemory(Tensor tensor, std::string name);
/// A tensor of some weights, by name; they must live as long as the reference.
WeightRef OfWeights(std::shared_ptr<const Weights> weights, const WeightInfo& info);

/// Rules. Sizes were checked by whoever made the plan (a wrong one is our own mistake and aborts).
WeightRef Permuted(WeightRef source, std::vector<int64_t> axes);
WeightRef Reshaped(WeightRef source, Shape shape);
WeightRef Part(WeightRef source, int64_t axis, int64_t start, int64_t length);
WeightRef Concatenated(std::vector<WeightRef> sources, int64_t axis);
/// PyTorch's `to`; the reference itself where it has the type.
WeightRef CastTo(WeightRef source, DType dtype);

/// Row-major blocks of at most `block` bytes (one element at least).
Status Stream(const Source& source, const Weights::Sink& sink, size_t block);

}  // namespace conformance::weights
