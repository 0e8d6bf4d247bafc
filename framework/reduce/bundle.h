#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/ports/artifact.h"
#include "framework/tensor/tensor.h"

namespace conformance::reduce {

/// A failure to be handed to the people who can mend it.
struct Bundle {
  std::string cell;                     ///< id
  std::string outcome, stage, reason;   ///< what went wrong
  std::string command;                  ///< that repeats it here
  std::string runtime;                  ///< backend: "onnxruntime"
  bool optimize = true;                 ///< the runtime's graph optimisations
  const ports::Artifact* artifact = nullptr;  ///< its files lie in the folder already
  const NamedTensors* inputs = nullptr;       ///< under the artifact's names
  NamedTensors expected;                      ///< under the artifact's names, in f64 where the judge has it
  std::vector<double> bounds;                 ///< largest error allowed, for each of `expected`; 0: exactly
  Json versions;                              ///< of runtimes and libraries
};

/// Runtimes that the script knows how to start: "onnxruntime", "openvino", "pytorch", "executorch", "onnx-reference" (by the onnx package).
std::vector<std::string> BundledRuntimes();

/// Writes bundle.json, inputs/*.npy, expected/*.npy and repro.py beside the artifact: a folder that shows the failure with NumPy and the
/// runtime alone (`python repro.py`: exit 1 while it fails, 0 once it doesn't). Errors: kUnsupported for a runtime without public tools, or a
/// type that NumPy has not; kIo.
Status WriteBundle(const std::filesystem::path& folder, const Bundle& bundle);

}  // namespace conformance::reduce
