#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/rows.h"

namespace conformance::eager {

/// Step after step; the state stays in the compute type, each answer is rounded once.
Outputs LinearRecurrence(const KernelCall& call) {
  return WithReal(call.out_compute(), [&](auto t) -> Outputs {
    using T = decltype(t);
    const Tensor& x = call.tensor(1);
    const int64_t axis = WrapAxis(call.integer(3), x.rank());
    const Rows<T> gates = ReadRows<T>(call, call.tensor(0), {axis});
    const Rows<T> inputs = ReadRows<T>(call, x, {axis});
    const Tensor initial = ContiguousAs<T>(call.isa(), call.tensor(2));
    Shape moved = x.shape();
    moved.erase(moved.begin() + axis);
    moved.push_back(inputs.width);
    const Tensor out = Tensor::Empty(kDTypeOf<T>, moved);
    T* to = out.mutable_data<T>();
    for (int64_t i = 0; i < inputs.count; ++i) {
      T state = initial.data<T>()[i];
      for (int64_t k = 0; k < inputs.width; ++k) {
        state = gates.row(i)[k] * state + inputs.row(i)[k];
        *to++ = state;
      }
    }
    // The last axis back to its place.
    std::vector<int64_t> order;
    for (int64_t i = 0; i + 1 < x.rank(); ++i) order.push_back(i);
    order.insert(order.begin() + axis, x.rank() - 1);
    return std::vector<Tensor>{PermuteAxes(Stored(call, out), order)};
  });
}

}  // namespace conformance::eager
