// The onnx package's backend test suite over the interpreter, as a table.
//
//   onnx_suite FOLDER [--filter PART] [--operators] [--failures] [--oracle] [--known FILE]
//
// FOLDER is what tools/fixturegen/onnx_suite.py writes. With --oracle, floats are evaluated in
// f64. With --known, the file lists the cases that are not expected to pass, each with its reason: the
// exit code is 0 where exactly those did not pass.
#include <cstdio>
#include <cstring>
#include <string>

#include "suites/onnx/suite.h"

int main(int argc, char** argv) {
  namespace onnx = conformance::suites;
  std::string folder, part, known_file;
  bool operators = false, failures = false, oracle = false;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--operators") {
      operators = true;
    } else if (word == "--failures") {
      failures = true;
    } else if (word == "--oracle") {
      oracle = true;
    } else if (word == "--filter" && i + 1 < argc) {
      part = argv[++i];
    } else if (word == "--known" && i + 1 < argc) {
      known_file = argv[++i];
    } else if (folder.empty() && word.rfind("--", 0) != 0) {
      folder = word;
    } else {
      std::fprintf(stderr, "unknown argument '%s'\n", word.c_str());
      return 2;
    }
  }
  if (folder.empty()) {
    std::fputs("onnx_suite FOLDER [--filter PART] [--operators] [--failures] [--oracle] [--known FILE]\n", stderr);
    return 2;
  }
  const auto run = onnx::RunSuite(folder, part, oracle);
  if (!run.ok()) {
    std::fprintf(stderr, "%s\n", run.error().ToString().c_str());
    return 2;
  }
  std::map<std::string, std::string> known;
  if (!known_file.empty()) {
    auto read = onnx::ReadKnown(known_file);
    if (!read.ok()) {
      std::fprintf(stderr, "%s\n", read.error().ToString().c_str());
      return 2;
    }
    known = *std::move(read);
  }
  static constexpr const char* kWords[] = {"pass", "fail", "unsupported", "error"};
  int counts[4] = {}, surprises = 0;
  for (const auto& outcome : run->outcomes) {
    ++counts[static_cast<int>(outcome.verdict)];
    const bool passed = outcome.verdict == onnx::SuiteVerdict::kPass;
    const bool listed = known.count(outcome.name) != 0;
    if (passed == listed) ++surprises;
    if (failures && !passed) std::printf("%-12s %s: %s\n", kWords[static_cast<int>(outcome.verdict)], outcome.name.c_str(), outcome.reason.c_str());
    if (!known_file.empty() && passed && listed) std::printf("passes, though %s lists it: %s\n", known_file.c_str(), outcome.name.c_str());
    if (!known_file.empty() && !passed && !listed && !failures) std::printf("%-12s %s: %s\n", kWords[static_cast<int>(outcome.verdict)], outcome.name.c_str(), outcome.reason.c_str());
  }
  if (operators) std::fputs(onnx::OperatorTable(*run).c_str(), stdout);
  std::printf("%zu cases: %d pass, %d fail, %d unsupported, %d error; %.3f s of processor time\n", run->outcomes.size(), counts[0], counts[1], counts[2],
              counts[3], run->processor_seconds);
  return surprises == 0 ? 0 : 1;
}
