#include "framework/engine/scrub.h"

#include <string>
#include <utility>

namespace conformance::engine {
namespace {

void Scrub(std::string& text, const std::string& folder) {
  for (size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at)) text.erase(at, folder.size());
}
void Scrub(Json& json, const std::string& folder) {
  if (json.IsString()) {
    std::string text = json.AsString();
    Scrub(text, folder);
    json = Json(std::move(text));
  } else if (json.IsArray()) {
    for (Json& entry : json.AsArray()) Scrub(entry, folder);
  } else if (json.IsObject()) {
    for (auto& [key, value] : json.AsObject()) Scrub(value, folder);
  }
}

}  // namespace

void Scrub(record::CellRecord& record, const std::filesystem::path& artifacts) {
  const std::string folder = artifacts.string() + '/';
  Scrub(record.reason, folder);
  Scrub(record.detail, folder);
  for (std::string& note : record.notes) Scrub(note, folder);
  for (record::OutputFigures& figures : record.figures) Scrub(figures.reason, folder);
  Scrub(record.facts, folder);
}

}  // namespace conformance::engine
