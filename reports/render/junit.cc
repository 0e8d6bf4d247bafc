#include "reports/render/junit.h"

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <pugixml.hpp>

#include "reports/render/clean_text.h"
#include "reports/render/failure.h"

namespace conformance::reports {
namespace {

using record::CellRecord;
using record::Outcome;

struct Counts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;
  void Add(const Counts& other) {
    tests += other.tests, failures += other.failures, errors += other.errors, skipped += other.skipped, seconds += other.seconds;
  }
};

std::string Seconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

void Set(pugi::xml_node node, const char* name, std::string_view value) { node.append_attribute(name) = CleanLine(value).c_str(); }
void Put(pugi::xml_node node, const char* name, const std::string& text) {
  if (!text.empty()) node.append_child(name).append_child(pugi::node_pcdata).set_value(CleanText(text).c_str());
}

void Write(pugi::xml_node node, const Counts& counts) {
  node.append_attribute("tests") = counts.tests;
  node.append_attribute("failures") = counts.failures;
  node.append_attribute("errors") = counts.errors;
  node.append_attribute("skipped") = counts.skipped;
  Set(node, "time", Seconds(counts.seconds));
}

/// The element that says how a cell ended; null for a plain pass.
const char* ElementOf(const CellRecord& cell) {
  if (!cell.red()) return cell.outcome == Outcome::kPass ? nullptr : "skipped";
  switch (cell.outcome) {
    case Outcome::kPass:  // unexpectedly
    case Outcome::kFail:
    case Outcome::kMistrusted:
    case Outcome::kFlake: return "failure";
    default: return "error";
  }
}

Counts AddCase(pugi::xml_node suite, const CellRecord& cell) {
  Counts counts{.tests = 1, .failures = 0, .errors = 0, .skipped = 0, .seconds = cell.seconds};
  pugi::xml_node test = suite.append_child("testcase");
  Set(test, "classname", cell.id.model);
  Set(test, "name", cell.id.variant + "/" + cell.id.exporter + "/" + cell.id.backend + "/" + cell.id.dtype);
  Set(test, "time", Seconds(cell.seconds));
  if (const char* element = ElementOf(cell)) {
    const Failure failure = FailureOf(cell);
    pugi::xml_node end = test.append_child(element);
    Set(end, "message", (failure.word == "fail" ? "" : failure.word + ": ") + failure.cause);
    if (element != std::string_view("skipped")) {
      Set(end, "type", failure.word + " at " + failure.stage);
      end.append_child(pugi::node_pcdata).set_value(CleanText(failure.Text()).c_str());
    }
    (element[0] == 'f' ? counts.failures : element[0] == 'e' ? counts.errors : counts.skipped) = 1;
  }
  std::string out;
  for (const std::string& note : cell.notes) out += "note: " + note + "\n";
  Put(test, "system-out", out);
  Put(test, "system-err", cell.detail);
  return counts;
}

void AddProperties(pugi::xml_node suites, const record::RunRecord& run) {
  pugi::xml_node properties = suites.append_child("properties");
  const auto add = [&](const std::string& name, const std::string& value) {
    pugi::xml_node property = properties.append_child("property");
    Set(property, "name", name);
    Set(property, "value", value);
  };
  add("conformance", run.version);
  add("seed", std::to_string(run.seed));
  if (!run.command_line.empty()) add("command", run.command_line);
  for (const auto& [name, version] : run.versions) add(name, version);
}

class Text : public pugi::xml_writer {
 public:
  void write(const void* data, size_t size) override { text.append(static_cast<const char*>(data), size); }
  std::string text;
};

}  // namespace

std::string PugixmlVersion() {
  return std::to_string(PUGIXML_VERSION / 1000) + '.' + std::to_string(PUGIXML_VERSION / 10 % 100);
}

Result<std::string> JunitWriter::Render(const record::RunRecord& run) const {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("testsuites");
  root.append_attribute("name") = "conformance";
  std::vector<std::string> models;  // in the plan's order
  std::map<std::string, std::vector<const CellRecord*>> cells;
  for (const CellRecord& cell : run.cells) {
    auto& of_model = cells[cell.id.model];
    if (of_model.empty()) models.push_back(cell.id.model);
    of_model.push_back(&cell);
  }
  Counts all;
  const auto add_suite = [&](const std::string& name, const auto& fill) {
    pugi::xml_node suite = root.append_child("testsuite");
    Set(suite, "name", name);
    if (!run.started.empty()) Set(suite, "timestamp", std::string_view(run.started).substr(0, 19));
    const Counts counts = fill(suite);
    Write(suite, counts);
    all.Add(counts);
    return suite;
  };
  // Versions and lacks of the whole run: readers know properties and errors of a suite, not of what holds the suites.
  const std::string lack = NotRun(run);
  pugi::xml_node whole = add_suite("conformance run", [&](pugi::xml_node suite) {
    AddProperties(suite, run);
    Counts counts{.tests = 1, .failures = 0, .errors = 0, .skipped = 0, .seconds = 0};
    pugi::xml_node test = suite.append_child("testcase");
    Set(test, "classname", "conformance");
    Set(test, "name", "the plan was run");
    Set(test, "time", "0");
    if (!lack.empty()) {
      pugi::xml_node error = test.append_child("error");
      Set(error, "message", lack);
      Set(error, "type", "not run");
      counts.errors = 1;
    }
    return counts;
  });
  std::string warnings;
  for (const std::string& warning : run.Remarks()) warnings += warning + "\n";
  Put(whole, "system-err", warnings);
  for (const std::string& model : models) {
    add_suite(model, [&](pugi::xml_node suite) {
      Counts counts;
      for (const CellRecord* cell : cells[model]) counts.Add(AddCase(suite, *cell));
      return counts;
    });
  }
  Write(root, all);
  Text text;
  document.save(text, " ", pugi::format_default, pugi::encoding_utf8);
  return std::move(text.text);
}

}  // namespace conformance::reports
