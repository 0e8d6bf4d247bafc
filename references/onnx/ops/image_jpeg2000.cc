#include <openjpeg.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>

#include "references/onnx/ops/image.h"

namespace conformance::onnx_reference {
namespace {

constexpr OPJ_UINT32 kMostComponents = 4, kMostBits = 16;

/// A file that lies in memory.
struct Source {
  ImageBytes bytes;
  size_t at = 0;
};

OPJ_SIZE_T Read(void* to, OPJ_SIZE_T size, void* data) {
  auto& source = *static_cast<Source*>(data);
  const size_t count = std::min(size, source.bytes.size() - source.at);
  if (count == 0) return static_cast<OPJ_SIZE_T>(-1);
  std::memcpy(to, source.bytes.data() + source.at, count);
  source.at += count;
  return count;
}
OPJ_OFF_T Skip(OPJ_OFF_T count, void* data) {
  auto& source = *static_cast<Source*>(data);
  if (count < 0 || static_cast<uint64_t>(count) > source.bytes.size() - source.at) return -1;
  source.at += static_cast<size_t>(count);
  return count;
}
OPJ_BOOL Seek(OPJ_OFF_T place, void* data) {
  auto& source = *static_cast<Source*>(data);
  if (place < 0 || static_cast<uint64_t>(place) > source.bytes.size()) return OPJ_FALSE;
  source.at = static_cast<size_t>(place);
  return OPJ_TRUE;
}

using Stream = std::unique_ptr<opj_stream_t, void (*)(opj_stream_t*)>;
using Codec = std::unique_ptr<opj_codec_t, void (*)(opj_codec_t*)>;
using Decoded = std::unique_ptr<opj_image_t, void (*)(opj_image_t*)>;

void Destroy(opj_stream_t* stream) { opj_stream_destroy(stream); }

/// A component's sample at a place of the image, in 8 bits.
double SampleAt(const opj_image_comp_t& component, int64_t row, int64_t column) {
  const int64_t x = std::min<int64_t>(column / std::max(component.dx, OPJ_UINT32{1}), component.w - 1),
                y = std::min<int64_t>(row / std::max(component.dy, OPJ_UINT32{1}), component.h - 1);
  const double sample = component.data[y * component.w + x] + (component.sgnd != 0 ? int64_t{1} << (component.prec - 1) : 0);
  return sample * 255 / static_cast<double>((int64_t{1} << component.prec) - 1);
}

uint8_t Byte(double value) { return static_cast<uint8_t>(std::clamp(std::nearbyint(value), 0.0, 255.0)); }

bool IsDecodable(const opj_image_t& image) {
  if (image.numcomps == 0 || image.numcomps > kMostComponents) return false;
  return std::all_of(image.comps, image.comps + image.numcomps, [](const opj_image_comp_t& component) {
    return component.prec >= 1 && component.prec <= kMostBits && component.w > 0 && component.h > 0;
  });
}

}  // namespace

Result<Image> DecodeJpeg2000(const Call& call, ImageBytes bytes) {
  Source source{bytes};
  const bool bare = bytes.size() > 1 && bytes[0] == 0xFF && bytes[1] == 0x4F;
  const Stream stream(opj_stream_create(std::max<size_t>(std::min<size_t>(bytes.size(), size_t{1} << 20), 1), OPJ_TRUE), Destroy);
  const Codec codec(opj_create_decompress(bare ? OPJ_CODEC_J2K : OPJ_CODEC_JP2), opj_destroy_codec);
  if (stream == nullptr || codec == nullptr) return Error(ErrorKind::kOutOfMemory, "no memory for a JPEG 2000 decoder");
  opj_stream_set_user_data(stream.get(), &source, nullptr);
  opj_stream_set_user_data_length(stream.get(), bytes.size());
  opj_stream_set_read_function(stream.get(), Read);
  opj_stream_set_skip_function(stream.get(), Skip);
  opj_stream_set_seek_function(stream.get(), Seek);
  opj_dparameters_t parameters;
  opj_set_default_decoder_parameters(&parameters);
  if (opj_setup_decoder(codec.get(), &parameters) == OPJ_FALSE) return Image{};
  opj_image_t* header = nullptr;
  const OPJ_BOOL read = opj_read_header(stream.get(), codec.get(), &header);
  const Decoded decoded(header, opj_image_destroy);
  if (read == OPJ_FALSE || decoded == nullptr || decoded->x1 <= decoded->x0 || decoded->y1 <= decoded->y0 || !IsDecodable(*decoded)) return Image{};
  const int64_t width = int64_t{decoded->x1} - decoded->x0, height = int64_t{decoded->y1} - decoded->y0;
  CONFORMANCE_TRY(Image image, SizedImage(call, height, width));
  // The decoder keeps four bytes of each sample and works on the wavelet transform in place.
  CONFORMANCE_RETURN_IF_ERROR(call.CanHold(width * height * decoded->numcomps));
  if (opj_decode(codec.get(), stream.get(), decoded.get()) == OPJ_FALSE || !IsDecodable(*decoded)) return Image{};
  const opj_image_comp_t* components = decoded->comps;
  const bool colours = decoded->numcomps >= 3, luma = decoded->color_space == OPJ_CLRSPC_SYCC;
  if (std::any_of(components, components + (colours ? 3 : 1), [](const auto& component) { return component.data == nullptr; })) return Image{};
  uint8_t* to = image.pixels.mutable_data<uint8_t>();
  for (int64_t row = 0; row < height; ++row) {
    for (int64_t column = 0; column < width; ++column, to += 3) {
      std::array<double, 3> samples{};
      for (size_t i = 0; i < 3; ++i) samples[i] = SampleAt(components[colours ? i : 0], row, column);
      if (colours && luma) {  // ITU-R BT.601, full range
        const auto [y, cb, cr] = samples;
        samples = {y + 1.402 * (cr - 128), y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128), y + 1.772 * (cb - 128)};
      }
      for (size_t i = 0; i < 3; ++i) to[i] = Byte(samples[i]);
    }
  }
  return image;
}

}  // namespace conformance::onnx_reference
