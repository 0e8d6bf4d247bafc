#include "tools/conformance/selftest_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "framework/base/strings.h"
#include "framework/engine/sweep.h"
#include "framework/formats/json.h"
#include "framework/selftest/selftest.h"
#include "tools/conformance/commands.h"
#include "tools/conformance/suite.h"

namespace conformance::cli {
namespace {

namespace fs = std::filesystem;
using selftest::SelftestReport;
using selftest::Tally;

struct SelftestCommandOptions {
  std::vector<std::string> models;
  std::vector<std::string> dtypes = {"f32"};
  size_t faults_per_kind = 3, legal_variants = 1000;
  uint64_t seed = 0;
  int threads = 0;
  std::string json;
  double least_found = 0, least_found_by_outputs = 0;
};

/// Checkpoints alone: a fault is put into a Program that is traced here.
Result<std::vector<fs::path>> Folders(const engine::Toolbox& toolbox, const SelftestCommandOptions& options, const Invocation& invocation) {
  SelectOptions select;
  select.models = options.models;
  CONFORMANCE_TRY(const Suite suite, OpenSuite(toolbox, select, invocation));
  std::vector<fs::path> folders;
  for (const auto& entry : suite.cases) {
    const fs::path& source = entry->Info().source;
    std::error_code ignored;
    if (fs::is_directory(source, ignored) && fs::exists(source / "config.json", ignored)) folders.push_back(source);
  }
  std::ranges::sort(folders);
  folders.erase(std::unique(folders.begin(), folders.end()), folders.end());
  if (folders.empty()) return Invalid("no checkpoint folder to put faults into").With("wanted", "folders with config.json and *.safetensors");
  return folders;
}

std::string Share(int64_t part, int64_t whole) {
  char text[64];
  std::snprintf(text, sizeof text, "%lld of %lld (%.1f %%)", static_cast<long long>(part), static_cast<long long>(whole),
                whole == 0 ? 100.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

std::string Counts(const std::map<std::string, int64_t>& counts) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts) parts.push_back(name + " " + std::to_string(count));
  return parts.empty() ? "none" : Join(parts, ", ");
}

void PrintTable(const char* what, const std::map<std::string, Tally>& tallies) {
  std::printf("\n%-34s %8s %10s %16s %16s\n", what, "injected", "equivalent", "found", "by outputs");
  for (const auto& [name, tally] : tallies) {
    std::printf("%-34s %8lld %10lld %8lld %5.1f %% %8lld %5.1f %%\n", name.c_str(), static_cast<long long>(tally.injected),
                static_cast<long long>(tally.equivalent), static_cast<long long>(tally.found), 100 * tally.share(),
                static_cast<long long>(tally.found_by_outputs), 100 * tally.share_by_outputs());
  }
}

void Print(const SelftestReport& report) {
  const Tally& total = report.total;
  std::printf("%s, %zu programs, %.1f s\n", std::string(ToString(report.dtype)).c_str(), report.programs, report.seconds);
  std::printf("faults:  %lld injected, %lld equivalent; found %s, by outputs alone %s\n", static_cast<long long>(total.injected),
              static_cast<long long>(total.equivalent), Share(total.found, total.counted()).c_str(),
              Share(total.found_by_outputs, total.counted()).c_str());
  std::printf("         by lane: %s\n", Counts(total.found_by_lane).c_str());
  std::printf("legal:   %lld variants, %lld false failures (rate below %.2f %% at 95 %%), by outputs alone %lld; by lane: %s\n",
              static_cast<long long>(total.legal), static_cast<long long>(total.rejected),
              100 * selftest::ClopperPearsonUpper(total.rejected, total.legal), static_cast<long long>(total.rejected_by_outputs),
              Counts(total.rejected_by_lane).c_str());
  PrintTable("fault", report.by_kind);
  PrintTable("class", report.by_class);
  std::printf("\n%-34s %16s %24s\n", "other rules, on the same outputs", "found", "false failures");
  for (const auto& [rule, tally] : report.by_rule) {
    std::printf("%-34s %8lld %5.1f %% %16lld of %lld\n", rule.c_str(), static_cast<long long>(tally.found),
                total.counted() == 0 ? 100.0 : 100.0 * static_cast<double>(tally.found) / static_cast<double>(total.counted()),
                static_cast<long long>(tally.rejected), static_cast<long long>(total.legal));
  }
  for (const auto& [what, names] : {std::pair("missed", &report.missed), std::pair("equivalent", &report.equivalents),
                                    std::pair("false failure", &report.false_failures)}) {
    if (!names->empty()) std::printf("\n");
    for (const std::string& name : *names) std::printf("%s: %s\n", what, name.c_str());
  }
}

/// What f32 is held to; halves are published, whatever they are.
std::vector<std::string> Shortcomings(const SelftestReport& report, const SelftestCommandOptions& options) {
  std::vector<std::string> texts;
  if (report.dtype != DType::kF32) return texts;
  if (report.total.counted() == 0) texts.push_back("no fault was put in");
  if (report.total.share() * 100 < options.least_found) texts.push_back("fewer faults are found than " + DoubleText(options.least_found) + " %");
  if (report.total.share_by_outputs() * 100 < options.least_found_by_outputs) {
    texts.push_back("outputs alone show fewer faults than " + DoubleText(options.least_found_by_outputs) + " %");
  }
  if (report.total.rejected > 0) texts.push_back(std::to_string(report.total.rejected) + " legal variants are refused");
  for (const std::string& name : report.WeakClasses()) texts.push_back("more than a fifth of the injections into " + name + " are equivalent");
  return texts;
}

int RunSelftestCommand(const engine::Toolbox& toolbox, const SelftestCommandOptions& options, const Invocation& invocation) {
  const auto folders = Folders(toolbox, options, invocation);
  if (!folders.ok()) return Complain(folders.error());
  const bool words = options.json != "-";
  Json dtypes = Json::MakeObject();
  Json json;
  std::vector<std::string> shortcomings;
  for (const std::string& text : options.dtypes) {
    const auto dtype = DTypeFromString(text);
    if (!dtype || (*dtype != DType::kF32 && ByteSize(*dtype) != 2) || !IsFloating(*dtype)) {
      return Complain(Invalid("unknown --dtype").With("found", text).With("wanted", "f32, f16, bf16"));
    }
    selftest::SelftestOptions selftest;
    selftest.folders = *folders;
    selftest.dtype = *dtype;
    selftest.faults_per_kind = options.faults_per_kind;
    selftest.legal_variants = options.legal_variants;
    selftest.seed = options.seed;
    selftest.threads = options.threads;
    if (words && isatty(STDERR_FILENO)) {
      selftest.progress = [](size_t done, size_t of, const std::string& name) {
        std::fprintf(stderr, "\r\033[K[%zu/%zu] %s%s", done, of, name.c_str(), done == of ? "\r\033[K" : "");
      };
    }
    auto report = selftest::RunSelftest(toolbox, selftest);
    if (!report.ok()) return Complain(report.error());
    if (words) Print(*report);
    for (std::string& shortcoming : Shortcomings(*report, options)) shortcomings.push_back(std::move(shortcoming));
    if (json.IsNull() || *dtype == DType::kF32) json = report->ToJson();  // totals are f32's
    dtypes[text] = report->ToJson();
  }
  json["dtypes"] = std::move(dtypes);
  json["shortcomings"] = Json::MakeArray();
  for (const std::string& text : shortcomings) json["shortcomings"].Append(text);
  if (!options.json.empty()) {
    const Status written = WriteOutput(options.json, formats::WriteJson(json, 2) + "\n");
    if (!written.ok()) return Complain(written.error());
  }
  for (const std::string& text : shortcomings) std::fprintf(stderr, "conformance: selftest: %s\n", text.c_str());
  return shortcomings.empty() ? 0 : 1;
}

}  // namespace

std::function<int()> AddSelftest(CLI::App& app, const engine::Toolbox& toolbox, const Invocation& invocation) {
  CLI::App* command = app.add_subcommand("selftest", "put faults into models, and legal variants: how much the judge finds, how often it is wrong");
  auto options = std::make_shared<SelftestCommandOptions>();
  command->footer(
      "Faults are those that exporters are known for (docs/verdicts.md). A fault is equivalent where the faulty program in f64 stays within\n"
      "one f32 unit in the last place on 16 seeded inputs; that is decided before any lane runs. Legal variants sum in other orders, in wider\n"
      "accumulators, with noise on transcendentals, with fused stores.\n\n"
      "  conformance selftest                              the checkpoints of the shipped suite\n"
      "  conformance selftest ./gpt2 --dtype f32,f16       one model, in two types\n"
      "  conformance selftest --json -                     every figure, names of what was missed among them\n\n"
      "Exit codes: 0; 1 for a legal variant refused in f32, too few faults found, or a class of which more than a fifth of the injections are\n"
      "equivalent; 2 usage, a model that cannot be read.");
  command->add_option("MODEL", options->models, "checkpoint folders; none: those of the shipped suite");
  command->add_option("--dtype", options->dtypes, "f32, f16, bf16; totals are f32's")->delimiter(',')->capture_default_str();
  command->add_option("--faults", options->faults_per_kind, "faults of each kind in each program")->check(CLI::Range(1, 1000))->capture_default_str();
  command->add_option("--legal", options->legal_variants, "legal variants in all, at least one a program")->check(CLI::Range(0, 1000000))->capture_default_str();
  command->add_option("--least-found", options->least_found, "fail below this share of faults, in percent")->check(CLI::Range(0, 100));
  command->add_option("--least-found-by-outputs", options->least_found_by_outputs, "the same for outputs alone")->check(CLI::Range(0, 100));
  command->add_option("--seed", options->seed, "seed of inputs, places and variants");
  command->add_option("--threads,-j", options->threads, "models at once; 0: one a core")->check(CLI::Range(0, 4096));
  command->add_option("--json", options->json, "write the figures as JSON; -: standard output");
  return [options, &toolbox, &invocation] { return RunSelftestCommand(toolbox, *options, invocation); };
}

}  // namespace conformance::cli
