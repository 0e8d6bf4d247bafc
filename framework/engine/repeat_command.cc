#include <string>
#include <vector>

#include "framework/base/strings.h"
#include "framework/engine/cell.h"
#include "framework/formats/json.h"

namespace conformance::engine {

std::string RepeatCommand(const SweepOptions& options, const PlannedCell& cell) {
  const auto quoted = [](const std::string& text) {
    const bool plain = !text.empty() && text.find_first_of(" \t\n'\"\\$`*?[](){}<>|&;!#~") == std::string::npos;
    if (plain) return text;
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
  };
  std::vector<std::string> words;
  for (const std::string& word : options.repeat_command) words.push_back(quoted(word));
  // The parts rather than the id: alone, a model may go by a shorter name.
  const CaseInfo& info = cell.model->Info();
  if (!info.words.empty()) for (const std::string& word : info.words) words.push_back(quoted(word));
  else if (!info.source.empty()) words.push_back(quoted(info.source.string()));
  else words.insert(words.end(), {"--filter", quoted(cell.id.ToString())});
  words.insert(words.end(), {"--variant", quoted(cell.id.variant), "--exporter", quoted(cell.id.exporter), "--backend",
                             quoted(cell.id.backend)});
  if (cell.dtype != DType::kF32) words.insert(words.end(), {"--dtype", cell.id.dtype});
  if (options.seed != 0) words.insert(words.end(), {"--seed", std::to_string(options.seed)});
  if (!options.optimize) words.push_back("--no-optimize");
  if (options.local != LocalLane::kOnFailure) words.insert(words.end(), {"--lanes", std::string(ToString(options.local))});
  const auto add = [&](const char* flag, const std::string& name, const std::map<std::string, Json, std::less<>>& tables) {
    const auto fields = tables.find(name);
    if (fields == tables.end() || !fields->second.IsObject()) return;
    for (const auto& [field, value] : fields->second.AsObject()) {
      words.insert(words.end(), {flag, quoted(name + ':' + field + '=' + formats::WriteJson(value))});
    }
  };
  add("--export-option", cell.id.exporter, options.export_configs);
  add("--backend-option", cell.id.backend, options.backend_options);
  if (options.isolation.all) words.push_back("--isolate");
  return Join(words, " ");
}

}  // namespace conformance::engine
