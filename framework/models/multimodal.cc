#include "framework/models/multimodal.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "framework/ops/cat.h"
#include "framework/ops/equal.h"
#include "framework/ops/item.h"
#include "framework/ops/masked_scatter.h"
#include "framework/ops/sum.h"
#include "framework/ops/to.h"
#include "framework/ops/unsqueeze.h"

namespace conformance::models {

using nn::Tree;
using ops::OpContext;
using ops::Value;

Value GivenFeatures(OpContext& c, const Tree& outputs, std::string_view modality) {
  const Tree* given = outputs.Find(modality);
  if (given == nullptr || given->IsNone()) return {};
  const Tree* pooled = given->Find("pooler_output");
  std::vector<Value> parts;
  if (pooled != nullptr && pooled->kind() == Tree::Kind::kTensor) parts.push_back(pooled->value());
  if (pooled != nullptr)
    for (const Tree& part : pooled->items())
      if (part.kind() == Tree::Kind::kTensor) parts.push_back(part.value());
  const bool fit = !parts.empty() && std::all_of(parts.begin(), parts.end(),
                                                 [](const Value& part) { return part.rank() == 2; });
  if (!fit) {
    c.Fail(
        Invalid("mm_encoder_outputs needs " + std::string(modality) + ".pooler_output, tensors [tokens, dim]")
            .With("found", nn::Describe(outputs)));
    return Value::Poisoned();
  }
  return parts.size() == 1 ? parts.front() : ops::Cat(c, std::move(parts), 0);
}

Value MergeFeatures(OpContext& c, const Value& input_ids, const Value& embeds, const Value& features,
                    int64_t token_id) {
  const Value places = ops::Equal(c, input_ids, token_id);
  c.Assert(Eq(ops::Item(c, ops::Sum(c, places)), features.size(0)),
           "as many image tokens as features of images");
  return ops::MaskedScatter(c, embeds, ops::Unsqueeze(c, places, -1), ops::To(c, features, embeds.dtype()));
}

}  // namespace conformance::models
