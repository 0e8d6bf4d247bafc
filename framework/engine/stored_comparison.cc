#include "framework/engine/stored_comparison.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "framework/base/strings.h"
#include "framework/formats/json.h"
#include "framework/formats/safetensors.h"

namespace conformance::engine {
namespace {

using ports::Decision;
using ports::Spread;
using ports::Spreads;

constexpr const char* kKey = "conformance.comparison";

/// Passes on what is asked for, and remembers it.
class Listening : public ports::Ensemble {
 public:
  explicit Listening(const ports::Ensemble& inner) : inner_(inner) {}
  size_t size() const override { return inner_.size(); }
  Result<const Spreads*> Member(size_t index) const override {
    CONFORMANCE_TRY(const Spreads* member, inner_.Member(index));
    const std::lock_guard lock(mutex_);
    heard_[index] = *member;
    return member;
  }
  const std::map<size_t, Spreads>& heard() const { return heard_; }

 private:
  const ports::Ensemble& inner_;
  mutable std::mutex mutex_;
  mutable std::map<size_t, Spreads> heard_;
};

class Remembered : public ports::Ensemble {
 public:
  Remembered(size_t size, std::map<size_t, Spreads> members) : size_(size), members_(std::move(members)) {}
  size_t size() const override { return size_; }
  Result<const Spreads*> Member(size_t index) const override {
    const auto found = members_.find(index);
    if (found == members_.end()) return NotFound("the comparison was stored without member " + std::to_string(index) + " of its ensemble");
    return &found->second;
  }

 private:
  const size_t size_;
  const std::map<size_t, Spreads> members_;
};

// Doubles as they are: JSON's shortest text gives the same number back, but knows no infinity.
Json NumberJson(double value) { return std::isfinite(value) ? Json(value) : Json(std::to_string(value)); }
std::optional<double> NumberOf(const Json* json) {
  if (json == nullptr) return std::nullopt;
  if (json->IsNumber()) return json->AsDouble();
  return json->IsString() ? ParseDouble(json->AsString()) : std::nullopt;
}

void Add(NamedTensors& all, const std::string& kind, const NamedTensors& tensors) {
  for (const auto& [name, tensor] : tensors) all.emplace_back(kind + "/" + name, tensor);
}

Json NamesOf(const NamedTensors& tensors) {
  Json names = Json::MakeArray();
  for (const auto& entry : tensors) names.Append(entry.first);
  return names;
}

class Reader {
 public:
  Reader(const std::filesystem::path& file, const NamedTensors& all, const Json& json) : file_(file), all_(all), json_(json) {}

  Error Wrong(std::string what) const { return Corrupt("malformed stored comparison: " + std::move(what)).With("file", file_.string()); }

  Result<Tensor> One(const std::string& name) const {
    const Tensor* tensor = Find(all_, name);
    if (tensor == nullptr) return Wrong("no tensor '" + name + "'");
    return *tensor;
  }
  /// In the order in which they were compared.
  Result<NamedTensors> Of(const std::string& kind) const {
    NamedTensors tensors;
    const Json* names = json_.Find(kind);
    if (names == nullptr || !names->IsArray()) return Wrong("no list '" + kind + "'");
    for (const Json& name : names->AsArray()) {
      if (!name.IsString()) return Wrong("'" + kind + "' holds no names");
      CONFORMANCE_TRY(Tensor tensor, One(kind + "/" + name.AsString()));
      tensors.emplace_back(name.AsString(), std::move(tensor));
    }
    return tensors;
  }
  Result<double> Number(const Json& json, const char* key) const {
    const auto number = NumberOf(json.Find(key));
    if (!number) return Wrong(std::string("no number '") + key + "'");
    return *number;
  }
  Result<std::map<size_t, Spreads>> Members() const {
    std::map<size_t, Spreads> members;
    const Json* list = json_.Find("members");
    if (list == nullptr || !list->IsObject()) return Wrong("no 'members'");
    for (const auto& [index, outputs] : list->AsObject()) {
      const auto number = ParseInt(index);
      if (!number || *number < 0 || !outputs.IsObject()) return Wrong("a member '" + index + "'");
      Spreads& member = members[static_cast<size_t>(*number)];
      for (const auto& [output, spread] : outputs.AsObject()) {
        CONFORMANCE_TRY(const double rms, Number(spread, "rms"));
        CONFORMANCE_TRY(const double largest, Number(spread, "max_abs"));
        member[output] = Spread{rms, largest};
      }
    }
    return members;
  }
  Result<std::map<std::string, std::optional<Decision>>> Decisions() const {
    std::map<std::string, std::optional<Decision>> decisions;
    const Json* list = json_.Find("decisions");
    if (list == nullptr || !list->IsObject()) return Wrong("no 'decisions'");
    for (const auto& [output, entry] : list->AsObject()) {
      if (!entry.IsObject()) {
        decisions[output] = std::nullopt;
        continue;
      }
      Decision decision;
      CONFORMANCE_TRY(const double kind, Number(entry, "kind"));
      if (kind < 0 || kind > static_cast<double>(Decision::Kind::kRound)) return Wrong("a decision of an unknown kind");
      decision.kind = static_cast<Decision::Kind>(static_cast<int>(kind));
      CONFORMANCE_TRY(decision.radius, Number(entry, "radius"));
      CONFORMANCE_TRY(const double axis, Number(entry, "axis"));
      decision.axis = static_cast<int64_t>(axis);
      CONFORMANCE_TRY(decision.scores, One("decision/" + output + "/scores"));
      if (Find(all_, "decision/" + output + "/other") != nullptr) {
        CONFORMANCE_TRY(decision.other, One("decision/" + output + "/other"));
      }
      decisions[output] = std::move(decision);
    }
    return decisions;
  }

 private:
  const std::filesystem::path& file_;
  const NamedTensors& all_;
  const Json& json_;
};

}  // namespace

Result<ports::Comparison> CompareAndStore(const ports::Comparator& comparator, const ports::ComparisonRequest& request, const std::string& cell,
                                          const std::filesystem::path& file) {
  ports::ComparisonRequest heard = request;
  std::optional<Listening> ensemble;
  if (request.ensemble != nullptr) heard.ensemble = &ensemble.emplace(*request.ensemble);
  std::map<std::string, std::optional<Decision>> decisions;
  if (request.decide) {
    heard.decide = [&](const std::string& output) -> Result<std::optional<Decision>> {
      CONFORMANCE_TRY(std::optional<Decision> decision, request.decide(output));
      decisions[output] = decision;
      return decision;
    };
  }
  CONFORMANCE_TRY(ports::Comparison comparison, comparator.Compare(heard));

  Json json = Json::MakeObject();
  json["cell"] = cell;
  json["assignment"] = request.assignment;
  json["outcome"] = std::string(record::ToString(comparison.outcome));
  json["reason"] = comparison.reason;
  if (request.tolerance) {
    json["tolerance"]["atol"] = NumberJson(request.tolerance->atol);
    json["tolerance"]["rtol"] = NumberJson(request.tolerance->rtol);
  }
  NamedTensors all;
  const NamedTensors none;
  const NamedTensors& oracle = request.oracle ? *request.oracle : none;
  for (const auto& [kind, tensors] : {std::pair("candidate", request.candidate), {"reference", request.reference}, {"oracle", &oracle}, {"mask", &request.mask}}) {
    Add(all, kind, *tensors);
    json[kind] = NamesOf(*tensors);
  }
  json["has_oracle"] = request.oracle != nullptr;
  if (request.exact) json["exact"] = true;
  if (ensemble) json["ensemble_size"] = static_cast<int64_t>(ensemble->size());
  json["members"] = Json::MakeObject();
  if (ensemble) {
    for (const auto& [index, member] : ensemble->heard()) {
      Json outputs = Json::MakeObject();
      for (const auto& [output, spread] : member) {
        outputs[output]["rms"] = NumberJson(spread.rms);
        outputs[output]["max_abs"] = NumberJson(spread.max_abs);
      }
      json["members"][std::to_string(index)] = std::move(outputs);
    }
  }
  json["decisions"] = Json::MakeObject();
  for (const auto& [output, decision] : decisions) {
    Json& entry = json["decisions"][output];
    if (!decision) continue;
    entry["kind"] = static_cast<int64_t>(decision->kind);
    entry["axis"] = decision->axis;
    entry["radius"] = NumberJson(decision->radius);
    all.emplace_back("decision/" + output + "/scores", decision->scores);
    if (decision->other) all.emplace_back("decision/" + output + "/other", *decision->other);
  }
  CONFORMANCE_RETURN_IF_ERROR(formats::WriteSafetensors(file, all, {{kKey, formats::WriteJson(json)}}));
  return comparison;
}

Result<std::unique_ptr<StoredComparison>> ReadStoredComparison(const std::filesystem::path& file) {
  CONFORMANCE_TRY(const formats::SafetensorsFile opened, formats::OpenSafetensors(file));
  CONFORMANCE_TRY(const NamedTensors all, formats::ReadNamedTensors(file));
  const auto& metadata = opened.metadata();
  const auto found = std::ranges::find(metadata, kKey, &std::pair<std::string, std::string>::first);
  if (found == metadata.end()) return Corrupt("the file holds no comparison").With("file", file.string()).With("wanted", std::string("metadata ") + kKey);
  auto json = formats::ParseJson(found->second);
  if (!json.ok()) return std::move(json).error().With("file", file.string());
  const Reader reader(file, all, *json);
  auto stored = std::make_unique<StoredComparison>();
  const auto cell = json->GetString("cell"), outcome = json->GetString("outcome"), reason = json->GetString("reason"),
             assignment = json->GetString("assignment");
  if (!cell.ok() || !outcome.ok() || !reason.ok() || !assignment.ok()) return reader.Wrong("cell, outcome, reason and assignment are wanted");
  const auto word = record::OutcomeFromString(*outcome);
  if (!word) return reader.Wrong("outcome '" + *outcome + "'");
  stored->cell = *cell;
  stored->outcome = *word;
  stored->reason = *reason;
  CONFORMANCE_TRY(stored->candidate, reader.Of("candidate"));
  CONFORMANCE_TRY(stored->reference, reader.Of("reference"));
  CONFORMANCE_TRY(stored->oracle, reader.Of("oracle"));
  ports::ComparisonRequest& request = stored->request;
  CONFORMANCE_TRY(request.mask, reader.Of("mask"));
  request.candidate = &stored->candidate;
  request.reference = &stored->reference;
  const auto has_oracle = json->GetBool("has_oracle");
  request.oracle = has_oracle.ok() && *has_oracle ? &stored->oracle : nullptr;
  request.assignment = *assignment;
  const auto exact = json->GetBool("exact");
  request.exact = exact.ok() && *exact;
  if (const Json* tolerance = json->Find("tolerance")) {
    ports::PlainTolerance plain;
    CONFORMANCE_TRY(plain.atol, reader.Number(*tolerance, "atol"));
    CONFORMANCE_TRY(plain.rtol, reader.Number(*tolerance, "rtol"));
    request.tolerance = plain;
  }
  CONFORMANCE_TRY(auto members, reader.Members());
  if (const auto size = json->GetInt("ensemble_size"); size.ok() && *size >= 0) {
    stored->ensemble = std::make_shared<Remembered>(static_cast<size_t>(*size), std::move(members));
    request.ensemble = stored->ensemble.get();
  }
  CONFORMANCE_TRY(auto decisions, reader.Decisions());
  request.decide = [decisions = std::move(decisions)](const std::string& output) -> Result<std::optional<Decision>> {
    const auto known = decisions.find(output);
    return known == decisions.end() ? std::optional<Decision>() : known->second;
  };
  return stored;
}

}  // namespace conformance::engine
