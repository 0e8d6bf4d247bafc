// Elements of images at places between pixels.
#include <algorithm>
#include <cmath>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

enum Interpolation { kBilinear, kNearest, kBicubic };
enum Padding { kZeros, kBorder, kReflection };

/// One axis of an image: from a grid's number to a place, as PyTorch's GridSampler.h.
template <typename T>
struct Ruler {
  int64_t size;
  Padding padding;
  bool corners;

  T Unnormalized(T x) const {
    if (corners) return (x + T(1)) / T(2) * static_cast<T>(size - 1);
    return ((x + T(1)) * static_cast<T>(size) - T(1)) / T(2);
  }
  T Reflected(T x) const {
    const T low = corners ? T(0) : T(-0.5), span = static_cast<T>(corners ? size - 1 : size);
    if (span == T(0)) return T(0);
    x = std::fabs(x - low);
    const T extra = std::fmod(x, span), flips = std::floor(x / span);
    return std::fmod(flips, T(2)) == T(0) ? extra + low : span - extra + low;
  }
  T Cut(T x) const { return std::min(static_cast<T>(size - 1), std::max(x, T(0))); }
  T Padded(T x) const {
    if (padding == kBorder) return Cut(x);
    if (padding == kReflection) return Cut(Reflected(x));
    return x;
  }
};

/// The element at whole places; 0 outside. Places that no integer holds lie outside.
template <typename T>
struct Image {
  const T* data;
  Ruler<T> across, down;
  T At(T x, T y) const {
    if (!(x > T(-1) && x < static_cast<T>(across.size) && y > T(-1) && y < static_cast<T>(down.size))) return T(0);
    return data[static_cast<int64_t>(y) * across.size + static_cast<int64_t>(x)];
  }
  T Near(T x, T y) const { return At(across.Padded(x), down.Padded(y)); }
};

template <typename T>
T Linear(const Image<T>& image, T x, T y) {
  x = image.across.Padded(x);
  y = image.down.Padded(y);
  const T west = std::floor(x), north = std::floor(y), e = x - west, s = y - north;
  return image.At(west, north) * ((T(1) - e) * (T(1) - s)) + image.At(west + 1, north) * (e * (T(1) - s)) +
         image.At(west, north + 1) * ((T(1) - e) * s) + image.At(west + 1, north + 1) * (e * s);
}

template <typename T>
void CubicShares(T t, T (&shares)[4]) {
  const T a = T(-0.75);
  const auto near = [a](T x) { return ((a + T(2)) * x - (a + T(3))) * x * x + T(1); };
  const auto far = [a](T x) { return ((a * x - T(5) * a) * x + T(8) * a) * x - T(4) * a; };
  shares[0] = far(t + T(1));
  shares[1] = near(t);
  shares[2] = near(T(1) - t);
  shares[3] = far(T(2) - t);
}

template <typename T>
T Cubic(const Image<T>& image, T x, T y) {
  const T west = std::floor(x), north = std::floor(y);
  T across[4], down[4];
  CubicShares(x - west, across);
  CubicShares(y - north, down);
  T total = 0;
  for (int i = 0; i < 4; ++i) {
    T row = 0;
    for (int k = 0; k < 4; ++k) row += image.Near(west - T(1) + static_cast<T>(k), north - T(1) + static_cast<T>(i)) * across[k];
    total += row * down[i];
  }
  return total;
}

template <typename T>
Outputs Sampled(const KernelCall& call) {
  const Tensor x = ContiguousAs<T>(call.isa(), call.tensor(0)), grid = ContiguousAs<T>(call.isa(), call.tensor(1));
  const auto mode = static_cast<Interpolation>(call.integer(2));
  const auto padding = static_cast<Padding>(call.integer(3));
  const bool corners = call.boolean(4);
  const Ruler<T> across{x.dim(3), padding, corners}, down{x.dim(2), padding, corners};
  const Tensor out = Tensor::Empty(kDTypeOf<T>, call.out_shape());
  const int64_t places = out.dim(2) * out.dim(3), area = x.dim(2) * x.dim(3);
  T* y = out.mutable_data<T>();
  for (int64_t plane = 0; plane < x.dim(0) * x.dim(1); ++plane) {
    const Image<T> image{x.data<T>() + plane * area, across, down};
    const T* at = grid.data<T>() + plane / x.dim(1) * places * 2;
    for (int64_t i = 0; i < places; ++i, at += 2) {
      const T px = across.Unnormalized(at[0]), py = down.Unnormalized(at[1]);
      if (mode == kBilinear) *y++ = Linear(image, px, py);
      else if (mode == kBicubic) *y++ = Cubic(image, px, py);
      else *y++ = image.At(std::nearbyint(across.Padded(px)), std::nearbyint(down.Padded(py)));
    }
  }
  return std::vector<Tensor>{Stored(call, out)};
}

}  // namespace

Outputs GridSampler(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) { return Sampled<decltype(t)>(call); });
}

}  // namespace conformance::eager
