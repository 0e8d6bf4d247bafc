#include <webp/decode.h>

#include "references/onnx/ops/image.h"

namespace conformance::onnx_reference {

Result<Image> DecodeWebp(const Call& call, ImageBytes bytes) {
  WebPBitstreamFeatures features{};
  if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK || features.has_animation != 0) return Image{};
  CONFORMANCE_TRY(Image image, SizedImage(call, features.height, features.width));
  const int stride = features.width * 3;
  if (WebPDecodeRGBInto(bytes.data(), bytes.size(), image.pixels.mutable_data<uint8_t>(), image.pixels.bytes(), stride) == nullptr) return Image{};
  return image;
}

}  // namespace conformance::onnx_reference
