#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/base/json.h"
#include "framework/base/result.h"
#include "framework/compare/local_scale.h"
#include "framework/ir/program.h"
#include "framework/ops/op_def.h"
#include "framework/ports/artifact.h"
#include "framework/ports/backend.h"
#include "framework/ports/reference.h"
#include "framework/weights/weights.h"

namespace conformance::compare {

inline constexpr uint64_t kLocalBytes = uint64_t{1} << 30;

/// One operator over its bound.
struct Divergence {
  std::string value;    ///< of the Program
  std::string node, target, module, stack_trace;
  std::string artifact_value, artifact_node;  ///< that make it in the artifact
  std::string touched_by;   ///< patches and fixes that made what the artifact's node comes from
  double error = 0, bound = 0;  ///< of the element that is furthest over; infinite where it is no number on one side
  int64_t index = -1;           ///< row-major; -1: the whole value
  int64_t elements = 0, wrong = 0;
  std::string reason;   ///< "linear_3 (aten.linear.default): error 0.5 at [0, 3] is over 1e-06"
  NamedTensors inputs;  ///< what the operator read, as far as the lane has it; of the first divergence
  Tensor found, wanted; ///< the backend's, and the operator in f64 on the backend's own inputs; of the first divergence
};

/// What the local lane saw of one run.
struct LocalReport {
  std::vector<Divergence> over;  ///< in the Program's order: the first is the first divergence
  int64_t judged = 0;            ///< values held against a bound
  int64_t unseen = 0;            ///< values of nodes that the backend does not show: evaluated from those that it does
  int64_t undecided = 0;         ///< seen, but of an operator or inputs that no bound is known for
  int64_t slices = 1;            ///< parts that were looked at one after the other
  std::string observation;       ///< what observing changed in the outputs; empty: nothing
  bool locates_only = false;     ///< it says where a failure begins, and fails nothing by itself
  std::string unavailable;       ///< why there is nothing to see; then all else is empty
  bool diverges() const { return !over.empty(); }
};

/// For a record: counts, and the first divergences without their tensors.
Json ToJson(const LocalReport& report);

/// All of it must live for the call.
struct LocalRequest {
  const ir::Program* program = nullptr;      ///< what was exported, as it was traced
  const weights::Weights* weights = nullptr;
  const NamedTensors* inputs = nullptr;      ///< of the Program
  const ports::ValueMap* value_map = nullptr;
  ports::Session* session = nullptr;
  const NamedTensors* bound_inputs = nullptr;  ///< of the session
  const NamedTensors* outputs = nullptr;       ///< of its first run
  const ports::Reference* reference = nullptr; ///< evaluates Programs
  const ops::OpTable* ops = nullptr;           ///< null: ops::DefaultOps()
  uint64_t draw_seed = 0;                      ///< of what the Program draws, as the session was told
  /// What may be held of the backend's values and of those that they are judged by; beyond that the Program is looked at in slices.
  uint64_t memory_bytes = kLocalBytes;
};

/// Runs the backend again, observed, and judges every operator that it shows in f64 on the backend's own inputs. Where that would take more
/// than memory_bytes (at the traced sizes), slices of the Program are judged one after the other, each in a run of its own, on the values
/// that its operators read: verdicts are the same. Errors: of the reference; a backend that shows nothing, or breaks when it is observed, is
/// `unavailable` in the report.
Result<LocalReport> JudgeLocally(const LocalRequest& request);

/// The same for values that have been captured already, by name in the Program.
Result<LocalReport> JudgeCaptured(const LocalRequest& request, const NamedTensors& captured);

/// Values that are judged together, with those that they are made of.
struct LocalSlice {
  std::vector<std::string> own;      ///< in the Program's order
  std::vector<std::string> borders;  ///< of other slices: read by what makes the slice's own
};
/// Divides the `shown` values of a Program into slices that take at most so many bytes each, but at least one value.
std::vector<LocalSlice> SlicesOf(const ir::Program& program, const std::vector<std::string>& shown, uint64_t bytes);

/// Values of nodes that a bound may be held against, in the Program's order.
std::vector<std::string> JudgedValues(const ir::Program& program);

/// Pairs every judged value of the Program with itself: what a backend of Programs shows.
ports::ValueMap IdentityMap(const ir::Program& program);

}  // namespace conformance::compare
