#include "framework/models/diffusion/unet_config.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "framework/models/config_reader.h"
#include "framework/models/diffusion/activation_name.h"
#include "framework/models/diffusion/k_blocks.h"

namespace conformance::models {
namespace {

constexpr size_t kMostStages = 16;
constexpr int64_t kMostLayers = 1000;

void Unknown(ConfigReader& reader, std::string_view key, const std::string& found, const std::vector<std::string>& wanted) {
  reader.Fail(Unsupported("config field " + std::string(key) + " has a value that is not implemented")
                  .With("key", std::string(key))
                  .With("found", found)
                  .With("wanted", Join(wanted, ", ")));
}

void Impossible(ConfigReader& reader, std::string_view key, std::string found, std::string wanted) {
  reader.Fail(Invalid("config field " + std::string(key) + " does not fit the others")
                  .With("key", std::string(key))
                  .With("found", std::move(found))
                  .With("wanted", std::move(wanted)));
}

/// One of the names, by its place; 0 (null's) where it is none of them.
template <typename T>
T Choice(ConfigReader& reader, std::string_view key, std::initializer_list<std::pair<std::string_view, T>> choices) {
  const std::optional<std::string> name = reader.OptionalText(key);
  if (!name) return T{};
  std::vector<std::string> names = {"null"};
  for (const auto& [text, value] : choices) {
    if (text == *name) return value;
    names.emplace_back(text);
  }
  Unknown(reader, key, *name, names);
  return T{};
}

std::vector<UNetStage> ReadStages(ConfigReader& reader) {
  const std::vector<std::string> down = reader.Texts(
      "down_block_types", {"CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"});
  const std::vector<std::string> up =
      reader.Texts("up_block_types", {"UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"});
  const std::vector<int64_t> channels = reader.Sizes("block_out_channels", {320, 640, 1280, 1280});
  const size_t count = down.size();
  if (count == 0 || count > kMostStages) {
    Impossible(reader, "down_block_types", std::to_string(count) + " stages", "1 to " + std::to_string(kMostStages));
    return {};
  }
  for (const auto& [key, found] : {std::pair{"up_block_types", up.size()}, {"block_out_channels", channels.size()}}) {
    if (found == count) continue;
    Impossible(reader, key, std::to_string(found) + " items", std::to_string(count) + ", as many as down_block_types");
    return {};
  }
  const std::vector<int64_t> layers = reader.SizeOrSizes("layers_per_block", 2, count);
  const std::vector<int64_t> heads = reader.SizeOrSizes("attention_head_dim", 8, count);
  const std::vector<int64_t> cross = reader.SizeOrSizes("cross_attention_dim", 1280, count);
  const std::vector<bool> only_cross = reader.FlagOrFlags("only_cross_attention", false, count);
  const auto transformer = reader.SizeOrLists("transformer_layers_per_block", 1, count);
  std::vector<std::vector<int64_t>> transformer_up = {transformer.rbegin(), transformer.rend()};
  if (reader.Has("reverse_transformer_layers_per_block")) {
    transformer_up = reader.SizeOrLists("reverse_transformer_layers_per_block", 1, count);
  } else {
    if (std::any_of(transformer.begin(), transformer.end(), [](const auto& list) { return list.size() != 1; }))
      Impossible(reader, "reverse_transformer_layers_per_block", "null",
                 "a list, where transformer_layers_per_block has lists in it");
  }
  std::vector<UNetStage> stages(count);
  for (size_t i = 0; i < count; ++i) {
    UNetStage& stage = stages[i];
    const size_t back = count - 1 - i;
    const StageKind* const down_kind = FindDownKind(down[i]);
    const StageKind* const up_kind = FindUpKind(up[back]);
    if (down_kind == nullptr) Unknown(reader, "down_block_types", down[i], DownKindNames());
    if (up_kind == nullptr) Unknown(reader, "up_block_types", up[back], UpKindNames());
    if (down_kind == nullptr || up_kind == nullptr) return {};
    stage = {.down = *down_kind, .up = *up_kind, .channels = channels[i], .layers = layers[i], .heads = heads[i],
             .head_dim_up = heads[back], .cross_attention_dim = cross[i], .only_cross_attention = only_cross[i]};
    if (stage.layers > kMostLayers)
      Impossible(reader, "layers_per_block", std::to_string(stage.layers), "at most " + std::to_string(kMostLayers));
    if (std::max({stage.channels, stage.cross_attention_dim}) > ConfigReader::kLongestTable)
      Impossible(reader, "block_out_channels", std::to_string(stage.channels),
                 "at most " + std::to_string(ConfigReader::kLongestTable));
    const auto each = [&](const std::vector<int64_t>& list, int64_t wanted, std::string_view key) {
      if (list.size() == 1) return std::vector<int64_t>(static_cast<size_t>(std::min(wanted, kMostLayers + 1)), list[0]);
      if (static_cast<int64_t>(list.size()) < wanted)
        Impossible(reader, key, std::to_string(list.size()) + " numbers", std::to_string(wanted));
      return list;
    };
    stage.transformer_layers = each(transformer[i], stage.layers, "transformer_layers_per_block");
    stage.transformer_layers_up = each(transformer_up[back], stage.layers + 1, "reverse_transformer_layers_per_block");
    for (const auto* list : {&stage.transformer_layers, &stage.transformer_layers_up})
      for (const int64_t number : *list)
        if (number > kMostLayers)
          Impossible(reader, "transformer_layers_per_block", std::to_string(number), "at most " + std::to_string(kMostLayers));
  }
  return stages;
}

/// Heads divide what they have to; groups too.
void CheckWidths(ConfigReader& reader, const UNetConfig& fields) {
  const auto check = [&](const UNetStage& stage, const StageKind& kind, int64_t heads) {
    const StageAttention attention = kind.attention;
    const bool counted = attention == StageAttention::kTransformer, divides = stage.channels % heads == 0;
    if (attention == StageAttention::kNone) return;
    if (heads > stage.channels || (attention == StageAttention::kAddedKv && !divides))
      Impossible(reader, "attention_head_dim", std::to_string(heads),
                 counted ? "at most " + std::to_string(stage.channels) : "a divisor of " + std::to_string(stage.channels));
    if (attention == StageAttention::kAddedKv && fields.cross_norm == DiffusionAttention::CrossNorm::kGroup &&
        stage.cross_attention_dim % 32 != 0)
      Impossible(reader, "cross_attention_dim", std::to_string(stage.cross_attention_dim),
                 "a multiple of 32 where cross_attention_norm is group_norm");
  };
  for (const UNetStage& stage : fields.stages) {
    if (!fields.k() && fields.norm_num_groups && stage.channels % *fields.norm_num_groups != 0)
      Impossible(reader, "norm_num_groups", std::to_string(*fields.norm_num_groups),
                 "a divisor of " + std::to_string(stage.channels));
    check(stage, stage.down, stage.heads);
    check(stage, stage.up, stage.up.attention == StageAttention::kTransformer && !stage.up.k ? stage.heads : stage.head_dim_up);
  }
  if (!fields.k() && !fields.norm_num_groups)
    Impossible(reader, "norm_num_groups", "null", "a number, which all stages but those of k-diffusion need");
  if (fields.norm_num_groups && fields.channels(0) % *fields.norm_num_groups != 0)
    Impossible(reader, "norm_num_groups", std::to_string(*fields.norm_num_groups), "a divisor of " + std::to_string(fields.channels(0)));
  if (!fields.mid) return;
  check(fields.stages.back(), *fields.mid, fields.stages.back().heads);
  if (fields.stages.back().channels % fields.mid_groups() != 0)
    Impossible(reader, "norm_num_groups", std::to_string(fields.mid_groups()), "a divisor of " + std::to_string(fields.stages.back().channels));
}

/// What stages of k-diffusion leave each other on the way down is what they take on the way up, group by group of 32 channels.
void CheckK(ConfigReader& reader, const UNetConfig& fields) {
  const size_t count = fields.stages.size();
  for (size_t i = 0; i < count; ++i) {
    const UNetStage& stage = fields.stages[i];
    if (stage.down.k != fields.k() || stage.up.k != fields.k())
      return reader.Fail(Unsupported("stages of k-diffusion beside others are not implemented")
                             .With("key", stage.down.k != fields.k() ? "down_block_types" : "up_block_types")
                             .With("found", std::string(stage.down.k != fields.k() ? stage.down.name : stage.up.name)));
    if (!fields.k()) continue;
    const auto divides = [](int64_t channels, int64_t of) { return channels >= kGroupSize && of % (channels / kGroupSize) == 0; };
    const int64_t next = fields.channels(i == 0 ? 0 : i - 1);
    if (!divides(stage.channels, stage.channels) || !divides(2 * stage.channels, 2 * stage.channels) || !divides(stage.channels, next))
      Impossible(reader, "block_out_channels", std::to_string(stage.channels), "a multiple of 32, the channels of a group");
    const bool last = i + 1 == count, leaves = !last || stage.down.attention == StageAttention::kNone;
    if (fields.JoinsK(i) != leaves)
      Impossible(reader, "up_block_types", std::string(stage.up.name),
                 leaves ? "a stage that joins what " + std::string(stage.down.name) + " leaves"
                        : "KCrossAttnUpBlock2D, with as many channels as the stage before and the time embedding have");
  }
}

void ReadMid(ConfigReader& reader, const Json& config, UNetConfig& fields) {
  const std::optional<std::string> name = reader.OptionalText("mid_block_type", "UNetMidBlock2DCrossAttn");
  const Json* const only = config.Find("only_cross_attention");
  const bool same = only != nullptr && only->IsBool() && only->AsBool();
  fields.mid_only_cross_attention =
      reader.Has("mid_block_only_cross_attention") ? reader.Flag("mid_block_only_cross_attention", false) : same;
  fields.mid_transformer_layers = {fields.stages.back().transformer_layers.front()};
  if (!name) return;
  if (*name == "UNetMidBlock2DCrossAttn") fields.mid = {"UNetMidBlock2DCrossAttn", StageAttention::kTransformer};
  else if (*name == "UNetMidBlock2DSimpleCrossAttn") fields.mid = {"UNetMidBlock2DSimpleCrossAttn", StageAttention::kAddedKv};
  else if (*name == "UNetMidBlock2D") fields.mid = {"UNetMidBlock2D"};
  else Unknown(reader, "mid_block_type", *name, {"UNetMidBlock2DCrossAttn", "UNetMidBlock2DSimpleCrossAttn", "UNetMidBlock2D", "null"});
}

std::optional<std::string> OptionalActFn(ConfigReader& reader, std::string_view key) {
  const std::optional<std::string> name = reader.OptionalText(key);
  return name ? std::optional(DiffusersActivation(reader, key, *name)) : std::nullopt;
}

void ReadTime(ConfigReader& reader, UNetConfig& fields) {
  const std::string type = reader.Text("time_embedding_type", "positional");
  if (type != "positional" && type != "fourier") Unknown(reader, "time_embedding_type", type, {"positional", "fourier"});
  fields.fourier = type == "fourier";
  const int64_t first = fields.channels(0);
  fields.time_embed_dim = reader.OptionalSize("time_embedding_dim", std::nullopt, 1, ConfigReader::kLongestTable)
                              .value_or(fields.fourier ? 2 * first : 4 * first);
  if (fields.fourier && fields.time_embed_dim % 2 != 0)
    Impossible(reader, "time_embedding_dim", std::to_string(fields.time_embed_dim), "an even number");
  fields.flip_sin_to_cos = reader.Flag("flip_sin_to_cos", true);
  fields.freq_shift = reader.Number("freq_shift", 0.0);
  fields.time_embedding_act_fn = OptionalActFn(reader, "time_embedding_act_fn");
  fields.timestep_post_act = OptionalActFn(reader, "timestep_post_act");
  fields.time_cond_proj_dim = reader.OptionalSize("time_cond_proj_dim", std::nullopt, 1, ConfigReader::kLongestTable);
}

void ReadConditioning(ConfigReader& reader, UNetConfig& fields) {
  const auto optional = [&](std::string_view key) {
    return reader.OptionalSize(key, std::nullopt, 1, ConfigReader::kLongestTable);
  };
  const auto needed = [&](const std::optional<int64_t>& value, std::string_view key, std::string_view by) {
    if (!value) Impossible(reader, key, "null", "a number, which " + std::string(by) + " needs");
    return value.value_or(1);
  };
  const std::optional<int64_t> table = optional("num_class_embeds"), projection = optional("projection_class_embeddings_input_dim"),
                               hid = optional("encoder_hid_dim"), time = optional("addition_time_embed_dim");
  fields.class_embedding =
      Choice<ClassEmbedding>(reader, "class_embed_type", {{"timestep", ClassEmbedding::kTimestep},
                                                          {"identity", ClassEmbedding::kIdentity},
                                                          {"projection", ClassEmbedding::kProjection},
                                                          {"simple_projection", ClassEmbedding::kSimpleProjection}});
  if (fields.class_embedding == ClassEmbedding::kNone && table) fields.class_embedding = ClassEmbedding::kTable;
  fields.num_class_embeds = table.value_or(0);
  if (fields.class_embedding == ClassEmbedding::kProjection || fields.class_embedding == ClassEmbedding::kSimpleProjection)
    fields.class_projection_dim = needed(projection, "projection_class_embeddings_input_dim", "class_embed_type");
  fields.class_embeddings_concat = reader.Flag("class_embeddings_concat", false);
  if (fields.class_embeddings_concat && fields.class_embedding == ClassEmbedding::kNone)
    Impossible(reader, "class_embeddings_concat", "true", "false, where there is no class embedding");

  fields.hid_projection =
      Choice<HidProjection>(reader, "encoder_hid_dim_type", {{"text_proj", HidProjection::kText},
                                                             {"text_image_proj", HidProjection::kTextImage},
                                                             {"image_proj", HidProjection::kImage}});
  if (fields.hid_projection == HidProjection::kNone && hid && !reader.Has("encoder_hid_dim_type"))
    fields.hid_projection = HidProjection::kText;
  fields.encoder_hid_dim = hid.value_or(0);
  if (fields.hid_projection != HidProjection::kNone) needed(hid, "encoder_hid_dim", "encoder_hid_dim_type");

  fields.added = Choice<AddedEmbedding>(reader, "addition_embed_type", {{"text", AddedEmbedding::kText},
                                                                       {"text_image", AddedEmbedding::kTextImage},
                                                                       {"text_time", AddedEmbedding::kTextTime},
                                                                       {"image", AddedEmbedding::kImage},
                                                                       {"image_hint", AddedEmbedding::kImageHint}});
  fields.addition_embed_type_num_heads = reader.Size("addition_embed_type_num_heads", 64, 1, ConfigReader::kLongestTable);
  if (fields.added == AddedEmbedding::kTextTime) {
    fields.addition_time_embed_dim = needed(time, "addition_time_embed_dim", "addition_embed_type");
    fields.added_projection_dim = needed(projection, "projection_class_embeddings_input_dim", "addition_embed_type");
  }
  if (fields.added == AddedEmbedding::kImage || fields.added == AddedEmbedding::kImageHint) needed(hid, "encoder_hid_dim", "addition_embed_type");
  const int64_t text = fields.encoder_hid_dim > 0 ? fields.encoder_hid_dim : fields.stages[0].cross_attention_dim;
  if (fields.added == AddedEmbedding::kText && text % fields.addition_embed_type_num_heads != 0)
    Impossible(reader, "addition_embed_type_num_heads", std::to_string(fields.addition_embed_type_num_heads),
               "a divisor of " + std::to_string(text));
}

}  // namespace

bool UNetConfig::JoinsK(size_t stage) const {
  const int64_t here = channels(stage), next = channels(stage == 0 ? 0 : stage - 1);
  return stages[stage].up.attention == StageAttention::kNone || here != next || here != temb_channels();
}

Result<UNetConfig> ReadUNetConfig(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "UNet2DConditionModel", file);
  UNetConfig fields{};
  fields.stages = ReadStages(reader);
  if (fields.stages.empty()) {
    CONFORMANCE_RETURN_IF_ERROR(reader.status());
    return Invalid("there are no stages").With("file", file.string());
  }
  ReadMid(reader, config, fields);
  ReadTime(reader, fields);
  ReadConditioning(reader, fields);
  if (reader.Has("sample_size")) fields.sample_size = reader.HeightAndWidth("sample_size", 64);
  fields.in_channels = reader.Size("in_channels", 4, 1, ConfigReader::kLongestTable);
  fields.out_channels = reader.Size("out_channels", 4, 1, ConfigReader::kLongestTable);
  if (fields.added == AddedEmbedding::kImageHint && fields.in_channels <= 4)
    Impossible(reader, "in_channels", std::to_string(fields.in_channels), "more than the 4 that are made of the hint");
  fields.conv_in_kernel = reader.Size("conv_in_kernel", 3, 1, 1024);
  fields.conv_out_kernel = reader.Size("conv_out_kernel", 3, 1, 1024);
  fields.center_input_sample = reader.Flag("center_input_sample", false);
  fields.downsample_padding = reader.Size("downsample_padding", 1, 0, 1);
  fields.mid_block_scale_factor = reader.Number("mid_block_scale_factor", 1.0);
  fields.act_fn = DiffusersActivation(reader, "act_fn", reader.Text("act_fn", "silu"));
  fields.norm_num_groups = reader.OptionalSize("norm_num_groups", 32, 1, ConfigReader::kLongestTable);
  fields.norm_eps = reader.Number("norm_eps", 1e-5);
  fields.use_linear_projection = reader.Flag("use_linear_projection", false);
  const std::string shift = reader.Text("resnet_time_scale_shift", "default");
  if (shift != "default" && shift != "scale_shift") Unknown(reader, "resnet_time_scale_shift", shift, {"default", "scale_shift"});
  fields.scale_shift = shift == "scale_shift";
  fields.resnet_skip_time_act = reader.Flag("resnet_skip_time_act", false);
  fields.resnet_out_scale_factor = reader.Number("resnet_out_scale_factor", 1.0);
  for (const auto& [key, factor] : {std::pair{"mid_block_scale_factor", fields.mid_block_scale_factor},
                                    {"resnet_out_scale_factor", fields.resnet_out_scale_factor}})
    if (factor == 0) Impossible(reader, key, "0", "another number: outputs are divided by it");
  fields.cross_norm = Choice<DiffusionAttention::CrossNorm>(
      reader, "cross_attention_norm",
      {{"layer_norm", DiffusionAttention::CrossNorm::kLayer}, {"group_norm", DiffusionAttention::CrossNorm::kGroup}});
  reader.Refuse("num_attention_heads", "diffusers takes the number of heads from attention_head_dim");
  reader.Refuse("dual_cross_attention", "diffusers' own blocks hand it an argument that it does not take");
  const std::string attention = reader.Text("attention_type", "default");
  if (attention == "gated") fields.grounding = Grounding::kText;
  else if (attention == "gated-text-image") fields.grounding = Grounding::kTextImage;
  else if (attention != "default") Unknown(reader, "attention_type", attention, {"default", "gated", "gated-text-image"});
  if (fields.grounding != Grounding::kNone && std::any_of(fields.stages.begin(), fields.stages.end(), [&](const UNetStage& stage) {
        return stage.cross_attention_dim != fields.stages[0].cross_attention_dim;
      }))
    Impossible(reader, "cross_attention_dim", "several numbers", "one, where attention_type is " + attention);
  // The default attention processors take no notice of upcast_attention.
  reader.Ignore({"dropout", "upcast_attention"});
  if (reader.status().ok()) CheckWidths(reader, fields);
  if (reader.status().ok()) CheckK(reader, fields);
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return fields;
}

}  // namespace conformance::models
