#include <algorithm>

#include "framework/base/strings.h"
#include "references/onnx/call.h"
#include "references/onnx/dispatch.h"

namespace conformance::onnx_reference::kernels {

/// Pairs of numbers in each head, halves apart or side by side, turned by the angle of their token: X [batch, heads,
/// length, size] or [batch, length,
/// heads · size]; cosines and sines [batch, length, pairs], or [positions, pairs] with position_ids [batch, length].
/// Numbers beyond
/// rotary_embedding_dim stay. Errors: kShape; kInvalid for positions out of range.
Outputs RotaryEmbedding(const Call& call) {
  const Array &x = call[0], &cosines = call[1], &sines = call[2];
  CONFORMANCE_TRY(const int64_t interleaved, call.Int("interleaved", 0));
  CONFORMANCE_TRY(int64_t turned, call.Int("rotary_embedding_dim", 0));
  int64_t heads = 0, length = 0, size = 0;
  if (x.rank() == 4) {
    heads = x.dim(1), length = x.dim(2), size = x.dim(3);
  } else if (x.rank() == 3) {
    CONFORMANCE_TRY(heads, call.Int("num_heads"));
    if (heads < 1 || x.dim(2) % heads != 0)
      return Invalid("heads that don't divide the input")
          .With("found", std::to_string(heads))
          .With("wanted", "a divisor of " + std::to_string(x.dim(2)));
    length = x.dim(1), size = x.dim(2) / heads;
  } else {
    return ShapeError("an input of another rank")
        .With("found", Describe(x))
        .With("wanted", "[batch, heads, length, size] or [batch, length, heads · size]");
  }
  if (turned == 0) turned = size;
  if (turned < 0 || turned > size || turned % 2 != 0)
    return Invalid("a rotary_embedding_dim out of range")
        .With("found", std::to_string(turned))
        .With("wanted", "an even number up to " + std::to_string(size));
  const int64_t pairs = turned / 2, batch = x.dim(0);
  std::vector<int64_t> rows(static_cast<size_t>(batch * length));
  if (const Array* ids = call.Optional(3)) {
    if (cosines.rank() != 2 || ids->dims() != Shape{batch, length})
      return ShapeError("positions that don't fit")
          .With("found", Describe(*ids) + " and " + Describe(cosines))
          .With("wanted", ShapeText(Shape{batch, length}) + " and [positions, pairs]");
    CONFORMANCE_TRY(rows, ToInts(*ids, "position_ids"));
    for (int64_t& row : rows) {
      const int64_t positions = cosines.dim(0);
      if (row < -positions || row >= positions)
        return Invalid("a position out of range")
            .With("found", std::to_string(row))
            .With("wanted", "below " + std::to_string(positions));
      if (row < 0) row += positions;
    }
  } else {
    if (cosines.rank() != 3 || cosines.dim(0) != batch || cosines.dim(1) != length)
      return ShapeError("angles that don't fit")
          .With("found", Describe(cosines))
          .With("wanted", ShapeText(Shape{batch, length, pairs}));
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int64_t>(i);
  }
  if (cosines.dims() != sines.dims() || cosines.dim(-1) != pairs)
    return ShapeError("angles that don't fit")
        .With("found", Describe(cosines) + " and " + Describe(sines))
        .With("wanted", std::to_string(pairs) + " pairs");
  CONFORMANCE_TRY(Array y, call.New(x.elem(), x.store(), x.dims()));
  CONFORMANCE_RETURN_IF_ERROR(VisitFloats(x.store(), "the input", [&]<typename T>(Tag<T>) {
    for (int64_t b = 0; b < batch; ++b) {
      for (int64_t h = 0; h < heads; ++h) {
        for (int64_t t = 0; t < length; ++t) {
          const int64_t at =
              (x.rank() == 4 ? (b * heads + h) * length + t : (b * length + t) * heads + h) * size;
          const T* from = x.data<T>() + at;
          T* to = y.mutable_data<T>() + at;
          const int64_t row = rows[static_cast<size_t>(b * length + t)] * pairs;
          for (int64_t i = 0; i < pairs; ++i) {
            const int64_t first = interleaved != 0 ? 2 * i : i,
                          second = interleaved != 0 ? 2 * i + 1 : i + pairs;
            const T cosine = cosines.data<T>()[row + i], sine = sines.data<T>()[row + i];
            const T real = from[first], imaginary = from[second];
            to[first] = cosine * real - sine * imaginary;
            to[second] = sine * real + cosine * imaginary;
          }
          std::copy(from + turned, from + size, to + turned);
        }
      }
    }
    return Ok();
  }));
  return y;
}

}  // namespace conformance::onnx_reference::kernels
