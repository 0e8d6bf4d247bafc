#pragma once

#include <cstdint>
#include <span>

#include "references/onnx/call.h"

/// What ImageDecoder's formats share: one decoder, one file.
namespace conformance::onnx_reference {

using ImageBytes = std::span<const uint8_t>;

/// Red, green and blue of each pixel, row after row; sizes of 0 where a stream cannot be decoded.
struct Image {
  int64_t height = 0, width = 0;
  Array pixels;  ///< uint8 [height, width, 3]
};

/// Black. Errors: kOutOfMemory for sizes beyond the run's limits.
Result<Image> SizedImage(const Call& call, int64_t height, int64_t width);

/// JPEG 2000, as a file (.jp2) or a bare codestream: 1 to 4 components of up to 16 bits, sYCC or RGB or grey; alpha is left out.
Result<Image> DecodeJpeg2000(const Call& call, ImageBytes bytes);
/// The first picture of a TIFF, whatever libtiff makes RGBA of; over black where it has alpha.
Result<Image> DecodeTiff(const Call& call, ImageBytes bytes);
/// WebP without animation, lossy or not; alpha is left out.
Result<Image> DecodeWebp(const Call& call, ImageBytes bytes);

}  // namespace conformance::onnx_reference
