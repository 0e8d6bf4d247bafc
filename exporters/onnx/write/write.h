#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "exporters/onnx/config.h"
#include "exporters/onnx/lower/translate.h"
#include "framework/base/result.h"
#include "framework/weights/weights.h"

namespace conformance::onnx {

/// Tensors smaller than this stay in the .onnx file, where every reader of the graph sees them.
inline constexpr uint64_t kSmallestExternal = 1024;
/// Where tensors start in the sidecar: a cache line, which suits every instruction set.
inline constexpr uint64_t kAlignment = 64;
/// What a protobuf message may have.
inline constexpr uint64_t kProtobufLimit = (uint64_t{1} << 31) - 1;

struct Written {
  std::vector<std::filesystem::path> files;  ///< the model first
  uint64_t model_bytes = 0, sidecar_bytes = 0;
};

/// "model.onnx" -> "model.onnx_data", anything else with ".onnx_data" behind.
std::filesystem::path SidecarPath(const std::filesystem::path& model);

/// Writes the model to config.output_path, its large tensors to the sidecar beside it (or behind the graph with
/// external_data=false). Weights are copied from their files by the system or streamed in blocks; none is held. Files appear under
/// their names when they are complete; an error leaves nothing. Adds the weights to the model's inputs where the config asks for it.
/// Errors: kShape or kType for a weight that is not as the program declares it; kInvalid for more than 2 GB without external data,
/// before anything is written; kIo.
Result<Written> Write(LoweredModel& lowered, const weights::Weights& weights, const OnnxConfig& config);

}  // namespace conformance::onnx
