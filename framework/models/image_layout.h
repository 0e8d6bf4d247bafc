#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "framework/base/result.h"
#include "framework/nn/model.h"

namespace conformance::models {

/// Sizes that the inputs of an image model follow from; pairs are height and width.
struct ImageShape {
  int64_t channels = 3;
  std::pair<int64_t, int64_t> image_size = {224, 224};  ///< the size that the config names
  std::pair<int64_t, int64_t> min_size = {1, 1};        ///< smallest legal one
  bool dynamic = false;                                 ///< other sizes than image_size are legal
};

/// pixel_values [batch, channels, height, width], for "forward" alone. Errors: kUnsupported for another use.
Result<nn::InputLayout> ImageLayout(const ImageShape& shape, std::string_view use);

}  // namespace conformance::models
