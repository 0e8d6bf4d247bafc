#pragma once

// Not installed: how a graph is evaluated.

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "references/onnx/interpreter.h"
#include "references/onnx/operator.h"

namespace conformance::onnx_reference {

struct GraphPlan;

/// A nested graph, and which of the frame's values it sees.
struct BodyPlan {
  std::string attribute;
  std::shared_ptr<const GraphPlan> graph;
  std::vector<std::pair<int, int>> captures;  ///< slot outside, slot inside
};

struct NodePlan {
  const formats::OnnxNode* node = nullptr;
  std::shared_ptr<const formats::OnnxNode> own;  ///< where `node` isn't part of the model: attributes of a function's call filled in
  const Operator* entry = nullptr;               ///< null where it calls a function
  std::shared_ptr<const GraphPlan> function;
  int64_t opset = 0;
  uint64_t number = 0;                           ///< of the nodes of the whole plan
  std::vector<int> inputs, outputs;              ///< slots; -1 for one that is left out
  std::vector<int> dead;                         ///< slots that nobody reads later
  std::vector<BodyPlan> bodies;
};

/// A graph whose names are slots of a frame.
struct GraphPlan {
  std::string name;
  std::vector<std::string> slots;    ///< their names
  std::vector<int> inputs, outputs;
  std::vector<std::pair<int, Value>> constants;  ///< initializers
  std::vector<NodePlan> nodes;

  /// `constants` as the oracle wants them, made once.
  const std::vector<std::pair<int, Value>>& Constants(bool oracle) const;

 private:
  mutable std::once_flag once_;
  mutable std::vector<std::pair<int, Value>> wide_;
};

/// What all of one run shares.
struct RunState {
  const Limits& limits;
  const RunOptions& options;
  uint64_t steps = 0;
  uint64_t work = 0;
  std::shared_ptr<std::atomic<uint64_t>> live = std::make_shared<std::atomic<uint64_t>>(0);
  std::map<std::string, Value, std::less<>>* captured = nullptr;  ///< of the outermost graph
};

/// Plans a model. Errors: as Interpreter::Make.
Result<std::shared_ptr<const GraphPlan>> PlanModel(const formats::OnnxModel& model, const std::filesystem::path& folder, const Limits& limits);

/// Evaluates a graph. `inputs` in its order (absent: its initializer of that name); `captures`: values by slot inside.
Result<Values> RunPlan(const GraphPlan& plan, std::span<const Value> inputs, std::vector<std::pair<int, Value>> captures, RunState& run,
                       bool outermost);

}  // namespace conformance::onnx_reference
