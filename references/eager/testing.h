#pragma once

#include <gmock/gmock.h>

#include "framework/testing/matchers.h"
#include "framework/testing/tensors.h"
#include "references/eager/eager.h"

/// For the tests of this folder.
namespace conformance::eager {

/// A run without weights; a new one for each error that is wanted, because a context keeps its first.
class Eager : public EagerContext {
 public:
  explicit Eager(Numerics numerics = {}) : EagerContext(DefaultKernels(), numerics, none_) {}

 private:
  NoWeights none_;
};

inline ops::Value V(const Tensor& tensor) { return ops::Value::Eager(tensor); }
/// The transpose of a matrix, as a view.
inline Tensor Turned(const Tensor& x) { return x.View({x.dim(1), x.dim(0)}, {x.strides()[1], x.strides()[0]}, x.offset()); }

}  // namespace conformance::eager
