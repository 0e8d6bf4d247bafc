#include "framework/engine/plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "framework/base/strings.h"

namespace conformance::engine {
namespace {

bool AnyMatches(const std::vector<std::string>& patterns, std::string_view text) {
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) { return GlobMatch(pattern, text); });
}

template <typename T, typename U>
bool Contains(const std::vector<T>& all, const U& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

bool TakesType(const ports::BackendCapabilities& capabilities, DType dtype) {
  return capabilities.dtypes.empty() || Contains(capabilities.dtypes, dtype);
}

/// An exporter, or none.
struct Column {
  std::shared_ptr<const ports::Exporter> exporter;
  ports::ExporterCapabilities capabilities;
};

/// Where a case is taken up, and the format that the backend gets.
struct Way {
  Entry entry;
  std::string format;
};
std::optional<Way> WayTo(const ports::BackendCapabilities& backend, const Column& column, const Variant& variant, const Offer& offer) {
  if (!column.exporter) {
    for (const std::string& format : offer.formats) {
      if (!Contains(backend.formats, format)) continue;
      const bool made = format == "program" && !variant.recording;
      return Way{!made ? Entry::kGiven : offer.program ? Entry::kProgram : Entry::kModule, format};
    }
    return std::nullopt;
  }
  const ports::ExporterCapabilities& exporter = column.capabilities;
  if (variant.recording || (variant.dynamic && !exporter.dynamic) || !Contains(backend.formats, exporter.format)) return std::nullopt;
  if (exporter.lowers_programs && offer.module) return Way{Entry::kModule, exporter.format};
  if (exporter.lowers_programs && offer.program) return Way{Entry::kProgram, exporter.format};
  if (exporter.exports_checkpoints && offer.source) return Way{Entry::kSource, exporter.format};
  return std::nullopt;
}

/// Those asked for that the case can be had in.
std::vector<DType> DTypesOf(const Offer& offer, const std::vector<DType>& asked) {
  if (asked.empty()) return {offer.dtypes.empty() ? DType::kF32 : offer.dtypes.front()};
  std::vector<DType> dtypes;
  for (const DType dtype : asked) {
    if (offer.dtypes.empty() || Contains(offer.dtypes, dtype)) dtypes.push_back(dtype);
  }
  return dtypes;
}

/// A relation is asked of "encode.dynamic" where it is of "dynamic".
bool IsOf(const ports::Relation& relation, const Variant& variant) {
  const std::string_view last = std::string_view(variant.name).substr(variant.name.rfind('.') + 1);  // npos + 1 is 0
  return Contains(relation.Variants(), last);
}

/// Behind the cells from `first` on, which are those of one variant: the same of its relations.
void AddRelations(const Toolbox& toolbox, const Variant& variant, size_t first, std::vector<PlannedCell>& cells) {
  if (variant.recording || cells.size() == first) return;
  const size_t plain = cells.size();
  for (const auto& relation : toolbox.relations.All()) {
    if (!IsOf(*relation, variant)) continue;
    const auto terms = cells[first].model->Terms(variant);
    const std::string why = terms ? relation->NotApplicable(*terms) : "nothing tells what the axes of its inputs are";
    for (size_t i = first; i < plain; ++i) {
      PlannedCell cell = cells[i];
      cell.id.variant += kRelationSign + std::string(relation->Name());
      cell.relation = relation;
      cell.not_applicable = why;
      cells.push_back(std::move(cell));
    }
  }
}

/// Components of a path from the last to the first, without "." and a trailing slash.
std::vector<std::string> Backwards(const std::filesystem::path& path) {
  std::vector<std::string> parts;
  for (const auto& part : path.lexically_normal()) {
    if (!part.empty() && part != "." && part != "/") parts.push_back(part.string());
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

}  // namespace

bool Selection::Matches(const record::CellId& id, std::string_view model_class) const {
  return AnyMatches(classes, model_class) && AnyMatches(variants, id.variant) && AnyMatches(exporters, id.exporter) &&
         AnyMatches(backends, id.backend) && AnyMatches(filters, id.ToString());
}

bool Selection::AsksFor(const record::CellId& id) const {
  const std::string whole = id.ToString();
  const auto named = [](const std::vector<std::string>& patterns, const std::string& text) {
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
      return pattern.find(kRelationSign) != std::string::npos && GlobMatch(pattern, text);
    });
  };
  return named(variants, id.variant) || named(filters, whole);
}

bool Selection::Includes(const record::CellId& id) const { return !relations.empty() && AnyMatches(relations, id.ToString()); }

bool Selection::NamesBackend(std::string_view backend) const {
  return std::find(backends.begin(), backends.end(), backend) != backends.end();
}

std::vector<std::string> CaseNames(const std::vector<std::shared_ptr<const Case>>& cases) {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> parents;  // nearest first
  for (const auto& entry : cases) {
    names.push_back(entry->Info().name);
    auto parts = Backwards(entry->Info().source);
    if (!parts.empty()) parts.erase(parts.begin());
    parents.push_back(std::move(parts));
  }
  // All of a group of equal names grow by one parent at a time, as long as one of them can.
  for (size_t depth = 0;; ++depth) {
    std::map<std::string, int> counts;
    for (const std::string& name : names) ++counts[name];
    bool grown = false;
    for (size_t i = 0; i < names.size(); ++i) {
      if (counts[names[i]] > 1 && depth < parents[i].size()) {
        names[i] = parents[i][depth] + '/' + names[i];
        grown = true;
      }
    }
    if (!grown) break;
  }
  std::set<std::string> taken(names.begin(), names.end());
  std::map<std::string, int> seen;
  for (std::string& name : names) {
    const std::string plain = name;
    for (int count = ++seen[plain]; count > 1; count = ++seen[plain]) {
      name = plain + '#' + std::to_string(count);
      if (taken.insert(name).second) break;
    }
  }
  return names;
}

Result<std::vector<PlannedCell>> Catalogue(const Toolbox& toolbox, const std::vector<std::shared_ptr<const Case>>& cases,
                                           const std::vector<DType>& dtypes) {
  std::vector<Column> columns = {{nullptr, {}}};
  for (const auto& exporter : toolbox.exporters.All()) columns.push_back({exporter, exporter->Capabilities()});
  std::vector<ports::BackendCapabilities> capabilities;
  for (const auto& backend : toolbox.backends.All()) capabilities.push_back(backend->Capabilities());

  const std::vector<std::string> names = CaseNames(cases);
  std::vector<PlannedCell> cells;
  std::set<std::string> ids;
  for (size_t c = 0; c < cases.size(); ++c) {
    for (const Variant& variant : cases[c]->Variants()) {
      const Offer offer = cases[c]->Offers(variant);
      const std::vector<DType> types = DTypesOf(offer, dtypes);
      const size_t first = cells.size();
      for (const Column& column : columns) {
        for (size_t b = 0; b < toolbox.backends.All().size(); ++b) {
          const auto way = WayTo(capabilities[b], column, variant, offer);
          if (!way) continue;
          const auto& backend = toolbox.backends.All()[b];
          for (const DType dtype : types) {
            if (!TakesType(capabilities[b], dtype)) continue;
            PlannedCell cell;
            cell.id = {names[c], variant.name, column.exporter ? std::string(column.exporter->Name()) : "none",
                       std::string(backend->Name()), std::string(ToString(dtype))};
            cell.model_class = cases[c]->Info().model_class;
            cell.model = cases[c];
            cell.variant = variant;
            cell.dtype = dtype;
            cell.exporter = column.exporter;
            cell.entry = way->entry;
            cell.format = way->format;
            cell.backend = backend;
            cells.push_back(std::move(cell));
          }
        }
      }
      AddRelations(toolbox, variant, first, cells);
      for (size_t i = first; i < cells.size(); ++i) {
        if (!ids.insert(cells[i].id.ToString()).second) return Invalid("two cells have the id '" + cells[i].id.ToString() + "'");
      }
    }
  }
  return cells;
}

}  // namespace conformance::engine
