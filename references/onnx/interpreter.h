#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/formats/onnx.h"
#include "references/onnx/value.h"

namespace conformance::onnx_reference {

struct GraphPlan;

/// What a model may use up before it is an error.
struct Limits {
  uint64_t max_tensor_bytes = uint64_t{1} << 32;
  /// Of all tensors that kernels have made and that still exist.
  uint64_t max_live_bytes = uint64_t{1} << 34;
  /// Bytes written in one run, and elements multiplied or visited beyond them.
  uint64_t max_work = uint64_t{1} << 43;
  /// Nodes evaluated in one run, those of loops each time.
  uint64_t max_steps = 20'000'000;
  /// Nodes planned, those of functions at each place that calls them.
  uint64_t max_nodes = 300'000;
  /// Functions in functions.
  int max_depth = 64;
};

struct RunOptions {
  /// Floats are evaluated in f64 and stay so between nodes: outputs declared f16, bf16 or f32 come as f64.
  bool oracle = false;
  /// Where random operators without a seed of their own begin.
  uint64_t seed = 0;
};

/// An ONNX model, ready to be evaluated. Usable from several threads at once.
class Interpreter {
 public:
  /// Plans every node, reads initializers (external ones from files in `folder`). Errors name file, node, found and wanted: kUnsupported
  /// for an operator without a kernel; kInvalid for graphs that are none (a value used before it is made, or made twice; functions that call
  /// themselves; opsets that aren't imported); kCorrupt and kNotFound for external data that isn't there.
  static Result<Interpreter> Make(std::shared_ptr<const formats::OnnxModel> model, const std::filesystem::path& folder, Limits limits = {});
  /// A file.
  static Result<Interpreter> Open(const std::filesystem::path& path, Limits limits = {});

  const formats::OnnxModel& model() const { return *model_; }

  /// The graph's outputs. `inputs` in the graph's order, absent where an initializer has the value. Errors: kType, kShape and kInvalid
  /// for inputs that are not what the graph declares, and of the kernels, naming the node; kTimeout beyond the limits of steps and work.
  Result<Values> Run(std::span<const Value> inputs, const RunOptions& options = {}) const;
  /// The same; `values` come back as well, by name: any of the outermost graph. Errors: kNotFound for other names.
  Result<Values> RunCapturing(std::span<const Value> inputs, const std::vector<std::string>& values, std::map<std::string, Value, std::less<>>& captured,
                              const RunOptions& options = {}) const;

 private:
  std::shared_ptr<const formats::OnnxModel> model_;
  std::shared_ptr<const formats::OnnxModel> written_out_;  ///< what is planned in its place, where it has gradients
  std::shared_ptr<const GraphPlan> plan_;
  Limits limits_;
};

}  // namespace conformance::onnx_reference
