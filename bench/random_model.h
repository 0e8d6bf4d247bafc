#pragma once

#include <cstdio>
#include <cstdlib>

#include "framework/base/json.h"
#include "framework/load/load.h"

namespace conformance::bench {

/// A model of that class with random weights and the published sizes: `config` over the class's defaults. Ends the program where it cannot be made.
inline load::LoadedModel RandomModel(const char* model_class, Json config) {
  config["architectures"] = Json::MakeArray();
  config["architectures"].Append(model_class);
  auto made = load::MakeRandomModel(config, 1);
  if (!made.ok()) {
    std::fprintf(stderr, "%s\n", made.error().ToString().c_str());
    std::exit(1);
  }
  return *std::move(made);
}

/// GPT-2: 12 layers of 768, 124 M parameters.
inline const load::LoadedModel& Gpt2() {
  static const load::LoadedModel model = [] {
    Json config = Json::MakeObject();
    config.AsObject() = {{"model_type", "gpt2"}, {"vocab_size", 50257}, {"n_positions", 1024}, {"n_embd", 768}, {"n_layer", 12}, {"n_head", 12}};
    return RandomModel("GPT2LMHeadModel", std::move(config));
  }();
  return model;
}

/// ViT-base with patches of 16: 12 layers of 768, 86 M parameters.
inline const load::LoadedModel& VitBase() {
  static const load::LoadedModel model = [] {
    Json config = Json::MakeObject();
    config.AsObject() = {{"model_type", "vit"}};
    return RandomModel("ViTForImageClassification", std::move(config));
  }();
  return model;
}

/// ResNet-50: bottlenecks, 3, 4, 6, 3 of them.
inline const load::LoadedModel& Resnet50() {
  static const load::LoadedModel model = [] {
    Json config = Json::MakeObject();
    config.AsObject() = {{"model_type", "resnet"}};
    return RandomModel("ResNetForImageClassification", std::move(config));
  }();
  return model;
}

}  // namespace conformance::bench
