#include "framework/nn/experts.h"

#include <utility>

#include "framework/ops/arange.h"
#include "framework/ops/chunk.h"
#include "framework/ops/floor_divide.h"
#include "framework/ops/grouped_mm.h"
#include "framework/ops/index_select.h"
#include "framework/ops/less_equal.h"
#include "framework/ops/mul.h"
#include "framework/ops/reshape.h"
#include "framework/ops/scatter.h"
#include "framework/ops/sort.h"
#include "framework/ops/sum.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/zeros_like.h"

namespace conformance::nn {

using ops::OpContext;
using ops::Value;

Experts::Experts(std::string class_name, int64_t experts, int64_t dim, int64_t inner,
                 const std::string& activation)
    : Module(std::move(class_name)),
      experts_(experts),
      gate_up_proj_(AddParameter("gate_up_proj", {experts, 2 * inner, dim})),
      down_proj_(AddParameter("down_proj", {experts, dim, inner})),
      act_fn_(Add<Activation>("act_fn", activation)) {}

Value Experts::Forward(OpContext& context, const Value& hidden_states, const Value& top_k_index,
                       const Value& top_k_weights) const {
  return Call(
      context,
      {{"hidden_states", hidden_states}, {"top_k_index", top_k_index}, {"top_k_weights", top_k_weights}},
      [&] {
        const SymInt rows = hidden_states.size(0), chosen = top_k_index.size(1), dim = hidden_states.size(1);
        // Pairs of row and expert, those of the first expert first.
        const auto [experts, order] = ops::Sort(context, ops::Reshape(context, top_k_index, {-1}), 0);
        const Value numbers = ops::Unsqueeze(context, ops::Arange(context, experts_), 0);
        const Value up_to =
            ops::LessEqual(context, ops::Unsqueeze(context, experts, 1), numbers);  // [pairs, experts]
        const Value ends = ops::Sum(context, up_to, {0}, false, DType::kI32);

        Value pairs = ops::IndexSelect(context, hidden_states, 0, ops::FloorDivide(context, order, chosen));
        pairs = ops::GroupedMm(context, ops::To(context, pairs, gate_up_proj_.dtype()),
                               ops::Transpose(context, Weight(context, gate_up_proj_), -2, -1), ends);
        const std::vector<Value> halves = ops::Chunk(context, pairs, 2, -1);
        if (context.failed()) return Value::Poisoned();
        pairs = ops::Mul(context, act_fn_.Forward(context, halves[0]), halves[1]);
        pairs = ops::GroupedMm(context, pairs, ops::Transpose(context, Weight(context, down_proj_), -2, -1),
                               ends);

        const Value weights = ops::IndexSelect(context, ops::Reshape(context, top_k_weights, {-1}), 0, order);
        pairs = ops::Mul(context, pairs, ops::Unsqueeze(context, weights, -1));
        // Back into the order of the rows, and the experts of one row added up.
        const Value place = ops::Scatter(context, ops::ZerosLike(context, order), 0, order,
                                         ops::Arange(context, rows * chosen));
        pairs = ops::IndexSelect(context, pairs, 0, place);
        return ops::To(context, ops::Sum(context, ops::Reshape(context, pairs, {rows, chosen, dim}), {1}),
                       hidden_states.dtype());
      });
}

}  // namespace conformance::nn
