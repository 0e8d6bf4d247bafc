#pragma once

#include <cstdint>
#include <string_view>

#include "references/eager/kernel.h"

namespace conformance::eager {

/// A window that moves over up to three axes [depth, height, width]; those that the op lacks have size 1 and a window of 1.
struct Window {
  int64_t size[3], stride[3], padding[3], dilation[3];
  int64_t in[3];   ///< sizes of what the window moves over
  int64_t out[3];  ///< places of the window
  int64_t area() const { return in[0] * in[1] * in[2]; }
  int64_t places() const { return out[0] * out[1] * out[2]; }
  int64_t volume() const { return size[0] * size[1] * size[2]; }  ///< elements of the window
};

/// Where an argument stands in the schema: convolutions have the same ones in several orders.
size_t Place(const KernelCall& call, std::string_view name);

/// Fills the last `axes` entries of `out` from a list argument (one number stands for all), the others with `neutral`.
void FillAxes(const std::vector<int64_t>& given, int64_t axes, int64_t neutral, int64_t (&out)[3]);

/// cols [channels · window, places] of one image [channels, in]; 0 outside it.
template <typename T>
void Unroll(const T* image, int64_t channels, const Window& w, T* cols);
/// The other way: adds each of cols to the element of the image that it stands for.
template <typename T>
void Fold(const T* cols, int64_t channels, const Window& w, T* image);

}  // namespace conformance::eager
