#include "framework/models/config_reader.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "framework/base/strings.h"
#include "framework/nn/activations.h"

namespace conformance::models {
namespace {

/// What no class's forward looks at: labels, tokens, dropout (nothing is trained here), initialisation, bookkeeping of libraries,
/// and generation's settings, which config.json may carry and generation takes from generation_config.json.
constexpr std::string_view kHarmless[] = {
    "_commit_hash", "_name_or_path", "architectures", "auto_map", "bos_token_id", "cls_token_id", "cross_attention_hidden_size",
    "decoder_start_token_id", "dtype", "eos_token_id", "finetuning_task", "gradient_checkpointing", "id2label",
    "initializer_factor", "initializer_range", "label2id", "mask_token_id", "model_type", "name_or_path", "num_labels",
    "output_past", "pad_token_id", "prefix", "pretraining_tp", "problem_type", "sep_token_id", "task_specific_params",
    "tf_legacy_loss", "tokenizer_class", "torch_dtype", "torchscript", "transformers.js_config", "transformers_version",
    "unsloth_fixed", "unsloth_version", "use_bfloat16", "chunk_size_feed_forward",
    // generation
    "assistant_confidence_threshold", "assistant_lookbehind", "bad_words_ids", "begin_suppress_tokens", "diversity_penalty",
    "do_sample", "early_stopping", "encoder_no_repeat_ngram_size", "encoder_repetition_penalty", "epsilon_cutoff", "eta_cutoff",
    "exponential_decay_length_penalty", "forced_bos_token_id", "forced_eos_token_id", "length_penalty", "max_length",
    "max_new_tokens", "min_length", "no_repeat_ngram_size", "num_assistant_tokens", "num_assistant_tokens_schedule", "num_beam_groups",
    "num_beams", "num_return_sequences", "output_scores", "remove_invalid_values", "repetition_penalty", "return_dict_in_generate",
    "suppress_tokens", "target_lookbehind", "temperature", "top_k", "top_p", "typical_p"};

constexpr int64_t kMostLayers = 10000;

std::string TextOf(const Json& json) {
  switch (json.kind()) {
    case Json::Kind::kBool: return json.AsBool() ? "true" : "false";
    case Json::Kind::kInt: return std::to_string(json.AsInt());
    case Json::Kind::kDouble: return DoubleText(json.AsDouble());
    case Json::Kind::kString: return "\"" + json.AsString() + "\"";
    default: return std::string(Json::KindName(json.kind()));
  }
}

}  // namespace

ConfigReader::ConfigReader(const Json& config, std::string class_name, std::filesystem::path file)
    : config_(config), class_name_(std::move(class_name)), file_(std::move(file)) {}

void ConfigReader::Fail(Error error) {
  if (!status_.ok()) return;
  if (error.Fact("class").empty()) error.With("class", class_name_);
  if (!place_.empty()) error.With("in", place_);
  if (!file_.empty()) error.With("file", file_.string());
  status_ = std::move(error);
}

ConfigReader ConfigReader::Child(std::string_view key) {
  static const Json kEmpty = Json::MakeObject();
  const Json* json = Find(key);
  if (json != nullptr && !json->IsNull() && !json->IsObject()) WrongKind(key, *json, "object");
  ConfigReader child(json != nullptr && json->IsObject() ? *json : kEmpty, class_name_, file_);
  child.place_ = place_.empty() ? std::string(key) : place_ + "." + std::string(key);
  return child;
}

void ConfigReader::Alias(std::string_view key, std::string_view other) { aliases_.emplace_back(key, other); }

const Json* ConfigReader::Find(std::string_view key) {
  known_.emplace_back(key);
  const Json* found = config_.Find(key);
  for (const auto& [name, other] : aliases_) {
    if (name != key) continue;
    known_.push_back(other);
    const Json* second = config_.Find(other);
    if (found != nullptr && second != nullptr && !(*found == *second))
      Fail(Invalid("two names of one field contradict each other")
               .With("key", name + " and " + other)
               .With("found", TextOf(*found) + " and " + TextOf(*second)));
    if (found == nullptr) found = second;
  }
  return found;
}

void ConfigReader::WrongKind(std::string_view key, const Json& found, std::string_view wanted) {
  Fail(TypeError("field has the wrong type").With("key", std::string(key)).With("found", TextOf(found)).With("wanted", std::string(wanted)));
}

std::optional<int64_t> ConfigReader::OptionalSize(std::string_view key, std::optional<int64_t> otherwise, int64_t min, int64_t max) {
  const Json* json = Find(key);
  if (json == nullptr) return otherwise;
  if (json->IsNull()) return std::nullopt;
  if (!json->IsInt()) {
    WrongKind(key, *json, "int");
    return otherwise;
  }
  const int64_t value = json->AsInt();
  if (value >= min && value <= max) return value;
  Fail(Invalid("field is out of range")
           .With("key", std::string(key))
           .With("found", std::to_string(value))
           .With("wanted", "between " + std::to_string(min) + " and " + std::to_string(max)));
  return otherwise;
}

int64_t ConfigReader::Size(std::string_view key, int64_t otherwise, int64_t min, int64_t max) {
  const Json* json = Find(key);
  if (json != nullptr && json->IsNull()) WrongKind(key, *json, "int");
  return OptionalSize(key, otherwise, min, max).value_or(otherwise);
}

int64_t ConfigReader::Layers(std::string_view key, int64_t otherwise) {
  const int64_t layers = Size(key, otherwise);
  if (layers <= kMostLayers) return layers;
  Fail(Invalid("field is out of range")
           .With("key", std::string(key))
           .With("found", std::to_string(layers))
           .With("wanted", "at most " + std::to_string(kMostLayers)));
  return otherwise;
}

std::optional<int64_t> ConfigReader::TokenId(std::string_view key, std::optional<int64_t> otherwise, int64_t vocab_size) {
  const std::optional<int64_t> id = OptionalSize(key, otherwise, -1);
  // −1 is how some files write "none".
  if (!id || *id == -1) return std::nullopt;
  if (*id < vocab_size) return id;
  Fail(Invalid("token id is beyond the vocabulary")
           .With("key", std::string(key))
           .With("found", std::to_string(*id))
           .With("wanted", "below " + std::to_string(vocab_size)));
  return std::nullopt;
}

std::vector<bool> ConfigReader::SlidingLayers(int64_t layers) {
  std::vector<bool> sliding;
  const Json* types = Find("layer_types");
  if (types == nullptr || types->IsNull()) return sliding;
  if (!types->IsArray()) WrongKind("layer_types", *types, "list of strings");
  else if (std::ssize(types->AsArray()) != layers)
    Fail(Invalid("layer_types does not name a type for each layer")
             .With("key", "layer_types")
             .With("found", std::to_string(types->AsArray().size()))
             .With("wanted", std::to_string(layers)));
  if (!status_.ok()) return sliding;
  for (const Json& type : types->AsArray()) {
    const bool known = type.IsString() && (type.AsString() == "full_attention" || type.AsString() == "sliding_attention");
    if (!known)
      Fail(Unsupported("layer_types names a type that is not implemented")
               .With("key", "layer_types")
               .With("found", TextOf(type))
               .With("wanted", "full_attention or sliding_attention"));
    sliding.push_back(known && type.AsString() == "sliding_attention");
  }
  return sliding;
}

void ConfigReader::RefuseLayerTypes(std::string_view only) {
  const Json* types = Find("layer_types");
  if (types == nullptr || types->IsNull()) return;
  if (!types->IsArray()) return WrongKind("layer_types", *types, "list of strings");
  for (const Json& type : types->AsArray())
    if (!type.IsString() || type.AsString() != only)
      return Fail(Unsupported("config field layer_types is not implemented for other layers than " + std::string(only))
                      .With("key", "layer_types")
                      .With("found", TextOf(type)));
}

std::vector<int64_t> ConfigReader::Sizes(std::string_view key, std::vector<int64_t> otherwise, int64_t min) {
  const Json* json = Find(key);
  if (json == nullptr) return otherwise;
  if (!json->IsArray()) {
    WrongKind(key, *json, "list of ints");
    return otherwise;
  }
  std::vector<int64_t> sizes;
  for (const Json& item : json->AsArray()) {
    if (!item.IsInt()) {
      WrongKind(key, item, "list of ints");
      return otherwise;
    }
    if (item.AsInt() < min || item.AsInt() > kLargest) {
      Fail(Invalid("field is out of range")
               .With("key", std::string(key))
               .With("found", std::to_string(item.AsInt()))
               .With("wanted", "between " + std::to_string(min) + " and " + std::to_string(kLargest)));
      return otherwise;
    }
    sizes.push_back(item.AsInt());
  }
  return sizes;
}

/// The items under `key`, where one value stands for `count` alike; nothing where it is absent or wrong.
std::optional<std::vector<Json>> ConfigReader::ListOf(std::string_view key, size_t count, std::string_view wanted) {
  const Json* json = Find(key);
  if (json == nullptr) return std::nullopt;
  if (!json->IsArray()) return std::vector<Json>(count, *json);
  if (json->AsArray().size() == count) return json->AsArray();
  Fail(Invalid("field has the wrong number of items")
           .With("key", std::string(key))
           .With("found", std::to_string(json->AsArray().size()))
           .With("wanted", std::string(wanted) + ", or " + std::to_string(count) + " of them"));
  return std::nullopt;
}

std::optional<int64_t> ConfigReader::SizeAt(std::string_view key, const Json& item, int64_t min) {
  if (!item.IsInt()) {
    WrongKind(key, item, "int");
  } else if (item.AsInt() < min || item.AsInt() > kLargest) {
    Fail(Invalid("field is out of range")
             .With("key", std::string(key))
             .With("found", std::to_string(item.AsInt()))
             .With("wanted", "between " + std::to_string(min) + " and " + std::to_string(kLargest)));
  } else {
    return item.AsInt();
  }
  return std::nullopt;
}

std::vector<int64_t> ConfigReader::SizeOrSizes(std::string_view key, int64_t otherwise, size_t count, int64_t min) {
  std::vector<int64_t> sizes(count, otherwise);
  const auto items = ListOf(key, count, "an int");
  for (size_t i = 0; items && i < count; ++i) sizes[i] = SizeAt(key, (*items)[i], min).value_or(otherwise);
  return sizes;
}

std::vector<std::vector<int64_t>> ConfigReader::SizeOrLists(std::string_view key, int64_t otherwise, size_t count, int64_t min) {
  std::vector<std::vector<int64_t>> lists(count, {otherwise});
  const auto items = ListOf(key, count, "an int");
  for (size_t i = 0; items && i < count; ++i) {
    const Json& item = (*items)[i];
    lists[i].clear();
    if (!item.IsArray()) lists[i].push_back(SizeAt(key, item, min).value_or(otherwise));
    else
      for (const Json& inner : item.AsArray()) lists[i].push_back(SizeAt(key, inner, min).value_or(otherwise));
  }
  return lists;
}

std::vector<bool> ConfigReader::FlagOrFlags(std::string_view key, bool otherwise, size_t count) {
  std::vector<bool> flags(count, otherwise);
  const auto items = ListOf(key, count, "a bool");
  for (size_t i = 0; items && i < count; ++i) {
    if ((*items)[i].IsBool()) flags[i] = (*items)[i].AsBool();
    else WrongKind(key, (*items)[i], "bool");
  }
  return flags;
}

std::vector<std::string> ConfigReader::Texts(std::string_view key, std::vector<std::string> otherwise) {
  const Json* json = Find(key);
  if (json == nullptr) return otherwise;
  std::vector<std::string> texts;
  const bool list = json->IsArray() && std::all_of(json->AsArray().begin(), json->AsArray().end(), [](const Json& item) { return item.IsString(); });
  if (!list) WrongKind(key, *json, "list of strings");
  else
    for (const Json& item : json->AsArray()) texts.push_back(item.AsString());
  return texts;
}

std::optional<std::string> ConfigReader::OptionalText(std::string_view key, std::optional<std::string> otherwise) {
  const Json* json = Find(key);
  if (json == nullptr) return otherwise;
  if (json->IsNull()) return std::nullopt;
  return Text(key, otherwise.value_or(""));
}

std::pair<int64_t, int64_t> ConfigReader::HeightAndWidth(std::string_view key, int64_t otherwise) {
  const Json* json = Find(key);
  if (json == nullptr || !json->IsArray()) {
    const int64_t size = Size(key, otherwise, 1, kLongestTable);
    return {size, size};
  }
  const std::vector<int64_t> sizes = Sizes(key, {otherwise, otherwise});
  if (sizes.size() == 2 && sizes[0] <= kLongestTable && sizes[1] <= kLongestTable) return {sizes[0], sizes[1]};
  Fail(Invalid("field is no height and width")
           .With("key", std::string(key))
           .With("found", std::to_string(sizes.size()) + " numbers")
           .With("wanted", "two, up to " + std::to_string(kLongestTable)));
  return {otherwise, otherwise};
}

double ConfigReader::Number(std::string_view key, double otherwise) {
  const Json* json = Find(key);
  if (json == nullptr) return otherwise;
  if (json->IsNumber() && std::isfinite(json->AsDouble())) return json->AsDouble();
  WrongKind(key, *json, "number");
  return otherwise;
}

bool ConfigReader::Flag(std::string_view key, bool otherwise) {
  const Json* json = Find(key);
  if (json == nullptr) return otherwise;
  if (json->IsBool()) return json->AsBool();
  WrongKind(key, *json, "bool");
  return otherwise;
}

std::string ConfigReader::Text(std::string_view key, std::string otherwise) {
  const Json* json = Find(key);
  if (json == nullptr) return otherwise;
  if (json->IsString()) return json->AsString();
  WrongKind(key, *json, "string");
  return otherwise;
}

int64_t ConfigReader::Labels() {
  const Json* names = Find("id2label");
  if (names == nullptr || names->IsNull()) return OptionalSize("num_labels", 2, 0, kLongestTable).value_or(2);
  if (names->IsObject()) return static_cast<int64_t>(names->AsObject().size());
  WrongKind("id2label", *names, "object");
  return 0;
}

std::string ConfigReader::ActivationName(std::string_view key, std::string otherwise) {
  std::string name = Text(key, otherwise);
  const Status known = nn::CheckActivation(name);
  if (known.ok()) return name;
  Fail(Error(known.error()).With("key", std::string(key)));
  return otherwise;
}

nn::AttentionKind ConfigReader::Attention() {
  nn::AttentionKind kind = nn::AttentionKind::kSdpa;
  for (const std::string_view key : {"_attn_implementation", "attn_implementation"}) {
    const Json* json = Find(key);
    if (json == nullptr || json->IsNull()) continue;
    const std::string name = Text(key, "sdpa");
    if (name == "eager") kind = nn::AttentionKind::kEager;
    if (name != "sdpa" && name != "eager")
      Fail(Unsupported("attention implementation \"" + name + "\" is not implemented; set it to \"sdpa\" or \"eager\"").With("key", std::string(key)));
  }
  return kind;
}

bool ConfigReader::Has(std::string_view key) {
  const Json* json = Find(key);
  return json != nullptr && !json->IsNull();
}

void ConfigReader::Refuse(std::string_view key, std::string_view why, const Json& neutral) {
  const Json* json = Find(key);
  if (json == nullptr || json->IsNull() || *json == neutral || (json->IsBool() && !json->AsBool() && neutral.IsNull())) return;
  if (json->IsNumber() && neutral.IsNumber() && json->AsDouble() == neutral.AsDouble()) return;
  Fail(Unsupported("config field " + std::string(key) + " is not implemented: " + std::string(why))
           .With("key", std::string(key))
           .With("found", TextOf(*json)));
}

void ConfigReader::NeedTrue(std::string_view key, std::string_view why) {
  if (!Flag(key, true))
    Fail(Unsupported("config field " + std::string(key) + "=false is not implemented: " + std::string(why)).With("key", std::string(key)));
}

void ConfigReader::Ignore(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) known_.emplace_back(key);
}

nn::RopeConfig ConfigReader::Rope(int64_t head_dim, int64_t max_position_embeddings, double default_theta,
                                  std::vector<int64_t> default_sections) {
  nn::RopeConfig rope;
  const bool sections = !default_sections.empty();
  rope.sections = std::move(default_sections);
  rope.head_dim = head_dim;
  rope.max_position_embeddings = max_position_embeddings;
  // The older key comes first where it has a value, as transformers writes `rope_scaling or self.rope_parameters`.
  const Json* parameters = Find("rope_parameters");
  const Json* scaling = Find("rope_scaling");
  const bool older = scaling != nullptr && !scaling->IsNull() && !(scaling->IsObject() && scaling->AsObject().empty());
  if (older) parameters = scaling;
  const std::string place = older ? "rope_scaling" : "rope_parameters";
  static const Json kEmpty = Json::MakeObject();
  if (parameters == nullptr || parameters->IsNull()) parameters = &kEmpty;
  if (!parameters->IsObject()) {
    WrongKind(place, *parameters, "object");
    return rope;
  }
  const auto number = [&](std::string_view key) -> std::optional<double> {
    const Json* json = parameters->Find(key);
    if (json == nullptr || json->IsNull()) return std::nullopt;
    if (json->IsNumber() && std::isfinite(json->AsDouble())) return json->AsDouble();
    WrongKind(place + "." + std::string(key), *json, "number");
    return std::nullopt;
  };
  const auto numbers = [&](std::string_view key) {
    std::vector<double> values;
    const Json* json = parameters->Find(key);
    if (json == nullptr || json->IsNull()) return values;
    if (!json->IsArray()) {
      WrongKind(place + "." + std::string(key), *json, "list of numbers");
      return values;
    }
    for (const Json& item : json->AsArray()) {
      if (item.IsNumber()) values.push_back(item.AsDouble());
      else WrongKind(place + "." + std::string(key), item, "list of numbers");
    }
    return values;
  };
  const auto length = [&](const Json* json, const std::string& key) -> std::optional<int64_t> {
    if (json == nullptr || json->IsNull()) return std::nullopt;
    if (json->IsInt() && json->AsInt() > 0) return json->AsInt();
    if (json->IsNumber()) Fail(Invalid("field is not a positive integer").With("key", key).With("found", TextOf(*json)));
    else WrongKind(key, *json, "int");
    return std::nullopt;
  };
  for (const std::string_view key : {"rope_type", "type"}) {
    const Json* json = parameters->Find(key);
    if (json == nullptr || json->IsNull()) continue;
    if (json->IsString()) rope.type = json->AsString();
    else WrongKind(place + "." + std::string(key), *json, "string");
    break;
  }

  if (sections && rope.type == "mrope") rope.type = "default";
  if (const Json* json = parameters->Find("mrope_section"); sections && json != nullptr && !json->IsNull()) {
    rope.sections.clear();
    const bool list = json->IsArray() && !json->AsArray().empty();
    if (!list) WrongKind(place + ".mrope_section", *json, "list of ints");
    for (size_t i = 0; list && i < json->AsArray().size(); ++i) {
      const Json& item = json->AsArray()[i];
      if (item.IsInt() && item.AsInt() >= 0 && item.AsInt() <= kLongestTable) rope.sections.push_back(item.AsInt());
      else WrongKind(place + ".mrope_section", item, "int from 0 on");
    }
  }
  const double outer_theta = Number("rope_theta", default_theta);
  rope.theta = number("rope_theta").value_or(outer_theta);
  const Json* outer_share = Find("partial_rotary_factor");
  const double share = outer_share == nullptr || outer_share->IsNull() ? 1.0 : Number("partial_rotary_factor", 1.0);
  rope.partial_rotary_factor = number("partial_rotary_factor").value_or(share);
  rope.factor = number("factor");
  rope.attention_factor = number("attention_factor");
  rope.beta_fast = number("beta_fast");
  rope.beta_slow = number("beta_slow");
  rope.mscale = number("mscale");
  rope.mscale_all_dim = number("mscale_all_dim");
  rope.low_freq_factor = number("low_freq_factor");
  rope.high_freq_factor = number("high_freq_factor");
  rope.short_factor = numbers("short_factor");
  rope.long_factor = numbers("long_factor");
  if (const Json* json = parameters->Find("truncate"); json != nullptr) {
    // Python takes null for false here.
    if (json->IsBool() || json->IsNull()) rope.truncate = json->IsBool() && json->AsBool();
    else WrongKind(place + ".truncate", *json, "bool");
  }
  // The field of the config itself goes before the one inside, and the current maximum stands in for both.
  rope.original_max_position_embeddings = length(Find("original_max_position_embeddings"), "original_max_position_embeddings");
  if (!rope.original_max_position_embeddings)
    rope.original_max_position_embeddings =
        length(parameters->Find("original_max_position_embeddings"), place + ".original_max_position_embeddings")
            .value_or(max_position_embeddings);
  const bool factor_missing = parameters->Find("factor") == nullptr;
  if (factor_missing && (rope.type == "linear" || rope.type == "dynamic" || rope.type == "yarn" || rope.type == "llama3"))
    Fail(Invalid("rope_parameters of this rope_type need a field that is missing")
             .With("key", place + ".factor")
             .With("rope_type", rope.type));

  static constexpr std::string_view kKnown[] = {
      "rope_type", "type", "rope_theta", "partial_rotary_factor", "factor", "attention_factor", "beta_fast", "beta_slow", "mscale",
      "mscale_all_dim", "low_freq_factor", "high_freq_factor", "short_factor", "long_factor", "truncate",
      "original_max_position_embeddings", "finetuned"};
  for (const auto& [key, value] : parameters->AsObject())
    if (!value.IsNull() && std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown) && !(sections && key == "mrope_section"))
      Fail(Unsupported("config field " + place + "." + key + " is not implemented").With("key", place + "." + key));
  return rope;
}

Status ConfigReader::Finish() {
  Refuse("quantization_config", "this checkpoint is quantized");
  Refuse("per_layer_config", "layers differ from each other");
  Refuse("output_attentions", "attention weights are not kept");
  Refuse("tie_last_hidden_states", "hidden states before the last normalisation", true);
  Refuse("return_dict", "outputs have names here", true);
  if (std::find(known_.begin(), known_.end(), "is_encoder_decoder") == known_.end())
    Refuse("is_encoder_decoder", "this class has no encoder beside it");
  Refuse("tie_encoder_decoder", "encoder and decoder with one set of weights");
  Refuse("pruned_heads", "heads were removed", Json::MakeObject());
  if (!status_.ok()) return status_;
  for (const auto& [key, value] : config_.AsObject()) {
    if (value.IsNull() || StartsWith(key, "_")) continue;
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    if (std::find(std::begin(kHarmless), std::end(kHarmless), key) != std::end(kHarmless)) continue;
    Fail(Unsupported("config field " + key + " is not known to this class, and may change what it computes")
             .With("key", key)
             .With("nearest", Join(Nearest(key, known_, 2), ", ")));
    break;
  }
  return status_;
}

}  // namespace conformance::models
