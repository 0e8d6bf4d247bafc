#include "framework/models/registry.h"

#include "framework/base/strings.h"
#include "framework/models/bart/bart.h"
#include "framework/models/bert/bert.h"
#include "framework/models/bloom/bloom.h"
#include "framework/models/deberta_v2/deberta_v2.h"
#include "framework/models/diffusion/autoencoder_kl.h"
#include "framework/models/diffusion/unet_2d_condition.h"
#include "framework/models/gemma2/gemma2.h"
#include "framework/models/gpt2/gpt2.h"
#include "framework/models/llama/llama.h"
#include "framework/models/llava/llava.h"
#include "framework/models/mamba/mamba.h"
#include "framework/models/mistral/mistral.h"
#include "framework/models/mixtral/mixtral.h"
#include "framework/models/qwen2_vl/qwen2_vl.h"
#include "framework/models/resnet/resnet.h"
#include "framework/models/swin/swin.h"
#include "framework/models/t5/t5.h"
#include "framework/models/vit/vit.h"
#include "framework/models/wav2vec2/wav2vec2.h"
#include "framework/models/whisper/whisper.h"

namespace conformance::models {

ModelTable DefaultModels() {
  ModelTable table;
  table.Add(AutoencoderKlClass());
  table.Add(BartForConditionalGenerationClass());
  table.Add(BertModelClass());
  table.Add(BloomForCausalLmClass());
  table.Add(DebertaV2ModelClass());
  table.Add(Gemma2ForCausalLmClass());
  table.Add(Gpt2LmHeadModelClass());
  table.Add(LlamaForCausalLmClass());
  table.Add(LlavaForConditionalGenerationClass());
  table.Add(MambaForCausalLmClass());
  table.Add(MistralForCausalLmClass());
  table.Add(MixtralForCausalLmClass());
  table.Add(Qwen2VlForConditionalGenerationClass());
  table.Add(ResNetForImageClassificationClass());
  table.Add(SwinModelClass());
  table.Add(T5ForConditionalGenerationClass());
  table.Add(UNet2DConditionModelClass());
  table.Add(VitForImageClassificationClass());
  table.Add(Wav2Vec2ForCtcClass());
  table.Add(WhisperForConditionalGenerationClass());
  return table;
}

void ModelTable::Add(ModelClass model_class) {
  for (ModelClass& known : classes_) {
    if (known.name != model_class.name) continue;
    known = std::move(model_class);
    return;
  }
  classes_.push_back(std::move(model_class));
}

const ModelClass* ModelTable::Find(std::string_view name) const {
  for (const ModelClass& known : classes_)
    if (known.name == name) return &known;
  return nullptr;
}

Result<const ModelClass*> ModelTable::Resolve(const Json& config, const std::filesystem::path& file) const {
  if (!config.IsObject())
    return TypeError("config is no object").With("file", file.string()).With("found", std::string(Json::KindName(config.kind())));
  std::vector<std::string> names, types;
  for (const ModelClass& known : classes_) {
    names.push_back(known.name);
    types.push_back(known.model_type);
  }
  const auto unknown = [&](std::string_view key, const std::string& found, const std::vector<std::string>& among) {
    return Unsupported("unknown model class \"" + found + "\"; nearest: " + Join(Nearest(found, among), ", "))
        .With("file", file.string())
        .With("key", std::string(key))
        .With("found", found);
  };
  const auto wrong = [&](std::string_view key, const Json& found, std::string_view wanted) {
    return TypeError("field has the wrong type")
        .With("file", file.string())
        .With("key", std::string(key))
        .With("found", std::string(Json::KindName(found.kind())))
        .With("wanted", std::string(wanted));
  };
  if (const Json* architectures = config.Find("architectures"); architectures != nullptr && !architectures->IsNull()) {
    if (!architectures->IsArray()) return wrong("architectures", *architectures, "list of strings");
    // The first that is known; a file may name older classes beside it.
    for (const Json& name : architectures->AsArray()) {
      if (!name.IsString()) return wrong("architectures", name, "list of strings");
      if (const ModelClass* known = Find(name.AsString())) return known;
    }
    if (!architectures->AsArray().empty()) return unknown("architectures", architectures->AsArray().front().AsString(), names);
  }
  if (const Json* name = config.Find("_class_name"); name != nullptr && !name->IsNull()) {
    if (!name->IsString()) return wrong("_class_name", *name, "string");
    if (const ModelClass* known = Find(name->AsString())) return known;
    return unknown("_class_name", name->AsString(), names);
  }
  if (const Json* type = config.Find("model_type"); type != nullptr && !type->IsNull()) {
    if (!type->IsString()) return wrong("model_type", *type, "string");
    for (const ModelClass& known : classes_)
      if (known.model_type == type->AsString()) return &known;
    return unknown("model_type", type->AsString(), types);
  }
  return Invalid("config names no class")
      .With("file", file.string())
      .With("wanted", "architectures, _class_name or model_type");
}

}  // namespace conformance::models
