#include "framework/ops/chunk.h"

#include <algorithm>

#include "framework/ops/split_rule.h"

namespace conformance::ops {

const OpDef& ChunkOp() {
  static const OpDef op = MakeOp("aten::chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]",
                                 ChunkRule, {.view = true});
  return op;
}

std::vector<Value> Chunk(OpContext& context, const Value& x, int64_t chunks, int64_t axis) {
  std::vector<Value> pieces = context.CallMulti(ChunkOp(), {x, chunks, axis});
  if (context.failed())
    pieces.assign(static_cast<size_t>(std::clamp<int64_t>(chunks, 0, kMaxPieces)), Value::Poisoned());
  return pieces;
}

}  // namespace conformance::ops
