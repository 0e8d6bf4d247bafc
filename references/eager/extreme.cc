// Where the largest or smallest element of a row stands: the first of equals; NaN beats everything.
#include "references/eager/kernels.h"
#include "references/eager/rows.h"

namespace conformance::eager {
namespace {

template <typename T>
int64_t Place(const T* row, int64_t width, bool largest) {
  int64_t best = 0;
  for (int64_t i = 0; i < width; ++i) {
    if (row[i] != row[i]) return i;
    if (largest ? row[i] > row[best] : row[i] < row[best]) best = i;
  }
  return best;
}

Error EmptyAxis(const KernelCall& call) { return call.Invalid("an empty axis has no largest or smallest element"); }

Outputs PlaceOnly(const KernelCall& call, bool largest) {
  return WithCompute(call.ComputeType(call.declared(0)), [&](auto t) -> Outputs {
    using T = decltype(t);
    const int64_t rank = call.tensor(0).rank();
    const auto axes = call.IsNone(1) ? WrapAxes({}, rank) : WrapAxes({call.integer(1)}, rank);
    const Rows<T> rows = ReadRows<T>(call, call.tensor(0), axes);
    if (rows.width == 0 && rows.count > 0) return EmptyAxis(call);
    const Tensor out = Tensor::Empty(DType::kI64, call.out_shape());
    for (int64_t i = 0; i < rows.count; ++i) out.mutable_data<int64_t>()[i] = Place(rows.row(i), rows.width, largest);
    return std::vector<Tensor>{out};
  });
}

Outputs ValueAndPlace(const KernelCall& call, bool largest) {
  return WithCompute(call.ComputeType(call.declared(0)), [&](auto t) -> Outputs {
    using T = decltype(t);
    const Rows<T> rows = ReadRows<T>(call, call.tensor(0), WrapAxes({call.integer(1)}, call.tensor(0).rank()));
    if (rows.width == 0 && rows.count > 0) return EmptyAxis(call);
    const Tensor values = Tensor::Empty(kDTypeOf<T>, call.out_shape(0));
    const Tensor places = Tensor::Empty(DType::kI64, call.out_shape(1));
    for (int64_t i = 0; i < rows.count; ++i) {
      const int64_t place = Place(rows.row(i), rows.width, largest);
      places.mutable_data<int64_t>()[i] = place;
      values.mutable_data<T>()[i] = rows.row(i)[place];
    }
    return std::vector<Tensor>{Stored(call, values), places};
  });
}

}  // namespace

Outputs Argmax(const KernelCall& call) { return PlaceOnly(call, true); }
Outputs Argmin(const KernelCall& call) { return PlaceOnly(call, false); }
Outputs MaxDim(const KernelCall& call) { return ValueAndPlace(call, true); }
Outputs MinDim(const KernelCall& call) { return ValueAndPlace(call, false); }

}  // namespace conformance::eager
