#include "framework/models/causal_inputs.h"

#include <utility>

namespace conformance::models {

using nn::Tree;

nn::NamedValues CausalInputs::Leaves() const {
  nn::NamedValues leaves;
  for (const auto& [name, value] : {std::pair{"input_ids", &input_ids}, {"attention_mask", &attention_mask},
                                    {"token_type_ids", &token_type_ids}, {"position_ids", &position_ids}, {"inputs_embeds", &inputs_embeds}})
    if (value->defined()) leaves.emplace_back(name, *value);
  if (cache) cache->AppendLeaves("past_key_values", leaves);
  return leaves;
}

bool ReadCausalInputs(ops::OpContext& context, nn::Arguments& arguments, bool use_cache, bool output_hidden_states,
                      const std::vector<nn::CacheLayer>& layers, CausalInputs& inputs) {
  inputs.input_ids = arguments.Ids("input_ids");
  inputs.inputs_embeds = arguments.Tensor("inputs_embeds", 3);
  inputs.attention_mask = arguments.Tensor("attention_mask");
  inputs.use_cache = arguments.Flag("use_cache", use_cache);
  inputs.output_hidden_states = arguments.Flag("output_hidden_states", output_hidden_states);
  inputs.keep = arguments.LogitsToKeep();
  const Tree* past = arguments.Structure("past_key_values");
  nn::ReadCommonArguments(arguments);
  arguments.ExactlyOne(inputs.input_ids, "input_ids", inputs.inputs_embeds, "inputs_embeds");
  if (!arguments.Finish()) return false;
  if (past == nullptr) return true;
  auto cache = nn::Cache::FromTree(*past, layers);
  if (!cache.ok()) {
    context.Fail(std::move(cache).error());
    return false;
  }
  inputs.cache = std::move(*cache);
  return true;
}

Tree CausalOutput(std::string class_name, const ops::Value& logits, const Tree& decoded) {
  Tree output = Tree::Dict({{"logits", logits}}, std::move(class_name));
  for (const char* part : {"past_key_values", "hidden_states"})
    if (const Tree* tree = decoded.Find(part)) output.Set(part, *tree);
  return output;
}

ops::Value KeptStates(ops::OpContext& context, const Tree& decoded, const nn::Arguments::Keep& keep) {
  const Tree* states = decoded.Find("last_hidden_state");
  return states == nullptr ? ops::Value::Poisoned() : nn::SliceLogits(context, states->value(), keep);
}

}  // namespace conformance::models
