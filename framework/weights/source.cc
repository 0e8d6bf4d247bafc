#include "framework/weights/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <numeric>

#include "framework/base/strings.h"

namespace conformance::weights {

Result<Tensor> Source::Whole() const {
  Tensor tensor = Tensor::Empty(dtype_, shape_);
  CONFORMANCE_RETURN_IF_ERROR(Read(0, size(), tensor.raw_mutable()));
  return tensor;
}

class FileReader {
 public:
  explicit FileReader(std::filesystem::path path) : path_(std::move(path)) {}
  ~FileReader() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  const std::filesystem::path& path() const { return path_; }

  Status Read(uint64_t offset, uint64_t size, std::byte* out) const {
    std::call_once(opened_, [this] { descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC); open_error_ = errno; });
    if (descriptor_ < 0) return ErrnoError("cannot open", path_.string(), open_error_);
    while (size > 0) {
      const ssize_t got = ::pread(descriptor_, out, size, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return ErrnoError("cannot read", path_.string(), errno);
      if (got == 0)
        return Corrupt("the file ends before its tensors do").With("file", path_.string()).With("place", "byte " + std::to_string(offset));
      out += got;
      offset += static_cast<uint64_t>(got);
      size -= static_cast<uint64_t>(got);
    }
    return Ok();
  }

 private:
  std::filesystem::path path_;
  mutable std::once_flag opened_;
  mutable int descriptor_ = -1;
  mutable int open_error_ = 0;
};

std::shared_ptr<const FileReader> MakeFileReader(std::filesystem::path path) {
  return std::make_shared<const FileReader>(std::move(path));
}

namespace {

int64_t Product(const Shape& shape, size_t begin, size_t end) {
  return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(begin), shape.begin() + static_cast<std::ptrdiff_t>(end),
                         int64_t{1}, std::multiplies<>());
}

class FileSource : public Source {
 public:
  FileSource(std::shared_ptr<const FileReader> file, uint64_t offset, DType dtype, Shape shape, std::string name,
             std::function<Result<Tensor>()> map)
      : Source(dtype, std::move(shape)), file_(std::move(file)), offset_(offset), name_(std::move(name)), map_(std::move(map)) {}

  Status Read(int64_t begin, int64_t end, std::byte* out) const override {
    const uint64_t width = ByteSize(dtype());
    return file_->Read(offset_ + static_cast<uint64_t>(begin) * width, static_cast<uint64_t>(end - begin) * width, out);
  }
  Result<Tensor> Whole() const override { return map_ ? map_() : Source::Whole(); }
  std::optional<ByteRange> Range() const override {
    return ByteRange{file_->path(), offset_, static_cast<uint64_t>(size()) * ByteSize(dtype())};
  }
  std::string Describe() const override { return file_->path().filename().string() + ":" + name_; }

 private:
  std::shared_ptr<const FileReader> file_;
  uint64_t offset_;
  std::string name_;
  std::function<Result<Tensor>()> map_;
};

class MemorySource : public Source {
 public:
  MemorySource(Tensor tensor, std::string name)
      : Source(tensor.dtype(), tensor.shape()), tensor_(std::move(tensor)), name_(std::move(name)) {}

  Status Read(int64_t begin, int64_t end, std::byte* out) const override {
    const size_t width = ByteSize(dtype());
    std::memcpy(out, tensor_.raw() + static_cast<size_t>(begin) * width, static_cast<size_t>(end - begin) * width);
    return Ok();
  }
  Result<Tensor> Whole() const override { return tensor_; }
  std::string Describe() const override { return name_; }

 private:
  Tensor tensor_;
  std::string name_;
};

class WeightsSource : public Source {
 public:
  WeightsSource(std::shared_ptr<const Weights> weights, const WeightInfo& info)
      : Source(info.dtype, info.shape), weights_(std::move(weights)), name_(info.name) {}

  Status Read(int64_t begin, int64_t end, std::byte* out) const override {
    CONFORMANCE_TRY(const Tensor tensor, weights_->Load(name_));
    const size_t width = ByteSize(dtype());
    std::memcpy(out, tensor.raw() + static_cast<size_t>(begin) * width, static_cast<size_t>(end - begin) * width);
    return Ok();
  }
  Result<Tensor> Whole() const override { return weights_->Load(name_); }
  std::optional<ByteRange> Range() const override { return weights_->Range(name_); }
  std::string Describe() const override { return name_; }

 private:
  std::shared_ptr<const Weights> weights_;
  std::string name_;
};

class PermutedSource : public Source {
 public:
  PermutedSource(WeightRef source, std::vector<int64_t> axes)
      : Source(source->dtype(), Permute(source->shape(), axes)), source_(std::move(source)), axes_(std::move(axes)) {}

  Status Read(int64_t begin, int64_t end, std::byte* out) const override {
    // A matrix is read in stripes, so that a transposed weight is never whole in memory; a stripe is what a block asks for.
    if (axes_ == std::vector<int64_t>{1, 0}) return ReadTransposed(begin, end, out);
    CONFORMANCE_TRY(const Tensor whole, source_->Whole());
    const Shape strides = Permute(ContiguousStrides(source_->shape()), axes_);
    const size_t width = ByteSize(dtype());
    for (int64_t i = begin; i < end; ++i) {
      int64_t rest = i, from = 0;
      for (size_t axis = shape().size(); axis-- > 0;) {
        from += rest % shape()[axis] * strides[axis];
        rest /= shape()[axis];
      }
      std::memcpy(out + static_cast<size_t>(i - begin) * width, whole.raw() + static_cast<size_t>(from) * width, width);
    }
    return Ok();
  }
  std::string Describe() const override {
    std::vector<std::string> axes;
    for (const int64_t axis : axes_) axes.push_back(std::to_string(axis));
    return "permute(" + Join(axes, ", ") + ") of " + source_->Describe();
  }

  static Shape Permute(const Shape& shape, const std::vector<int64_t>& axes) {
    Shape permuted;
    for (const int64_t axis : axes) permuted.push_back(shape[static_cast<size_t>(axis)]);
    return permuted;
  }

 private:
  Status ReadTransposed(int64_t begin, int64_t end, std::byte* out) const {
    const int64_t rows = shape()[0], columns = shape()[1];
    if (rows == 0 || columns == 0 || begin == end) return Ok();
    const int64_t first = begin / columns, last = (end - 1) / columns;  // rows here, columns there
    const int64_t count = last - first + 1;
    const size_t width = ByteSize(dtype());
    std::vector<std::byte> stripe(static_cast<size_t>(count) * width);
    for (int64_t column = 0; column < columns; ++column) {
      CONFORMANCE_RETURN_IF_ERROR(source_->Read(column * rows + first, column * rows + last + 1, stripe.data()));
      for (int64_t row = 0; row < count; ++row) {
        const int64_t index = (first + row) * columns + column;
        if (index < begin || index >= end) continue;
        std::memcpy(out + static_cast<size_t>(index - begin) * width, stripe.data() + static_cast<size_t>(row) * width, width);
      }
    }
    return Ok();
  }

  WeightRef source_;
  std::vector<int64_t> axes_;
};

class ReshapedSource : public Source {
 public:
  ReshapedSource(WeightRef source, Shape shape) : Source(source->dtype(), std::move(shape)), source_(std::move(source)) {}
  Status Read(int64_t begin, int64_t end, std::byte* out) const override { return source_->Read(begin, end, out); }
  Result<Tensor> Whole() const override {
    CONFORMANCE_TRY(const Tensor whole, source_->Whole());
    return whole.Contiguous().Reshaped(shape());
  }
  std::optional<ByteRange> Range() const override { return source_->Range(); }
  std::string Describe() const override { return "reshape" + ShapeText(shape()) + " of " + source_->Describe(); }

 private:
  WeightRef source_;
};

class PartSource : public Source {
 public:
  PartSource(WeightRef source, int64_t axis, int64_t start, int64_t length)
      : Source(source->dtype(), Cut(source->shape(), axis, length)), source_(std::move(source)), axis_(axis), start_(start) {
    const auto at = static_cast<size_t>(axis);
    outer_ = Product(shape(), 0, at);
    inner_ = Product(shape(), at + 1, shape().size());
  }

  Status Read(int64_t begin, int64_t end, std::byte* out) const override {
    const int64_t run = shape()[static_cast<size_t>(axis_)] * inner_;  // contiguous there and here
    const int64_t there = source_->shape()[static_cast<size_t>(axis_)] * inner_;
    const size_t width = ByteSize(dtype());
    while (begin < end) {
      const int64_t row = begin / run, place = begin % run;
      const int64_t count = std::min(end - begin, run - place);
      const int64_t from = row * there + start_ * inner_ + place;
      CONFORMANCE_RETURN_IF_ERROR(source_->Read(from, from + count, out));
      out += static_cast<size_t>(count) * width;
      begin += count;
    }
    return Ok();
  }
  std::optional<ByteRange> Range() const override {
    if (outer_ != 1) return std::nullopt;
    std::optional<ByteRange> range = source_->Range();
    if (!range) return std::nullopt;
    range->offset += static_cast<uint64_t>(start_ * inner_) * ByteSize(dtype());
    range->size = static_cast<uint64_t>(size()) * ByteSize(dtype());
    return range;
  }
  std::string Describe() const override {
    const int64_t length = shape()[static_cast<size_t>(axis_)];
    return "part(axis " + std::to_string(axis_) + ", " + std::to_string(start_) + " to " + std::to_string(start_ + length) + ") of " +
           source_->Describe();
  }

 private:
  static Shape Cut(Shape shape, int64_t axis, int64_t length) {
    shape[static_cast<size_t>(axis)] = length;
    return shape;
  }
  WeightRef source_;
  int64_t axis_, start_, outer_, inner_;
};

class ConcatenatedSource : public Source {
 public:
  ConcatenatedSource(std::vector<WeightRef> sources, int64_t axis)
      : Source(sources.front()->dtype(), Join(sources, axis)), sources_(std::move(sources)), axis_(axis) {
    inner_ = Product(shape(), static_cast<size_t>(axis) + 1, shape().size());
  }

  Status Read(int64_t begin, int64_t end, std::byte* out) const override {
    const int64_t row_size = shape()[static_cast<size_t>(axis_)] * inner_;
    const size_t width = ByteSize(dtype());
    while (begin < end) {
      const int64_t row = begin / row_size;
      int64_t place = begin % row_size;
      for (const WeightRef& source : sources_) {
        const int64_t run = source->shape()[static_cast<size_t>(axis_)] * inner_;
        if (place >= run) {
          place -= run;
          continue;
        }
        const int64_t count = std::min(end - begin, run - place);
        CONFORMANCE_RETURN_IF_ERROR(source->Read(row * run + place, row * run + place + count, out));
        out += static_cast<size_t>(count) * width;
        begin += count;
        place = 0;
        if (begin == end) return Ok();
      }
    }
    return Ok();
  }
  std::optional<ByteRange> Range() const override { return sources_.size() == 1 ? sources_[0]->Range() : std::nullopt; }
  std::string Describe() const override {
    std::vector<std::string> parts;
    for (const WeightRef& source : sources_) parts.push_back(source->Describe());
    return "concatenate(axis " + std::to_string(axis_) + ") of " + conformance::Join(parts, ", ");
  }

 private:
  static Shape Join(const std::vector<WeightRef>& sources, int64_t axis) {
    Shape shape = sources.front()->shape();
    for (size_t i = 1; i < sources.size(); ++i)
      shape[static_cast<size_t>(axis)] += sources[i]->shape()[static_cast<size_t>(axis)];
    return shape;
  }
  std::vector<WeightRef> sources_;
  int64_t axis_, inner_;
};

class CastSource : public Source {
 public:
  CastSource(WeightRef source, DType dtype) : Source(dtype, source->shape()), source_(std::move(source)) {}

  Status Read(int64_t begin, int64_t end, std::byte* out) const override {
    constexpr int64_t kBlock = int64_t{1} << 16;
    const size_t width = ByteSize(dtype());
    for (int64_t at = begin; at < end; at += kBlock) {
      const int64_t count = std::min(kBlock, end - at);
      const Tensor stored = Tensor::Empty(source_->dtype(), {count});
      CONFORMANCE_RETURN_IF_ERROR(source_->Read(at, at + count, stored.raw_mutable()));
      const Tensor cast = Cast(stored, dtype());
      std::memcpy(out + static_cast<size_t>(at - begin) * width, cast.raw(), static_cast<size_t>(count) * width);
    }
    return Ok();
  }
  std::string Describe() const override { return std::string(ToString(dtype())) + " of " + source_->Describe(); }

 private:
  WeightRef source_;
};

}  // namespace

WeightRef InFile(std::shared_ptr<const FileReader> file, uint64_t offset, DType dtype, Shape shape, std::string name,
                 std::function<Result<Tensor>()> map) {
  return std::make_shared<FileSource>(std::move(file), offset, dtype, std::move(shape), std::move(name), std::move(map));
}
WeightRef InMemory(Tensor tensor, std::string name) { return std::make_shared<MemorySource>(tensor.Contiguous(), std::move(name)); }
WeightRef OfWeights(std::shared_ptr<const Weights> weights, const WeightInfo& info) {
  // Where the bytes stand in a file they are read from there: loading would map them.
  if (const std::optional<ByteRange> range = weights->Range(info.name))
    return InFile(MakeFileReader(range->file), range->offset, info.dtype, info.shape, info.name, {});
  return std::make_shared<WeightsSource>(std::move(weights), info);
}

WeightRef Permuted(WeightRef source, std::vector<int64_t> axes) {
  CONFORMANCE_CHECK(axes.size() == source->shape().size(), "a permutation of another rank");
  if (std::is_sorted(axes.begin(), axes.end())) return source;
  return std::make_shared<PermutedSource>(std::move(source), std::move(axes));
}
WeightRef Reshaped(WeightRef source, Shape shape) {
  CONFORMANCE_CHECK(NumElements(shape) == source->size(), "a reshape to another number of elements");
  if (shape == source->shape()) return source;
  return std::make_shared<ReshapedSource>(std::move(source), std::move(shape));
}
WeightRef Part(WeightRef source, int64_t axis, int64_t start, int64_t length) {
  CONFORMANCE_CHECK(axis >= 0 && axis < static_cast<int64_t>(source->shape().size()) && start >= 0 && length >= 0 &&
                        start + length <= source->shape()[static_cast<size_t>(axis)],
                    "a part outside its tensor");
  return std::make_shared<PartSource>(std::move(source), axis, start, length);
}
WeightRef Concatenated(std::vector<WeightRef> sources, int64_t axis) {
  CONFORMANCE_CHECK(!sources.empty(), "nothing to concatenate");
  return std::make_shared<ConcatenatedSource>(std::move(sources), axis);
}
WeightRef CastTo(WeightRef source, DType dtype) {
  if (source->dtype() == dtype) return source;
  return std::make_shared<CastSource>(std::move(source), dtype);
}

Status Stream(const Source& source, const Weights::Sink& sink, size_t block) {
  const size_t width = ByteSize(source.dtype());
  const int64_t count = std::max<int64_t>(static_cast<int64_t>(block / width), 1);
  std::vector<std::byte> buffer(static_cast<size_t>(std::min(count, std::max<int64_t>(source.size(), 1))) * width);
  for (int64_t begin = 0; begin < source.size(); begin += count) {
    const int64_t end = std::min(begin + count, source.size());
    CONFORMANCE_RETURN_IF_ERROR(source.Read(begin, end, buffer.data()));
    CONFORMANCE_RETURN_IF_ERROR(sink(std::span<const std::byte>(buffer.data(), static_cast<size_t>(end - begin) * width)));
  }
  return Ok();
}

}  // namespace conformance::weights
