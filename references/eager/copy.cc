// Ops that move elements and change none, except to another type.
#include <algorithm>

#include "references/eager/kernels.h"
#include "references/eager/operand.h"
#include "references/eager/view.h"

namespace conformance::eager {
namespace {

Outputs Only(Tensor tensor) { return std::vector<Tensor>{std::move(tensor)}; }

bool WantsCopy(const KernelCall& call) {
  for (size_t i = 0; i < call.size(); ++i) {
    if (call.op().args[i].name == "copy") return call.boolean(i);
  }
  return false;
}

Tensor Converted(const KernelCall& call) {
  Tensor out = Tensor::Empty(call.out_store(), call.tensor(0).shape());
  CopyInto(call.isa(), call.tensor(0), out);
  return out;
}

}  // namespace

Outputs Clone(const KernelCall& call) { return Only(CloneOf(call.isa(), call.tensor(0))); }

Outputs Contiguous(const KernelCall& call) { return Only(ContiguousAs(call.isa(), call.tensor(0), call.tensor(0).dtype())); }

Outputs To(const KernelCall& call) {
  if (call.declared(0) == call.out_declared() && !WantsCopy(call)) return Only(call.tensor(0));
  return Only(Converted(call));
}

Outputs ToCopy(const KernelCall& call) { return Only(Converted(call)); }

Outputs CopyInPlace(const KernelCall& call) {
  const Tensor& target = call.tensor(0);
  if (!target.storage()->writable) return call.Invalid("would write into a read-only tensor");
  CopyInto(call.isa(), BroadcastTo(call.tensor(1).Clone(), target.shape()), target);
  return Only(target);
}

Outputs Copy(const KernelCall& call) {
  const Tensor out = Tensor::Empty(call.out_store(), call.out_shape());
  CopyInto(call.isa(), BroadcastTo(call.tensor(1), out.shape()), out);
  return Only(out);
}

Outputs Cat(const KernelCall& call) {
  const Tensor out = Tensor::Empty(call.out_store(), call.out_shape());
  const int64_t axis = WrapAxis(call.integer(1), out.rank());
  int64_t start = 0;
  for (const Tensor& part : call.tensors(0)) {
    if (part.rank() != out.rank()) continue;  // PyTorch skips empty tensors of shape [0] beside others
    const int64_t size = part.shape()[static_cast<size_t>(axis)];
    CopyInto(call.isa(), part, Narrow(out, axis, start, size));
    start += size;
  }
  return Only(out);
}

Outputs Stack(const KernelCall& call) {
  const Tensor out = Tensor::Empty(call.out_store(), call.out_shape());
  const int64_t axis = WrapAxis(call.integer(1), out.rank());
  int64_t start = 0;
  for (const Tensor& part : call.tensors(0)) {
    const Tensor slot = Narrow(out, axis, start++, 1);
    CopyInto(call.isa(), ViewOrCopy(part, slot.shape()), slot);
  }
  return Only(out);
}

}  // namespace conformance::eager
