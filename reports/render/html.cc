#include "reports/render/html.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include <kainjow/mustache.hpp>

#include "framework/base/strings.h"

namespace conformance::reports {

extern const char* const kPageTemplate;  // page.mustache, embedded by CMake

namespace {

using kainjow::mustache::data;
using record::CellRecord;
using record::OutputFigures;

std::string Figure(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}
std::string Seconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.3f" : "%.1f", value);
  return text;
}

// Error over budget; 0 for outputs that are held to exactness and meet it.
double Used(const OutputFigures& figures) {
  if (figures.budget_max_abs > 0) return figures.max_abs / figures.budget_max_abs;
  return figures.outcome == "pass" ? 0 : 1e3;
}

data SetOrFalse(const std::string& text) { return text.empty() ? data(false) : data(text); }

data FiguresData(const OutputFigures& figures) {
  data row;
  row.set("outcome", figures.outcome);
  row.set("output", figures.output);
  row.set("reason", SetOrFalse(figures.reason));
  row.set("shape", figures.dtype + ShapeText(figures.shape));
  row.set("assignment", figures.assignment.empty() ? "recorded or traced shape" : figures.assignment);
  row.set("max_abs", Figure(figures.max_abs));
  row.set("rms", Figure(figures.rms));
  row.set("budget", Figure(figures.budget_max_abs));
  row.set("reference", Figure(figures.reference_max_abs));
  row.set("ulp", Figure(figures.max_ulp));
  row.set("misses", std::to_string(figures.close_mismatched) + " of " + std::to_string(figures.elements));
  const double used = Used(figures);
  row.set("used", std::to_string(static_cast<int>(std::clamp(used * 100, 0.0, 100.0))));
  row.set("over", figures.outcome == "pass" ? "" : "over");
  return row;
}

data CellData(const CellRecord& cell) {
  data item;
  const std::string id = cell.id.ToString();
  const std::string word = cell.shown_word();
  item.set("anchor", id);
  item.set("id", id);
  item.set("word", word);
  item.set("class", cell.model_class);
  item.set("stage", std::string(ToString(cell.stage)));
  item.set("reason", SetOrFalse(cell.reason));
  item.set("expected", SetOrFalse(cell.expected));
  item.set("expected_kind", cell.expected_kind);
  item.set("command", SetOrFalse(cell.command));
  item.set("detail", SetOrFalse(cell.detail));
  item.set("seconds", Seconds(cell.seconds));
  item.set("search", id + " " + cell.model_class + " " + std::string(ToString(cell.stage)) + " " + cell.reason);
  std::string stages;
  for (const auto& [stage, seconds] : cell.stage_seconds) stages += (stages.empty() ? "" : ", ") + stage + " " + Seconds(seconds) + " s";
  item.set("stages", stages.empty() ? "-" : stages);
  data notes(data::type::list), figures(data::type::list);
  for (const std::string& note : cell.notes) notes.push_back(data("text", note));
  for (const OutputFigures& output : cell.figures) figures.push_back(FiguresData(output));
  item.set("has_notes", !cell.notes.empty());
  item.set("notes", notes);
  item.set("has_figures", !cell.figures.empty());
  item.set("figures", figures);
  return item;
}

struct Column {
  std::string variant, exporter, backend, dtype;
  friend auto operator<=>(const Column&, const Column&) = default;
};

void AddMatrix(const record::RunRecord& run, data& page) {
  // Columns and rows in the order of the plan.
  std::vector<Column> columns;
  std::vector<std::string> variants, models;
  std::map<std::string, std::string> classes;
  std::map<std::pair<std::string, Column>, const CellRecord*> cells;
  for (const CellRecord& cell : run.cells) {
    Column column{cell.id.variant, cell.id.exporter, cell.id.backend, cell.id.dtype};
    if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
    if (std::ranges::find(variants, cell.id.variant) == variants.end()) variants.push_back(cell.id.variant);
    if (classes.emplace(cell.id.model, cell.model_class).second) models.push_back(cell.id.model);
    cells[{cell.id.model, std::move(column)}] = &cell;
  }
  std::ranges::stable_sort(columns, {}, [&](const Column& column) { return std::ranges::find(variants, column.variant) - variants.begin(); });
  std::set<std::string> dtypes;
  for (const Column& column : columns) dtypes.insert(column.dtype);

  data variant_list(data::type::list), column_list(data::type::list), rows(data::type::list);
  for (const std::string& variant : variants) {
    data item;
    item.set("name", variant);
    item.set("span", std::to_string(std::ranges::count(columns, variant, &Column::variant)));
    variant_list.push_back(item);
  }
  const auto first = [&](size_t i) { return i == 0 || columns[i].variant != columns[i - 1].variant ? "first" : ""; };
  for (size_t i = 0; i < columns.size(); ++i) {
    data item;
    item.set("exporter", columns[i].exporter);
    item.set("backend", columns[i].backend);
    item.set("dtype", columns[i].dtype);
    item.set("label", (columns[i].exporter == "none" ? "" : columns[i].exporter + " / ") + columns[i].backend +
                          (dtypes.size() > 1 ? " " + columns[i].dtype : ""));
    item.set("first", first(i));
    column_list.push_back(item);
  }
  for (const std::string& model : models) {
    data row, row_cells(data::type::list);
    row.set("model", model);
    row.set("class", classes[model]);
    for (size_t i = 0; i < columns.size(); ++i) {
      data item;
      item.set("first", first(i));
      const auto it = cells.find({model, columns[i]});
      item.set("has", it != cells.end());
      if (it != cells.end()) {
        item.set("word", it->second->shown_word());
        item.set("anchor", it->second->id.ToString());
        item.set("title", it->second->reason.empty() ? it->second->id.ToString() : it->second->reason);
      }
      row_cells.push_back(item);
    }
    row.set("cells", row_cells);
    rows.push_back(row);
  }
  page.set("variants", variant_list);
  page.set("columns", column_list);
  page.set("rows", rows);
}

// Each judged output is a dot: largest error over its budget, on a logarithmic axis from 1e-5 to 1e3.
void AddPlot(const record::RunRecord& run, data& page) {
  constexpr double kLow = -5, kHigh = 3, kLeft = 40, kWidth = 920;
  const auto x_of = [&](double exponent) { return kLeft + (std::clamp(exponent, kLow, kHigh) - kLow) / (kHigh - kLow) * kWidth; };
  data dots(data::type::list), ticks(data::type::list);
  std::map<int, int> stacked;
  bool any = false;
  for (const CellRecord& cell : run.cells) {
    for (const OutputFigures& output : cell.figures) {
      if (output.dtype.starts_with("i") || output.dtype == "bool") continue;
      any = true;
      const double used = Used(output);
      const double x = x_of(used > 0 ? std::log10(used) : kLow);
      const int height = stacked[static_cast<int>(x / 7)]++;
      data dot;
      dot.set("x", Figure(x));
      dot.set("y", Figure(118 - (height % 17) * 6));
      dot.set("class", output.outcome == "pass" ? "" : "over");
      dot.set("title", cell.id.ToString() + " " + output.output + (output.assignment.empty() ? "" : " at " + output.assignment) + ": " +
                           Figure(output.max_abs) + " of " + Figure(output.budget_max_abs));
      dots.push_back(dot);
    }
  }
  for (int exponent = static_cast<int>(kLow); exponent <= static_cast<int>(kHigh); ++exponent) {
    data tick;
    tick.set("x", Figure(x_of(exponent)));
    tick.set("text", "1e" + std::to_string(exponent));
    ticks.push_back(tick);
  }
  page.set("has_plot", any);
  page.set("dots", dots);
  page.set("ticks", ticks);
  page.set("limit_x", Figure(x_of(0)));
}

}  // namespace

Result<std::string> HtmlWriter::Render(const record::RunRecord& run) const {
  data page;
  bool red = run.cells.empty();
  for (const CellRecord& cell : run.cells) red |= !cell.as_expected() && cell.outcome != record::Outcome::kUnavailable;
  page.set("verdict", run.cells.empty() ? "nothing was run" : red ? "not as expected" : "all as expected");
  page.set("verdict_class", red ? "fail" : "pass");
  page.set("count", std::to_string(run.cells.size()));
  page.set("seconds", Seconds(run.seconds));
  page.set("started", run.started);
  page.set("version", run.version);
  page.set("seed", std::to_string(run.seed));
  page.set("command_line", SetOrFalse(run.command_line));
  data versions(data::type::list), summary(data::type::list), warnings(data::type::list), cells(data::type::list);
  for (const auto& [name, value] : run.versions) {
    data item;
    item.set("name", name);
    item.set("value", value);
    versions.push_back(item);
  }
  for (const auto& [word, count] : run.Summary()) {
    data item;
    item.set("word", word);
    item.set("count", std::to_string(count));
    summary.push_back(item);
  }
  for (const std::string& warning : run.warnings) warnings.push_back(data("text", warning));
  for (const CellRecord& cell : run.cells) cells.push_back(CellData(cell));
  page.set("versions", versions);
  page.set("summary", summary);
  page.set("has_warnings", !run.warnings.empty());
  page.set("warnings", warnings);
  page.set("cells", cells);
  AddMatrix(run, page);
  AddPlot(run, page);

  kainjow::mustache::mustache page_template(kPageTemplate);
  std::string text = page_template.render(page);
  if (!page_template.is_valid()) return Internal("the page's template is malformed: " + page_template.error_message());
  return text;
}

}  // namespace conformance::reports
