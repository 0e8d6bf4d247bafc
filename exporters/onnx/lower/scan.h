#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/onnx/lower/graph.h"

namespace conformance::onnx {

/// One Scan: states go from step to step through a body that is written node by node.
class Scan {
 public:
  explicit Scan(Graph& g) : g_(g) {}

  /// What `initial` is called at the beginning of a step.
  std::string State(const Value& initial);
  /// One step of `steps`, a slice along the axis that is scanned.
  std::string Input(const Value& steps);
  /// What every step sees of `value`, which stays as it is: a state that nothing changes, because OpenVINO 2026.4.1 reads no Scan whose body
  /// names a value outside it.
  std::string Kept(const Value& value);
  /// A node of the body; `named` is what its output should be called. The first input should be a state where one is read: OpenVINO
  /// 2026.4.1 reads a second operand's state as the first operand after the first step, where its sizes are fixed.
  std::string Op(std::string_view type, std::vector<std::string> inputs, std::string_view named = {});
  /// Equal parts along an axis.
  std::vector<std::string> Split(const std::string& x, int64_t axis, size_t parts);

  /// Adds the Scan: `states` are what they become after a step, in order of State; `answer` is put together along `axis`, step by step, from
  /// the last to the first where `reverse`. Final states, then the answers.
  std::vector<Value> Finish(const std::vector<std::string>& states, const std::string& answer, int64_t axis, bool reverse = false);

 private:
  formats::OnnxNode& Add(std::string_view type, std::vector<std::string> inputs);

  Graph& g_;
  std::vector<Value> initial_, kept_, steps_;
  std::vector<std::string> state_names_, kept_names_, input_names_;
  formats::OnnxGraph body_;
};

}  // namespace conformance::onnx
