#include "framework/models/diffusion/unet_layout.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace conformance::models {
namespace {

constexpr int64_t kSteps = 1000;          ///< of the schedules that these models are trained with
constexpr int64_t kTimeIds = 6;           ///< SDXL's: original size, crop, target size
constexpr int64_t kLargestImage = 1024;   ///< numbers in them, for made-up inputs
constexpr int64_t kMostTokens = 4096;
constexpr int64_t kMostObjects = 64;
constexpr int64_t kHintFactor = 8, kHintChannels = 4;  ///< how much larger than the sample a hint is; what is made of it

/// A state that the way down leaves for the way up.
struct State {
  int64_t channels;
  SymInt height, width;
};

std::vector<State> StatesOf(const UNetConfig& fields, SymInt height, SymInt width) {
  const int64_t kernel = fields.conv_in_kernel, grown = 2 * ((kernel - 1) / 2) - kernel + 1;
  height = height + grown;
  width = width + grown;
  std::vector<State> states = {{fields.channels(0), height, width}};
  for (size_t i = 0; i < fields.stages.size(); ++i) {
    const UNetStage& stage = fields.stages[i];
    for (int64_t layer = 0; layer < stage.layers; ++layer) states.push_back({stage.channels, height, width});
    if (i + 1 == fields.stages.size()) break;
    const bool up = fields.downsample_padding == 1 && !stage.down.resnet_resampling;
    height = up ? CeilDiv(height, 2) : FloorDiv(height, 2);
    width = up ? CeilDiv(width, 2) : FloorDiv(width, 2);
    states.push_back({stage.channels, height, width});
  }
  return states;
}

void AddObjects(const UNetConfig& fields, nn::InputLayout& layout, const SymInt& batch) {
  layout.symbols.push_back({"objects", 1, kMostObjects});
  const SymInt count = SymInt::Symbol("objects");
  const std::string prefix = "cross_attention_kwargs.gligen.";
  const auto masks = [&](const char* name) {
    layout.inputs.push_back({prefix + name, DType::kF32, {batch, count}, nn::Fill::kSteps, 2});
  };
  const auto normal = [&](const char* name, int64_t width) {
    layout.inputs.push_back({prefix + name, DType::kF32, {batch, count, width}, nn::Fill::kNormal});
  };
  const int64_t dim = fields.stages[0].cross_attention_dim;
  normal("boxes", 4);
  masks("masks");
  if (fields.grounding == Grounding::kText) return normal("positive_embeddings", dim);
  masks("phrases_masks");
  masks("image_masks");
  normal("phrases_embeddings", dim);
  normal("image_embeddings", dim);
}

void AddAdapters(const UNetConfig& fields, nn::InputLayout& layout, const SymInt& batch, const SymInt& height, const SymInt& width) {
  const std::vector<State> states = StatesOf(fields, height, width);
  size_t last = 0;
  for (size_t i = 0; i < fields.stages.size(); ++i) {
    const bool downsamples = i + 1 < fields.stages.size();
    last += static_cast<size_t>(fields.stages[i].layers);
    const bool before = fields.stages[i].down.attention == StageAttention::kTransformer;
    const State& state = states[last + (downsamples && !before ? 1 : 0)];
    if (downsamples) ++last;
    layout.optional.push_back({"down_intrablock_additional_residuals." + std::to_string(i), DType::kF32,
                               {batch, state.channels, state.height, state.width}, nn::Fill::kNormal});
  }
  if (!fields.mid) return;
  const State& middle = states.back();
  layout.optional.push_back({"down_intrablock_additional_residuals." + std::to_string(fields.stages.size()), DType::kF32,
                             {batch, middle.channels, middle.height, middle.width}, nn::Fill::kNormal});
}

}  // namespace

bool HasTransformers(const UNetConfig& fields) {
  const auto is = [](const StageKind& kind) { return kind.attention == StageAttention::kTransformer; };
  if (fields.mid && is(*fields.mid)) return true;
  for (const UNetStage& stage : fields.stages)
    if (is(stage.down) || is(stage.up)) return true;
  return false;
}

Result<nn::InputLayout> UNetLayout(const UNetConfig& fields, std::string_view use) {
  if (use != "forward")
    return Unsupported("a denoiser has no such use").With("found", std::string(use)).With("wanted", "forward");
  // Where a map can only be doubled on the way up, sides have to be multiples; where it is rounded down on the way down, long enough.
  const auto halvings = static_cast<int64_t>(fields.stages.size()) - 1;
  int64_t factor = 1, least = fields.downsample_padding == 0 ? int64_t{1} << halvings : 1;
  for (size_t i = 1; i < fields.stages.size(); ++i) {
    const StageKind& up = fields.stages[i].up;
    if (up.resnet_resampling || up.attention == StageAttention::kSelf) factor = int64_t{1} << halvings;
    if (fields.stages[i - 1].down.resnet_resampling) least = int64_t{1} << halvings;
  }
  if (fields.k() && halvings > 0) {  // the smallest map is mirrored at its edges, which takes two rows
    factor = int64_t{1} << halvings;
    least = 2 * factor;
  }
  constexpr int64_t kSmall = 16;  // where the config names no size
  const auto sample_size = fields.sample_size.value_or(std::pair{kSmall, kSmall});
  nn::InputLayout layout;
  layout.symbols.push_back({"batch", 1, 64});
  const auto side = [&](const char* name, int64_t own) -> SymInt {
    const int64_t min = CeilDiv(SymInt(least), factor).constant(), wanted = std::max<int64_t>(own / factor, min);
    layout.symbols.push_back({.name = name, .min = min, .max = 2 * wanted + 32, .wanted = wanted});
    return SymInt::Symbol(name) * factor;
  };
  const SymInt batch = SymInt::Symbol("batch"), tokens = SymInt::Symbol("sequence");
  const SymInt height = side("height", sample_size.first), width = side("width", sample_size.second);
  layout.symbols.push_back({"sequence", 1, kMostTokens});
  const auto normal = [](std::string name, std::vector<SymInt> sizes) {
    return nn::InputSpec{std::move(name), DType::kF32, std::move(sizes), nn::Fill::kNormal};
  };
  const bool hint = fields.added == AddedEmbedding::kImageHint;
  const int64_t sample_channels = fields.in_channels - (hint ? kHintChannels : 0);
  layout.inputs = {normal("sample", {batch, sample_channels, height, width}),
                   {"timestep", DType::kI64, {batch}, nn::Fill::kSteps, kSteps}};
  const nn::InputSpec text = normal("encoder_hidden_states", {batch, tokens, fields.text_dim()});
  (fields.hid_projection == HidProjection::kImage ? layout.optional : layout.inputs).push_back(text);
  switch (fields.class_embedding) {
    case ClassEmbedding::kNone: break;
    case ClassEmbedding::kTable:
      layout.inputs.push_back({"class_labels", DType::kI64, {batch}, nn::Fill::kTokenIds, fields.num_class_embeds});
      break;
    case ClassEmbedding::kTimestep:
      layout.inputs.push_back({"class_labels", DType::kI64, {batch}, nn::Fill::kSteps, kSteps});
      break;
    case ClassEmbedding::kIdentity: layout.inputs.push_back(normal("class_labels", {batch, fields.time_embed_dim})); break;
    case ClassEmbedding::kProjection:
    case ClassEmbedding::kSimpleProjection:
      layout.inputs.push_back(normal("class_labels", {batch, fields.class_projection_dim}));
      break;
  }
  const std::string added = "added_cond_kwargs.";
  if (fields.added == AddedEmbedding::kTextTime) {
    const int64_t width_of_text = fields.added_projection_dim - kTimeIds * fields.addition_time_embed_dim;
    if (width_of_text > 0) {
      layout.inputs.push_back(normal(added + "text_embeds", {batch, width_of_text}));
      layout.inputs.push_back({added + "time_ids", DType::kF32, {batch, kTimeIds}, nn::Fill::kSteps, kLargestImage});
    }
  }
  if (fields.added == AddedEmbedding::kTextImage)
    layout.inputs.push_back(normal(added + "text_embeds", {batch, fields.stages[0].cross_attention_dim}));
  if (fields.image_dim() > 0) layout.inputs.push_back(normal(added + "image_embeds", {batch, fields.image_dim()}));
  if (hint) layout.inputs.push_back(normal(added + "hint", {batch, 3, height * kHintFactor, width * kHintFactor}));
  if (fields.grounding != Grounding::kNone) AddObjects(fields, layout, batch);

  if (fields.time_cond_proj_dim) layout.optional.push_back(normal("timestep_cond", {batch, *fields.time_cond_proj_dim}));
  layout.optional.push_back({"encoder_attention_mask", DType::kI64, {batch, tokens}, nn::Fill::kAttentionMask});
  if (!HasTransformers(fields)) layout.optional.push_back({"attention_mask", DType::kI64, {batch, tokens}, nn::Fill::kAttentionMask});
  AddAdapters(fields, layout, batch, height, width);
  if (fields.k()) return layout;
  const std::vector<State> states = StatesOf(fields, height, width);
  for (size_t i = 0; i < states.size(); ++i)
    layout.optional.push_back(normal("down_block_additional_residuals." + std::to_string(i),
                                     {batch, states[i].channels, states[i].height, states[i].width}));
  layout.optional.push_back(
      normal("mid_block_additional_residual", {batch, states.back().channels, states.back().height, states.back().width}));
  return layout;
}

}  // namespace conformance::models
