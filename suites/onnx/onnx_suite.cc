// The onnx package's backend test suite over the interpreter, as a table.
//
//   onnx_suite FOLDER [--filter PART] [--operators] [--failures] [--oracle] [--known FILE]... [--more-than CASES] [--within SECONDS]
//
// FOLDER is what tools/fixturegen/onnx_suite.py writes. --operators: passes and the rest by operator; --failures: why each of the rest is none. With
// --oracle, floats are evaluated in f64. --known: a file that lists the cases which are not expected to pass, with the reason of each.
//
// The exit code is 0 where exactly the listed cases do not pass, more than CASES do, and planning and evaluating took no more than SECONDS of processor
// time; 1 otherwise; 2 for wrong usage.
#include <array>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/strings.h"
#include "suites/onnx/suite.h"

namespace conformance::suites {
namespace {

struct Options {
  std::string folder, part;
  std::vector<std::string> known;
  bool operators = false, failures = false, oracle = false;
  int64_t more_than = -1;
  double within = 1e9;
};

std::optional<Options> Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto next = [&] { return i + 1 < argc ? std::string(argv[++i]) : std::string(); };
    if (word == "--operators") {
      options.operators = true;
    } else if (word == "--failures") {
      options.failures = true;
    } else if (word == "--oracle") {
      options.oracle = true;
    } else if (word == "--filter") {
      options.part = next();
    } else if (word == "--known") {
      options.known.push_back(next());
    } else if (word == "--more-than") {
      const auto number = ParseInt(next());
      if (!number) return std::nullopt;
      options.more_than = *number;
    } else if (word == "--within") {
      const auto number = ParseDouble(next());
      if (!number) return std::nullopt;
      options.within = *number;
    } else if (options.folder.empty() && !StartsWith(word, "-")) {
      options.folder = word;
    } else {
      return std::nullopt;
    }
  }
  if (options.folder.empty()) return std::nullopt;
  return options;
}

int Complain(const Error& error) {
  std::fprintf(stderr, "onnx_suite: %s\n", error.ToString().c_str());
  return 2;
}

int Run(const Options& options) {
  const auto run = RunSuite(options.folder, options.part, options.oracle);
  if (!run.ok()) return Complain(run.error());
  std::map<std::string, std::string> known;
  for (const std::string& file : options.known) {
    auto read = ReadKnown(file);
    if (!read.ok()) return Complain(read.error());
    known.merge(*read);
  }
  static constexpr const char* kWords[] = {"pass", "fail", "unsupported", "error"};
  std::array<int64_t, 4> counts = {};
  bool good = true;
  for (const SuiteOutcome& outcome : run->outcomes) {
    ++counts[static_cast<size_t>(outcome.verdict)];
    const bool passes = outcome.verdict == SuiteVerdict::kPass;
    const bool listed = known.erase(outcome.name) != 0;
    if (passes && listed) std::printf("passes, though it is listed: %s\n", outcome.name.c_str());
    if (!passes && (!listed || options.failures)) {
      if (options.failures || !options.known.empty())
        std::printf("%-12s %s: %s\n", kWords[static_cast<size_t>(outcome.verdict)], outcome.name.c_str(), outcome.reason.c_str());
    }
    if (passes == listed) good = false;
  }
  for (const auto& [name, reason] : known) {
    if (!options.part.empty()) break;
    std::printf("listed, and no case: %s\n", name.c_str());
    good = false;
  }
  if (options.operators) std::fputs(OperatorTable(*run).c_str(), stdout);
  std::printf("%zu cases: %ld pass, %ld fail, %ld unsupported, %ld error; %.3f s of processor time\n", run->outcomes.size(), static_cast<long>(counts[0]),
              static_cast<long>(counts[1]), static_cast<long>(counts[2]), static_cast<long>(counts[3]), run->processor_seconds);
  if (counts[0] <= options.more_than) {
    std::printf("no more than %ld pass\n", static_cast<long>(options.more_than));
    good = false;
  }
  if (run->processor_seconds > options.within) {
    std::printf("more than %.3f s\n", options.within);
    good = false;
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace conformance::suites

int main(int argc, char** argv) {
  using namespace conformance::suites;
  if (const auto options = Parse(argc, argv)) return Run(*options);
  std::fputs("onnx_suite FOLDER [--filter PART] [--operators] [--failures] [--oracle] [--known FILE]... [--more-than CASES] [--within SECONDS]\n", stderr);
  return 2;
}
