#include "framework/generate/generate.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "framework/base/strings.h"

namespace conformance::generate {
namespace {

using nn::Tree;

/// A matrix of ids that grows to the right, row by row.
struct Ids {
  int64_t rows = 0;
  std::vector<std::vector<int64_t>> values;  // one a row
  Shape leading = {};  // sizes of the axes that rows stand for; none: one axis

  int64_t columns() const { return values.empty() ? 0 : static_cast<int64_t>(values.front().size()); }
  Tensor Last(int64_t count) const {
    std::vector<int64_t> flat;
    for (const auto& row : values) flat.insert(flat.end(), row.end() - count, row.end());
    Shape shape = leading.empty() ? Shape{rows} : leading;
    shape.push_back(count);
    return Tensor::Of<int64_t>(shape, flat);
  }
  Tensor All() const { return Last(columns()); }
};

Result<Ids> ReadIds(std::string_view name, const Tensor& tensor, const Ids* like) {
  const bool fits = tensor.rank() == 2 && IsIntegral(tensor.dtype()) &&
                    (like == nullptr || (tensor.dim(0) == like->rows && tensor.dim(1) == like->columns()));
  if (!fits)
    return ShapeError("generation takes integers [batch, length], of one size for all inputs")
        .With("input", std::string(name))
        .With("found", Describe(tensor));
  Ids ids;
  ids.rows = tensor.dim(0);
  const std::vector<int64_t> flat = tensor.ToInts();
  for (int64_t row = 0; row < ids.rows; ++row)
    ids.values.emplace_back(flat.begin() + row * tensor.dim(1), flat.begin() + (row + 1) * tensor.dim(1));
  return ids;
}

template <typename T>
bool Contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// Zeros where the pad token stands, if it can be told from the end token; else ones.
Ids DefaultMask(const Ids& ids, const GenerateOptions& options) {
  const bool can_tell = options.pad_token_id && !Contains(options.eos_token_ids, *options.pad_token_id);
  Ids mask = ids;
  for (auto& row : mask.values)
    for (int64_t& value : row) value = can_tell && value == *options.pad_token_id ? 0 : 1;
  return mask;
}

/// Positions of the tokens that count; 0 at padding.
Ids PositionsOf(const Ids& mask) {
  Ids positions = mask;
  for (auto& row : positions.values) {
    int64_t next = 0;
    for (int64_t& value : row) value = value != 0 ? next++ : 0;
  }
  return positions;
}

/// Positions that a class has computed for its prompt, [..., length].
Result<Ids> GivenPositions(const Tensor& tensor, int64_t length) {
  if (tensor.rank() < 2 || tensor.dim(-1) != length || !IsIntegral(tensor.dtype()))
    return ShapeError("a class gave positions that do not fit its prompt").With("found", Describe(tensor)).With("wanted", "[..., " + std::to_string(length) + "]");
  Ids positions;
  positions.leading = Shape(tensor.shape().begin(), tensor.shape().end() - 1);
  positions.rows = tensor.num_elements() / length;
  const std::vector<int64_t> flat = tensor.ToInts();
  for (int64_t row = 0; row < positions.rows; ++row) positions.values.emplace_back(flat.begin() + row * length, flat.begin() + (row + 1) * length);
  return positions;
}

struct Best {
  int64_t id = 0;
  double margin = 0;
};
/// The best of the last position's logits in each row: [batch, time, vocabulary].
Result<std::vector<Best>> BestOfLast(const Tensor& logits, int64_t rows) {
  if (logits.rank() != 3 || logits.dim(0) != rows || logits.dim(1) < 1 || logits.dim(2) < 1)
    return ShapeError("logits have the wrong sizes").With("found", Describe(logits)).With("wanted", "[" + std::to_string(rows) + ", time, vocabulary]");
  const int64_t time = logits.dim(1), vocabulary = logits.dim(2);
  std::vector<Best> best;
  for (int64_t row = 0; row < rows; ++row) {
    const Tensor last = logits.View({vocabulary}, {logits.strides()[2]},
                                    logits.offset() + row * logits.strides()[0] + (time - 1) * logits.strides()[1]);
    const std::vector<double> values = last.ToDoubles();
    const auto top = std::max_element(values.begin(), values.end());
    double second = -std::numeric_limits<double>::infinity();
    for (auto value = values.begin(); value != values.end(); ++value)
      if (value != top) second = std::max(second, *value);
    best.push_back({top - values.begin(), *top - second});
  }
  return best;
}

/// Runs one forward in a fresh context.
Result<Tree> Forward(const nn::Model& model, const Tree& inputs, const Json& kwargs, const ContextFactory& context) {
  CONFORMANCE_TRY(const std::unique_ptr<ops::OpContext> run, context());
  Tree outputs = model.Forward(*run, inputs, kwargs);
  if (run->failed()) return Error(run->status().error());
  return outputs;
}

Error WrongType(std::string_view key, const Json& found, std::string_view wanted) {
  return TypeError("generation setting has the wrong type")
      .With("key", std::string(key))
      .With("found", std::string(Json::KindName(found.kind())))
      .With("wanted", std::string(wanted));
}

/// Settings that change which token is chosen, each with the value that changes nothing.
struct Neutral {
  std::string_view key;
  Json value;
};
const std::vector<Neutral>& Unimplemented() {
  static const std::vector<Neutral> settings = {
      {"do_sample", false}, {"num_beams", 1}, {"num_beam_groups", 1}, {"num_return_sequences", 1}, {"repetition_penalty", 1.0},
      {"encoder_repetition_penalty", 1.0}, {"no_repeat_ngram_size", 0}, {"encoder_no_repeat_ngram_size", 0}, {"min_length", 0},
      {"min_new_tokens", 0}, {"bad_words_ids", nullptr}, {"force_words_ids", nullptr}, {"constraints", nullptr},
      {"forced_bos_token_id", nullptr}, {"forced_eos_token_id", nullptr}, {"suppress_tokens", nullptr},
      {"begin_suppress_tokens", nullptr}, {"sequence_bias", nullptr}, {"guidance_scale", 1.0}, {"penalty_alpha", nullptr},
      {"dola_layers", nullptr}, {"stop_strings", nullptr}, {"max_time", nullptr},
      {"exponential_decay_length_penalty", nullptr}, {"watermarking_config", nullptr}, {"token_healing", false},
      {"prompt_lookup_num_tokens", nullptr}, {"assistant_early_exit", nullptr}, {"prefill_chunk_size", nullptr},
      {"remove_invalid_values", false}};
  return settings;
}

}  // namespace

Result<GenerateOptions> GenerateOptions::FromJson(const Json& generation_config, const Json& kwargs) {
  const auto find = [&](std::string_view key) -> const Json* {
    for (const Json* json : {&kwargs, &generation_config})
      if (const Json* found = json->Find(key); found != nullptr && !found->IsNull()) return found;
    return nullptr;
  };
  for (const auto& [key, neutral] : Unimplemented()) {
    const Json* found = find(key);
    if (found == nullptr || *found == neutral) continue;
    if (found->IsNumber() && neutral.IsNumber() && found->AsDouble() == neutral.AsDouble()) continue;
    return Unsupported("generation setting " + std::string(key) + " is not implemented: decoding is greedy here").With("key", std::string(key));
  }
  // Growing caches, then those of a fixed length, under all their names; which memory they lie in changes nothing. A quantized one holds
  // other numbers.
  static constexpr std::string_view kStorages[] = {"dynamic",          "dynamic_full",     "offloaded", "static",        "offloaded_static",
                                                   "offloaded_hybrid", "hybrid",           "hybrid_chunked", "sliding_window",
                                                   "offloaded_hybrid_chunked"};
  constexpr std::ptrdiff_t kGrowing = 3;
  GenerateOptions options;
  if (const Json* storage = find("cache_implementation")) {
    if (!storage->IsString()) return WrongType("cache_implementation", *storage, "string");
    const auto known = std::find(std::begin(kStorages), std::end(kStorages), storage->AsString());
    options.static_cache = known - std::begin(kStorages) >= kGrowing;
    if (known == std::end(kStorages))
      return Unsupported("a cache of this kind is not implemented")
          .With("key", "cache_implementation")
          .With("found", storage->AsString())
          .With("wanted", Join(std::vector<std::string>(std::begin(kStorages), std::end(kStorages)), ", "));
  }
  if (const Json* flag = find("use_cache")) {
    if (!flag->IsBool()) return WrongType("use_cache", *flag, "bool");
    options.use_cache = flag->AsBool();
  }
  for (const auto& [key, field] : {std::pair{"max_new_tokens", &options.max_new_tokens},
                                   {"max_length", &options.max_length},
                                   {"max_cache_len", &options.max_cache_len}}) {
    const Json* length = find(key);
    if (length == nullptr) continue;
    if (!length->IsInt() || length->AsInt() < 1) return WrongType(key, *length, "positive int");
    *field = length->AsInt();
  }
  if (const Json* eos = find("eos_token_id")) {
    const std::vector<Json> ids = eos->IsArray() ? eos->AsArray() : std::vector<Json>{*eos};
    for (const Json& id : ids) {
      if (!id.IsInt()) return WrongType("eos_token_id", id, "int or list of ints");
      options.eos_token_ids.push_back(id.AsInt());
    }
  }
  for (const auto& [key, field] : {std::pair{"pad_token_id", &options.pad_token_id}, {"decoder_start_token_id", &options.decoder_start_token_id}}) {
    const Json* id = find(key);
    if (id == nullptr) continue;
    if (!id->IsInt()) return WrongType(key, *id, "int");
    *field = id->AsInt();
  }
  // transformers lets a decoder start from the beginning token where nothing else is said.
  if (const Json* begin = find("bos_token_id"); begin != nullptr && begin->IsInt() && !options.decoder_start_token_id)
    options.decoder_start_token_id = begin->AsInt();
  return options;
}

namespace {

/// The inputs of a generation, sorted: ids that grow, what stays, and what an encoder takes.
struct Prompt {
  Ids ids, mask, types;
  bool has_types = false;
  bool keep_mask = false;   ///< some mask has a zero, or belongs to an encoder
  Tree fixed = Tree::Dict();  ///< passed in every step
};

bool HasZero(const Ids& mask) {
  return std::any_of(mask.values.begin(), mask.values.end(), [](const auto& row) {
    return std::any_of(row.begin(), row.end(), [](int64_t value) { return value != 1; });
  });
}

/// A decoder's own prompt: ids, mask and types grow together.
Result<Prompt> DecoderPrompt(const nn::Model& model, const NamedTensors& inputs, const GenerateOptions& options) {
  const nn::GenerationTraits& traits = model.traits().generation;
  Prompt prompt;
  bool has_mask = false;
  if (const Tensor* ids = Find(inputs, traits.ids)) {
    CONFORMANCE_TRY(prompt.ids, ReadIds(traits.ids, *ids, nullptr));
  }
  if (prompt.ids.columns() == 0) return Invalid("generation needs " + traits.ids + " [batch, length]").With("class", model.class_name());
  for (const auto& [name, tensor] : inputs) {
    if (name == traits.ids || Contains(traits.encoded, name)) continue;
    if (name == "attention_mask") {
      CONFORMANCE_TRY(prompt.mask, ReadIds(name, tensor, &prompt.ids));
      has_mask = true;
    } else if (name == "token_type_ids") {
      CONFORMANCE_TRY(prompt.types, ReadIds(name, tensor, &prompt.ids));
      prompt.has_types = true;
    } else {
      return Unsupported("generation from input " + name + " is not implemented").With("class", model.class_name());
    }
  }
  if (!has_mask) prompt.mask = DefaultMask(prompt.ids, options);
  // transformers drops a mask of ones after it has made positions from it.
  prompt.keep_mask = HasZero(prompt.mask);
  return prompt;
}

/// A decoder behind an encoder starts from one token; the encoder's mask goes into every step as it is.
Result<Prompt> EncoderDecoderPrompt(const nn::Model& model, const NamedTensors& inputs, const GenerateOptions& options) {
  const nn::GenerationTraits& traits = model.traits().generation;
  Prompt prompt;
  const Tensor* source = nullptr;
  for (const auto& [name, tensor] : inputs) {
    if (Contains(traits.encoded, name)) {
      source = &tensor;
    } else if (name == traits.ids) {
      CONFORMANCE_TRY(prompt.ids, ReadIds(name, tensor, nullptr));
    } else if (name == "attention_mask") {
      prompt.fixed.Set(name, ops::Value::Eager(tensor));
    } else {
      return Unsupported("generation from input " + name + " is not implemented").With("class", model.class_name());
    }
  }
  if (source == nullptr || source->rank() < 1)
    return Invalid("generation needs what the encoder takes").With("class", model.class_name()).With("wanted", Join(traits.encoded, ", "));
  if (prompt.fixed.Find("attention_mask") == nullptr && IsIntegral(source->dtype())) {
    CONFORMANCE_TRY(const Ids ids, ReadIds(traits.encoded.front(), *source, nullptr));
    prompt.fixed.Set("attention_mask", ops::Value::Eager(DefaultMask(ids, options).All()));
  }
  if (prompt.ids.columns() == 0) {
    if (!options.decoder_start_token_id)
      return Invalid("generation needs decoder_start_token_id or " + traits.ids).With("class", model.class_name());
    prompt.ids.rows = source->dim(0);
    prompt.ids.values.assign(static_cast<size_t>(source->dim(0)), {*options.decoder_start_token_id});
  }
  prompt.mask = prompt.ids;
  return prompt;
}

/// What the class encodes before the first step.
Result<Tree> Encode(const nn::Model& model, const NamedTensors& inputs, const ContextFactory& context) {
  CONFORMANCE_TRY(const Tree arguments, nn::TreeFromTensors(inputs));
  CONFORMANCE_TRY(const std::unique_ptr<ops::OpContext> run, context());
  Tree encoded = model.Encode(*run, arguments);
  if (run->failed()) return Error(run->status().error());
  return encoded;
}

/// Buffers of `length` entries with nothing in them, sized as the class's own layout says. What attention to an encoder sees is no part
/// of them: the first step fills it. Nothing where the class has no such cache.
Result<Tree> EmptyStaticCache(const nn::Model& model, int64_t rows, int64_t length) {
  const auto layout = model.Layout("decode_static_cache");
  if (!layout.ok() && layout.error().kind() == ErrorKind::kUnsupported) return Tree();
  if (!layout.ok()) return layout.error();
  const std::string& name = model.traits().generation.cache;
  NamedTensors leaves;
  for (const nn::InputSpec& spec : layout->inputs) {
    if (!StartsWith(spec.name, name + ".") || spec.name.find(".cross_attention_cache.") != std::string::npos) continue;
    Shape shape;
    for (const SymInt& size : spec.sizes) {
      CONFORMANCE_TRY(const int64_t value, size.Evaluate({{"batch", rows}, {"cache", length}}));
      shape.push_back(value);
    }
    leaves.emplace_back(spec.name, Tensor::Zeros(IsFloating(spec.dtype) ? model.dtype() : spec.dtype, shape));
  }
  if (leaves.empty()) return Tree();
  CONFORMANCE_TRY(const Tree tree, nn::TreeFromTensors(leaves));
  return *tree.Find(name);
}

}  // namespace

Result<Generated> Greedy(const nn::Model& model, const NamedTensors& inputs, const GenerateOptions& options,
                         const ContextFactory& context, const StepListener& listener) {
  const nn::GenerationTraits& traits = model.traits().generation;
  if (!model.traits().generates) return Unsupported("this class does not generate").With("class", model.class_name());
  CONFORMANCE_TRY(Prompt prompt, traits.encoder_decoder ? EncoderDecoderPrompt(model, inputs, options) : DecoderPrompt(model, inputs, options));
  Ids& ids = prompt.ids;
  Ids positions = PositionsOf(prompt.mask);

  std::optional<int64_t> pad = options.pad_token_id;
  if (!pad && !options.eos_token_ids.empty()) pad = options.eos_token_ids.front();
  const int64_t length = ids.columns();
  int64_t last = length + options.max_new_tokens.value_or(20);
  if (!options.max_new_tokens && options.max_length) last = *options.max_length;
  if (last <= length)
    return Invalid("the prompt is as long as generation may become")
        .With("found", std::to_string(length))
        .With("wanted", "below " + std::to_string(last));
  Tree encoded;
  if (!traits.encoded.empty()) {
    NamedTensors arguments = inputs;
    // A class that computes positions needs to know of padding.
    if (!traits.encoder_decoder && prompt.keep_mask && Find(inputs, "attention_mask") == nullptr)
      arguments.emplace_back("attention_mask", prompt.mask.All());
    CONFORMANCE_TRY(encoded, Encode(model, arguments, context));
    if (const Tree* given = encoded.Find("position_ids"); given != nullptr && given->value().has_tensor()) {
      CONFORMANCE_TRY(positions, GivenPositions(given->value().tensor(), length));
    }
  }

  Json kwargs = Json::MakeObject();
  kwargs["use_cache"] = options.use_cache;
  kwargs["return_dict"] = true;
  Generated generated;
  generated.min_top1_margin = std::numeric_limits<double>::infinity();
  std::vector<bool> done(static_cast<size_t>(ids.rows), false);
  Tree cache;
  if (options.static_cache && options.use_cache) {
    // The last token is never written.
    const int64_t entries = std::max(last - 1, options.max_cache_len.value_or(0));
    CONFORMANCE_TRY(cache, EmptyStaticCache(model, ids.rows, entries));
  }
  for (int64_t index = 0; ids.columns() < last; ++index) {
    const bool whole = index == 0 || !options.use_cache;
    const int64_t fresh = whole ? ids.columns() : 1;
    Tree step = prompt.fixed;
    step.Set(traits.ids, ops::Value::Eager(ids.Last(fresh)));
    if (prompt.keep_mask && (whole || !traits.mask_in_prefill_only)) step.Set("attention_mask", ops::Value::Eager(prompt.mask.All()));
    if (traits.positions) step.Set("position_ids", ops::Value::Eager(positions.Last(fresh)));
    if (prompt.has_types) step.Set("token_type_ids", ops::Value::Eager(prompt.types.Last(fresh)));
    if (!cache.IsNone()) step.Set(traits.cache, cache);
    if (whole || traits.encoder_decoder)
      for (const Tree::Member& member : encoded.members())
        if (member.name != "position_ids") step.Set(member.name, member.tree);

    CONFORMANCE_TRY(const Tree outputs, Forward(model, step, kwargs, context));
    if (listener) listener({index, &step, &kwargs, &outputs});
    const Tree* logits = outputs.Find("logits");
    if (logits == nullptr || !logits->value().has_tensor())
      return Invalid("forward gave no logits to decode").With("class", model.class_name()).With("found", nn::Describe(outputs));
    CONFORMANCE_TRY(const std::vector<Best> best, BestOfLast(logits->value().tensor(), ids.rows));
    for (size_t row = 0; row < best.size(); ++row) {
      const int64_t token = done[row] ? *pad : best[row].id;
      if (!done[row]) generated.min_top1_margin = std::min(generated.min_top1_margin, best[row].margin);
      ids.values[row].push_back(token);
      prompt.mask.values[row].push_back(1);
      if (prompt.has_types) prompt.types.values[row].push_back(prompt.types.values[row].back());
      if (Contains(options.eos_token_ids, token)) done[row] = true;
    }
    for (auto& row : positions.values) row.push_back(row.back() + 1);
    if (std::all_of(done.begin(), done.end(), [](bool row) { return row; })) break;
    if (options.use_cache)
      if (const Tree* past = outputs.Find(traits.cache)) cache = *past;
  }
  generated.sequences = ids.All();
  return generated;
}

}  // namespace conformance::generate
