#include "framework/models/swin/swin.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "framework/models/config_reader.h"
#include "framework/models/image_layout.h"
#include "framework/models/mlp.h"
#include "framework/models/position_grid.h"
#include "framework/nn/arguments.h"
#include "framework/nn/attention.h"
#include "framework/nn/layers.h"
#include "framework/ops/add.h"
#include "framework/ops/arange.h"
#include "framework/ops/cat.h"
#include "framework/ops/contiguous.h"
#include "framework/ops/equal.h"
#include "framework/ops/expand.h"
#include "framework/ops/flatten.h"
#include "framework/ops/greater_equal.h"
#include "framework/ops/index.h"
#include "framework/ops/masked_fill.h"
#include "framework/ops/mean.h"
#include "framework/ops/mul.h"
#include "framework/ops/not_equal.h"
#include "framework/ops/pad.h"
#include "framework/ops/permute.h"
#include "framework/ops/reshape.h"
#include "framework/ops/roll.h"
#include "framework/ops/slice.h"
#include "framework/ops/sub.h"
#include "framework/ops/to.h"
#include "framework/ops/transpose.h"
#include "framework/ops/unsqueeze.h"
#include "framework/ops/view.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct SwinConfig {
  std::pair<int64_t, int64_t> image_size, patch_size;
  int64_t num_channels, embed_dim, window_size;
  std::vector<int64_t> depths, num_heads;
  double mlp_ratio, layer_norm_eps;
  bool qkv_bias, use_absolute_embeddings, output_hidden_states;
  std::string hidden_act;
  nn::AttentionKind attention;
  Tensor
      relative_index;  ///< row of the bias table for each pair of positions in a window; one for all blocks

  int64_t stages() const { return static_cast<int64_t>(depths.size()); }
  int64_t dim(int64_t stage) const { return embed_dim << stage; }
  int64_t patches() const {
    return (image_size.first / patch_size.first) * (image_size.second / patch_size.second);
  }
};

/// Height and width of a feature map, in patches. Sums, products and quotients of symbols: nothing here asks how large they are, so a
/// trace holds for every image.
struct Grid {
  SymInt height, width;

  /// After the next merging of patches.
  Grid Halved() const { return {CeilDiv(height, 2), CeilDiv(width, 2)}; }
};

/// [batch, h, w, c] grown at the end of both axes to `height` and `width`.
Value PadTo(OpContext& c, const Value& x, const Grid& from, const SymInt& height, const SymInt& width) {
  const SymInt bottom = height - from.height, right = width - from.width;
  if (bottom.AsInt() == 0 && right.AsInt() == 0) return x;
  return ops::Pad(c, x, {0, 0, 0, right, 0, bottom});
}

/// [batch, rows · size, columns · size, c] -> [batch · rows · columns, size, size, c].
Value WindowPartition(OpContext& c, const Value& x, const Grid& windows, int64_t size) {
  const Value split = ops::View(c, x, {x.size(0), windows.height, size, windows.width, size, x.size(3)});
  return ops::View(c, ops::Contiguous(c, ops::Transpose(c, split, 2, 3)), {-1, size, size, x.size(3)});
}

/// The reverse of WindowPartition.
Value WindowReverse(OpContext& c, const Value& x, const SymInt& batch, const Grid& windows, int64_t size) {
  const Value split = ops::View(c, x, {batch, windows.height, windows.width, size, size, x.size(3)});
  return ops::View(c, ops::Contiguous(c, ops::Transpose(c, split, 2, 3)),
                   {batch, windows.height * size, windows.width * size, x.size(3)});
}

class SwinPatchEmbeddings : public nn::Module {
 public:
  explicit SwinPatchEmbeddings(const SwinConfig& config)
      : Module("SwinPatchEmbeddings"),
        patch_(config.patch_size),
        projection_(Add<nn::Conv2d>("projection", config.num_channels, config.embed_dim, config.patch_size,
                                    nn::Conv2d::Options{.stride = {patch_.first, patch_.second}})) {}

  /// Patches in rows, [batch, height · width, dim]; what is left of one at the right and the bottom is filled with zeros.
  Value Forward(OpContext& c, const Value& pixel_values, Grid& grid) const {
    return Call(c, {{"pixel_values", pixel_values}}, [&] {
      grid = {CeilDiv(pixel_values.size(2), patch_.first), CeilDiv(pixel_values.size(3), patch_.second)};
      const SymInt bottom = grid.height * patch_.first - pixel_values.size(2);
      const SymInt right = grid.width * patch_.second - pixel_values.size(3);
      Value x = pixel_values;
      if (right.AsInt() != 0) x = ops::Pad(c, x, {0, right});
      if (bottom.AsInt() != 0) x = ops::Pad(c, x, {0, 0, 0, bottom});
      return ops::Transpose(c, ops::Flatten(c, projection_.Forward(c, x), 2), 1, 2);
    });
  }

 private:
  std::pair<int64_t, int64_t> patch_;
  nn::Conv2d& projection_;
};

class SwinEmbeddings : public nn::Module {
 public:
  explicit SwinEmbeddings(const SwinConfig& config)
      : Module("SwinEmbeddings"),
        patch_(config.patch_size),
        patches_(config.patches()),
        patch_embeddings_(Add<SwinPatchEmbeddings>("patch_embeddings", config)) {
    if (config.use_absolute_embeddings)
      position_embeddings_ = &AddParameter("position_embeddings", {1, config.patches(), config.embed_dim});
    norm_ = &Add<nn::LayerNorm>("norm", config.embed_dim, 1e-5);
  }

  /// With `interpolate` a table of positions is stretched to an image of any size.
  Value Forward(OpContext& c, const Value& pixel_values, bool interpolate, Grid& grid) const {
    return Call(c, {{"pixel_values", pixel_values}}, [&] {
      const Value embeddings = norm_->Forward(c, patch_embeddings_.Forward(c, pixel_values, grid));
      if (position_embeddings_ == nullptr) return embeddings;
      const Value table = Weight(c, *position_embeddings_);
      return ops::Add(c, embeddings, interpolate ? StretchPositions(c, table, patches_, patch_, pixel_values) : table);
    });
  }

 private:
  std::pair<int64_t, int64_t> patch_;
  int64_t patches_;
  SwinPatchEmbeddings& patch_embeddings_;
  nn::Parameter* position_embeddings_ = nullptr;
  nn::LayerNorm* norm_;
};

class SwinPatchMerging : public nn::Module {
 public:
  explicit SwinPatchMerging(int64_t dim)
      : Module("SwinPatchMerging"),
        reduction_(Add<nn::Linear>("reduction", 4 * dim, 2 * dim, false)),
        norm_(Add<nn::LayerNorm>("norm", 4 * dim, 1e-5)) {}

  Value Forward(OpContext& c, const Value& input_feature, const Grid& grid) const {
    return Call(c, {{"input_feature", input_feature}}, [&] {
      const SymInt batch = input_feature.size(0), channels = input_feature.size(2);
      const Grid half = grid.Halved();
      Value x = ops::View(c, input_feature, {batch, grid.height, grid.width, channels});
      x = PadTo(c, x, grid, half.height * 2, half.width * 2);
      // Where both sizes are even, x[row::2, column::2] of all four corners.
      const Value blocks = ops::View(c, x, {batch, half.height, 2, half.width, 2, channels});
      const Value corners = ops::Permute(c, blocks, {0, 1, 3, 4, 2, 5});  // [.., column, row, channel]
      return reduction_.Forward(
          c, norm_.Forward(c, ops::Reshape(c, corners, {batch, half.height * half.width, channels * 4})));
    });
  }

 private:
  nn::Linear& reduction_;
  nn::LayerNorm& norm_;
};

/// Row of the bias table for each pair of positions in a window, the query's first.
Tensor RelativeIndex(int64_t window) {
  std::vector<int64_t> index;
  const int64_t area = window * window;
  for (int64_t query = 0; query < area; ++query)
    for (int64_t key = 0; key < area; ++key) {
      const int64_t rows = query / window - key / window + window - 1,
                    columns = query % window - key % window + window - 1;
      index.push_back(rows * (2 * window - 1) + columns);
    }
  return Tensor::Of<int64_t>({area * area}, index);
}

class SwinRelativePositionBias : public nn::Module {
 public:
  SwinRelativePositionBias(const SwinConfig& config, int64_t heads)
      : Module("SwinRelativePositionBias"),
        area_(config.window_size * config.window_size),
        table_(AddParameter("relative_position_bias_table",
                            {(2 * config.window_size - 1) * (2 * config.window_size - 1), heads},
                            nn::Init::kZeros)),
        index_(AddConstant("relative_position_index", config.relative_index)) {}

  /// [1, heads, area, area].
  Value Forward(OpContext& c) const {
    return Call(c, {}, [&] {
      const Value rows =
          ops::View(c, ops::Index(c, Weight(c, table_), {Weight(c, index_)}), {area_, area_, -1});
      return ops::Unsqueeze(c, ops::Contiguous(c, ops::Permute(c, rows, {2, 0, 1})), 0);
    });
  }

 private:
  int64_t area_;
  nn::Parameter& table_;
  nn::Parameter& index_;
};

class SwinAttention : public nn::Module {
 public:
  SwinAttention(const SwinConfig& config, int64_t dim, int64_t heads)
      : Module("SwinAttention"),
        heads_(heads),
        head_dim_(dim / heads),
        kind_(config.attention),
        q_proj_(Add<nn::Linear>("q_proj", dim, dim, config.qkv_bias)),
        k_proj_(Add<nn::Linear>("k_proj", dim, dim, config.qkv_bias)),
        v_proj_(Add<nn::Linear>("v_proj", dim, dim, config.qkv_bias)),
        o_proj_(Add<nn::Linear>("o_proj", dim, dim, true)),
        bias_(Add<SwinRelativePositionBias>("relative_position_bias", config, heads)) {}

  /// `windows` [batch · n, area, dim], `mask` [n, area, area] or absent.
  Value Forward(OpContext& c, const Value& windows, const Value& mask, const SymInt& batch) const {
    NamedValues inputs = {{"hidden_states", windows}};
    if (mask.defined()) inputs.emplace_back("attention_mask", mask);
    return Call(c, inputs, [&] {
      const Value q = nn::SplitHeads(c, q_proj_.Forward(c, windows), heads_, head_dim_);
      const Value k = nn::SplitHeads(c, k_proj_.Forward(c, windows), heads_, head_dim_);
      const Value v = nn::SplitHeads(c, v_proj_.Forward(c, windows), heads_, head_dim_);
      Value scores = bias_.Forward(c);
      if (mask.defined()) {
        const Value all =
            ops::Expand(c, ops::Unsqueeze(c, ops::Unsqueeze(c, mask, 1), 0), {batch, -1, -1, -1, -1});
        scores = ops::Add(c, scores, ops::Reshape(c, all, {-1, 1, mask.size(1), mask.size(2)}));
      }
      const double scale = 1.0 / std::sqrt(static_cast<double>(head_dim_));
      return o_proj_.Forward(
          c, nn::Attend(c, q, k, v, {scores, false, kind_}, scale, heads_, heads_, {.softmax = true}));
    });
  }

 private:
  int64_t heads_, head_dim_;
  nn::AttentionKind kind_;
  nn::Linear& q_proj_;
  nn::Linear& k_proj_;
  nn::Linear& v_proj_;
  nn::Linear& o_proj_;
  SwinRelativePositionBias& bias_;
};

class SwinLayer : public nn::Module {
 public:
  SwinLayer(const SwinConfig& config, int64_t dim, int64_t heads, bool shifted)
      : Module("SwinLayer"),
        window_(config.window_size),
        shifted_(shifted && config.window_size > 1),
        attention_(Add<SwinAttention>("attention", config, dim, heads)),
        layernorm_before_(Add<nn::LayerNorm>("layernorm_before", dim, config.layer_norm_eps)),
        layernorm_after_(Add<nn::LayerNorm>("layernorm_after", dim, config.layer_norm_eps)),
        mlp_(Add<Mlp>("mlp", "SwinMLP", dim, static_cast<int64_t>(config.mlp_ratio * static_cast<double>(dim)), config.hidden_act)) {}

  Value Forward(OpContext& c, const Value& hidden_states, const Grid& grid) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const SymInt batch = hidden_states.size(0), channels = hidden_states.size(2);
      const SymInt shift = Shift(c, grid);
      const Grid windows{CeilDiv(grid.height, window_), CeilDiv(grid.width, window_)};
      const SymInt height = windows.height * window_, width = windows.width * window_;

      Value x = ops::View(c, layernorm_before_.Forward(c, hidden_states),
                          {batch, grid.height, grid.width, channels});
      x = PadTo(c, x, grid, height, width);
      if (shift.AsInt() != 0) x = ops::Roll(c, x, {-shift, -shift}, {1, 2});
      x = ops::View(c, WindowPartition(c, x, windows, window_), {-1, window_ * window_, channels});
      x = attention_.Forward(c, x, Mask(c, x.dtype(), shift, windows), batch);
      x = WindowReverse(c, ops::View(c, x, {-1, window_, window_, channels}), batch, windows, window_);
      if (shift.AsInt() != 0) x = ops::Roll(c, x, {shift, shift}, {1, 2});
      const bool padded = (height - grid.height).AsInt() != 0 || (width - grid.width).AsInt() != 0;
      if (padded)
        x = ops::Contiguous(c, ops::Slice(c, ops::Slice(c, x, 1, 0, grid.height), 2, 0, grid.width));
      const Value attended =
          ops::Add(c, hidden_states, ops::View(c, x, {batch, grid.height * grid.width, channels}));
      return ops::Add(c, mlp_.Forward(c, layernorm_after_.Forward(c, attended)), attended);
    });
  }

 private:
  /// How far this block's windows are shifted: not at all where one window covers the shorter side. Written as a product, so that
  /// where the size is a symbol one trace holds for both.
  SymInt Shift(OpContext& c, const Grid& grid) const {
    const SymInt shorter = Min(grid.height, grid.width);
    c.Assert(Ge(shorter, window_), "a feature map is smaller than window_size " + std::to_string(window_));
    if (!shifted_) return 0;
    return Min(Max(shorter - window_, 0), 1) * (window_ / 2);
  }

  /// What positions of one window may see of each other, [windows, area, area]: a shift brings parts of the map together that lie
  /// apart. Each axis has three regions; without a shift every window lies in one of them.
  Value Mask(OpContext& c, DType dtype, const SymInt& shift, const Grid& windows) const {
    if (shift.AsInt() == 0) return {};
    const auto regions = [&](const SymInt& size) {
      const Value at = ops::Arange(c, size);
      return ops::Add(c, ops::To(c, ops::GreaterEqual(c, at, size - window_), DType::kI64),
                      ops::To(c, ops::GreaterEqual(c, at, size - shift), DType::kI64));
    };
    const SymInt height = windows.height * window_, width = windows.width * window_;
    const Value rows = ops::View(c, ops::Mul(c, regions(height), 3), {1, height, 1, 1});
    const Value columns = ops::View(c, regions(width), {1, 1, width, 1});
    const Value numbers = ops::To(c, ops::Add(c, rows, columns), dtype);
    const Value own = ops::View(c, WindowPartition(c, numbers, windows, window_), {-1, window_ * window_});
    const Value apart = ops::Sub(c, ops::Unsqueeze(c, own, 1), ops::Unsqueeze(c, own, 2));
    const Value hidden = ops::MaskedFill(c, apart, ops::NotEqual(c, apart, 0), -100.0);
    return ops::MaskedFill(c, hidden, ops::Equal(c, apart, 0), 0.0);
  }

  int64_t window_;
  bool shifted_;
  SwinAttention& attention_;
  nn::LayerNorm& layernorm_before_;
  nn::LayerNorm& layernorm_after_;
  Mlp& mlp_;
};

class SwinStage : public nn::Module {
 public:
  SwinStage(const SwinConfig& config, int64_t stage) : Module("SwinStage") {
    const auto at = static_cast<size_t>(stage);
    for (int64_t i = 0; i < config.depths[at]; ++i)
      blocks_.push_back(&Add<SwinLayer>("blocks." + std::to_string(i), config, config.dim(stage),
                                        config.num_heads[at], i % 2 == 1));
    if (stage + 1 < config.stages()) downsample_ = &Add<SwinPatchMerging>("downsample", config.dim(stage));
  }

  /// `grid` becomes that of the result.
  Value Forward(OpContext& c, const Value& hidden_states, Grid& grid) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      Value hidden = hidden_states;
      for (const SwinLayer* block : blocks_) hidden = block->Forward(c, hidden, grid);
      if (downsample_ == nullptr) return hidden;
      hidden = downsample_->Forward(c, hidden, grid);
      grid = grid.Halved();
      return hidden;
    });
  }

 private:
  std::vector<SwinLayer*> blocks_;
  SwinPatchMerging* downsample_ = nullptr;
};

/// What SwinEncoder gives: the last state, and all of them where they were asked for.
struct Encoded {
  Value last;
  std::vector<Tree> hidden_states, reshaped;
};

class SwinEncoder : public nn::Module {
 public:
  explicit SwinEncoder(const SwinConfig& config) : Module("SwinEncoder") {
    for (int64_t i = 0; i < config.stages(); ++i)
      layers_.push_back(&Add<SwinStage>("layers." + std::to_string(i), config, i));
  }

  Encoded Forward(OpContext& c, const Value& embeddings, Grid grid, bool all) const {
    Encoded encoded;
    encoded.last = Call(c, {{"hidden_states", embeddings}}, [&] {
      Value hidden = embeddings;
      const auto keep = [&] {
        if (!all) return;
        encoded.hidden_states.emplace_back(hidden);
        const Value map = ops::View(c, hidden, {hidden.size(0), grid.height, grid.width, hidden.size(2)});
        encoded.reshaped.emplace_back(ops::Contiguous(c, ops::Permute(c, map, {0, 3, 1, 2})));
      };
      keep();
      for (const SwinStage* layer : layers_) {
        hidden = layer->Forward(c, hidden, grid);
        keep();
      }
      return hidden;
    });
    return encoded;
  }

 private:
  std::vector<SwinStage*> layers_;
};

class SwinModel : public nn::Model {
 public:
  SwinModel(Json config, const SwinConfig& fields, nn::ModelTraits traits)
      : Model("SwinModel", std::move(config), std::move(traits)),
        fields_(fields),
        embeddings_(Add<SwinEmbeddings>("embeddings", fields)),
        encoder_(Add<SwinEncoder>("encoder", fields)),
        layernorm_(Add<nn::LayerNorm>("layernorm", fields.dim(fields.stages() - 1), fields.layer_norm_eps)) {}

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const Value pixel_values = arguments.Tensor("pixel_values", 4);
    const bool output_hidden_states = arguments.Flag("output_hidden_states", fields_.output_hidden_states);
    nn::ReadCommonArguments(arguments);
    arguments.Refuse("bool_masked_pos", "this class has no mask token");
    const bool interpolate = arguments.Flag("interpolate_pos_encoding", false);
    arguments.Required(pixel_values, "pixel_values");
    if (!arguments.Finish()) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      Grid grid;
      const Value embeddings = embeddings_.Forward(c, pixel_values, interpolate, grid);
      Encoded encoded = encoder_.Forward(c, embeddings, grid, output_hidden_states);
      const Value last = layernorm_.Forward(c, encoded.last);
      Tree output = Tree::Dict({{"last_hidden_state", last}, {"pooler_output", ops::Mean(c, last, {1})}},
                               "SwinModelOutput");
      if (output_hidden_states) {
        output.Set("hidden_states", Tree::List(std::move(encoded.hidden_states)));
        output.Set("reshaped_hidden_states", Tree::List(std::move(encoded.reshaped)));
      }
      return output;
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override { return LayoutFor(use, {}); }

  Result<nn::InputLayout> LayoutFor(std::string_view use, const Json& kwargs) const override {
    const Json* const asked = kwargs.Find("interpolate_pos_encoding");
    const bool interpolate = fields_.use_absolute_embeddings && asked && asked->IsBool() && asked->AsBool();
    ImageShape shape{.channels = fields_.num_channels,
                     .image_size = fields_.image_size,
                     .dynamic = !fields_.use_absolute_embeddings || interpolate};
    // The last stage's map must hold a window.
    const int64_t least = ((fields_.window_size - 1) << (fields_.stages() - 1)) + 1;
    shape.min_size = {(least - 1) * fields_.patch_size.first + 1,
                      (least - 1) * fields_.patch_size.second + 1};
    CONFORMANCE_TRY(nn::InputLayout layout, ImageLayout(shape, use));
    // The library stretches to whole patches, and a padded image has one more.
    for (nn::InputSymbol& symbol : layout.symbols)
      if (interpolate && symbol.name != "batch") symbol.step = symbol.name == "height" ? fields_.patch_size.first : fields_.patch_size.second;
    return layout;
  }

 private:
  SwinConfig fields_;
  SwinEmbeddings& embeddings_;
  SwinEncoder& encoder_;
  nn::LayerNorm& layernorm_;
};

void CheckStages(ConfigReader& reader, const SwinConfig& fields) {
  constexpr size_t kMostStages = 16;
  const size_t stages = fields.depths.size();
  if (stages == 0 || stages > kMostStages || fields.num_heads.size() != stages)
    return reader.Fail(
        Invalid("depths and num_heads do not describe the same stages")
            .With("key", "num_heads")
            .With("found", std::to_string(fields.num_heads.size()) + " numbers for " +
                               std::to_string(stages) + " stages")
            .With("wanted", "one for each of 1 to " + std::to_string(kMostStages) + " stages"));
  for (size_t i = 0; i < stages; ++i) {
    const int64_t dim = fields.dim(static_cast<int64_t>(i));
    if (dim > ConfigReader::kLongestTable)
      return reader.Fail(
          Invalid("a stage is too wide").With("key", "embed_dim").With("found", std::to_string(dim)));
    if (dim % fields.num_heads[i] != 0)
      return reader.Fail(Invalid("a stage's width is no multiple of its heads")
                             .With("key", "num_heads")
                             .With("found", std::to_string(fields.num_heads[i]))
                             .With("wanted", "a divisor of " + std::to_string(dim)));
    if (fields.depths[i] > 1000)
      return reader.Fail(Invalid("a stage has too many blocks")
                             .With("key", "depths")
                             .With("found", std::to_string(fields.depths[i])));
  }
}

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "SwinModel", file);
  SwinConfig fields;
  fields.image_size = reader.HeightAndWidth("image_size", 224);
  fields.patch_size = reader.HeightAndWidth("patch_size", 4);
  fields.num_channels = reader.Size("num_channels", 3, 1, 1024);
  fields.embed_dim = reader.Size("embed_dim", 96, 1, ConfigReader::kLongestTable);
  fields.depths = reader.Sizes("depths", {2, 2, 6, 2});
  fields.num_heads = reader.Sizes("num_heads", {3, 6, 12, 24});
  fields.window_size = reader.Size("window_size", 7, 1, 32);
  fields.mlp_ratio = reader.Number("mlp_ratio", 4.0);
  fields.qkv_bias = reader.Flag("qkv_bias", true);
  fields.hidden_act = reader.ActivationName("hidden_act", "gelu");
  fields.use_absolute_embeddings = reader.Flag("use_absolute_embeddings", false);
  fields.layer_norm_eps = reader.Number("layer_norm_eps", 1e-5);
  fields.attention = reader.Attention();
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  CheckStages(reader, fields);
  fields.relative_index = RelativeIndex(fields.window_size);
  // Derived from the fields above, or of the backbone and the masked-image head.
  reader.Ignore({"num_layers", "hidden_size", "stage_names", "out_features", "out_indices", "encoder_stride",
                 "path_norm", "hidden_dropout_prob", "attention_probs_dropout_prob", "drop_path_rate",
                 "tie_word_embeddings"});
  if (std::max(fields.patch_size.first, fields.patch_size.second) > 4096)
    reader.Fail(Invalid("field is out of range").With("key", "patch_size").With("wanted", "at most 4096"));
  if (fields.mlp_ratio < 0 || fields.mlp_ratio > 1024)
    reader.Fail(
        Invalid("field is out of range").With("key", "mlp_ratio").With("wanted", "between 0 and 1024"));
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return nn::MakeModel<SwinModel>(
      config, fields,
      nn::ModelTraits{.model_type = "swin",
                      .task = "image-feature-extraction",
                      .base_model_prefix = "swin",
                      .generates = false,
                      .ignored_keys = {"*relative_position_index"},
                      .renamed_keys = {{"attention.self.query", "attention.q_proj"},
                                       {"attention.self.key", "attention.k_proj"},
                                       {"attention.self.value", "attention.v_proj"},
                                       {"attention.self.relative_position_bias_table",
                                        "attention.relative_position_bias.relative_position_bias_table"},
                                       {"attention.output.dense", "attention.o_proj"},
                                       {"intermediate.dense", "mlp.fc1"},
                                       {"output.dense", "mlp.fc2"}}});
}

}  // namespace

ModelClass SwinModelClass() { return {"SwinModel", "swin", Make}; }

}  // namespace conformance::models
