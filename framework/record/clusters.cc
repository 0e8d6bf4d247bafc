#include "framework/record/clusters.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace conformance::record {
namespace {

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

std::string TextOf(const Json& json, std::string_view key) {
  const Json* found = json.Find(key);
  return found && found->IsString() ? found->AsString() : std::string();
}

/// Where a word that is a file's name ends: a path, absolute or with a name that has an ending ("run_a-3f2c/model.onnx"); else its start.
size_t EndOfPath(std::string_view text, size_t start) {
  const bool first = start == 0 || std::string_view(" '\"(").find(text[start - 1]) != std::string_view::npos;
  if (!first) return start;
  const size_t end = std::min(text.find_first_of(" '\"),", start), text.size());
  const std::string_view word = text.substr(start, end - start);
  const size_t slash = word.rfind('/');
  const bool named = slash != std::string_view::npos && word.find('.', slash) != std::string_view::npos && word.find_first_of("([") == std::string_view::npos;
  return word.starts_with('/') || named ? end : start;
}

/// "keys: shape [2, 12], wanted [2, 7]": what differs is how the exporter treats that output, whatever the class.
bool IsShape(std::string_view reason) { return reason.find(": shape [") != std::string_view::npos && reason.find(", wanted [") != std::string_view::npos; }

struct Cause {
  std::string key, words;
};

Cause CauseOf(const CellRecord& cell) {
  const std::string ending = std::string(ToString(cell.outcome)) + '\n' + std::string(ToString(cell.stage)) + '\n';
  const std::string pair = cell.id.exporter + '\n' + cell.id.backend + '\n';
  const std::string words = cell.reason.empty() ? cell.shown_word() : cell.reason;
  if (const Json::Array& found = DivergencesOf(cell); !found.empty()) {
    const std::string target = TextOf(found.front(), "target"), touched = TextOf(found.front(), "touched_by");
    std::string cause = "diverges first in " + target;
    if (!touched.empty()) cause += ", touched by " + touched;
    return {pair + cause, cause + " (" + cell.id.exporter + " on " + cell.id.backend + ")"};
  }
  if (IsShape(cell.reason)) return {ending + cell.id.exporter + '\n' + ReasonShape(cell.reason), words};
  if (cell.stage == Stage::kCompare && cell.outcome == Outcome::kFail) {
    return {ending + (cell.model_class.empty() ? cell.id.model : cell.model_class) + '\n' + cell.id.exporter, words};
  }
  return {ending + ReasonShape(cell.reason), words};
}

}  // namespace

const Json::Array& DivergencesOf(const CellRecord& cell) {
  static const Json::Array none;
  const Json* calls = cell.facts.Find("local");
  if (calls == nullptr || !calls->IsArray()) return none;
  for (const Json& call : calls->AsArray()) {
    const Json* list = call.Find("diverging");
    if (list && list->IsArray() && !list->AsArray().empty()) return list->AsArray();
  }
  return none;
}

std::string_view AssignmentIn(std::string_view reason) {
  const size_t colon = reason.find(": "), equals = reason.find('=');
  if (!reason.starts_with("at ") || colon == std::string_view::npos || equals > colon) return {};
  return reason.substr(3, colon - 3);
}

std::string ReasonShape(std::string_view reason) {
  // "at batch=2,sequence=13: …" and "…; baked in: …" say at which sizes, not why.
  if (const std::string_view at = AssignmentIn(reason); !at.empty()) reason.remove_prefix(std::string_view("at : ").size() + at.size());
  if (const size_t baked = reason.find("; baked in: "); baked != std::string_view::npos) reason = reason.substr(0, baked);
  std::string shape;
  for (size_t i = 0; i < reason.size();) {
    const char c = reason[i];
    if (const size_t end = EndOfPath(reason, i); end > i) {
      i = end;
      shape += '/';
    } else if (IsDigit(c)) {
      while (i < reason.size() && (IsDigit(reason[i]) || reason[i] == '.')) ++i;
      shape += '#';
    } else if (c == '[') {  // a shape or an index, but not a long text in brackets
      const size_t close = reason.find(']', i);
      const std::string_view inside = close == std::string_view::npos ? std::string_view() : reason.substr(i + 1, close - i - 1);
      if (close != std::string_view::npos && inside.find_first_not_of("0123456789,.- s") == std::string_view::npos) {
        shape += "[#]";
        i = close + 1;
      } else {
        shape += c;
        ++i;
      }
    } else {
      shape += c;
      ++i;
    }
  }
  return shape;
}

std::vector<Cluster> Clusters(const RunRecord& run) {
  std::vector<Cluster> clusters;
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < run.cells.size(); ++i) {
    if (!run.cells[i].red()) continue;
    const Cause cause = CauseOf(run.cells[i]);
    const auto [place, fresh] = places.emplace(cause.key, clusters.size());
    if (fresh) clusters.push_back({cause.words, {}});
    clusters[place->second].cells.push_back(i);
  }
  return clusters;
}

std::string CountText(const std::vector<Cluster>& clusters) {
  size_t cells = 0;
  for (const Cluster& cluster : clusters) cells += cluster.cells.size();
  const auto counted = [](size_t count, const char* word) { return std::to_string(count) + " " + word + (count == 1 ? "" : "s"); };
  return counted(clusters.size(), "cause") + ", " + counted(cells, "cell");
}

}  // namespace conformance::record
