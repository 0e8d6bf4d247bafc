#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "framework/base/result.h"
#include "framework/compare/local_lane.h"

namespace conformance::compare {

/// The rule of the local lane over a file's own operators, where no Program stands behind them: formula and constants.
inline constexpr std::string_view kOnnxLocalRule =
    "|y − ŷ| ≤ 8 · max |f32(ŷ) − ŷ| + 4 u |y| + 16 u max |ŷ|: ŷ is the operator in f64 on the runtime's own inputs, f32(ŷ) the same in the "
    "declared type; integers and booleans exactly. It says where a failure begins; it fails nothing by itself.";

/// All of it must live for the call.
struct OnnxLocalRequest {
  std::filesystem::path model;                 ///< the .onnx file
  ports::Session* session = nullptr;
  const NamedTensors* inputs = nullptr;        ///< of the session
  const NamedTensors* outputs = nullptr;       ///< of its first run
  const ports::Reference* reference = nullptr; ///< evaluates .onnx files in the declared types and in f64, with captures
  uint64_t memory_bytes = kLocalBytes;         ///< as LocalRequest's; sizes are known once a slice has been seen
  size_t first_slice = 1024;                   ///< values of the first slice
};

/// Runs the backend again, observed, and evaluates every operator of the outermost graph on the backend's own inputs: one model in which each
/// value that was seen is a constant where it is read. Divergences are named by the file's nodes and values, and hold what the operator
/// read. Values that the runtime does not have any more are computed from those that it has. Large models are looked at in slices, each in runs of its own. What cannot be looked into (a runtime that refuses to be observed, external data above 1 GiB) is `unavailable` in the report.
/// Errors: of reading the file.
Result<LocalReport> JudgeOnnxLocally(const OnnxLocalRequest& request);

}  // namespace conformance::compare
