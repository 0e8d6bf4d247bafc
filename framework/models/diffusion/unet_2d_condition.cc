#include "framework/models/diffusion/unet_2d_condition.h"

#include <utility>

#include "framework/models/diffusion/attention.h"
#include "framework/models/diffusion/blocks.h"
#include "framework/models/diffusion/embeddings.h"
#include "framework/models/diffusion/gligen.h"
#include "framework/models/diffusion/k_blocks.h"
#include "framework/models/diffusion/unet_config.h"
#include "framework/models/diffusion/unet_layout.h"
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

/// A mask of ones and zeros as what is added to scores, [batch, 1, 1, n].
Value AsBias(OpContext& c, const Value& mask, DType dtype) {
  const Value hidden = ops::Mul(c, ops::Rsub(c, ops::To(c, mask, dtype), 1), -10000.0);
  return ops::Unsqueeze(c, ops::Unsqueeze(c, hidden, 1), 1);
}

/// What forward is given.
struct UNetInputs {
  Value sample, timestep, encoder_hidden_states, class_labels, timestep_cond;
  Value text_embeds, time_ids, image_embeds, hint;  ///< of added_cond_kwargs
  GroundedObjects objects;                          ///< of cross_attention_kwargs; may be undefined
  Value attention_mask, encoder_attention_mask;
  std::vector<Value> down_residuals;  ///< of a ControlNet, added to the states
  Value mid_residual;
  std::vector<Value> adapters;  ///< of a T2I adapter, added inside the stages on the way down
};

class UNet2DConditionModel : public nn::Model {
 public:
  UNet2DConditionModel(Json config, const UNetConfig& fields, nn::ModelTraits traits)
      : Model("UNet2DConditionModel", std::move(config), std::move(traits)), fields_(fields) {
    AddEmbeddings();
    if (fields_.k()) AddKStages();
    else AddStages();
    AddOutput();
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const UNetInputs given = Read(c, arguments, inputs, kwargs);
    if (!arguments.Finish()) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      Value sample = given.sample;
      if (fields_.center_input_sample) sample = ops::Sub(c, ops::Mul(c, sample, 2), 1.0);
      Value hint;
      const Value temb = TimeEmbedding(c, given, sample, hint);
      if (hint.defined()) sample = ops::Cat(c, {sample, hint}, 1);
      const Conditioning conditioning = Conditioned(c, given, sample.dtype());
      sample = conv_in_->Forward(c, sample);
      std::vector<Value> states = {sample};
      for (size_t i = 0; i < down_blocks_.size(); ++i) {
        if (c.failed()) return Tree();
        const Value adapter = i < given.adapters.size() ? given.adapters[i] : Value();
        sample = down_blocks_[i]->Forward(c, sample, temb, conditioning, adapter, states);
      }
      for (size_t i = 0; i < given.down_residuals.size() && i < states.size(); ++i)
        states[i] = ops::Add(c, states[i], given.down_residuals[i]);
      if (mid_block_) sample = mid_block_->Forward(c, sample, temb, conditioning);
      if (mid_block_ && FitsMiddle(c, given.adapters, sample)) sample = ops::Add(c, sample, given.adapters[down_blocks_.size()]);
      if (given.mid_residual.defined()) sample = ops::Add(c, sample, given.mid_residual);
      for (const UpBlock* stage : up_blocks_) {
        if (c.failed()) return Tree();
        sample = stage->Forward(c, sample, temb, conditioning, states);
      }
      if (conv_norm_out_) sample = conv_act_->Forward(c, conv_norm_out_->Forward(c, sample));
      sample = conv_out_->Forward(c, sample);
      return Tree::Dict({{"sample", sample}}, "UNet2DConditionOutput");
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override { return UNetLayout(fields_, use); }

 private:
  void AddEmbeddings();
  void AddStages();
  void AddKStages();
  void AddMid();
  void AddOutput();
  UNetInputs Read(OpContext& c, nn::Arguments& arguments, const Tree& inputs, const Json& kwargs) const;
  /// `hint` is set where the time embedding is made together with more channels of the sample.
  Value TimeEmbedding(OpContext& c, const UNetInputs& given, const Value& sample, Value& hint) const;
  Value TimeProjection(OpContext& c, const Value& timesteps) const {
    return fourier_proj_ ? fourier_proj_->Forward(c, timesteps) : time_proj_->Forward(c, timesteps);
  }
  /// Whether the adapter that follows those of the stages is of the size of the map in the middle; the library leaves it out otherwise.
  bool FitsMiddle(OpContext& c, const std::vector<Value>& adapters, const Value& map) const;
  GroundedObjects Objects(OpContext& c, nn::Arguments& arguments) const;
  std::vector<Value> Adapters(OpContext& c, nn::Arguments& arguments, const Tree& inputs) const;
  Value ClassOf(OpContext& c, const Value& labels, DType dtype) const;
  Value Added(OpContext& c, const UNetInputs& given, DType dtype, Value& hint) const;
  Conditioning Conditioned(OpContext& c, const UNetInputs& given, DType dtype) const;
  StageOptions OptionsOf(const UNetStage& stage, const StageKind& kind) const;
  KStageOptions KOptionsOf(const UNetStage& stage, const StageKind& kind) const;

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
  ImageHintTimeEmbedding* add_hint_ = nullptr;
  GligenProjection* position_net_ = nullptr;
  std::vector<const DownBlock*> down_blocks_;
  const MidStage* mid_block_ = nullptr;
  std::vector<const UpBlock*> up_blocks_;
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
    case AddedEmbedding::kImageHint:
      add_hint_ = &Add<ImageHintTimeEmbedding>("add_embedding", fields_.encoder_hid_dim, time);
      break;
  }
  if (fields_.time_embedding_act_fn)
    time_embed_act_ = &Add<nn::Activation>("time_embed_act", *fields_.time_embedding_act_fn);
  if (fields_.grounding != Grounding::kNone) position_net_ = &Add<GligenProjection>("position_net", cross, cross, fields_.grounding);
}

StageOptions UNet2DConditionModel::OptionsOf(const UNetStage& stage, const StageKind& kind) const {
  StageOptions options{.kind = kind,
                       .resnet = {.temb_channels = fields_.temb_channels(),
                                  .groups = fields_.mid_groups(),
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
                         .groups = fields_.mid_groups(),
                         .use_linear_projection = fields_.use_linear_projection,
                         .only_cross_attention = stage.only_cross_attention,
                         .gated = fields_.grounding != Grounding::kNone};
  options.attention_head_dim = stage.heads;
  options.cross_attention_dim = stage.cross_attention_dim;
  options.only_cross_attention = stage.only_cross_attention;
  options.cross_norm = fields_.cross_norm;
  return options;
}

KStageOptions UNet2DConditionModel::KOptionsOf(const UNetStage& stage, const StageKind& kind) const {
  return {.kind = kind,
          .layers = stage.layers,
          .temb_channels = fields_.temb_channels(),
          .eps = fields_.norm_eps,
          .act_fn = fields_.act_fn,
          .cross_attention_dim = stage.cross_attention_dim};
}

void UNet2DConditionModel::AddKStages() {
  const size_t count = fields_.stages.size();
  for (size_t i = 0; i < count; ++i) {
    const UNetStage& stage = fields_.stages[i];
    KStageOptions options = KOptionsOf(stage, stage.down);
    if (stage.down.attention != StageAttention::kNone) options.attention_head_dim = stage.heads;
    options.self_attention = i + 1 == count;
    down_blocks_.push_back(&Add<KDownStage>("down_blocks." + std::to_string(i), fields_.channels(i == 0 ? 0 : i - 1), stage.channels,
                                            options, i + 1 < count));
  }
  if (fields_.mid) AddMid();
  for (size_t i = 0; i < count; ++i) {
    const size_t at = count - 1 - i;
    const UNetStage& stage = fields_.stages[at];
    KStageOptions options = KOptionsOf(stage, stage.up);
    if (stage.up.attention != StageAttention::kNone) options.attention_head_dim = stage.head_dim_up;
    options.self_attention = !fields_.JoinsK(at);
    up_blocks_.push_back(&Add<KUpStage>("up_blocks." + std::to_string(i), stage.channels, fields_.channels(at == 0 ? 0 : at - 1),
                                        options, i + 1 < count, fields_.JoinsK(at)));
  }
}

void UNet2DConditionModel::AddMid() {
  const UNetStage& last = fields_.stages.back();
  StageOptions options = OptionsOf(last, *fields_.mid);
  options.layers = fields_.mid->attention == StageAttention::kNone ? 0 : 1;
  options.transformer_layers = fields_.mid_transformer_layers;
  options.transformer.only_cross_attention = false;
  options.only_cross_attention = fields_.mid_only_cross_attention;
  options.resnet.output_scale_factor = fields_.mid_block_scale_factor;
  options.resnet.skip_time_act = fields_.mid->attention == StageAttention::kAddedKv && fields_.resnet_skip_time_act;
  mid_block_ = &Add<MidStage>("mid_block", last.channels, options);
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
  if (fields_.mid) AddMid();
  for (size_t i = 0; i < count; ++i) {
    const size_t at = count - 1 - i;
    const UNetStage& stage = stages[at];
    StageOptions options = OptionsOf(stage, stage.up);
    options.attention_head_dim = stage.head_dim_up;
    options.layers = stage.layers + 1;
    options.transformer_layers = stage.transformer_layers_up;
    // The last state of a stage's is what the one above it left.
    std::vector<int64_t> states(static_cast<size_t>(options.layers), stage.channels);
    states.back() = fields_.channels(at == 0 ? 0 : at - 1);
    up_blocks_.push_back(&Add<UpStage>("up_blocks." + std::to_string(i), fields_.channels(i == 0 ? at : at + 1),
                                       stage.channels, options, i + 1 < count, states));
  }
}

void UNet2DConditionModel::AddOutput() {
  if (fields_.norm_num_groups) {
    conv_norm_out_ = &Add<nn::GroupNorm>("conv_norm_out", *fields_.norm_num_groups, fields_.channels(0), fields_.norm_eps);
    conv_act_ = &Add<nn::Activation>("conv_act", fields_.act_fn);
  }
  const int64_t kernel = fields_.conv_out_kernel;
  conv_out_ =
      &Add<nn::Conv2d>("conv_out", fields_.channels(0), fields_.out_channels, std::pair{kernel, kernel}, Padded(kernel));
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
  if (given.attention_mask.defined() && HasTransformers(fields_))
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
  given.hint = added_tensor("hint", 4);
  if (fields_.added == AddedEmbedding::kImageHint) arguments.Required(given.hint, "added_cond_kwargs.hint");
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
  if (fields_.k() && (given.mid_residual.defined() || !given.down_residuals.empty()))
    c.Fail(Unsupported("a ControlNet's residuals are not implemented for stages of k-diffusion"));
  const bool whole = given.down_residuals.size() == (given.mid_residual.defined() ? states : 0);
  if (!whole)
    c.Fail(Unsupported("a ControlNet's residuals come together: down_block_additional_residuals and mid_block_additional_residual; "
                       "a T2I adapter's are down_intrablock_additional_residuals")
               .With("found", std::to_string(given.down_residuals.size()) + " of the former")
               .With("wanted", std::to_string(states)));
  for (const Value& residual : given.down_residuals)
    if (!residual.defined()) c.Fail(TypeError("argument is no tensor").With("argument", "down_block_additional_residuals"));
  arguments.NeedTrue("return_dict", "outputs have names here");
  given.objects = Objects(c, arguments);
  given.adapters = Adapters(c, arguments, inputs);
  return given;
}

GroundedObjects UNet2DConditionModel::Objects(OpContext& c, nn::Arguments& arguments) const {
  GroundedObjects objects;
  const Tree* const kwargs = arguments.Structure("cross_attention_kwargs");
  if (kwargs == nullptr) return objects;
  const Tree* gligen = nullptr;
  for (const auto& [name, tree] : kwargs->members()) {
    if (name == "gligen" && position_net_ != nullptr) gligen = &tree;
    else
      c.Fail(Unsupported("cross_attention_kwargs has an entry that is not implemented for this model")
                 .With("found", name)
                 .With("wanted", position_net_ ? "gligen" : "none, where attention_type is default"));
  }
  if (gligen == nullptr) return objects;
  const auto read = [&](const char* name, int64_t rank, Value& into) {
    const std::string full = std::string("cross_attention_kwargs.gligen.") + name;
    const Tree* const tree = gligen->Find(name);
    if (tree == nullptr || tree->kind() != Tree::Kind::kTensor) return c.Fail(Invalid("argument is missing").With("argument", full));
    into = tree->value();
    if (into.rank() != rank)
      c.Fail(ShapeError("argument has the wrong number of axes")
                 .With("argument", full)
                 .With("found", ops::Describe(into.meta()))
                 .With("wanted", std::to_string(rank)));
  };
  read("boxes", 3, objects.boxes);
  read("masks", 2, objects.masks);
  if (fields_.grounding == Grounding::kText) {
    read("positive_embeddings", 3, objects.positive_embeddings);
  } else {
    read("phrases_masks", 2, objects.phrases_masks);
    read("image_masks", 2, objects.image_masks);
    read("phrases_embeddings", 3, objects.phrases_embeddings);
    read("image_embeddings", 3, objects.image_embeddings);
  }
  return objects;
}

std::vector<Value> UNet2DConditionModel::Adapters(OpContext& c, nn::Arguments& arguments, const Tree& inputs) const {
  std::vector<Value> adapters;
  arguments.Ignore("down_intrablock_additional_residuals");
  const Tree* const given = inputs.Find("down_intrablock_additional_residuals");
  if (given == nullptr) return adapters;
  for (const Tree& item : given->items()) {
    adapters.push_back(item.value());
    if (!adapters.back().defined() || adapters.back().rank() != 4)
      c.Fail(TypeError("argument is no map").With("argument", "down_intrablock_additional_residuals"));
  }
  for (size_t i = 0; i < std::min(adapters.size(), fields_.stages.size()); ++i) {
    const StageKind& kind = fields_.stages[i].down;
    if (kind.attention == StageAttention::kAddedKv || (kind.k && kind.attention == StageAttention::kTransformer))
      c.Fail(Unsupported("down_intrablock_additional_residuals: diffusers' stage takes none").With("found", std::string(kind.name)));
  }
  return adapters;
}

bool UNet2DConditionModel::FitsMiddle(OpContext& c, const std::vector<Value>& adapters, const Value& map) const {
  if (adapters.size() <= down_blocks_.size() || c.failed()) return false;
  const Value& adapter = adapters[down_blocks_.size()];
  const std::string why = "an adapter is added in the middle where it has the map's size";
  for (int64_t axis = 0; axis < 4; ++axis)
    if (!c.Guard(Eq(adapter.size(axis), map.size(axis)), why)) return false;
  return true;
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

Value UNet2DConditionModel::Added(OpContext& c, const UNetInputs& given, DType dtype, Value& hint) const {
  switch (fields_.added) {
    case AddedEmbedding::kNone: return {};
    case AddedEmbedding::kText: return add_text_->Forward(c, given.encoder_hidden_states);
    case AddedEmbedding::kTextImage: return add_text_image_->Forward(c, given.text_embeds, given.image_embeds);
    case AddedEmbedding::kImage: return add_image_->Forward(c, given.image_embeds);
    case AddedEmbedding::kImageHint: {
      const auto [image, picture] = add_hint_->Forward(c, given.image_embeds, given.hint);
      hint = picture;
      return image;
    }
    case AddedEmbedding::kTextTime: break;
  }
  const Value ids = add_time_proj_->Forward(c, ops::Flatten(c, given.time_ids));
  const SymInt width = given.time_ids.size(1) * fields_.addition_time_embed_dim;
  const Value times = ops::Reshape(c, ids, {given.time_ids.size(0), width});
  return add_embedding_->Forward(c, ops::Cat(c, {ops::To(c, given.text_embeds, dtype), ops::To(c, times, dtype)}, -1));
}

Value UNet2DConditionModel::TimeEmbedding(OpContext& c, const UNetInputs& given, const Value& sample, Value& hint) const {
  Value timesteps = given.timestep;
  if (timesteps.rank() == 0) timesteps = ops::Unsqueeze(c, timesteps, 0);
  timesteps = ops::Expand(c, timesteps, {sample.size(0)});
  Value emb = time_embedding_->Forward(c, ops::To(c, TimeProjection(c, timesteps), sample.dtype()), given.timestep_cond);
  if (const Value labels = ClassOf(c, given.class_labels, sample.dtype()); labels.defined())
    emb = fields_.class_embeddings_concat ? ops::Cat(c, {emb, labels}, -1) : ops::Add(c, emb, labels);
  if (const Value added = Added(c, given, sample.dtype(), hint); added.defined()) emb = ops::Add(c, emb, added);
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
  if (given.objects.boxes.defined()) conditioning.objects = position_net_->Forward(c, given.objects);
  return conditioning;
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
