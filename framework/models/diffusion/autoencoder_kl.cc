#include "framework/models/diffusion/autoencoder_kl.h"

#include <algorithm>
#include <utility>

#include "framework/base/strings.h"
#include "framework/models/config_reader.h"
#include "framework/models/diffusion/activation_name.h"
#include "framework/models/diffusion/attention.h"
#include "framework/models/diffusion/blocks.h"
#include "framework/nn/arguments.h"
#include "framework/ops/chunk.h"
#include "framework/ops/clamp.h"
#include "framework/ops/exp.h"
#include "framework/ops/mul.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

constexpr double kEps = 1e-6;  ///< of all norms

struct VaeConfig {
  int64_t in_channels, out_channels, latent_channels, layers_per_block, norm_num_groups;
  std::vector<StageKind> down, up;  ///< `up` in the order in which they are run
  std::vector<int64_t> channels;
  std::string act_fn;
  bool use_quant_conv, use_post_quant_conv, mid_block_add_attention;
  std::pair<int64_t, int64_t> sample_size;

  int64_t halvings() const { return static_cast<int64_t>(channels.size()) - 1; }
};

nn::Conv2d::Options Same() { return SquareConv(1, 1); }

StageOptions OptionsOf(const VaeConfig& config, const StageKind& kind, int64_t channels, int64_t layers) {
  return {.kind = kind,
          .resnet = {.temb_channels = std::nullopt, .groups = config.norm_num_groups, .eps = kEps, .act_fn = config.act_fn},
          .layers = layers,
          .attention_head_dim = channels};
}

StageOptions MidOptionsOf(const VaeConfig& config) {
  const StageKind kind{"UNetMidBlock2D", config.mid_block_add_attention ? StageAttention::kSelf : StageAttention::kNone};
  return OptionsOf(config, kind, config.channels.back(), 1);
}

/// [batch, in_channels, h, w] -> [batch, 2 · latent_channels, h', w'].
class Encoder : public nn::Module {
 public:
  explicit Encoder(const VaeConfig& config)
      : Module("Encoder"),
        conv_in_(Add<nn::Conv2d>("conv_in", config.in_channels, config.channels[0], std::pair<int64_t, int64_t>{3, 3}, Same())) {
    const size_t count = config.channels.size();
    for (size_t i = 0; i < count; ++i) {
      const int64_t out = config.channels[i];
      down_blocks_.push_back(&Add<DownStage>("down_blocks." + std::to_string(i), config.channels[i == 0 ? 0 : i - 1], out,
                                             OptionsOf(config, config.down[i], out, config.layers_per_block), i + 1 < count, 0));
    }
    const int64_t last = config.channels.back();
    mid_block_ = &Add<MidStage>("mid_block", last, MidOptionsOf(config));
    conv_norm_out_ = &Add<nn::GroupNorm>("conv_norm_out", config.norm_num_groups, last, kEps);
    conv_act_ = &Add<nn::Activation>("conv_act", "silu");
    conv_out_ = &Add<nn::Conv2d>("conv_out", last, 2 * config.latent_channels, std::pair<int64_t, int64_t>{3, 3}, Same());
  }

  Value Forward(OpContext& c, const Value& sample) const {
    return Call(c, {{"sample", sample}}, [&] {
      Value x = conv_in_.Forward(c, sample);
      for (const DownStage* stage : down_blocks_) x = stage->Forward(c, x);
      x = mid_block_->Forward(c, x, {}, {});
      return conv_out_->Forward(c, conv_act_->Forward(c, conv_norm_out_->Forward(c, x)));
    });
  }

 private:
  nn::Conv2d& conv_in_;
  std::vector<const DownStage*> down_blocks_;
  const MidStage* mid_block_;
  nn::GroupNorm* conv_norm_out_;
  nn::Activation* conv_act_;
  nn::Conv2d* conv_out_;
};

/// [batch, latent_channels, h, w] -> [batch, out_channels, h', w'].
class Decoder : public nn::Module {
 public:
  explicit Decoder(const VaeConfig& config)
      : Module("Decoder"),
        conv_in_(Add<nn::Conv2d>("conv_in", config.latent_channels, config.channels.back(), std::pair<int64_t, int64_t>{3, 3}, Same())),
        mid_block_(Add<MidStage>("mid_block", config.channels.back(), MidOptionsOf(config))) {
    const size_t count = config.channels.size();
    for (size_t i = 0; i < count; ++i) {
      const int64_t in = config.channels[i == 0 ? count - 1 : count - i], out = config.channels[count - 1 - i];
      up_blocks_.push_back(&Add<UpStage>("up_blocks." + std::to_string(i), in, out,
                                         OptionsOf(config, config.up[i], out, config.layers_per_block + 1), i + 1 < count));
    }
    conv_norm_out_ = &Add<nn::GroupNorm>("conv_norm_out", config.norm_num_groups, config.channels[0], kEps);
    conv_act_ = &Add<nn::Activation>("conv_act", "silu");
    conv_out_ = &Add<nn::Conv2d>("conv_out", config.channels[0], config.out_channels, std::pair<int64_t, int64_t>{3, 3}, Same());
  }

  Value Forward(OpContext& c, const Value& sample) const {
    return Call(c, {{"sample", sample}}, [&] {
      Value x = mid_block_.Forward(c, conv_in_.Forward(c, sample), {}, {});
      for (const UpStage* stage : up_blocks_) x = stage->Forward(c, x);
      return conv_out_->Forward(c, conv_act_->Forward(c, conv_norm_out_->Forward(c, x)));
    });
  }

 private:
  nn::Conv2d& conv_in_;
  const MidStage& mid_block_;
  std::vector<const UpStage*> up_blocks_;
  nn::GroupNorm* conv_norm_out_;
  nn::Activation* conv_act_;
  nn::Conv2d* conv_out_;
};

class AutoencoderKl : public nn::Model {
 public:
  AutoencoderKl(Json config, const VaeConfig& fields, nn::ModelTraits traits)
      : Model("AutoencoderKL", std::move(config), std::move(traits)),
        fields_(fields),
        encoder_(Add<Encoder>("encoder", fields)),
        decoder_(Add<Decoder>("decoder", fields)) {
    const auto point = [&](const char* name, int64_t channels) {
      return &Add<nn::Conv2d>(name, channels, channels, std::pair<int64_t, int64_t>{1, 1}, nn::Conv2d::Options{});
    };
    if (fields.use_quant_conv) quant_conv_ = point("quant_conv", 2 * fields.latent_channels);
    if (fields.use_post_quant_conv) post_quant_conv_ = point("post_quant_conv", fields.latent_channels);
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const std::string entry = nn::EntryPoint(arguments, *this);
    const bool decode = entry == "decode";
    const char* const name = decode ? "latent_sample" : "sample";
    const Value given = arguments.Tensor(name, 4);
    arguments.Required(given, name);
    if (entry.empty()) arguments.Refuse("sample_posterior", "random numbers of PyTorch's generator");
    arguments.Ignore("sample_posterior");
    arguments.NeedTrue("return_dict", "outputs have names here");
    if (!arguments.Finish()) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      if (decode) return Decoded(c, given);
      const Value parameters = Encoded(c, given);
      const std::vector<Value> halves = ops::Chunk(c, parameters, 2, 1);
      if (halves.size() != 2) return Tree();
      if (entry.empty()) return Decoded(c, halves[0]);  // the mean is the mode
      const Value std = ops::Exp(c, ops::Mul(c, ops::Clamp(c, halves[1], -30.0, 20.0), 0.5));
      return Tree::Dict({{"latent_parameters", parameters},
                         {"latent_dist", Tree::Dict({{"mean", halves[0]}, {"std", std}}, "DiagonalGaussianDistribution")}},
                        "AutoencoderKLOutput");
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    nn::InputLayout layout;
    layout.symbols.push_back({"batch", 1, 64});
    const bool latents = use == "decode";
    const int64_t factor = int64_t{1} << fields_.halvings();
    const auto side = [&](const char* name, int64_t own) {
      // Each halving rounds down, and a map keeps a row.
      const int64_t least = latents ? 1 : factor, wanted = std::max(latents ? own / factor : own, least);
      layout.symbols.push_back({.name = name, .min = least, .max = 2 * wanted + 32, .wanted = wanted});
      return SymInt::Symbol(name);
    };
    const SymInt height = side("height", fields_.sample_size.first), width = side("width", fields_.sample_size.second);
    const int64_t channels = latents ? fields_.latent_channels : fields_.in_channels;
    layout.inputs = {{latents ? "latent_sample" : "sample",
                      DType::kF32,
                      {SymInt::Symbol("batch"), channels, height, width},
                      nn::Fill::kNormal}};
    if (use == "forward") return layout;
    if (use != "encode" && use != "decode")
      return Unsupported("an autoencoder has no such use")
          .With("found", std::string(use))
          .With("wanted", "forward, encode or decode");
    layout.kwargs["entry_point"] = std::string(use);
    return layout;
  }

 private:
  Value Encoded(OpContext& c, const Value& sample) const {
    const Value x = encoder_.Forward(c, sample);
    return quant_conv_ ? quant_conv_->Forward(c, x) : x;
  }
  Tree Decoded(OpContext& c, const Value& latents) const {
    const Value z = post_quant_conv_ ? post_quant_conv_->Forward(c, latents) : latents;
    return Tree::Dict({{"sample", decoder_.Forward(c, z)}}, "DecoderOutput");
  }

  VaeConfig fields_;
  Encoder& encoder_;
  Decoder& decoder_;
  nn::Conv2d* quant_conv_ = nullptr;
  nn::Conv2d* post_quant_conv_ = nullptr;
};

void ReadStages(ConfigReader& reader, VaeConfig& fields) {
  constexpr size_t kMostStages = 16;
  const std::vector<std::string> down = reader.Texts("down_block_types", {"DownEncoderBlock2D"});
  const std::vector<std::string> up = reader.Texts("up_block_types", {"UpDecoderBlock2D"});
  fields.channels = reader.Sizes("block_out_channels", {64});
  const size_t count = fields.channels.size();
  if (count == 0 || count > kMostStages || down.size() != count || up.size() != count)
    return reader.Fail(Invalid("block_out_channels, down_block_types and up_block_types do not describe the same stages")
                           .With("key", "block_out_channels")
                           .With("found", std::to_string(count) + ", " + std::to_string(down.size()) + " and " +
                                              std::to_string(up.size()) + " items")
                           .With("wanted", "1 to " + std::to_string(kMostStages) + ", and as many of each"));
  const auto find = [&](std::string_view key, const std::string& name, const StageKind* kind, const std::vector<std::string>& known) {
    if (kind != nullptr) return *kind;
    reader.Fail(Unsupported("config field " + std::string(key) + " has a value that is not implemented")
                    .With("key", std::string(key))
                    .With("found", name)
                    .With("wanted", Join(known, ", ")));
    return StageKind{};
  };
  for (size_t i = 0; i < count; ++i) {
    fields.down.push_back(find("down_block_types", down[i], FindEncoderKind(down[i]), EncoderKindNames()));
    fields.up.push_back(find("up_block_types", up[i], FindDecoderKind(up[i]), DecoderKindNames()));
    if (fields.channels[i] > ConfigReader::kLongestTable || fields.channels[i] % fields.norm_num_groups != 0)
      reader.Fail(Invalid("a stage's width is too large or no multiple of norm_num_groups")
                      .With("key", "block_out_channels")
                      .With("found", std::to_string(fields.channels[i]))
                      .With("wanted", "a multiple of " + std::to_string(fields.norm_num_groups) + ", at most " +
                                          std::to_string(ConfigReader::kLongestTable)));
  }
}

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "AutoencoderKL", file);
  VaeConfig fields{};
  fields.in_channels = reader.Size("in_channels", 3, 1, ConfigReader::kLongestTable);
  fields.out_channels = reader.Size("out_channels", 3, 1, ConfigReader::kLongestTable);
  fields.latent_channels = reader.Size("latent_channels", 4, 1, ConfigReader::kLongestTable);
  fields.layers_per_block = reader.Size("layers_per_block", 1, 1, 1000);
  fields.norm_num_groups = reader.Size("norm_num_groups", 32, 1, ConfigReader::kLongestTable);
  fields.act_fn = DiffusersActivation(reader, "act_fn", reader.Text("act_fn", "silu"));
  fields.sample_size = reader.HeightAndWidth("sample_size", 32);
  fields.use_quant_conv = reader.Flag("use_quant_conv", true);
  fields.use_post_quant_conv = reader.Flag("use_post_quant_conv", true);
  fields.mid_block_add_attention = reader.Flag("mid_block_add_attention", true);
  ReadStages(reader, fields);
  // What pipelines do to latents and types.
  reader.Ignore({"scaling_factor", "shift_factor", "latents_mean", "latents_std", "force_upcast"});
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  auto model = std::make_unique<AutoencoderKl>(
      config, fields,
      nn::ModelTraits{.model_type = "AutoencoderKL",
                      .task = "autoencoding",
                      .base_model_prefix = "",
                      .generates = false,
                      .ignored_keys = {},
                      .renamed_keys = RenamedAttentionKeys(),
                      .entry_points = {"encode", "decode"}});
  model->Finish();
  return std::unique_ptr<nn::Model>(std::move(model));
}

}  // namespace

ModelClass AutoencoderKlClass() { return {"AutoencoderKL", "AutoencoderKL", Make}; }

}  // namespace conformance::models
