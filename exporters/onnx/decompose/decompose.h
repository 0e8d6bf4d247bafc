#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "framework/rewrite/fix.h"

namespace conformance::onnx {

/// One line of the decomposition table: an op that an opset has no operator for, written with ops that it has.
struct Decomposition {
  std::string target;             ///< "aten.scaled_dot_product_attention.default"
  int64_t until_opset = 0;        ///< from this opset on there is an operator; 0: there never is
  std::string reason;
  /// Replaces the node; false leaves it as it is (an attribute or dtype that can be translated directly).
  rewrite::NodeFixFunction decompose;
};
const std::vector<Decomposition>& Decompositions();

/// Applies those that the opset needs. Errors: as rewrite::ApplyNodeFixes; kInternal if a decomposition fixes a symbol to a number.
Result<ir::Program> Decompose(ir::Program program, int64_t opset, rewrite::Hits* hits = nullptr);

// The functions, for tests of one at a time.
Result<bool> DecomposeAttention(rewrite::NodeEdit& edit);
Result<bool> DecomposeGelu(rewrite::NodeEdit& edit);
Result<bool> DecomposeMish(rewrite::NodeEdit& edit);
Result<bool> DecomposeLayerNorm(rewrite::NodeEdit& edit);  ///< of f64 alone
Result<bool> DecomposeRmsNorm(rewrite::NodeEdit& edit);
Result<bool> DecomposeWideRmsNorm(rewrite::NodeEdit& edit);  ///< of f64 and mixed types alone
Result<bool> DecomposeGroupNorm(rewrite::NodeEdit& edit);
Result<bool> DecomposeVar(rewrite::NodeEdit& edit);
Result<bool> DecomposeDiff(rewrite::NodeEdit& edit);
Result<bool> DecomposeWeightNorm(rewrite::NodeEdit& edit);
Result<bool> DecomposeAdaptiveAvgPoolBackward(rewrite::NodeEdit& edit);
Result<bool> DecomposeAvgPoolBackward(rewrite::NodeEdit& edit);
Result<bool> DecomposeMaxPoolBackward(rewrite::NodeEdit& edit);
Result<bool> DecomposeConvolutionBackward(rewrite::NodeEdit& edit);
Result<bool> DecomposeLayerNormBackward(rewrite::NodeEdit& edit);
Result<bool> DecomposeGroupNormBackward(rewrite::NodeEdit& edit);
Result<bool> DecomposeEmbeddingDenseBackward(rewrite::NodeEdit& edit);
Result<bool> DecomposeEmbeddingBag(rewrite::NodeEdit& edit);
Result<bool> DecomposeResize(rewrite::NodeEdit& edit);  ///< of what the program records row by row

/// x in that type; x itself where it has it, so that the result of a decomposition is what computes it.
ops::Value AsType(ops::OpContext& context, const ops::Value& x, DType dtype);
/// PyTorch's default eps of rms_norm: the distance from 1 to the next number of the type that it computes in, f32 for halves.
double RmsNormEps(DType dtype);

}  // namespace conformance::onnx
