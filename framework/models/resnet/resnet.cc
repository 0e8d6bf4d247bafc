#include "framework/models/resnet/resnet.h"

#include <algorithm>
#include <utility>

#include "framework/models/config_reader.h"
#include "framework/models/image_layout.h"
#include "framework/nn/activations.h"
#include "framework/nn/arguments.h"
#include "framework/nn/layers.h"
#include "framework/ops/adaptive_avg_pool2d.h"
#include "framework/ops/add.h"
#include "framework/ops/flatten.h"
#include "framework/ops/max_pool2d.h"

namespace conformance::models {
namespace {

using nn::NamedValues;
using nn::Tree;
using ops::OpContext;
using ops::Value;

struct ResNetConfig {
  int64_t num_channels, embedding_size, num_labels;
  std::vector<int64_t> hidden_sizes, depths;
  std::string hidden_act;
  bool bottleneck, downsample_in_first_stage, downsample_in_bottleneck, output_hidden_states;
};

/// Convolution without a bias, normalisation and an activation (none where its name is empty).
class ResNetConvLayer : public nn::Module {
 public:
  struct Shape {
    int64_t in, out, kernel = 3, stride = 1;
  };
  ResNetConvLayer(const Shape& shape, const std::string& activation)
      : Module("ResNetConvLayer"),
        convolution_(Add<nn::Conv2d>("convolution", shape.in, shape.out, std::pair{shape.kernel, shape.kernel},
                                     nn::Conv2d::Options{.stride = {shape.stride, shape.stride},
                                                         .padding = {shape.kernel / 2, shape.kernel / 2},
                                                         .bias = false})),
        normalization_(Add<nn::BatchNorm2d>("normalization", shape.out)),
        activation_(activation.empty() ? nullptr : &Add<nn::Activation>("activation", activation)) {}

  Value Forward(OpContext& c, const Value& hidden_states) const {
    return Call(c, {{"hidden_states", hidden_states}}, [&] {
      const Value normal = normalization_.Forward(c, convolution_.Forward(c, hidden_states));
      return activation_ ? activation_->Forward(c, normal) : normal;
    });
  }

 private:
  nn::Conv2d& convolution_;
  nn::BatchNorm2d& normalization_;
  nn::Activation* activation_;
};

class ResNetEmbeddings : public nn::Module {
 public:
  explicit ResNetEmbeddings(const ResNetConfig& config)
      : Module("ResNetEmbeddings"),
        embedder_(Add<ResNetConvLayer>(
            "embedder",
            ResNetConvLayer::Shape{.in = config.num_channels, .out = config.embedding_size, .kernel = 7, .stride = 2},
            config.hidden_act)) {}

  Value Forward(OpContext& c, const Value& pixel_values) const {
    return Call(c, {{"pixel_values", pixel_values}},
                [&] { return ops::MaxPool2d(c, embedder_.Forward(c, pixel_values), {3, 3}, {2, 2}, {1, 1}); });
  }

 private:
  ResNetConvLayer& embedder_;
};

class ResNetShortCut : public nn::Module {
 public:
  ResNetShortCut(int64_t in, int64_t out, int64_t stride)
      : Module("ResNetShortCut"),
        convolution_(Add<nn::Conv2d>("convolution", in, out, std::pair<int64_t, int64_t>{1, 1},
                                     nn::Conv2d::Options{.stride = {stride, stride}, .bias = false})),
        normalization_(Add<nn::BatchNorm2d>("normalization", out)) {}

  Value Forward(OpContext& c, const Value& input) const {
    return Call(c, {{"input", input}},
                [&] { return normalization_.Forward(c, convolution_.Forward(c, input)); });
  }

 private:
  nn::Conv2d& convolution_;
  nn::BatchNorm2d& normalization_;
};

/// Both kinds of layers: a few convolutions beside a shortcut. Only what follows their sum has the config's activation; between the
/// convolutions it is ReLU.
class ResNetLayer : public nn::Module {
 public:
  ResNetLayer(const ResNetConfig& config, int64_t in, int64_t out, int64_t stride)
      : Module(config.bottleneck ? "ResNetBottleNeckLayer" : "ResNetBasicLayer") {
    if (in != out || stride != 1) shortcut_ = &Add<ResNetShortCut>("shortcut", in, out, stride);
    if (config.bottleneck) {
      const int64_t reduced = out / kReduction;
      const bool early = config.downsample_in_bottleneck;
      AddConv({.in = in, .out = reduced, .kernel = 1, .stride = early ? stride : 1}, "relu");
      AddConv({.in = reduced, .out = reduced, .stride = early ? 1 : stride}, "relu");
      AddConv({.in = reduced, .out = out, .kernel = 1}, "");
    } else {
      AddConv({.in = in, .out = out, .stride = stride}, "relu");
      AddConv({.in = out, .out = out}, "");
    }
    activation_ = &Add<nn::Activation>("activation", config.hidden_act);
  }

  static constexpr int64_t kReduction = 4;

  Value Forward(OpContext& c, const Value& hidden_state) const {
    return Call(c, {{"hidden_state", hidden_state}}, [&] {
      Value hidden = hidden_state;
      for (const ResNetConvLayer* conv : layer_) hidden = conv->Forward(c, hidden);
      const Value residual = shortcut_ ? shortcut_->Forward(c, hidden_state) : hidden_state;
      return activation_->Forward(c, ops::Add(c, hidden, residual));
    });
  }

 private:
  void AddConv(const ResNetConvLayer::Shape& shape, const std::string& activation) {
    layer_.push_back(&Add<ResNetConvLayer>("layer." + std::to_string(layer_.size()), shape, activation));
  }

  ResNetShortCut* shortcut_ = nullptr;
  std::vector<const ResNetConvLayer*> layer_;
  nn::Activation* activation_;
};

class ResNetStage : public nn::Module {
 public:
  ResNetStage(const ResNetConfig& config, int64_t in, int64_t out, int64_t stride, int64_t depth)
      : Module("ResNetStage") {
    for (int64_t i = 0; i < std::max<int64_t>(depth, 1); ++i)
      layers_.push_back(
          &Add<ResNetLayer>("layers." + std::to_string(i), config, i == 0 ? in : out, out, i == 0 ? stride : 1));
  }

  Value Forward(OpContext& c, const Value& input) const {
    return Call(c, {{"input", input}}, [&] {
      Value hidden = input;
      for (const ResNetLayer* layer : layers_) hidden = layer->Forward(c, hidden);
      return hidden;
    });
  }

 private:
  std::vector<const ResNetLayer*> layers_;
};

class ResNetEncoder : public nn::Module {
 public:
  explicit ResNetEncoder(const ResNetConfig& config) : Module("ResNetEncoder") {
    int64_t in = config.embedding_size;
    for (size_t i = 0; i < config.hidden_sizes.size(); ++i) {
      const int64_t stride = i > 0 || config.downsample_in_first_stage ? 2 : 1, out = config.hidden_sizes[i];
      stages_.push_back(
          &Add<ResNetStage>("stages." + std::to_string(i), config, in, out, stride, config.depths[i]));
      in = out;
    }
  }

  /// The last stage's maps; what goes into each stage and the last go to `hidden_states`.
  Value Forward(OpContext& c, const Value& hidden_state, std::vector<Tree>& hidden_states) const {
    return Call(c, {{"hidden_state", hidden_state}}, [&] {
      Value hidden = hidden_state;
      hidden_states.emplace_back(hidden);
      for (const ResNetStage* stage : stages_) {
        hidden = stage->Forward(c, hidden);
        hidden_states.emplace_back(hidden);
      }
      return hidden;
    });
  }

 private:
  std::vector<const ResNetStage*> stages_;
};

class ResNetModel : public nn::Module {
 public:
  explicit ResNetModel(const ResNetConfig& config)
      : Module("ResNetModel"),
        embedder_(Add<ResNetEmbeddings>("embedder", config)),
        encoder_(Add<ResNetEncoder>("encoder", config)) {}

  /// Means of the last maps, [batch, channels, 1, 1].
  Value Forward(OpContext& c, const Value& pixel_values, std::vector<Tree>& hidden_states) const {
    return Call(c, {{"pixel_values", pixel_values}}, [&] {
      const Value last = encoder_.Forward(c, embedder_.Forward(c, pixel_values), hidden_states);
      return ops::AdaptiveAvgPool2d(c, last, {1, 1});
    });
  }

 private:
  ResNetEmbeddings& embedder_;
  ResNetEncoder& encoder_;
};

class ResNetForImageClassification : public nn::Model {
 public:
  ResNetForImageClassification(Json config, const ResNetConfig& fields, nn::ModelTraits traits)
      : Model("ResNetForImageClassification", std::move(config), std::move(traits)),
        fields_(fields),
        resnet_(Add<ResNetModel>("resnet", fields)) {
    // A sequence of Flatten and this one.
    if (fields.num_labels > 0)
      classifier_ = &Add<nn::Linear>("classifier.1", fields.hidden_sizes.back(), fields.num_labels, true);
  }

  Tree Forward(OpContext& c, const Tree& inputs, const Json& kwargs) const override {
    nn::Arguments arguments(c, *this, inputs, kwargs);
    const Value pixel_values = arguments.Tensor("pixel_values", 4);
    const bool output_hidden_states = arguments.Flag("output_hidden_states", fields_.output_hidden_states);
    nn::ReadCommonArguments(arguments);
    arguments.Required(pixel_values, "pixel_values");
    if (!arguments.Finish()) return {};
    return CallTree(c, c.has_observers() ? nn::GetLeafTensors(inputs) : NamedValues(), [&] {
      std::vector<Tree> hidden_states;
      const Value pooled = ops::Flatten(c, resnet_.Forward(c, pixel_values, hidden_states), 1);
      Tree output = Tree::Dict({{"logits", classifier_ ? classifier_->Forward(c, pooled) : pooled}},
                               "ImageClassifierOutputWithNoAttention");
      if (output_hidden_states) output.Set("hidden_states", Tree::List(std::move(hidden_states)));
      return output;
    });
  }

  Result<nn::InputLayout> Layout(std::string_view use) const override {
    // The config names no size.
    return ImageLayout({.channels = fields_.num_channels, .image_size = {64, 64}, .dynamic = true}, use);
  }

 private:
  ResNetConfig fields_;
  ResNetModel& resnet_;
  nn::Linear* classifier_ = nullptr;
};

void CheckStages(ConfigReader& reader, ResNetConfig& fields) {
  constexpr size_t kMostStages = 16;
  constexpr int64_t kMostLayers = 1000;
  const auto fail = [&](std::string message, std::string key, std::string found, std::string wanted) {
    reader.Fail(Invalid(std::move(message))
                    .With("key", std::move(key))
                    .With("found", std::move(found))
                    .With("wanted", std::move(wanted)));
  };
  const size_t stages = fields.hidden_sizes.size();
  // Depths beyond the last stage mean nothing to the library.
  if (stages == 0 || stages > kMostStages || fields.depths.size() < stages)
    return fail("hidden_sizes and depths do not describe the same stages", "depths",
                std::to_string(fields.depths.size()) + " numbers for " + std::to_string(stages) + " stages",
                "one for each of 1 to " + std::to_string(kMostStages) + " stages");
  fields.depths.resize(stages);
  for (const int64_t depth : fields.depths)
    if (depth > kMostLayers)
      return fail("a stage has too many layers", "depths", std::to_string(depth),
                  "at most " + std::to_string(kMostLayers));
  for (const int64_t size : fields.hidden_sizes) {
    if (size > ConfigReader::kLongestTable)
      return fail("a stage is too wide", "hidden_sizes", std::to_string(size),
                  "at most " + std::to_string(ConfigReader::kLongestTable));
    if (fields.bottleneck && size < ResNetLayer::kReduction)
      return fail("a stage of bottleneck layers is too narrow", "hidden_sizes", std::to_string(size),
                  "at least " + std::to_string(ResNetLayer::kReduction));
  }
}

Result<std::unique_ptr<nn::Model>> Make(const Json& config, const std::filesystem::path& file) {
  ConfigReader reader(config, "ResNetForImageClassification", file);
  ResNetConfig fields;
  fields.num_channels = reader.Size("num_channels", 3, 1, 1024);
  fields.embedding_size = reader.Size("embedding_size", 64, 1, ConfigReader::kLongestTable);
  fields.hidden_sizes = reader.Sizes("hidden_sizes", {256, 512, 1024, 2048});
  fields.depths = reader.Sizes("depths", {3, 4, 6, 3}, 0);
  fields.num_labels = reader.Labels();
  fields.hidden_act = reader.ActivationName("hidden_act", "relu");
  const std::string layer_type = reader.Text("layer_type", "bottleneck");
  if (layer_type != "bottleneck" && layer_type != "basic")
    reader.Fail(Unsupported("unknown layer type")
                    .With("key", "layer_type")
                    .With("found", layer_type)
                    .With("wanted", "\"basic\" or \"bottleneck\""));
  fields.bottleneck = layer_type == "bottleneck";
  fields.downsample_in_first_stage = reader.Flag("downsample_in_first_stage", false);
  fields.downsample_in_bottleneck = reader.Flag("downsample_in_bottleneck", false);
  fields.output_hidden_states = reader.Flag("output_hidden_states", false);
  // Derived from the fields above, or of the backbone.
  reader.Ignore({"stage_names", "out_features", "out_indices", "tie_word_embeddings"});
  CheckStages(reader, fields);
  CONFORMANCE_RETURN_IF_ERROR(reader.Finish());
  return nn::MakeModel<ResNetForImageClassification>(
      config, fields,
      nn::ModelTraits{.model_type = "resnet",
                      .task = "image-classification",
                      .base_model_prefix = "resnet",
                      .generates = false,
                      .ignored_keys = {},
                      .renamed_keys = {}});
}

}  // namespace

ModelClass ResNetForImageClassificationClass() { return {"ResNetForImageClassification", "resnet", Make}; }

}  // namespace conformance::models
