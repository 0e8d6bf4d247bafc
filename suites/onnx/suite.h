#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "framework/base/result.h"

/// The backend test suite of the onnx package over the interpreter: folders <kind>/<case>/ with model.onnx and test_data_set_N.
namespace conformance::suites {

enum class SuiteVerdict : uint8_t { kPass, kFail, kUnsupported, kError };

struct SuiteOutcome {
  std::string name;        ///< "node/test_abs"
  std::vector<std::string> operators;  ///< of its graph, each once: "Abs", "ai.onnx.ml LabelEncoder"
  SuiteVerdict verdict = SuiteVerdict::kError;
  std::string reason;      ///< of anything but a pass, one line
};

struct SuiteRun {
  std::vector<SuiteOutcome> outcomes;  ///< by name
  double processor_seconds = 0;        ///< of planning and evaluating; reading and comparing left out
};

/// The cases below `root` whose names contain `part`, judged as `conformance run --onnx-tests` judges them, in the declared types or, with `oracle`, with floats in f64: then bf16 and f16 outputs may be
/// off by what recordings in those types lose. Errors: kNotFound where there is no case.
Result<SuiteRun> RunSuite(const std::filesystem::path& root, const std::string& part = {}, bool oracle = false);

/// Expected to be other than a pass: name and reason, from lines "name<TAB>reason"; # begins a comment. Errors: kInvalid for a line without a reason.
Result<std::map<std::string, std::string>> ReadKnown(const std::filesystem::path& file);

/// For each operator: passes, failures, unsupported ones and errors of the cases that it stands in; the worst first.
std::string OperatorTable(const SuiteRun& run);

}  // namespace conformance::suites
