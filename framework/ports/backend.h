#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/formats/onnx_tensor.h"
#include "framework/ports/artifact.h"
#include "framework/tensor/tensor.h"

namespace conformance::ports {

/// What a backend takes.
struct BackendCapabilities {
  std::vector<std::string> formats;  ///< "onnx", "program", "checkpoint", …
  std::vector<DType> dtypes;         ///< of floating inputs; empty: any
  bool in_process = true;            ///< false: always in a worker
  bool intermediates = false;        ///< Session::RunCapturing works
  bool onnx_values = false;          ///< Session::RunOnnx carries values of every ONNX type
};

/// How one session is set up. Serialisable.
struct SessionOptions {
  int threads = 1;
  bool optimize = true;   ///< graph optimisations of the runtime
  uint64_t seed = 0;      ///< of the generator that a program draws from, set anew before each run (torch.manual_seed)
  Json extra;             ///< backend-specific, from --backend-option
  Json ToJson() const;
  static Result<SessionOptions> FromJson(const Json& json);
};

/// A loaded artifact.
class Session {
 public:
  virtual ~Session() = default;
  /// Outputs in the artifact's order. Errors: kShape / kType / kInvalid for inputs that don't fit, naming input, found, wanted.
  virtual Result<NamedTensors> Run(const NamedTensors& inputs) = 0;
  /// As Run, with the named artifact values appended. Errors: kUnsupported by default; kNotFound with a fact "found" for each that is not there.
  virtual Result<NamedTensors> RunCapturing(const NamedTensors& inputs, const std::vector<std::string>& values);
  /// As Run, of an .onnx file with values of any ONNX type (sequences, optionals, maps, strings, integers and floats of every width), an input that is
  /// left out being nothing. By default those that are tensors of the framework's types go through Run. Errors: kUnsupported, naming value and
  /// type, for what the session or its way to a worker cannot carry.
  virtual Result<formats::NamedOnnxValues> RunOnnx(const formats::NamedOnnxValues& inputs);
};

/// A runtime: artifact -> session -> outputs. Usable from several threads at once.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view Name() const = 0;  ///< "onnxruntime"
  virtual BackendCapabilities Capabilities() const = 0;
  /// Version found ("1.32.0"), or kUnavailable with the command that adds it. Cheap after the first call.
  virtual Result<std::string> Version() const = 0;
  /// Version it was qualified against; empty: any.
  virtual std::string QualifiedVersion() const { return {}; }
  virtual Result<std::unique_ptr<Session>> Prepare(const Artifact& artifact, const SessionOptions& options) const = 0;
};

}  // namespace conformance::ports
