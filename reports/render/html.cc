#include "reports/render/html.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include <kainjow/mustache.hpp>

#include "framework/base/date.h"
#include "framework/base/strings.h"
#include "framework/record/clusters.h"
#include "framework/record/operators.h"
#include "reports/render/clean_text.h"
#include "reports/render/failure.h"
#include "reports/render/operators.h"

namespace conformance::reports {

extern const char* const kPageTemplate;  // page.mustache, embedded by CMake

namespace {

using kainjow::mustache::data;
using record::CellRecord;
using record::OutputFigures;

constexpr size_t kShownFailures = 100;  ///< causes told at the top; cells of others are among the cells
constexpr size_t kShownDots = 1500;     ///< more outputs than these are drawn as bars

std::string Seconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.3f" : "%.1f", value);
  return text;
}

// Mustache escapes markup; what is no text goes before.
data Clean(const std::string& text) { return data(CleanText(text)); }
data SetOrFalse(const std::string& text) { return text.empty() ? data(false) : Clean(text); }

data Names(const std::vector<std::string>& names) {
  data list(data::type::list);
  for (const std::string& name : names) list.push_back(data("name", CleanText(name)));
  return list;
}

void AddOnce(std::vector<std::string>& names, const std::string& name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

// Error over budget; 0 for outputs that are held to exactness and meet it.
double Used(const OutputFigures& figures) {
  if (figures.budget_max_abs > 0) return figures.max_abs / figures.budget_max_abs;
  return figures.outcome == "pass" ? 0 : 1e3;
}

/// Ids of elements, one a cell: readable, of characters that need no escape in a link, and unique.
class Anchors {
 public:
  explicit Anchors(const record::RunRecord& run) {
    std::set<std::string> taken;
    for (const CellRecord& cell : run.cells) {
      std::string anchor;
      for (const char c : cell.id.ToString()) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("/._-:").find(c) != std::string_view::npos;
        anchor += plain ? c : '_';
      }
      if (!taken.insert(anchor).second) anchor += "_" + std::to_string(anchors_.size());
      taken.insert(anchor);
      anchors_[&cell] = std::move(anchor);
    }
  }
  const std::string& Of(const CellRecord& cell) const { return anchors_.at(&cell); }

 private:
  std::map<const CellRecord*, std::string> anchors_;
};

data FiguresData(const OutputFigures& figures) {
  data row;
  row.set("outcome", Clean(figures.outcome));
  row.set("output", Clean(figures.output));
  row.set("reason", SetOrFalse(figures.reason));
  row.set("shape", Clean(figures.dtype + ShapeText(figures.shape)));
  row.set("assignment", Clean(figures.assignment.empty() ? "recorded or traced shape" : figures.assignment));
  row.set("max_abs", FigureText(figures.max_abs));
  row.set("rms", FigureText(figures.rms));
  row.set("budget", FigureText(figures.budget_max_abs));
  row.set("reference", FigureText(figures.reference_max_abs));
  row.set("ulp", FigureText(figures.max_ulp));
  row.set("misses", std::to_string(figures.close_mismatched) + " of " + std::to_string(figures.elements));
  const double used = Used(figures);
  row.set("used", std::to_string(static_cast<int>(std::clamp(used * 100, 0.0, 100.0))));
  row.set("over", figures.outcome == "pass" ? "" : "over");
  return row;
}

data CellData(const CellRecord& cell, const Anchors& anchors) {
  data item;
  const std::string id = cell.id.ToString();
  item.set("anchor", anchors.Of(cell));
  item.set("id", Clean(id));
  item.set("word", cell.shown_word());
  item.set("variant", Clean(cell.id.variant));
  item.set("exporter", Clean(cell.id.exporter));
  item.set("backend", Clean(cell.id.backend));
  item.set("class", Clean(cell.model_class));
  item.set("stage", std::string(ToString(cell.stage)));
  item.set("reason", SetOrFalse(cell.reason));
  item.set("expected", SetOrFalse(cell.expected));
  item.set("expected_kind", Clean(cell.expected_kind));
  item.set("command", SetOrFalse(cell.command));
  item.set("detail", SetOrFalse(cell.detail));
  item.set("seconds", Seconds(cell.seconds));
  item.set("search", Clean(id + " " + cell.model_class + " " + std::string(ToString(cell.stage)) + " " + cell.reason));
  std::string stages;
  for (const auto& [stage, seconds] : cell.stage_seconds) stages += (stages.empty() ? "" : ", ") + stage + " " + Seconds(seconds) + " s";
  item.set("stages", Clean(stages.empty() ? "-" : stages));
  data notes(data::type::list), figures(data::type::list);
  for (const std::string& note : cell.notes) notes.push_back(data("text", CleanText(note)));
  for (const OutputFigures& output : cell.figures) figures.push_back(FiguresData(output));
  item.set("has_notes", !cell.notes.empty());
  item.set("notes", notes);
  item.set("has_figures", !cell.figures.empty());
  item.set("figures", figures);
  return item;
}

void AddFailures(const record::RunRecord& run, const Anchors& anchors, data& page) {
  data rows(data::type::list);
  const std::vector<record::Cluster> clusters = record::Clusters(run);
  for (size_t i = 0; i < clusters.size() && i < kShownFailures; ++i) {
    const CellRecord& first = run.cells[clusters[i].cells.front()];
    const Failure failure = FailureOf(first);
    data row, others(data::type::list);
    row.set("word", failure.word);
    row.set("cell", Clean(failure.cell));
    row.set("anchor", anchors.Of(first));
    row.set("stage", failure.stage);
    row.set("cause", Clean(failure.cause));
    row.set("figure", SetOrFalse(failure.figure));
    row.set("command", SetOrFalse(failure.command));
    for (size_t k = 1; k < clusters[i].cells.size(); ++k) {
      const CellRecord& cell = run.cells[clusters[i].cells[k]];
      data other;
      other.set("word", cell.shown_word());
      other.set("cell", Clean(cell.id.ToString()));
      other.set("anchor", anchors.Of(cell));
      others.push_back(other);
    }
    row.set("has_others", clusters[i].cells.size() > 1);
    row.set("others_count", std::to_string(clusters[i].cells.size() - 1));
    row.set("shared", SetOrFalse(clusters[i].cause == failure.cause ? "" : clusters[i].cause));
    row.set("others", others);
    rows.push_back(row);
  }
  page.set("has_failures", !clusters.empty());
  page.set("failure_count", record::CountText(clusters));
  page.set("failures", rows);
  page.set("more_failures", clusters.size() > kShownFailures ? data(std::to_string(clusters.size() - kShownFailures)) : data(false));
}

/// Where tests of operators were run: every operator, those of which most is lost first.
void AddOperators(const record::RunRecord& run, data& page) {
  const record::OperatorTable table = record::OperatorsOf(run);
  data backends(data::type::list), rows(data::type::list);
  for (const std::string& backend : table.backends) {
    data item;
    item.set("name", Clean(backend));
    item.set("weighted", table.Used() > 0 ? PercentText(table.Weighted(backend)) : "-");
    backends.push_back(item);
  }
  for (const record::OperatorRow& row : table.rows) {
    data item, counts(data::type::list);
    item.set("name", Clean(row.name));
    item.set("use", std::to_string(row.use));
    for (const std::string& backend : table.backends) {
      data count;
      const auto it = row.backends.find(backend);
      const bool whole = it == row.backends.end() || it->second.pass == it->second.all();
      const bool unsupported = !whole && it->second.fail + it->second.other == 0;
      count.set("text", CountsText(row, backend));
      count.set("class", whole ? "pass" : unsupported ? "unsupported" : "fail");
      counts.push_back(count);
    }
    item.set("counts", counts);
    rows.push_back(item);
  }
  page.set("has_operators", !table.empty());
  page.set("operators_count", std::to_string(table.rows.size()));
  page.set("operators_used", std::to_string(table.Used()));
  page.set("operator_backends", backends);
  page.set("operators", rows);
}

struct Column {
  std::string variant, exporter, backend, dtype;
  friend auto operator<=>(const Column&, const Column&) = default;
};

void AddMatrix(const record::RunRecord& run, const Anchors& anchors, data& page) {
  // Columns and rows in the order of the plan.
  std::vector<Column> columns;
  std::vector<std::string> variants, exporters, backends, models;
  std::map<std::string, std::string> classes;
  std::map<std::pair<std::string, Column>, const CellRecord*> cells;
  for (const CellRecord& cell : run.cells) {
    Column column{cell.id.variant, cell.id.exporter, cell.id.backend, cell.id.dtype};
    if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
    AddOnce(variants, cell.id.variant);
    AddOnce(exporters, cell.id.exporter);
    AddOnce(backends, cell.id.backend);
    if (classes.emplace(cell.id.model, cell.model_class).second) models.push_back(cell.id.model);
    cells[{cell.id.model, std::move(column)}] = &cell;
  }
  std::ranges::stable_sort(columns, {}, [&](const Column& column) { return std::ranges::find(variants, column.variant) - variants.begin(); });
  std::set<std::string> dtypes;
  for (const Column& column : columns) dtypes.insert(column.dtype);

  data variant_list(data::type::list), column_list(data::type::list), rows(data::type::list);
  for (const std::string& variant : variants) {
    data item;
    item.set("name", Clean(variant));
    item.set("span", std::to_string(std::ranges::count(columns, variant, &Column::variant)));
    variant_list.push_back(item);
  }
  const auto first = [&](size_t i) { return i == 0 || columns[i].variant != columns[i - 1].variant ? "first" : ""; };
  for (size_t i = 0; i < columns.size(); ++i) {
    data item;
    item.set("exporter", Clean(columns[i].exporter));
    item.set("backend", Clean(columns[i].backend));
    item.set("dtype", Clean(columns[i].dtype));
    item.set("exporter_label", Clean(columns[i].exporter == "none" ? "no export" : columns[i].exporter));
    item.set("label", Clean(columns[i].backend + (dtypes.size() > 1 ? " " + columns[i].dtype : "")));
    item.set("first", first(i));
    column_list.push_back(item);
  }
  for (const std::string& model : models) {
    data row, row_cells(data::type::list);
    row.set("model", Clean(model));
    row.set("class", Clean(classes[model]));
    for (size_t i = 0; i < columns.size(); ++i) {
      data item;
      item.set("first", first(i));
      const auto it = cells.find({model, columns[i]});
      item.set("has", it != cells.end());
      if (it != cells.end()) {
        item.set("word", it->second->shown_word());
        item.set("anchor", anchors.Of(*it->second));
        item.set("title", Clean(it->second->reason.empty() ? it->second->id.ToString() : it->second->reason));
      }
      row_cells.push_back(item);
    }
    row.set("cells", row_cells);
    rows.push_back(row);
  }
  page.set("variants", variant_list);
  page.set("columns", column_list);
  page.set("rows", rows);
  page.set("exporters", Names(exporters));
  page.set("backends", Names(backends));
  page.set("rows_count", std::to_string(models.size()));
  page.set("columns_count", std::to_string(columns.size()));
}

// Each judged output by its largest error over its budget, on a logarithmic axis from 1e-5 to 1e3: a dot each, or where there are too many
// bars of their numbers.
class Plot {
 public:
  void Add(const CellRecord& cell, const OutputFigures& output) {
    const double used = Used(output);
    const double exponent = used > 0 ? std::log10(used) : kLow;
    const double x = kLeft + (std::clamp(exponent, kLow, kHigh) - kLow) / (kHigh - kLow) * kWidth;
    points_.push_back({x, output.outcome != "pass", &cell, &output});
  }
  void Draw(data& page) const {
    data dots(data::type::list), bars(data::type::list), ticks(data::type::list);
    if (points_.size() <= kShownDots) AddDots(dots);
    else AddBars(bars);
    for (int exponent = static_cast<int>(kLow); exponent <= static_cast<int>(kHigh); ++exponent) {
      data tick;
      tick.set("x", FigureText(kLeft + (exponent - kLow) / (kHigh - kLow) * kWidth));
      tick.set("text", "1e" + std::to_string(exponent));
      ticks.push_back(tick);
    }
    page.set("has_plot", !points_.empty());
    page.set("plot_count", std::to_string(points_.size()));
    page.set("dots", dots);
    page.set("bars", bars);
    page.set("ticks", ticks);
    page.set("limit_x", FigureText(kLeft + (0 - kLow) / (kHigh - kLow) * kWidth));
  }

 private:
  struct Point {
    double x;
    bool over;
    const CellRecord* cell;
    const OutputFigures* output;
  };
  static constexpr double kLow = -5, kHigh = 3, kLeft = 40, kWidth = 920, kBin = 7;

  void AddDots(data& dots) const {
    std::map<int, int> stacked;
    for (const Point& point : points_) {
      const int height = stacked[static_cast<int>(point.x / kBin)]++;
      const OutputFigures& output = *point.output;
      data dot;
      dot.set("x", FigureText(point.x));
      dot.set("y", FigureText(118 - (height % 17) * 6));
      dot.set("class", point.over ? "over" : "");
      dot.set("title", Clean(point.cell->id.ToString() + " " + output.output + (output.assignment.empty() ? "" : " at " + output.assignment) +
                             ": " + FigureText(output.max_abs) + " of " + FigureText(output.budget_max_abs)));
      dots.push_back(dot);
    }
  }
  void AddBars(data& bars) const {
    std::map<std::pair<int, bool>, int> counts;
    for (const Point& point : points_) ++counts[{static_cast<int>(point.x / kBin), point.over}];
    int most = 1;
    for (const auto& [bin, count] : counts) most = std::max(most, count);
    std::map<int, double> base;
    for (const auto& [bin, count] : counts) {
      // A single one among thousands is seen as well.
      const double height = std::max(2.0, 50.0 * count / most);
      const double& below = base[bin.first];
      data bar;
      bar.set("x", FigureText(bin.first * kBin));
      bar.set("y", FigureText(122 - below - height));
      bar.set("height", FigureText(height));
      bar.set("class", bin.second ? "over" : "");
      bar.set("title", std::to_string(count) + " outputs");
      bars.push_back(bar);
      base[bin.first] += height;
    }
  }

  std::vector<Point> points_;
};

void AddPlot(const record::RunRecord& run, data& page) {
  Plot plot;
  for (const CellRecord& cell : run.cells) {
    for (const OutputFigures& output : cell.figures) {
      if (!output.dtype.starts_with("i") && output.dtype != "bool") plot.Add(cell, output);
    }
  }
  plot.Draw(page);
}

void AddStages(const record::RunRecord& run, data& page) {
  static constexpr std::array<const char*, 10> kColours = {"#5b7db1", "#8e6bbf", "#b56b9d", "#c06c5d", "#c58b4a",
                                                           "#9aa048", "#6f9a58", "#4d9a84", "#4a8fb0", "#7a8794"};
  std::map<record::Stage, double> seconds;
  double whole = 0;
  for (const CellRecord& cell : run.cells) {
    for (const auto& [name, value] : cell.stage_seconds) {
      const auto stage = record::StageFromString(name);
      if (stage && value > 0) seconds[*stage] += value, whole += value;
    }
  }
  data bars(data::type::list);
  for (const auto& [stage, value] : seconds) {
    data bar;
    bar.set("name", std::string(ToString(stage)));
    bar.set("seconds", Seconds(value));
    bar.set("share", FigureText(100 * value / whole));
    bar.set("colour", std::string(kColours[static_cast<size_t>(stage)]));
    bars.push_back(bar);
  }
  page.set("has_stages", !seconds.empty());
  page.set("stage_bars", bars);
}

// What the run says of each entry of its lists, and how long ago somebody looked at it.
void AddLists(const record::RunRecord& run, data& page) {
  constexpr int64_t kOldDays = 90;
  std::map<std::string, std::map<std::string, int>> met;  // entry, shown word, cells
  std::set<std::string> gone;
  for (const CellRecord& cell : run.cells) {
    if (cell.expected.empty()) continue;
    ++met[cell.expected][cell.shown_word()];
    if (cell.unexpected) gone.insert(cell.expected);
  }
  data rows(data::type::list), unmet_rows(data::type::list);
  const auto today = DayNumber(run.started);
  for (const record::ListedEntry& entry : run.lists) {
    data row;
    row.set("kind", entry.kind);
    row.set("pattern", Clean(entry.pattern));
    row.set("reason", Clean(entry.reason));
    row.set("reference", Clean(entry.reference));
    row.set("link", entry.reference.starts_with("https://") || entry.reference.starts_with("http://"));
    row.set("place", Clean(entry.place));
    row.set("date", Clean(entry.date));
    const auto day = DayNumber(entry.date);
    const int64_t age = today && day ? *today - *day : 0;
    row.set("age", today && day ? std::to_string(age) : "?");
    row.set("age_class", age > kOldDays ? "old" : "");
    std::string cells;
    for (const auto& [word, count] : met[entry.id]) cells += (cells.empty() ? "" : ", ") + std::to_string(count) + " " + word;
    row.set("cells", SetOrFalse(cells));
    const bool unmet = cells.empty(), wrong = gone.contains(entry.id);
    row.set("state", unmet ? "no cell" : wrong ? "does not hold" : entry.kind == "skip" ? "not run" : "holds");
    row.set("state_class", unmet ? "skip" : wrong ? "fail" : entry.kind == "skip" ? "skip" : "expected-fail");
    (unmet ? unmet_rows : rows).push_back(row);
  }
  page.set("has_lists", !run.lists.empty());
  page.set("lists_count", std::to_string(run.lists.size()));
  page.set("has_met", rows.is_non_empty_list());
  page.set("unmet_count", unmet_rows.is_non_empty_list() ? data(std::to_string(unmet_rows.list_value().size())) : data(false));
  page.set("unmet", unmet_rows);
  page.set("lists", rows);
}

// Hits of patches and fixes, as exporters write them into their artifacts' manifests, by export (cells of several backends share one).
void AddFixes(const record::RunRecord& run, data& page) {
  struct Hits {
    std::set<std::string> exports;
    int64_t hits = 0;
  };
  std::map<std::pair<std::string, std::string>, Hits> fixes;
  std::map<std::string, std::set<std::string>> exports;
  for (const CellRecord& cell : run.cells) {
    const Json* manifest = cell.facts.Find("manifest");
    const Json* hits = manifest ? manifest->Find("hits") : nullptr;
    if (!hits || !hits->IsObject()) continue;
    const std::string artifact = cell.id.model + "\n" + cell.id.variant + "\n" + cell.id.dtype;
    const bool first = exports[cell.id.exporter].insert(artifact).second;
    for (const auto& [name, count] : hits->AsObject()) {
      Hits& of = fixes[{cell.id.exporter, name}];
      if (!first || !count.IsInt() || count.AsInt() <= 0) continue;
      of.exports.insert(artifact);
      of.hits += count.AsInt();
    }
  }
  data rows(data::type::list);
  for (const auto& [key, of] : fixes) {
    data row;
    row.set("exporter", Clean(key.first));
    row.set("name", Clean(key.second));
    row.set("exports", std::to_string(of.exports.size()));
    row.set("of", std::to_string(exports[key.first].size()));
    row.set("fired", of.hits > 0);
    row.set("hits", std::to_string(of.hits));
    rows.push_back(row);
  }
  page.set("has_fixes", !fixes.empty());
  page.set("fixes", rows);
}

}  // namespace

Result<std::string> HtmlWriter::Render(const record::RunRecord& run) const {
  data page;
  const Verdict verdict = VerdictOf(run);
  page.set("verdict", verdict.words);
  page.set("verdict_class", verdict.green ? "pass" : "fail");
  page.set("count", std::to_string(run.cells.size()));
  page.set("seconds", Seconds(run.seconds));
  page.set("started", Clean(run.started));
  page.set("version", Clean(run.version));
  page.set("seed", std::to_string(run.seed));
  constexpr size_t kShownCommand = 300;
  const bool long_command = run.command_line.size() > kShownCommand;
  page.set("command_line", SetOrFalse(long_command ? "" : run.command_line));
  page.set("long_command", SetOrFalse(long_command ? run.command_line : ""));
  page.set("command_head", SetOrFalse(run.command_line.substr(0, run.command_line.rfind(' ', kShownCommand / 2))));
  data versions(data::type::list), summary(data::type::list), warnings(data::type::list), cells(data::type::list);
  for (const auto& [name, value] : run.versions) {
    data item;
    item.set("name", Clean(name));
    item.set("value", Clean(value));
    versions.push_back(item);
  }
  for (const auto& [word, count] : run.Summary()) {
    data item;
    item.set("word", word);
    item.set("count", std::to_string(count));
    summary.push_back(item);
  }
  std::vector<std::string> remarks = run.Remarks();
  const std::string lack = NotRun(run);
  const auto says = [&](const std::string& remark) { return remark.find(lack) != std::string::npos; };
  if (!lack.empty() && std::ranges::none_of(remarks, says)) remarks.insert(remarks.begin(), lack);
  for (const std::string& remark : remarks) warnings.push_back(data("text", CleanText(remark)));
  const Anchors anchors(run);
  for (const CellRecord& cell : run.cells) cells.push_back(CellData(cell, anchors));
  page.set("versions", versions);
  page.set("has_versions", !run.versions.empty());
  page.set("summary", summary);
  page.set("has_warnings", !remarks.empty());
  page.set("warnings", warnings);
  page.set("cells", cells);
  AddFailures(run, anchors, page);
  AddOperators(run, page);
  AddMatrix(run, anchors, page);
  AddPlot(run, page);
  AddStages(run, page);
  AddLists(run, page);
  AddFixes(run, page);

  kainjow::mustache::mustache page_template(kPageTemplate);
  std::string text = page_template.render(page);
  if (!page_template.is_valid()) return Internal("the page's template is malformed: " + page_template.error_message());
  return text;
}

}  // namespace conformance::reports
