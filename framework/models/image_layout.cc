#include "framework/models/image_layout.h"

#include <algorithm>

namespace conformance::models {

Result<nn::InputLayout> ImageLayout(const ImageShape& shape, std::string_view use) {
  if (use != "forward")
    return Unsupported("an image model has no such use")
        .With("found", std::string(use))
        .With("wanted", "forward");
  nn::InputLayout layout;
  layout.symbols.push_back({"batch", 1, 64});
  const auto size = [&](const char* name, int64_t own, int64_t least) -> SymInt {
    if (!shape.dynamic) return own;
    const int64_t wanted = std::max(own, least);
    // Room above for sizes that nothing divides, however close to its least size the config's own is.
    layout.symbols.push_back({.name = name, .min = least, .max = 2 * wanted + 32, .wanted = wanted});
    return SymInt::Symbol(name);
  };
  const SymInt height = size("height", shape.image_size.first, shape.min_size.first);
  const SymInt width = size("width", shape.image_size.second, shape.min_size.second);
  layout.inputs = {{"pixel_values",
                    DType::kF32,
                    {SymInt::Symbol("batch"), shape.channels, height, width},
                    nn::Fill::kNormal}};
  return layout;
}

}  // namespace conformance::models
