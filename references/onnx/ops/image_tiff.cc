#include <tiffio.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "references/onnx/ops/image.h"

namespace conformance::onnx_reference {
namespace {

/// A file that lies in memory.
struct Stream {
  ImageBytes bytes;
  uint64_t at = 0;
};

tmsize_t Read(thandle_t handle, void* to, tmsize_t size) {
  auto& stream = *static_cast<Stream*>(handle);
  const uint64_t left = stream.at < stream.bytes.size() ? stream.bytes.size() - stream.at : 0;
  const auto count = std::min(static_cast<uint64_t>(std::max<tmsize_t>(size, 0)), left);
  if (count > 0) std::memcpy(to, stream.bytes.data() + stream.at, count);
  stream.at += count;
  return static_cast<tmsize_t>(count);
}
tmsize_t Write(thandle_t, void*, tmsize_t) { return 0; }
toff_t Seek(thandle_t handle, toff_t offset, int whence) {
  auto& stream = *static_cast<Stream*>(handle);
  const uint64_t from = whence == SEEK_CUR ? stream.at : whence == SEEK_END ? stream.bytes.size() : 0;
  stream.at = from + offset;
  return stream.at;
}
int Close(thandle_t) { return 0; }
toff_t Size(thandle_t handle) { return static_cast<Stream*>(handle)->bytes.size(); }

/// Its messages go nowhere: what cannot be decoded is an empty image.
int Silent(TIFF*, void*, const char*, const char*, va_list) { return 1; }

constexpr tmsize_t kMostAtOnce = tmsize_t{1} << 30;  ///< of one strip or table that a file may claim

}  // namespace

Result<Image> DecodeTiff(const Call& call, ImageBytes bytes) {
  Stream stream{bytes};
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  if (options == nullptr) return Error(ErrorKind::kOutOfMemory, "no memory for a TIFF decoder");
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostAtOnce);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), Silent, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), Silent, nullptr);
  const std::unique_ptr<TIFF, void (*)(TIFF*)> tiff(
      TIFFClientOpenExt("stream", "rm", &stream, Read, Write, Seek, Close, Size, nullptr, nullptr, options.get()), TIFFClose);
  if (tiff == nullptr) return Image{};
  uint32_t width = 0, height = 0;
  if (TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width) != 1 || TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height) != 1) return Image{};
  if (width == 0 || height == 0) return Image{};
  CONFORMANCE_TRY(Image image, SizedImage(call, height, width));
  CONFORMANCE_TRY(Array raster, call.New(Elem::kUint32, {height, width}));
  auto* pixels = raster.mutable_data<uint32_t>();
  if (TIFFReadRGBAImageOriented(tiff.get(), width, height, pixels, ORIENTATION_TOPLEFT, 1) != 1) return Image{};
  uint8_t* to = image.pixels.mutable_data<uint8_t>();
  for (int64_t i = 0; i < raster.count(); ++i, to += 3) {
    to[0] = static_cast<uint8_t>(TIFFGetR(pixels[i])), to[1] = static_cast<uint8_t>(TIFFGetG(pixels[i])), to[2] = static_cast<uint8_t>(TIFFGetB(pixels[i]));
  }
  return image;
}

}  // namespace conformance::onnx_reference
