#include "framework/ops/tile.h"

#include "framework/ops/rule_helpers.h"

namespace conformance::ops {
namespace {

Result<RuleResult> TileRule(RuleCall& call) {
  const Value& x = call.tensor(0);
  const Sizes& dims = call.sym_ints(1);
  CONFORMANCE_RETURN_IF_ERROR(WantSizes(call, dims));
  Sizes sizes = x.sizes();
  if (sizes.size() < dims.size()) sizes.insert(sizes.begin(), dims.size() - sizes.size(), 1);
  const size_t lead = sizes.size() - dims.size();
  for (size_t i = 0; i < dims.size(); ++i) sizes[lead + i] *= dims[i];
  return One(x.dtype(), std::move(sizes));
}

}  // namespace

const OpDef& TileOp() {
  static const OpDef op = MakeOp("aten::tile(Tensor self, SymInt[] dims) -> Tensor", TileRule);
  return op;
}

Value Tile(OpContext& context, const Value& x, std::vector<SymInt> dims) {
  return context.Call(TileOp(), {x, std::move(dims)});
}

}  // namespace conformance::ops
