#include "framework/models/diffusion/unet_2d_condition.h"

#include <utility>

#include "framework/models/diffusion/attention.h"
#include "framework/models/diffusion/blocks.h"
#include "framework/models/diffusion/embeddings.h"
#include "framework/models/diffusion/unet_config.h"
#include "framework/nn/arguments.h"
#include "framework/ops/add.h"
#include "framework/ops/cat.h"
#include "framework/ops/expand.h"
#include "framework/ops/flatten.h"
#include "framework/ops/mul.h"
#include "framework/ops/reshape.h"
#include "framework/ops/rsub.h"
#include "framework/ops/sub.h"
#include "framework/ops/to.h"
#include "framework/ops/unsqueeze.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

constexpr int64_t kSteps = 1000;          ///< of the schedules that these models are trained with
constexpr int64_t kTimeIds = 6;           ///< SDXL's: original size, crop, target size
constexpr int64_t kLargestImage = 1024;   ///< numbers in them, for made-up inputs
constexpr int64_t kMostTokens = 4096;

/// A mask of ones and zeros as what is added to scores, [batch, 1, 1, n].
Value AsBias(OpContext& c, const Value& mask, DType dtype) {
  const Value hidden = ops::Mul(c, ops::Rsub(c, ops::To(c, mask, dtype), 1), -10000.0);
  return ops::Unsqueeze(c, ops::Unsqueeze(c, hidden, 1), 1);
}

/// What forward is given.
struct UNetInputs {
  Value sample, timestep, encoder_hidden_states, class_labels, timestep_cond;
  Value text_embeds, time_ids, image_embeds;  ///< of added_cond_kwargs
  Value attention_mask, encoder_attention_mask;
  std::vector<Value> down_residuals;  ///< of a ControlNet, added to the states
  Value mid_residual;
};

class UNet2DConditionModel : public nn::Model {
 public:
  UNet2DConditionModel(Json config, const UNetConfig& fields, nn::ModelTraits traits)
      : Model("UNet2DConditionModel", std::move(config), std::move(traits)), fields_(fields) {
    AddEmbeddings();
    AddStages();
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const UNetInputs given = Read(c, arguments, inputs, kwargs);
    if (!arguments.Finish()) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      Value sample = given.sample;
      if (fields_.center_input_sample) sample = ops::Sub(c, ops::Mul(c, sample, 2), 1.0);
      const Value temb = TimeEmbedding(c, given, sample);
      const Conditioning conditioning = Conditioned(c, given, sample.dtype());
      sample = conv_in_->Forward(c, sample);
      std::vector<Value> states = {sample};
      for (const DownStage* stage : down_blocks_) {
        if (c.failed()) return Tree();
        sample = stage->Forward(c, sample, temb, conditioning, states);
      }
      for (size_t i = 0; i < given.down_residuals.size() && i < states.size(); ++i)
        states[i] = ops::Add(c, states[i], given.down_residuals[i]);
      if (mid_block_) sample = mid_block_->Forward(c, sample, temb, conditioning);
      if (given.mid_residual.defined()) sample = ops::Add(c, sample, given.mid_residual);
      for (const UpStage* stage : up_blocks_) {
        if (c.failed()) return Tree();
        sample = stage->Forward(c, sample, temb, conditioning, states);
      }
      sample = conv_out_->Forward(c, conv_act_->Forward(c, conv_norm_out_->Forward(c, sample)));
      return Tree::Dict({{"sample", sample}}, "UNet2DConditionOutput");
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override;

 private:
  void AddEmbeddings();
  void AddStages();
  UNetInputs Read(OpContext& c, nn::Arguments& arguments, const Tree& inputs, const Json& kwargs) const;
  Value TimeEmbedding(OpContext& c, const UNetInputs& given, const Value& sample) const;
  Value TimeProjection(OpContext& c, const Value& timesteps) const {
    return fourier_proj_ ? fourier_proj_->Forward(c, timesteps) : time_proj_->Forward(c, timesteps);
  }
  Value ClassOf(OpContext& c, const Value& labels, DType dtype) const;
  Value Added(OpContext& c, const UNetInputs& given, DType dtype) const;
  Conditioning Conditioned(OpContext& c, const UNetInputs& given, DType dtype) const;
  StageOptions OptionsOf(const UNetStage& stage, const StageKind& kind) const;
  bool HasTransformers() const;

  /// A state that the way down leaves for the way up.
  struct State {
    int64_t channels;
    SymInt height, width;
  };
  std::vector<State> StatesOf(SymInt height, SymInt width) const;

  UNetConfig fields_;
  nn::Conv2d* conv_in_ = nullptr;
  Timesteps* time_proj_ = nullptr;
  GaussianFourierProjection* fourier_proj_ = nullptr;
  TimestepEmbedding* time_embedding_ = nullptr;
  nn::Activation* time_embed_act_ = nullptr;
  nn::Linear* text_proj_ = nullptr;
  TextImageProjection* text_image_proj_ = nullptr;
  ImageProjection* image_proj_ = nullptr;
  nn::Embedding* class_table_ = nullptr;
  TimestepEmbedding* class_embedding_ = nullptr;
  nn::Linear* class_projection_ = nullptr;
  Timesteps* add_time_proj_ = nullptr;
  TimestepEmbedding* add_embedding_ = nullptr;
  TextTimeEmbedding* add_text_ = nullptr;
  TextImageTimeEmbedding* add_text_image_ = nullptr;
  ImageTimeEmbedding* add_image_ = nullptr;
  std::vector<const DownStage*> down_blocks_;
  const MidStage* mid_block_ = nullptr;
  std::vector<const UpStage*> up_blocks_;
  nn::GroupNorm* conv_norm_out_ = nullptr;
  nn::Activation* conv_act_ = nullptr;
  nn::Conv2d* conv_out_ = nullptr;
};

nn::Conv2d::Options Padded(int64_t kernel) { return SquareConv(1, (kernel - 1) / 2); }

void UNet2DConditionModel::AddEmbeddings() {
  const int64_t first = fields_.channels(0), time = fields_.time_embed_dim;
  const int64_t kernel = fields_.conv_in_kernel, cross = fields_.stages[0].cross_attention_dim;
  conv_in_ = &Add<nn::Conv2d>("conv_in", fields_.in_channels, first, std::pair{kernel, kernel}, Padded(kernel));
  if (fields_.fourier)
    fourier_proj_ = &Add<GaussianFourierProjection>("time_proj", time / 2, fields_.flip_sin_to_cos);
  else time_proj_ = &Add<Timesteps>("time_proj", first, fields_.flip_sin_to_cos, fields_.freq_shift);
  const int64_t time_in = fields_.fourier ? time : first;
  time_embedding_ = &Add<TimestepEmbedding>(
      "time_embedding", time_in, time,
      TimestepEmbedding::Options{fields_.act_fn, fields_.timestep_post_act, fields_.time_cond_proj_dim});

  switch (fields_.hid_projection) {
    case HidProjection::kNone: break;
    case HidProjection::kText:
      text_proj_ = &Add<nn::Linear>("encoder_hid_proj", fields_.encoder_hid_dim, cross, true);
      break;
    case HidProjection::kTextImage:
      text_image_proj_ = &Add<TextImageProjection>("encoder_hid_proj", fields_.encoder_hid_dim, cross, cross);
      break;
    case HidProjection::kImage:
      image_proj_ = &Add<ImageProjection>("encoder_hid_proj", fields_.encoder_hid_dim, cross);
      break;
  }
  switch (fields_.class_embedding) {
    case ClassEmbedding::kNone:
    case ClassEmbedding::kIdentity: break;
    case ClassEmbedding::kTable: class_table_ = &Add<nn::Embedding>("class_embedding", fields_.num_class_embeds, time); break;
    case ClassEmbedding::kTimestep:
      class_embedding_ =
          &Add<TimestepEmbedding>("class_embedding", time_in, time, TimestepEmbedding::Options{.act_fn = fields_.act_fn});
      break;
    case ClassEmbedding::kProjection:
      class_embedding_ =
          &Add<TimestepEmbedding>("class_embedding", fields_.class_projection_dim, time, TimestepEmbedding::Options{});
      break;
    case ClassEmbedding::kSimpleProjection:
      class_projection_ = &Add<nn::Linear>("class_embedding", fields_.class_projection_dim, time, true);
      break;
  }
  const int64_t text = fields_.encoder_hid_dim > 0 ? fields_.encoder_hid_dim : cross;
  switch (fields_.added) {
    case AddedEmbedding::kNone: break;
    case AddedEmbedding::kText:
      add_text_ = &Add<TextTimeEmbedding>("add_embedding", text, time, fields_.addition_embed_type_num_heads);
      break;
    case AddedEmbedding::kTextImage:
      add_text_image_ = &Add<TextImageTimeEmbedding>("add_embedding", cross, cross, time);
      break;
    case AddedEmbedding::kTextTime:
      add_time_proj_ =
          &Add<Timesteps>("add_time_proj", fields_.addition_time_embed_dim, fields_.flip_sin_to_cos, fields_.freq_shift);
      add_embedding_ =
          &Add<TimestepEmbedding>("add_embedding", fields_.added_projection_dim, time, TimestepEmbedding::Options{});
      break;
    case AddedEmbedding::kImage:
      add_image_ = &Add<ImageTimeEmbedding>("add_embedding", fields_.encoder_hid_dim, time);
      break;
  }
  if (fields_.time_embedding_act_fn)
    time_embed_act_ = &Add<nn::Activation>("time_embed_act", *fields_.time_embedding_act_fn);
}

StageOptions UNet2DConditionModel::OptionsOf(const UNetStage& stage, const StageKind& kind) const {
  StageOptions options{.kind = kind,
                       .resnet = {.temb_channels = fields_.temb_channels(),
                                  .groups = fields_.norm_num_groups,
                                  .eps = fields_.norm_eps,
                                  .act_fn = fields_.act_fn,
                                  .scale_shift = fields_.scale_shift}};
  // Only these kinds are handed the two.
  if (kind.resnet_resampling) {
    options.resnet.skip_time_act = fields_.resnet_skip_time_act;
    options.resnet.output_scale_factor = fields_.resnet_out_scale_factor;
  }
  options.layers = stage.layers;
  options.transformer = {.heads = stage.heads,
                         .cross_attention_dim = stage.cross_attention_dim,
                         .groups = fields_.norm_num_groups,
                         .use_linear_projection = fields_.use_linear_projection,
                         .only_cross_attention = stage.only_cross_attention};
  options.attention_head_dim = stage.heads;
  options.cross_attention_dim = stage.cross_attention_dim;
  options.only_cross_attention = stage.only_cross_attention;
  options.cross_norm = fields_.cross_norm;
  return options;
}

void UNet2DConditionModel::AddStages() {
  const std::vector<UNetStage>& stages = fields_.stages;
  const size_t count = stages.size();
  for (size_t i = 0; i < count; ++i) {
    StageOptions options = OptionsOf(stages[i], stages[i].down);
    options.transformer_layers = stages[i].transformer_layers;
    down_blocks_.push_back(&Add<DownStage>("down_blocks." + std::to_string(i), fields_.channels(i == 0 ? 0 : i - 1),
                                           stages[i].channels, options, i + 1 < count, fields_.downsample_padding));
  }
  if (fields_.mid) {
    const UNetStage& last = stages.back();
    StageOptions options = OptionsOf(last, *fields_.mid);
    options.layers = fields_.mid->attention == StageAttention::kNone ? 0 : 1;
    options.transformer_layers = fields_.mid_transformer_layers;
    options.transformer.only_cross_attention = false;
    options.only_cross_attention = fields_.mid_only_cross_attention;
    options.resnet.output_scale_factor = fields_.mid_block_scale_factor;
    options.resnet.skip_time_act = fields_.mid->attention == StageAttention::kAddedKv && fields_.resnet_skip_time_act;
    mid_block_ = &Add<MidStage>("mid_block", last.channels, options);
  }
  for (size_t i = 0; i < count; ++i) {
    const size_t at = count - 1 - i;
    const UNetStage& stage = stages[at];
    StageOptions options = OptionsOf(stage, stage.up);
    options.layers = stage.layers + 1;
    options.transformer_layers = stage.transformer_layers_up;
    // The last state of a stage's is what the one above it left.
    std::vector<int64_t> states(static_cast<size_t>(options.layers), stage.channels);
    states.back() = fields_.channels(at == 0 ? 0 : at - 1);
    up_blocks_.push_back(&Add<UpStage>("up_blocks." + std::to_string(i), fields_.channels(i == 0 ? at : at + 1),
                                       stage.channels, options, i + 1 < count, states));
  }
  conv_norm_out_ = &Add<nn::GroupNorm>("conv_norm_out", fields_.norm_num_groups, fields_.channels(0), fields_.norm_eps);
  conv_act_ = &Add<nn::Activation>("conv_act", fields_.act_fn);
  const int64_t kernel = fields_.conv_out_kernel;
  conv_out_ =
      &Add<nn::Conv2d>("conv_out", fields_.channels(0), fields_.out_channels, std::pair{kernel, kernel}, Padded(kernel));
}

bool UNet2DConditionModel::HasTransformers() const {
  const auto is = [](const StageKind& kind) { return kind.attention == StageAttention::kTransformer; };
  if (fields_.mid && is(*fields_.mid)) return true;
  for (const UNetStage& stage : fields_.stages)
    if (is(stage.down) || is(stage.up)) return true;
  return false;
}

UNetInputs UNet2DConditionModel::Read(OpContext& c, nn::Arguments& arguments, const Tree& inputs, const Json& kwargs) const {
  UNetInputs given;
  given.sample = arguments.Tensor("sample", 4);
  arguments.Required(given.sample, "sample");
  const Json* const step = kwargs.Find("timestep");
  if (step != nullptr && step->IsNumber()) {
    arguments.Ignore("timestep");
    given.timestep = c.Constant(step->IsInt() ? Tensor::Of<int64_t>({1}, {step->AsInt()})
                                              : Tensor::Of<float>({1}, {static_cast<float>(step->AsDouble())}));
  } else {
    given.timestep = arguments.Tensor("timestep");
    if (arguments.Required(given.timestep, "timestep") && given.timestep.rank() > 1)
      c.Fail(ShapeError("timestep has more than one axis").With("found", ops::Describe(given.timestep.meta())));
  }
  given.encoder_hidden_states = arguments.Tensor("encoder_hidden_states", 3);
  if (fields_.hid_projection != HidProjection::kImage) arguments.Required(given.encoder_hidden_states, "encoder_hidden_states");
  given.class_labels = arguments.Tensor("class_labels");
  if (fields_.class_embedding != ClassEmbedding::kNone) arguments.Required(given.class_labels, "class_labels");
  given.timestep_cond = arguments.Tensor("timestep_cond", 2);
  if (given.timestep_cond.defined() && !fields_.time_cond_proj_dim)
    c.Fail(Invalid("timestep_cond needs a model with time_cond_proj_dim"));
  given.attention_mask = arguments.Tensor("attention_mask", 2);
  if (given.attention_mask.defined() && HasTransformers())
    c.Fail(Unsupported("attention_mask is not implemented for transformer blocks: it fits one size of map alone; "
                       "encoder_attention_mask hides tokens"));
  given.encoder_attention_mask = arguments.Tensor("encoder_attention_mask", 2);

  const Tree* const added = arguments.Structure("added_cond_kwargs");
  const auto added_tensor = [&](const char* name, int64_t rank) -> Value {
    const Tree* const tree = added == nullptr ? nullptr : added->Find(name);
    if (tree == nullptr || tree->kind() != Tree::Kind::kTensor) return {};
    if (tree->value().rank() != rank)
      c.Fail(ShapeError("argument has the wrong number of axes")
                 .With("argument", std::string("added_cond_kwargs.") + name)
                 .With("found", ops::Describe(tree->value().meta()))
                 .With("wanted", std::to_string(rank)));
    return tree->value();
  };
  given.text_embeds = added_tensor("text_embeds", 2);
  given.time_ids = added_tensor("time_ids", 2);
  given.image_embeds = added_tensor("image_embeds", 2);
  if (fields_.added == AddedEmbedding::kTextTime) {
    arguments.Required(given.text_embeds, "added_cond_kwargs.text_embeds");
    arguments.Required(given.time_ids, "added_cond_kwargs.time_ids");
  }
  if (fields_.image_dim() > 0) arguments.Required(given.image_embeds, "added_cond_kwargs.image_embeds");
  if (fields_.added == AddedEmbedding::kTextImage) arguments.Required(given.text_embeds, "added_cond_kwargs.text_embeds");

  arguments.Ignore("down_block_additional_residuals");
  if (const Tree* const residuals = inputs.Find("down_block_additional_residuals"); residuals != nullptr)
    for (const Tree& residual : residuals->items()) given.down_residuals.push_back(residual.value());
  given.mid_residual = arguments.Tensor("mid_block_additional_residual", 4);
  size_t states = 1;
  for (size_t i = 0; i < fields_.stages.size(); ++i)
    states += static_cast<size_t>(fields_.stages[i].layers) + (i + 1 < fields_.stages.size() ? 1 : 0);
  const bool whole = given.down_residuals.size() == (given.mid_residual.defined() ? states : 0);
  if (!whole)
    c.Fail(Unsupported("a ControlNet's residuals come together: down_block_additional_residuals and mid_block_additional_residual")
               .With("found", std::to_string(given.down_residuals.size()) + " of the former")
               .With("wanted", std::to_string(states)));
  for (const Value& residual : given.down_residuals)
    if (!residual.defined()) c.Fail(TypeError("argument is no tensor").With("argument", "down_block_additional_residuals"));
  arguments.NeedTrue("return_dict", "outputs have names here");
  arguments.Refuse("cross_attention_kwargs", "other attention processors");
  arguments.Refuse("down_intrablock_additional_residuals", "adapters");
  return given;
}

Value UNet2DConditionModel::ClassOf(OpContext& c, const Value& labels, DType dtype) const {
  switch (fields_.class_embedding) {
    case ClassEmbedding::kNone: return {};
    case ClassEmbedding::kTable: return class_table_->Forward(c, labels);
    case ClassEmbedding::kTimestep: return class_embedding_->Forward(c, ops::To(c, TimeProjection(c, labels), dtype));
    case ClassEmbedding::kIdentity: return ops::To(c, labels, dtype);
    case ClassEmbedding::kProjection: return class_embedding_->Forward(c, labels);
    case ClassEmbedding::kSimpleProjection: return class_projection_->Forward(c, labels);
  }
  return {};
}

Value UNet2DConditionModel::Added(OpContext& c, const UNetInputs& given, DType dtype) const {
  switch (fields_.added) {
    case AddedEmbedding::kNone: return {};
    case AddedEmbedding::kText: return add_text_->Forward(c, given.encoder_hidden_states);
    case AddedEmbedding::kTextImage: return add_text_image_->Forward(c, given.text_embeds, given.image_embeds);
    case AddedEmbedding::kImage: return add_image_->Forward(c, given.image_embeds);
    case AddedEmbedding::kTextTime: break;
  }
  const Value ids = add_time_proj_->Forward(c, ops::Flatten(c, given.time_ids));
  const SymInt width = given.time_ids.size(1) * fields_.addition_time_embed_dim;
  const Value times = ops::Reshape(c, ids, {given.time_ids.size(0), width});
  return add_embedding_->Forward(c, ops::Cat(c, {ops::To(c, given.text_embeds, dtype), ops::To(c, times, dtype)}, -1));
}

Value UNet2DConditionModel::TimeEmbedding(OpContext& c, const UNetInputs& given, const Value& sample) const {
  Value timesteps = given.timestep;
  if (timesteps.rank() == 0) timesteps = ops::Unsqueeze(c, timesteps, 0);
  timesteps = ops::Expand(c, timesteps, {sample.size(0)});
  Value emb = time_embedding_->Forward(c, ops::To(c, TimeProjection(c, timesteps), sample.dtype()), given.timestep_cond);
  if (const Value labels = ClassOf(c, given.class_labels, sample.dtype()); labels.defined())
    emb = fields_.class_embeddings_concat ? ops::Cat(c, {emb, labels}, -1) : ops::Add(c, emb, labels);
  if (const Value added = Added(c, given, sample.dtype()); added.defined()) emb = ops::Add(c, emb, added);
  return time_embed_act_ ? time_embed_act_->Forward(c, emb) : emb;
}

Conditioning UNet2DConditionModel::Conditioned(OpContext& c, const UNetInputs& given, DType dtype) const {
  Conditioning conditioning{.encoder_hidden_states = given.encoder_hidden_states};
  if (text_proj_) conditioning.encoder_hidden_states = text_proj_->Forward(c, given.encoder_hidden_states);
  if (text_image_proj_)
    conditioning.encoder_hidden_states = text_image_proj_->Forward(c, given.encoder_hidden_states, given.image_embeds);
  if (image_proj_) conditioning.encoder_hidden_states = image_proj_->Forward(c, given.image_embeds);
  if (given.encoder_attention_mask.defined())
    conditioning.encoder_attention_mask = AsBias(c, given.encoder_attention_mask, dtype);
  if (given.attention_mask.defined()) conditioning.attention_mask = AsBias(c, given.attention_mask, dtype);
  return conditioning;
}

std::vector<UNet2DConditionModel::State> UNet2DConditionModel::StatesOf(SymInt height, SymInt width) const {
  const int64_t kernel = fields_.conv_in_kernel, grown = 2 * ((kernel - 1) / 2) - kernel + 1;
  height = height + grown;
  width = width + grown;
  std::vector<State> states = {{fields_.channels(0), height, width}};
  for (size_t i = 0; i < fields_.stages.size(); ++i) {
    const UNetStage& stage = fields_.stages[i];
    for (int64_t layer = 0; layer < stage.layers; ++layer) states.push_back({stage.channels, height, width});
    if (i + 1 == fields_.stages.size()) break;
    const bool up = fields_.downsample_padding == 1 && !stage.down.resnet_resampling;
    height = up ? CeilDiv(height, 2) : FloorDiv(height, 2);
    width = up ? CeilDiv(width, 2) : FloorDiv(width, 2);
    states.push_back({stage.channels, height, width});
  }
  return states;
}

Result<nn::InputLayout> UNet2DConditionModel::Layout(std::string_view use) const {
  if (use != "forward")
    return Unsupported("a denoiser has no such use").With("found", std::string(use)).With("wanted", "forward");
  // Where a map can only be doubled on the way up, sides have to be multiples; where it is rounded down on the way down, long enough.
  const auto halvings = static_cast<int64_t>(fields_.stages.size()) - 1;
  int64_t factor = 1, least = fields_.downsample_padding == 0 ? int64_t{1} << halvings : 1;
  for (size_t i = 1; i < fields_.stages.size(); ++i) {
    const StageKind& up = fields_.stages[i].up;
    if (up.resnet_resampling || up.attention == StageAttention::kSelf) factor = int64_t{1} << halvings;
    if (fields_.stages[i - 1].down.resnet_resampling) least = int64_t{1} << halvings;
  }
  constexpr int64_t kSmall = 16;  // where the config names no size
  const auto sample_size = fields_.sample_size.value_or(std::pair{kSmall, kSmall});
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
  layout.inputs = {normal("sample", {batch, fields_.in_channels, height, width}),
                   {"timestep", DType::kI64, {batch}, nn::Fill::kSteps, kSteps}};
  const nn::InputSpec text = normal("encoder_hidden_states", {batch, tokens, fields_.text_dim()});
  (fields_.hid_projection == HidProjection::kImage ? layout.optional : layout.inputs).push_back(text);
  switch (fields_.class_embedding) {
    case ClassEmbedding::kNone: break;
    case ClassEmbedding::kTable:
      layout.inputs.push_back({"class_labels", DType::kI64, {batch}, nn::Fill::kTokenIds, fields_.num_class_embeds});
      break;
    case ClassEmbedding::kTimestep:
      layout.inputs.push_back({"class_labels", DType::kI64, {batch}, nn::Fill::kSteps, kSteps});
      break;
    case ClassEmbedding::kIdentity: layout.inputs.push_back(normal("class_labels", {batch, fields_.time_embed_dim})); break;
    case ClassEmbedding::kProjection:
    case ClassEmbedding::kSimpleProjection:
      layout.inputs.push_back(normal("class_labels", {batch, fields_.class_projection_dim}));
      break;
  }
  const std::string added = "added_cond_kwargs.";
  if (fields_.added == AddedEmbedding::kTextTime) {
    const int64_t width_of_text = fields_.added_projection_dim - kTimeIds * fields_.addition_time_embed_dim;
    if (width_of_text > 0) {
      layout.inputs.push_back(normal(added + "text_embeds", {batch, width_of_text}));
      layout.inputs.push_back({added + "time_ids", DType::kF32, {batch, kTimeIds}, nn::Fill::kSteps, kLargestImage});
    }
  }
  if (fields_.added == AddedEmbedding::kTextImage)
    layout.inputs.push_back(normal(added + "text_embeds", {batch, fields_.stages[0].cross_attention_dim}));
  if (fields_.image_dim() > 0) layout.inputs.push_back(normal(added + "image_embeds", {batch, fields_.image_dim()}));

  if (fields_.time_cond_proj_dim) layout.optional.push_back(normal("timestep_cond", {batch, *fields_.time_cond_proj_dim}));
  layout.optional.push_back({"encoder_attention_mask", DType::kI64, {batch, tokens}, nn::Fill::kAttentionMask});
  if (!HasTransformers()) layout.optional.push_back({"attention_mask", DType::kI64, {batch, tokens}, nn::Fill::kAttentionMask});
  const std::vector<State> states = StatesOf(height, width);
  for (size_t i = 0; i < states.size(); ++i)
    layout.optional.push_back(normal("down_block_additional_residuals." + std::to_string(i),
                                     {batch, states[i].channels, states[i].height, states[i].width}));
  layout.optional.push_back(
      normal("mid_block_additional_residual", {batch, states.back().channels, states.back().height, states.back().width}));
  return layout;
}

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  CONFORMANCE_TRY(const UNetConfig fields, ReadUNetConfig(config, file));
  auto model = std::make_unique<UNet2DConditionModel>(
      config, fields,
      nn::ModelTraits{.model_type = "UNet2DConditionModel",
                      .task = "denoising",
                      .base_model_prefix = "",
                      .generates = false,
                      .ignored_keys = {},
                      .renamed_keys = RenamedAttentionKeys()});
  model->Finish();
  return std::unique_ptr<nn::Model>(std::move(model));
}

}  // namespace

ModelClass UNet2DConditionModelClass() { return {"UNet2DConditionModel", "UNet2DConditionModel", Make}; }

}  // namespace conformance::models
