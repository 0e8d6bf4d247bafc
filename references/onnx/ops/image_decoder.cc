#include <cstddef>
#include <cstdio>

#include <jpeglib.h>
#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <optional>

#include "framework/base/strings.h"
#include "framework/formats/file.h"
#include "references/onnx/call.h"
#include "references/onnx/ops/image.h"

namespace conformance::onnx_reference {

Result<Image> SizedImage(const Call& call, int64_t height, int64_t width) {
  Image image{height, width, {}};
  CONFORMANCE_TRY(image.pixels, call.New(Elem::kUint8, {height, width, 3}));
  std::fill_n(image.pixels.mutable_data<uint8_t>(), image.pixels.count(), uint8_t{0});
  return image;
}

namespace kernels {
namespace {

uint32_t Little(ImageBytes bytes, size_t at, size_t width) {
  uint32_t value = 0;
  for (size_t i = 0; i < width && at + i < bytes.size(); ++i) value |= uint32_t{bytes[at + i]} << (8 * i);
  return value;
}

/// Windows bitmaps without compression: 24 and 32 bits a pixel, and 8 bits with a palette.
Result<Image> DecodeBmp(const Call& call, ImageBytes bytes) {
  const uint64_t start = Little(bytes, 10, 4), header = Little(bytes, 14, 4), bits = Little(bytes, 28, 2);
  const auto width = static_cast<int32_t>(Little(bytes, 18, 4)),
             height = static_cast<int32_t>(Little(bytes, 22, 4));
  if (bytes.size() < 54 || header < 40 || width <= 0 || height == 0 || height == INT32_MIN) return Image{};
  if (Little(bytes, 30, 4) != 0 || (bits != 24 && bits != 32 && bits != 8))
    return Unsupported("a bitmap of another kind")
        .With("found", std::to_string(bits) + " bits, compression " + std::to_string(Little(bytes, 30, 4)));
  const uint64_t rows = static_cast<uint64_t>(height < 0 ? -int64_t{height} : int64_t{height}),
                 columns = static_cast<uint64_t>(width);
  const uint64_t stride = (columns * bits / 8 + 3) / 4 * 4, palette = 14 + header;
  if (start > bytes.size() || rows > (bytes.size() - start) / stride) return Image{};
  CONFORMANCE_TRY(Image image, SizedImage(call, static_cast<int64_t>(rows), width));
  uint8_t* to = image.pixels.mutable_data<uint8_t>();
  for (uint64_t row = 0; row < rows; ++row) {
    // Rows go from the bottom up, unless the height is negative.
    const uint64_t line = start + (height > 0 ? rows - 1 - row : row) * stride;
    for (uint64_t column = 0; column < columns; ++column, to += 3) {
      const uint64_t at = bits == 8 ? palette + uint64_t{4} * bytes[line + column] : line + column * bits / 8;
      if (at + 3 > bytes.size()) return Image{};
      to[0] = bytes[at + 2], to[1] = bytes[at + 1], to[2] = bytes[at];
    }
  }
  return image;
}

/// Portable any-maps of bytes: P5 and P6, and P2 and P3 as text.
Result<Image> DecodePnm(const Call& call, ImageBytes bytes) {
  const char kind = static_cast<char>(bytes[1]);
  size_t at = 2;
  // The next number; -1 where there is none. Comments go to the end of their line.
  const auto number = [&]() -> int64_t {
    const auto blank = [](uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (at < bytes.size() && (blank(bytes[at]) || bytes[at] == '#')) {
      if (bytes[at] == '#') {
        while (at < bytes.size() && bytes[at] != '\n') ++at;
      } else {
        ++at;
      }
    }
    int64_t value = -1;
    for (; at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9' && value < (1 << 24); ++at)
      value = std::max<int64_t>(value, 0) * 10 + (bytes[at] - '0');
    return value;
  };
  const int64_t width = number(), height = number(), largest = number();
  if (width < 1 || height < 1 || largest < 1 || at >= bytes.size()) return Image{};
  if (largest > 255)
    return Unsupported("an any-map of more than a byte")
        .With("found", "maximum " + std::to_string(largest))
        .With("wanted", "up to 255");
  const bool text = kind == '2' || kind == '3', colours = kind == '3' || kind == '6';
  const int64_t parts = colours ? 3 : 1;
  ++at;
  if (width * height * parts > static_cast<int64_t>(bytes.size() - std::min(at, bytes.size())))
    return Image{};
  CONFORMANCE_TRY(Image image, SizedImage(call, height, width));
  uint8_t* to = image.pixels.mutable_data<uint8_t>();
  for (int64_t i = 0; i < width * height; ++i, to += 3) {
    for (int64_t part = 0; part < parts; ++part) {
      const int64_t value = text ? number() : bytes[at++];
      if (value < 0 || value > largest) return Image{};
      to[part] = static_cast<uint8_t>((value * 255 + largest / 2) / largest);
    }
    if (parts == 1) to[1] = to[2] = to[0];
  }
  return image;
}

Result<Image> DecodePng(const Call& call, ImageBytes bytes) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0) return Image{};
  png.format = PNG_FORMAT_RGB;
  auto image = SizedImage(call, png.height, png.width);
  const png_color black{};
  if (image.ok() &&
      png_image_finish_read(&png, &black, image->pixels.mutable_data<uint8_t>(), 0, nullptr) == 0)
    image = Image{};
  png_image_free(&png);
  return image;
}

/// libjpeg ends an error by a jump; nothing with a destructor lives across it.
struct JpegError {
  jpeg_error_mgr base;
  std::jmp_buf back;
};
void JumpBack(j_common_ptr info) { std::longjmp(reinterpret_cast<JpegError*>(info->err)->back, 1); }
void Silent(j_common_ptr) {}

bool ReadJpegHeader(jpeg_decompress_struct& jpeg, JpegError& error, ImageBytes bytes) {
  jpeg.err = jpeg_std_error(&error.base);
  error.base.error_exit = JumpBack;
  error.base.output_message = Silent;
  if (setjmp(error.back) != 0) return false;
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, bytes.data(), bytes.size());
  return jpeg_read_header(&jpeg, TRUE) == JPEG_HEADER_OK && jpeg.num_components != 4;
}
bool ReadJpegRows(jpeg_decompress_struct& jpeg, JpegError& error, uint8_t* to) {
  if (setjmp(error.back) != 0) return false;
  jpeg.out_color_space = JCS_RGB;
  if (jpeg_start_decompress(&jpeg) == FALSE) return false;
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = to + size_t{jpeg.output_scanline} * jpeg.output_width * 3;
    if (jpeg_read_scanlines(&jpeg, &row, 1) != 1) return false;
  }
  return jpeg_finish_decompress(&jpeg) == TRUE;
}

Result<Image> DecodeJpeg(const Call& call, ImageBytes bytes) {
  jpeg_decompress_struct jpeg{};
  JpegError error{};
  Result<Image> image = Image{};
  if (ReadJpegHeader(jpeg, error, bytes)) {
    image = SizedImage(call, jpeg.image_height, jpeg.image_width);
    if (image.ok() && !ReadJpegRows(jpeg, error, image->pixels.mutable_data<uint8_t>())) image = Image{};
  }
  jpeg_destroy_decompress(&jpeg);
  return image;
}

bool Begins(ImageBytes bytes, std::string_view magic, size_t at = 0) {
  return bytes.size() >= at + magic.size() && std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

Result<Image> Decode(const Call& call, ImageBytes bytes) {
  using namespace std::string_view_literals;
  if (Begins(bytes, "BM")) return DecodeBmp(call, bytes);
  if (Begins(bytes, "\x89PNG")) return DecodePng(call, bytes);
  if (Begins(bytes, "\xFF\xD8")) return DecodeJpeg(call, bytes);
  for (const std::string_view kind : {"P2", "P3", "P5", "P6"}) {
    if (Begins(bytes, kind)) return DecodePnm(call, bytes);
  }
  if (Begins(bytes, "II*\0"sv) || Begins(bytes, "MM\0*"sv)) return DecodeTiff(call, bytes);
  if (Begins(bytes, "RIFF") && Begins(bytes, "WEBP", 8)) return DecodeWebp(call, bytes);
  if (Begins(bytes, "\0\0\0\x0CjP  "sv) || Begins(bytes, "\xFF\x4F\xFF\x51"sv)) return DecodeJpeg2000(call, bytes);
  return Image{};
}

}  // namespace

/// A stream of bytes -> [height, width, channels], uint8: colours in the order that pixel_format says, or one channel
/// of grey. [0, 0, channels] for what
/// cannot be decoded, as the text has it. Errors: kShape; kInvalid; kUnsupported for kinds of bitmaps and any-maps that are not read here.
Outputs ImageDecoder(const Call& call) {
  const Array& stream = call[0];
  CONFORMANCE_TRY(const std::string format, call.String("pixel_format", "RGB"));
  if (format != "RGB" && format != "BGR" && format != "Grayscale")
    return Invalid("a pixel_format that isn't known")
        .With("found", formats::Quoted(format))
        .With("wanted", "RGB, BGR or Grayscale");
  if (stream.rank() != 1)
    return ShapeError("a stream that is no list").With("found", Describe(stream)).With("wanted", "[bytes]");
  CONFORMANCE_TRY(Image image, Decode(call, stream.span<uint8_t>()));
  const bool grey = format == "Grayscale";
  if (image.height == 0 || image.width == 0) return call.New(Elem::kUint8, {0, 0, grey ? 1 : 3});
  uint8_t* pixel = image.pixels.mutable_data<uint8_t>();
  const int64_t count = image.height * image.width;
  if (!grey) {
    for (int64_t i = 0; i < count && format == "BGR"; ++i, pixel += 3) std::swap(pixel[0], pixel[2]);
    return std::move(image.pixels);
  }
  CONFORMANCE_TRY(Array out, call.New(Elem::kUint8, {image.height, image.width, 1}));
  // ITU-R BT.601's luma, in 16 bits after the point.
  for (int64_t i = 0; i < count; ++i, pixel += 3)
    out.mutable_data<uint8_t>()[i] =
        static_cast<uint8_t>((pixel[0] * 19595 + pixel[1] * 38470 + pixel[2] * 7471 + 0x8000) >> 16);
  return out;
}

}  // namespace kernels
}  // namespace conformance::onnx_reference
