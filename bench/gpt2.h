#pragma once

#include <cstdlib>
#include <cstdio>

#include "framework/base/json.h"
#include "framework/load/load.h"

namespace conformance::bench {

/// GPT-2 as published (12 layers of 768, 124 M parameters) with random weights, made once.
struct Gpt2 {
  load::LoadedModel loaded;

  static const Gpt2& Get() {
    static const Gpt2 model = [] {
      Json config = Json::MakeObject();
      config.AsObject() = {{"model_type", "gpt2"}, {"vocab_size", 50257}, {"n_positions", 1024}, {"n_embd", 768}, {"n_layer", 12}, {"n_head", 12}};
      config["architectures"].Append("GPT2LMHeadModel");
      auto made = load::MakeRandomModel(config, 1);
      if (!made.ok()) {
        std::fprintf(stderr, "%s\n", made.error().ToString().c_str());
        std::exit(1);
      }
      return Gpt2{*std::move(made)};
    }();
    return model;
  }
};

}  // namespace conformance::bench
