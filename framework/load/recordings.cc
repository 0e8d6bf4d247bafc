#include "framework/load/recordings.h"

#include <algorithm>

#include "framework/base/strings.h"
#include "framework/formats/json.h"
#include "framework/formats/safetensors.h"

namespace conformance::load {
namespace {

bool Exists(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(file, ignored);
}

/// Leaves whose last part starts with "_" are a cache's bookkeeping.
bool IsBookkeeping(std::string_view name) {
  const size_t dot = name.rfind('.');
  return StartsWith(dot == std::string_view::npos ? name : name.substr(dot + 1), "_");
}

Result<NamedTensors> ReadLeaves(const std::filesystem::path& file) {
  CONFORMANCE_TRY(NamedTensors tensors, formats::ReadNamedTensors(file));
  std::erase_if(tensors, [](const auto& entry) { return IsBookkeeping(entry.first); });
  return tensors;
}

/// True where a placeholder stands for a tensor or an object ({"object": "DynamicCache"}) anywhere inside.
bool HoldsObject(const Json& json) {
  if (json.IsArray()) return std::any_of(json.AsArray().begin(), json.AsArray().end(), HoldsObject);
  if (!json.IsObject()) return false;
  if (json.Has("object")) return true;
  return std::any_of(json.AsObject().begin(), json.AsObject().end(), [](const auto& member) { return HoldsObject(member.second); });
}

/// The keyword arguments that are plain values.
Json PlainArguments(const Json* kwargs) {
  Json plain = Json::MakeObject();
  if (kwargs == nullptr || !kwargs->IsObject()) return plain;
  for (const auto& [name, value] : kwargs->AsObject())
    if (!value.IsNull() && !HoldsObject(value)) plain[name] = value;
  return plain;
}

Error BadField(const std::filesystem::path& file, std::string key, const Json* found, std::string_view wanted) {
  return Invalid("case.json has a field of the wrong kind")
      .With("file", file.string())
      .With("key", std::move(key))
      .With("found", found == nullptr ? "nothing" : std::string(Json::KindName(found->kind())))
      .With("wanted", std::string(wanted));
}

/// [[1, 2], [3, 4]] or [1, 2] as i64.
Result<Tensor> TokensOf(const std::filesystem::path& file, const std::string& key, const Json* json) {
  if (json == nullptr || !json->IsArray() || json->AsArray().empty()) return BadField(file, key, json, "rows of token ids");
  std::vector<int64_t> ids;
  int64_t columns = -1;
  for (const Json& row : json->AsArray()) {
    if (!row.IsArray()) return BadField(file, key, &row, "a row of token ids");
    const auto length = static_cast<int64_t>(row.AsArray().size());
    if (columns >= 0 && length != columns) return BadField(file, key, &row, "rows of one length");
    columns = length;
    for (const Json& id : row.AsArray()) {
      if (!id.IsInt()) return BadField(file, key, &id, "a token id");
      ids.push_back(id.AsInt());
    }
  }
  return Tensor::Of<int64_t>({static_cast<int64_t>(json->AsArray().size()), columns}, ids);
}

/// The last `count` columns of the mask (all where it is shorter: nothing is left out then) as bool of `shape`.
std::optional<Tensor> LastColumns(const Tensor& mask, int64_t count, Shape shape) {
  const int64_t batch = mask.dim(0), length = mask.dim(1);
  if (count > length) return std::nullopt;
  const std::vector<int64_t> values = mask.ToInts();
  Tensor keep = Tensor::Empty(DType::kBool, std::move(shape));
  auto* out = keep.mutable_data<uint8_t>();
  for (int64_t row = 0; row < batch; ++row)
    for (int64_t column = length - count; column < length; ++column)
      *out++ = values[static_cast<size_t>(row * length + column)] != 0 ? 1 : 0;
  return keep;
}

/// Positions that the attention mask keeps, for outputs that have a time axis.
NamedTensors KeptPositions(const NamedTensors& inputs, const NamedTensors& expected) {
  NamedTensors keep;
  const Tensor* mask = Find(inputs, "attention_mask");
  if (mask == nullptr || mask->rank() != 2) return keep;
  for (const auto& [name, tensor] : expected) {
    if (tensor.rank() < 3 || tensor.dim(0) != mask->dim(0)) continue;
    const bool cache = tensor.rank() == 4;
    const int64_t time = tensor.dim(cache ? 2 : 1);
    auto kept = LastColumns(*mask, time, cache ? Shape{tensor.dim(0), 1, time, 1} : Shape{tensor.dim(0), time, 1});
    if (kept) keep.emplace_back(name, std::move(*kept));
  }
  return keep;
}

/// A name with its numbers as numbers: "hidden_states.10" stands after "hidden_states.9".
std::vector<std::pair<std::string, int64_t>> NumberedParts(const std::string& name) {
  std::vector<std::pair<std::string, int64_t>> parts;
  for (const std::string& part : Split(name, '.')) {
    const std::optional<int64_t> number = ParseInt(part);
    parts.emplace_back(number ? std::string() : part, number.value_or(0));
  }
  return parts;
}

/// Files hold tensors by name; comparing wants them in the order in which a model answers.
void InOrder(NamedTensors& tensors, const Json* outputs) {
  const auto place = [&](const std::string& name) {
    int64_t at = 0;
    if (outputs != nullptr && outputs->IsObject())
      for (const auto& [key, unused] : outputs->AsObject()) {
        if (key == name) return at;
        ++at;
      }
    return at;
  };
  std::stable_sort(tensors.begin(), tensors.end(), [&](const auto& a, const auto& b) {
    const int64_t a_place = place(a.first), b_place = place(b.first);
    return a_place != b_place ? a_place < b_place : NumberedParts(a.first) < NumberedParts(b.first);
  });
}

/// What a folder's case.json says, with helpers to build recordings from it.
struct CaseFile {
  std::filesystem::path folder;
  std::filesystem::path file;
  Json json;
  double atol = 0, rtol = 0;
  bool unmasked = false;
  std::vector<std::string> entries;

  /// `outputs` describes the outputs in the order of the model's answer; null: they are numbered.
  Result<Recording> Call(std::string name, std::string_view inputs, std::string_view expected, Json kwargs, const Json* outputs) const {
    Recording recording;
    recording.name = std::move(name);
    CONFORMANCE_TRY(recording.inputs, ReadLeaves(folder / inputs));
    CONFORMANCE_TRY(recording.expected, ReadLeaves(folder / expected));
    InOrder(recording.expected, outputs);
    recording.kwargs = std::move(kwargs);
    recording.atol = atol;
    recording.rtol = rtol;
    if (unmasked) recording.keep = KeptPositions(recording.inputs, recording.expected);
    return recording;
  }

  Result<Recording> Generation(std::string name, const Json& facts) const {
    Recording recording;
    recording.name = name;
    const Json* inputs = facts.Find("inputs");
    if (inputs == nullptr || !inputs->IsString()) return BadField(file, name + ".inputs", inputs, "a file name");
    const std::filesystem::path path = inputs->AsString();
    if (path.has_parent_path() || path.filename() != path || path == ".." || path.empty())
      return Invalid("case.json names a file outside its folder").With("file", file.string()).With("key", name + ".inputs").With("found", path.string());
    CONFORMANCE_TRY(recording.inputs, ReadLeaves(folder / path));
    CONFORMANCE_TRY(Tensor sequences, TokensOf(file, name + ".sequences", facts.Find("sequences")));
    recording.expected.emplace_back("sequences", std::move(sequences));
    recording.exact = true;
    recording.kwargs = PlainArguments(facts.Find("gen_kwargs"));
    for (const std::string_view key : {"max_new_tokens", "do_sample", "num_beams"})
      if (const Json* value = facts.Find(key); value != nullptr && !value->IsNull()) recording.kwargs[key] = *value;
    // Both runs of a case end and pad alike; the facts stand with the first.
    const Json* shared = json.Find("generate");
    for (const std::string_view key : {"eos_token_id", "pad_token_id", "bos_token_id", "decoder_start_token_id"})
      if (const Json* value = shared->Find(key); value != nullptr && !value->IsNull()) recording.kwargs[key] = *value;
    return recording;
  }
};

/// Methods of the class that were called in place of forward. Forward alone is written as null, [] or [""].
Result<std::vector<std::string>> EntriesOf(const std::filesystem::path& file, const Json* json) {
  std::vector<std::string> entries;
  if (json == nullptr || json->IsNull()) return entries;
  if (!json->IsArray()) return BadField(file, "entry_points", json, "list of names");
  for (const Json& name : json->AsArray()) {
    if (!name.IsString()) return BadField(file, "entry_points", &name, "a name");
    entries.push_back(name.AsString());
  }
  if (entries.size() == 1 && entries.front().empty()) entries.clear();
  for (const std::string& name : entries)
    if (name.empty() || name.find('.') != std::string::npos) return BadField(file, "entry_points", json, "names without dots");
  return entries;
}

/// The outputs whose names begin with an entry point's, without it.
NamedTensors OfEntry(const NamedTensors& expected, const std::string& entry) {
  NamedTensors own;
  for (const auto& [name, tensor] : expected)
    if (StartsWith(name, entry + ".")) own.emplace_back(name.substr(entry.size() + 1), tensor);
  return own;
}

Result<CaseFile> OpenCase(const std::filesystem::path& folder) {
  CaseFile result;
  result.folder = folder;
  result.file = folder / "case.json";
  CONFORMANCE_TRY(result.json, formats::ReadJson(result.file));
  if (!result.json.IsObject()) return BadField(result.file, "", &result.json, "object");
  CONFORMANCE_TRY(result.entries, EntriesOf(result.file, result.json.Find("entry_points")));
  const Json* tolerance = result.json.Find("tolerance");
  if (tolerance == nullptr || !tolerance->IsObject()) return BadField(result.file, "tolerance", tolerance, "object");
  for (const auto& [key, field] : {std::pair{"atol", &result.atol}, {"rtol", &result.rtol}}) {
    const Json* number = tolerance->Find(key);
    if (number == nullptr || !number->IsNumber() || !(number->AsDouble() >= 0))
      return BadField(result.file, std::string("tolerance.") + key, number, "number from 0 on");
    *field = number->AsDouble();
  }
  if (const Json* compare = result.json.Find("compare"); compare != nullptr && !compare->IsNull()) {
    if (!compare->IsString() || (compare->AsString() != "unmasked" && compare->AsString() != "all"))
      return BadField(result.file, "compare", compare, "\"unmasked\" or \"all\"");
    result.unmasked = compare->AsString() == "unmasked";
  }
  if (const Json* generate = result.json.Find("generate"); generate != nullptr && !generate->IsNull() && !generate->IsObject())
    return BadField(result.file, "generate", generate, "object");
  return result;
}

}  // namespace

bool HasRecordings(const std::filesystem::path& folder) { return Exists(folder / "case.json"); }

Result<std::optional<CaseInputs>> ReadCaseInputs(const std::filesystem::path& folder) {
  if (!Exists(folder / "inputs.safetensors")) return std::optional<CaseInputs>();
  CaseInputs inputs;
  CONFORMANCE_TRY(inputs.tensors, ReadLeaves(folder / "inputs.safetensors"));
  if (!HasRecordings(folder)) return std::optional(std::move(inputs));
  CONFORMANCE_TRY(const Json json, formats::ReadJson(folder / "case.json"));
  const Json* kwargs = json.Find("forward_kwargs");
  if (kwargs != nullptr && !kwargs->IsNull() && !kwargs->IsObject())
    return BadField(folder / "case.json", "forward_kwargs", kwargs, "object");
  inputs.kwargs = PlainArguments(kwargs);
  return std::optional(std::move(inputs));
}

Result<std::vector<Recording>> ReadRecordings(const std::filesystem::path& folder) {
  CONFORMANCE_TRY(const CaseFile file, OpenCase(folder));
  std::vector<Recording> recordings;
  const Json kwargs = PlainArguments(file.json.Find("forward_kwargs"));
  const auto there = [&](std::string_view name) { return Exists(folder / name); };

  // What case.json describes must be there: a recording that is not run must not look like one that passes.
  const Json* outputs = file.json.Find("outputs");
  if (there("expected.safetensors") || (outputs != nullptr && outputs->IsObject() && !outputs->AsObject().empty())) {
    CONFORMANCE_TRY(const Recording forward, file.Call("forward", "inputs.safetensors", "expected.safetensors", kwargs, outputs));
    if (file.entries.empty()) recordings.push_back(forward);
    size_t told_apart = 0;
    for (const std::string& entry : file.entries) {
      Recording recording = forward;
      recording.name = entry;
      recording.entries = {entry};
      recording.expected = OfEntry(forward.expected, entry);
      told_apart += recording.expected.size();
      if (recording.expected.empty())
        return Invalid("an entry point has no outputs").With("file", file.file.string()).With("found", entry);
      recordings.push_back(std::move(recording));
    }
    if (!file.entries.empty() && told_apart != forward.expected.size())
      return Invalid("an output belongs to no entry point").With("file", (folder / "expected.safetensors").string());
  }
  if (there("hidden.safetensors")) {
    CONFORMANCE_TRY(Recording hidden, file.Call("hidden", "inputs.safetensors", "hidden.safetensors", kwargs, nullptr));
    hidden.entries = file.entries;
    for (const auto& [name, tensor] : hidden.expected) {
      hidden.outputs.push_back(name);
      // The library's own states have to be asked for; the others are what modules answered.
      if (name.find("hidden_states.") != std::string::npos) hidden.kwargs["output_hidden_states"] = true;
    }
    recordings.push_back(std::move(hidden));
  }
  const Json* generate = file.json.Find("generate");
  if (generate != nullptr && !generate->IsNull()) {
    const Json* module = file.json.Find("steps_module");
    for (const std::string step : {"prefill", "decode", "decode_static_cache"}) {
      const Json* facts = generate->Find(step);
      const bool described = facts != nullptr && facts->IsObject();
      if (!described && !there(step + "_inputs.safetensors") && !there(step + "_expected.safetensors")) continue;
      CONFORMANCE_TRY(Recording recording,
                      file.Call(step, step + "_inputs.safetensors", step + "_expected.safetensors",
                                PlainArguments(facts == nullptr ? nullptr : facts->Find("non_tensor_kwargs")),
                                facts == nullptr ? nullptr : facts->Find("outputs")));
      if (module != nullptr && module->IsString()) recording.module = module->AsString();
      recordings.push_back(std::move(recording));
    }
    CONFORMANCE_TRY(Recording tokens, file.Generation("generate", *generate));
    recordings.push_back(std::move(tokens));
    for (const char* other : {"generate_batch", "generate_static_cache"}) {
      const Json* described = file.json.Find(other);
      if (described == nullptr || !described->IsObject()) continue;
      CONFORMANCE_TRY(Recording rows, file.Generation(other, *described));
      recordings.push_back(std::move(rows));
    }
  }
  if (recordings.empty())
    return NotFound("the folder records nothing that is known").With("file", file.file.string()).With("wanted", "inputs and expected.safetensors");
  return recordings;
}

}  // namespace conformance::load
