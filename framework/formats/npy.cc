#include "framework/formats/npy.h"

#include <algorithm>
#include <array>
#include <optional>

#include "framework/base/strings.h"
#include "framework/formats/output_file.h"

namespace conformance::formats {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr size_t kMaxHeader = 10000;  // NumPy's own limit
constexpr size_t kMaxRank = 64;       // likewise
constexpr size_t kAlignment = 64;
constexpr size_t kGrowthDigits = 21;  // room that NumPy leaves so that a file can be appended to in place

struct Descr {
  std::string_view text;
  DType dtype;
};
constexpr std::array<Descr, 11> kDescrs = {{
    {"<f8", DType::kF64},
    {"<f4", DType::kF32},
    {"<f2", DType::kF16},
    {"<i8", DType::kI64},
    {"<i4", DType::kI32},
    {"<i2", DType::kI16},
    {"|i1", DType::kI8},
    {"|u1", DType::kU8},
    {"|b1", DType::kBool},
    {"<c8", DType::kC64},
    {"<c16", DType::kC128},
}};

struct Header {
  std::string descr;
  bool fortran_order = false;
  Shape shape;
};

/// The one Python literal that may stand there: {'descr': '…', 'fortran_order': …, 'shape': (…)}, keys in any order.
class HeaderParser {
 public:
  HeaderParser(const std::filesystem::path& path, std::string_view text, size_t start)
      : path_(path), text_(text), start_(start) {}

  Result<Header> Parse() {
    Header header;
    bool descr = false;
    bool order = false;
    bool shape = false;
    CONFORMANCE_RETURN_IF_ERROR(Expect('{'));
    while (!Accept('}')) {
      CONFORMANCE_TRY(const std::string key, String());
      CONFORMANCE_RETURN_IF_ERROR(Expect(':'));
      bool* seen = key == "descr"           ? &descr
                   : key == "fortran_order" ? &order
                   : key == "shape"         ? &shape
                                            : nullptr;
      if (seen == nullptr || *seen)
        return Bad("key " + Quoted(key), "the keys descr, fortran_order and shape, each once");
      *seen = true;
      if (seen == &descr) {
        if (Peek() == '[') return NotSupported("a record dtype");
        CONFORMANCE_TRY(header.descr, String());
      } else if (seen == &order) {
        CONFORMANCE_TRY(header.fortran_order, Bool());
      } else {
        CONFORMANCE_TRY(header.shape, Tuple());
      }
      if (!Accept(',')) {
        CONFORMANCE_RETURN_IF_ERROR(Expect('}'));
        break;
      }
    }
    if (Peek() != '\0') return Bad(Here(), "the header's end");
    if (!descr || !order || !shape)
      return Bad("a header without " + std::string(!descr   ? "descr"
                                                   : !order ? "fortran_order"
                                                            : "shape"),
                 "all three keys");
    return header;
  }

  Error NotSupported(std::string found) const {
    return Unsupported("no computing with this dtype")
        .With("file", path_.string())
        .With("place", "header key \"descr\"")
        .With("found", std::move(found))
        .With("wanted", "<f8, <f4, <f2, <i8, <i4, <i2, |i1, |u1 or |b1");
  }

 private:
  Error Bad(std::string found, std::string wanted) const {
    return CorruptFile(path_, "bad npy header")
        .With("place", "byte " + std::to_string(start_ + at_))
        .With("found", std::move(found))
        .With("wanted", std::move(wanted));
  }
  std::string Here() const { return at_ < text_.size() ? Quoted(text_.substr(at_, 1)) : "the header's end"; }
  char Peek() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool Accept(char c) {
    if (Peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  Status Expect(char c) {
    if (!Accept(c)) return Bad(Here(), Quoted(std::string(1, c)));
    return Ok();
  }
  Result<std::string> String() {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') return Bad(Here(), "a string");
    const size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) return Bad("a string without end", "its closing quote");
    std::string value(text_.substr(at_ + 1, end - at_ - 1));
    if (value.find('\\') != std::string::npos) return Bad("an escape in a string", "plain letters");
    at_ = end + 1;
    return value;
  }
  Result<bool> Bool() {
    Peek();
    for (const bool value : {false, true}) {
      const std::string_view word = value ? "True" : "False";
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return value;
    }
    return Bad(Here(), "True or False");
  }
  Result<Shape> Tuple() {
    Shape shape;
    CONFORMANCE_RETURN_IF_ERROR(Expect('('));
    while (!Accept(')')) {
      Peek();
      size_t end = at_;
      while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
      const std::optional<int64_t> size = ParseInt(text_.substr(at_, end - at_));
      if (!size)
        return Bad(end == at_ ? Here() : Quoted(text_.substr(at_, end - at_)), "a size of 0 or more");
      if (shape.size() == kMaxRank) return Bad("more than 64 axes", "at most 64");
      at_ = end;
      shape.push_back(*size);
      if (Accept(',')) continue;
      if (shape.size() == 1) return Bad(Here(), "\",\", as in a tuple of one");
      CONFORMANCE_RETURN_IF_ERROR(Expect(')'));
      break;
    }
    return shape;
  }

  const std::filesystem::path& path_;
  std::string_view text_;
  size_t start_;
  size_t at_ = 0;
};

std::string TupleText(const Shape& shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace

Result<Tensor> ReadNpy(const std::filesystem::path& path) {
  CONFORMANCE_TRY(const auto file, MappedFile::Open(path));
  return ParseNpy(file);
}

Result<Tensor> ParseNpy(const std::shared_ptr<const MappedFile>& file) {
  const std::filesystem::path& path = file->path();
  const std::string_view text = file->text();
  const auto bad = [&](const char* message, std::string place, std::string found, std::string wanted) {
    return CorruptFile(path, message)
        .With("place", std::move(place))
        .With("found", std::move(found))
        .With("wanted", std::move(wanted));
  };
  if (!text.starts_with(kMagic))
    return bad("not a NumPy file", "byte 0", Quoted(text.substr(0, 6)), Quoted(kMagic));
  if (text.size() < 8)
    return bad("the file is cut", "byte 6", std::to_string(text.size()) + " bytes", "a version");
  const int major = static_cast<unsigned char>(text[6]);
  const int minor = static_cast<unsigned char>(text[7]);
  if (major < 1 || major > 3 || minor != 0) {
    return bad("unknown version", "byte 6", std::to_string(major) + "." + std::to_string(minor),
               "1.0, 2.0 or 3.0");
  }
  const size_t length_bytes = major == 1 ? 2 : 4;
  const size_t header_at = 8 + length_bytes;
  if (text.size() < header_at)
    return bad("the file is cut", "byte 8", std::to_string(text.size()) + " bytes", "the header's length");
  uint64_t length = 0;
  for (size_t i = 0; i < length_bytes; ++i)
    length |= uint64_t{static_cast<unsigned char>(text[8 + i])} << (8 * i);
  const uint64_t room = std::min<uint64_t>(text.size() - header_at, kMaxHeader);
  if (length > room)
    return bad("the header does not fit", "byte 8", std::to_string(length) + " bytes",
               "at most " + std::to_string(room));

  HeaderParser parser(path, text.substr(header_at, length), header_at);
  CONFORMANCE_TRY(const Header header, parser.Parse());
  const auto* descr = std::ranges::find(kDescrs, std::string_view(header.descr), &Descr::text);
  if (descr == kDescrs.end()) return parser.NotSupported(Quoted(header.descr));
  const std::optional<int64_t> elements = CheckedNumElements(header.shape);
  int64_t bytes = 0;
  if (!elements || __builtin_mul_overflow(*elements, static_cast<int64_t>(ByteSize(descr->dtype)), &bytes)) {
    return bad("the array's size overflows", "header key \"shape\"", ShapeText(header.shape),
               "a size below 2^63 bytes");
  }
  const uint64_t data_at = header_at + length;
  if (static_cast<uint64_t>(bytes) != text.size() - data_at) {
    return bad(
        static_cast<uint64_t>(bytes) > text.size() - data_at ? "the data is cut" : "bytes after the array",
        "byte " + std::to_string(data_at), std::to_string(text.size() - data_at) + " bytes of data",
        std::to_string(bytes) + " for " + std::string(ToString(descr->dtype)) + ShapeText(header.shape));
  }
  if (!header.fortran_order)
    return TensorOver(file, data_at, static_cast<uint64_t>(bytes), descr->dtype, header.shape);
  const Shape reversed(header.shape.rbegin(), header.shape.rend());
  CONFORMANCE_TRY(const Tensor tensor,
                  TensorOver(file, data_at, static_cast<uint64_t>(bytes), descr->dtype, reversed));
  return tensor.View(header.shape, Shape(tensor.strides().rbegin(), tensor.strides().rend()),
                     tensor.offset());
}

Status WriteNpy(const std::filesystem::path& path, const Tensor& tensor) {
  const auto* descr = std::ranges::find(kDescrs, tensor.dtype(), &Descr::dtype);
  if (descr == kDescrs.end()) {
    return Unsupported("NumPy has no such dtype")
        .With("file", path.string())
        .With("found", std::string(ToString(tensor.dtype())));
  }
  std::string header = "{'descr': '" + std::string(descr->text) +
                       "', 'fortran_order': False, 'shape': " + TupleText(tensor.shape()) + ", }";
  if (tensor.rank() > 0) {
    const size_t digits = std::to_string(tensor.dim(0)).size();
    header.append(kGrowthDigits > digits ? kGrowthDigits - digits : 0, ' ');
  }
  const size_t prefix = kMagic.size() + 4;
  header.append(kAlignment - (prefix + header.size() + 1) % kAlignment, ' ');  // never none, as NumPy does
  header += '\n';
  std::string start(kMagic);
  start += {'\1', '\0', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  CONFORMANCE_TRY(OutputFile file, OutputFile::Create(path));
  CONFORMANCE_RETURN_IF_ERROR(file.Write(start + header));
  CONFORMANCE_RETURN_IF_ERROR(file.Write(tensor.Contiguous().bytes()));
  return file.Commit();
}

}  // namespace conformance::formats
