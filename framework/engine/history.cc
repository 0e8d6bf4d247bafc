#include "framework/engine/history.h"

#include <algorithm>

#include "framework/base/hash.h"
#include "framework/engine/run_folder.h"
#include "framework/formats/file.h"
#include "framework/formats/json.h"

namespace conformance::engine {
namespace {

constexpr double kLeastSeconds = 1e-4;

/// Where nothing like it was ever run: seconds that grow with the case. Only the proportions matter for shards and order.
double Guess(const PlannedCell& cell) { return 0.02 + 2e-8 * static_cast<double>(cell.model->Info().bytes); }

struct Mean {
  double sum = 0;
  int64_t count = 0;
  void Add(double value) { sum += value, ++count; }
};

std::string AlikeKey(const record::CellId& id, const std::string& model_class) {
  return model_class + '\n' + id.exporter + '\n' + id.backend;
}
std::string PairKey(const record::CellId& id) { return id.exporter + '\n' + id.backend; }

uint64_t HashFile(const std::filesystem::path& file, uint64_t hash) {
  constexpr uint64_t kReadWhole = uint64_t{1} << 20;
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return hash;
  hash = Hash64(std::string_view(file.filename().string() + '\n' + std::to_string(size)), hash);
  if (size > kReadWhole || file.extension() != ".json") return hash;
  const auto text = formats::ReadFileText(file, kReadWhole);
  return text.ok() ? Hash64(std::string_view(*text), hash) : hash;
}

uint64_t HashSource(const std::filesystem::path& source, uint64_t hash) {
  std::error_code error;
  if (!std::filesystem::is_directory(source, error)) return HashFile(source, hash);
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator entry(source, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error)) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) hash = HashFile(file, hash);
  return hash;
}

uint64_t HashCase(const CaseInfo& info) {
  uint64_t hash = Hash64(std::string_view(info.judge));
  if (!info.spec.IsNull()) hash = Hash64(std::string_view(formats::WriteJson(info.spec)), hash);
  for (const std::string& word : info.words) {
    if (word != info.source.string()) hash = Hash64(std::string_view(word), hash);  // inputs that it was given
  }
  hash = HashSource(info.source, hash);
  return info.measure ? HashSource(info.measure->Info().source, hash) : hash;
}

}  // namespace

void History::Add(const record::RunRecord& run) {
  for (const record::CellRecord& cell : run.cells) {
    Dated& dated = entries_[cell.id.ToString()];
    if (!dated.started.empty() && dated.started > run.started) continue;
    dated.started = run.started;
    dated.entry.seconds = cell.seconds;
    dated.entry.good = cell.as_expected() || cell.outcome == record::Outcome::kUnavailable;
    const Json* fingerprint = cell.facts.Find("fingerprint");
    dated.entry.fingerprint = fingerprint && fingerprint->IsString() ? fingerprint->AsString() : "";
    dated.entry.model_class = cell.model_class;
    dated.entry.id = cell.id;
  }
}

const History::Entry* History::Find(const std::string& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second.entry;
}

std::vector<double> History::Seconds(const std::vector<PlannedCell>& plan, size_t* known) const {
  std::map<std::string, Mean> alike, pairs;
  Mean all;
  for (const auto& [id, dated] : entries_) {
    alike[AlikeKey(dated.entry.id, dated.entry.model_class)].Add(dated.entry.seconds);
    pairs[PairKey(dated.entry.id)].Add(dated.entry.seconds);
    all.Add(dated.entry.seconds);
  }
  size_t found = 0;
  std::vector<double> seconds;
  for (const PlannedCell& cell : plan) {
    double value = Guess(cell);
    const auto use = [&](const std::map<std::string, Mean>& means, const std::string& key) {
      const auto mean = means.find(key);
      if (mean == means.end()) return false;
      value = mean->second.sum / static_cast<double>(mean->second.count);
      return true;
    };
    if (const Entry* entry = Find(cell.id.ToString())) {
      value = entry->seconds;
      ++found;
    } else if (!use(alike, AlikeKey(cell.id, cell.model_class)) && !use(pairs, PairKey(cell.id)) && all.count > 0) {
      value = all.sum / static_cast<double>(all.count);
    }
    seconds.push_back(std::max(value, kLeastSeconds));
  }
  if (known) *known = found;
  return seconds;
}

Result<History> ReadHistory(const std::vector<std::filesystem::path>& paths) {
  History history;
  for (const auto& path : paths) {
    CONFORMANCE_TRY(const auto runs, ReadRuns(path));
    for (const NamedRun& run : runs) history.Add(run.run);
  }
  return history;
}

std::string Fingerprints::Of(const PlannedCell& cell) {
  const auto version = versions_.find(cell.id.backend);
  Json json = Json::MakeObject();
  json["version"] = version_;
  json["backend"] = version == versions_.end() ? Json() : Json(version->second);
  const auto options = [&](const char* table, const std::string& name) {
    const Json* all = config_.Find(table);
    const Json* own = all ? all->Find(name) : nullptr;
    json[table] = own ? *own : Json();
  };
  options("export_configs", cell.id.exporter);
  options("backend_options", cell.id.backend);
  for (const char* key : {"seed", "optimize", "lists"}) {
    if (const Json* value = config_.Find(key)) json[key] = *value;
  }
  const auto [digest, fresh] = cases_.try_emplace(cell.model.get(), 0);
  if (fresh) digest->second = HashCase(cell.model->Info());
  return Hex64(Hash64(std::string_view(formats::WriteJson(json)), digest->second));
}

}  // namespace conformance::engine
