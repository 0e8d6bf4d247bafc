#include <array>

#include "references/eager/kernels.h"
#include "references/eager/pointwise.h"

namespace conformance::eager {

Outputs Where(const KernelCall& call) {
  return PointwiseOutput(call, Fn::kWhere,
                         std::array{call.tensor(0), TensorOrNumber(call, 1), TensorOrNumber(call, 2)});
}

Outputs MaskedFill(const KernelCall& call) {
  return PointwiseOutput(call, Fn::kWhere, std::array{call.tensor(1), AsOperand(call, TensorOrNumber(call, 2), call.out_declared()), call.tensor(0)});
}

}  // namespace conformance::eager
