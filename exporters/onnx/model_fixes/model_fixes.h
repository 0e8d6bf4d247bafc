#pragma once

#include <functional>
#include <string>
#include <vector>

#include "framework/base/result.h"
#include "framework/formats/onnx.h"
#include "framework/rewrite/fix.h"

namespace conformance::onnx {

/// What a model fix sees: the main graph or a function.
struct GraphLike {
  std::vector<formats::OnnxNode>& nodes;
  std::vector<formats::OnnxTensor>* initializers = nullptr;  ///< null in a function
  const std::vector<formats::OnnxValueInfo>* value_info = nullptr;
};

/// register_onnx_ir_fix: stage 5, applied to the graph and to every function. Answers how many places it changed.
struct ModelFix {
  rewrite::FixInfo info;
  std::function<Result<int64_t>(GraphLike graph)> fix;
};
std::vector<ModelFix> ModelFixes();

/// In the table's order. Errors: of a fix, with its name.
Status ApplyModelFixes(const std::vector<ModelFix>& fixes, formats::OnnxModel& model, rewrite::Hits* hits = nullptr);

// The functions, one file each.
Result<int64_t> FixTopkSorted(GraphLike graph);
Result<int64_t> FixConstantGatherNd(GraphLike graph);
Result<int64_t> FixOwnFallback(GraphLike graph);

}  // namespace conformance::onnx
